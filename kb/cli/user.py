"""``kb user``: who may read the dashboard."""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.markup import escape
from rich.table import Table

from kb import passwords
from kb.cli.console import results
from kb.config import load_config
from kb.store import users
from kb.store.database import Database

NAME = re.compile(r"[^\s\x00-\x1f\x7f]{1,64}")
_from_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input, for scripts."
)


class _Name(click.ParamType[str]):
    """A user's name as it is kept: capital letters do not matter."""

    name = "NAME"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name; a usage error where it has spaces or is too long."""
        name = users.same_name(value)
        if not NAME.fullmatch(name):
            self.fail(f"{value!r} (1 to 64 characters without spaces)", param, ctx)
        return name


@click.group()
def user() -> None:
    """Choose who may sign in to the writers' dashboard at /dashboard."""


@user.command()
@click.argument("name", type=_Name())
@_from_stdin
def add(name: str, password_stdin: bool) -> None:
    """Let NAME read the dashboard; asks for a password twice.

    Exits with 1 where the name is taken or the password is too short.
    """
    with _database() as database:
        if users.find_user(database, name):
            _stop(f"{name!r} is there already (`kb user password {name}` sets another password)")
        digest = _ask(password_stdin)
        if not users.add_user(database, name, digest, dt.datetime.now(dt.UTC)):
            _stop(f"{name!r} is there already")
    click.echo(f"{name} may sign in at /dashboard")


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def list_users(as_json: bool) -> None:
    """List who may read the dashboard."""
    with _database() as database:
        found = users.all_users(database)
    if as_json:
        rows = [
            {
                "name": one.name,
                "created": f"{one.created:%FT%TZ}",
                "changed": f"{one.changed:%FT%TZ}",
            }
            for one in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
    elif found:
        _print(found)
    else:
        click.echo("Nobody may read the dashboard yet (`kb user add NAME`).", err=True)


@user.command()
@click.argument("name", type=_Name())
def remove(name: str) -> None:
    """Take the dashboard away from NAME; whoever is signed in by that name is out at once.

    Exits with 1 where nobody has that name.
    """
    with _database() as database:
        if not users.remove_user(database, name):
            _stop(f"nobody is called {name!r} (see `kb user list`)")
    click.echo(f"{name} may no longer sign in")


@user.command()
@click.argument("name", type=_Name())
@_from_stdin
def password(name: str, password_stdin: bool) -> None:
    """Set another password for NAME; whoever is signed in by that name is out at once.

    Exits with 1 where nobody has that name or the password is too short.
    """
    with _database() as database:
        if not users.find_user(database, name):
            _stop(f"nobody is called {name!r} (see `kb user list`)")
        digest = _ask(password_stdin)
        users.change_password(database, name, digest, dt.datetime.now(dt.UTC))
    click.echo(f"The password of {name} was changed")


@contextmanager
def _database() -> Iterator[Database]:
    database = Database.open(load_config().database)
    try:
        yield database
    finally:
        database.close()


def _ask(from_stdin: bool) -> str:
    """The digest of a new password: typed twice, or the first line of standard input."""
    if from_stdin:
        typed = _first_line()
    else:
        question = f"Password (at least {passwords.LEAST} characters)"
        typed = click.prompt(
            question, hide_input=True, confirmation_prompt="The same again", err=True
        )
    return passwords.hash_password(typed)


def _first_line() -> str:
    """What a script sends; UsageError where its bytes are no text."""
    try:
        typed = sys.stdin.readline().rstrip("\r\n")
        typed.encode()  # where the locale says nothing, bytes that are no text are let through
    except UnicodeError:
        raise click.UsageError("the password is not UTF-8 (send it as UTF-8)") from None
    return typed


def _stop(said: str) -> None:
    click.echo(f"Error: {said}", err=True)
    raise SystemExit(1)


def _print(found: tuple[users.User, ...]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("name", "since", "password of"):
        table.add_column(name)
    for one in found:
        table.add_row(escape(one.name), f"{one.created:%Y-%m-%d}", f"{one.changed:%Y-%m-%d}")
    results().print(table)
