"""``kb doctor``: whether everything that is needed is there, and what to do where it is not."""

from __future__ import annotations

import datetime as dt
import platform
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import click
from pydantic import TypeAdapter

from indexer.git.place import parse_place
from indexer.models import open_encoder, prepare_encoder
from indexer.pointer import open_current, read_pointer
from indexer.tree import MARKDOWN, FolderTree
from kb.cli.console import counted
from kb.config import Config, Site, load_config
from kb.contact_settings import Contact
from kb.data_folder import unusable
from kb.delivery.mail import greet
from kb.delivery.sending import SendingError
from kb.delivery_settings import Smtp, Webhook
from kb.errors import KBError, UnavailableError
from kb.git_settings import Git
from kb.hook_settings import host_and_name
from kb.logo import logo_bytes
from kb.secret import FILE, secret_key
from kb.store.database import Database
from kb.store.outbox import backlog

LEAST_FREE_BYTES = 1_000_000_000
LONGEST_WAIT = dt.timedelta(minutes=15)
"""A message that waits longer was refused several times, or nobody sends."""


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing looked at."""

    name: str
    good: bool
    said: str


_LIST = TypeAdapter(tuple[Examined, ...])


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def doctor(as_json: bool) -> None:
    """Check what a help centre needs, from its articles to its mail server.

    Sends nothing. Exits with 1 where something needs care.
    """
    found = tuple(_examine(load_config()))
    if as_json:
        click.echo(_LIST.dump_json(found).decode())
    else:
        for one in found:
            click.echo(f"{'ok ' if one.good else 'BAD'}  {one.name}: {one.said}")
    if not all(one.good for one in found):
        raise SystemExit(1)


def _examine(config: Config) -> Iterator[Examined]:
    yield Examined("python", True, platform.python_version())
    yield _try("articles", lambda: _articles(config))
    yield _try("model", lambda: _model(config))
    yield _try("snapshot", lambda: _snapshot(config))
    yield _try("data", lambda: _data(config))
    yield _try("disk", lambda: _disk(config))
    yield _try("database", lambda: _database(config))
    yield _try("secret key", lambda: _key(config))
    if config.site.logo:
        yield _try("logo", lambda: _logo(config.site))
    yield _try("contact form", lambda: _form(config))
    yield from _ways_out(config)
    if config.git.repo and config.git.status.host:
        yield _try("commit marks", lambda: _marks(config.git))
    yield Examined("widget", True, _widget(config))


def _try(name: str, look: Callable[[], str]) -> Examined:
    try:
        return Examined(name, True, look())
    except KBError as error:
        return Examined(name, False, str(error))
    except OSError as error:  # what is not to be read is nothing to give up over
        return Examined(name, False, str(unusable(error)))


def _articles(config: Config) -> str:
    if config.git.repo:
        return _repository(config.git)
    files = FolderTree(config.articles).files()
    count = sum(Path(one.path).suffix.lower() in MARKDOWN for one in files)
    if not count:
        raise UnavailableError(f"{config.articles}: no Markdown file (set KB_ARTICLES)")
    return f"{counted(count, 'Markdown file')} in {config.articles}"


def _repository(git: Git) -> str:
    """What is published from; of one elsewhere its address, as only a fetch can try it."""
    place = f"published from {parse_place(git.repo).shown}"
    named = {"ref": git.ref, "path": git.path}
    return ", ".join((place, *(f"{name} {value}" for name, value in named.items() if value)))


def _model(config: Config) -> str:
    recipe = prepare_encoder(config.model, config.data / "models").recipe
    return f"{recipe.model}, {recipe.quantisation}, recipe {recipe.id}"


def _snapshot(config: Config) -> str:
    snapshot = open_current(config.data)
    if snapshot.id != read_pointer(config.data):
        raise UnavailableError(f"the active one is damaged, {snapshot.id} is served instead")
    if snapshot.manifest.recipe is None:
        raise UnavailableError(f"no embeddings: {snapshot.manifest.no_recipe_reason}")
    open_encoder(snapshot.manifest.recipe, config.data / "models")
    return f"{snapshot.id}, {counted(len(snapshot.articles), 'article')}"


def _data(config: Config) -> str:
    """Whether something can be written there; the folder itself is left to be made."""
    place = _nearest(config.data)
    try:
        tempfile.TemporaryFile(dir=place).close()
    except OSError as error:
        raise unusable(OSError(error.errno, error.strerror, str(place))) from None
    return f"{config.data} can be written"


def _nearest(folder: Path) -> Path:
    """The folder, or the one in which it, or what it is in, is still to be made."""
    whole = folder.absolute()
    return next(path for path in (whole, *whole.parents) if path.exists())


def _disk(config: Config) -> str:
    place = _nearest(config.data)
    free = shutil.disk_usage(place).free
    if free < LEAST_FREE_BYTES:
        raise UnavailableError(
            f"{free / 1e9:.1f} GB free at {place} (make room: a snapshot may need it)"
        )
    return f"{free / 1e9:.1f} GB free at {place}"


def _database(config: Config) -> str:
    if not config.has_database:
        return "none yet (`kb serve` makes it)"
    database = Database.open(config.database)
    try:
        return database.place
    finally:
        database.close()


def _key(config: Config) -> str:
    path = config.data / FILE
    if not config.secret_key and not path.exists():
        return "none yet (`kb serve` makes it)"
    secret_key(config)
    return "from the settings" if config.secret_key else str(path)


def _logo(site: Site) -> str:
    return f"{site.logo}, {len(logo_bytes(site)):,} bytes"


def _form(config: Config) -> str:
    contact = config.contact
    if contact.ready:
        return "messages reach people by " + " and ".join(_media(contact))
    addressed = any(one.to for one in contact.queues.values())
    if contact.smtp.host and not addressed:
        if config.git.notify:
            return "off: no queue has an address; mail only tells of builds that fail"
        where = f"[contact.queues.{contact.queue}]"
        raise UnavailableError(f"off: mail has nobody to go to (set `to` under {where})")
    if addressed and not contact.smtp.host:
        raise UnavailableError(
            "off: a queue has an address, but nothing sends mail (set host under [contact.smtp])"
        )
    return "off: no mail server and no webhook is set"


def _media(contact: Contact) -> Iterator[str]:
    if contact.smtp.host:
        yield f"mail through {contact.smtp.host}:{contact.smtp.port}"
    for one in contact.webhooks:
        yield f"the webhook {one.name}"


def _ways_out(config: Config) -> Iterator[Examined]:
    """Whether tickets and news of failed builds can leave, and whether tickets do."""
    contact = config.contact
    if config.git.notify or (contact.ready and contact.smtp.host):
        yield _try("mail", lambda: _mail(contact.smtp))
    for one in contact.webhooks:
        yield _try(f"webhook {one.name}", partial(_webhook, one))
    if contact.ready:
        yield _try("outbox", lambda: _outbox(config))


def _mail(smtp: Smtp) -> str:
    if not smtp.host:
        what = "git.notify names people, but nothing sends mail"
        raise UnavailableError(f"{what} (set host under [contact.smtp])")
    try:
        greet(smtp)
    except SendingError as error:
        raise UnavailableError(f"{error} (mend [contact.smtp], or the server)") from None
    return "the server answers" + (f" and knows {smtp.user}" if smtp.user else "")


def _webhook(webhook: Webhook) -> str:
    parts = urlsplit(webhook.url)
    place = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    try:
        socket.create_connection(place, webhook.timeout).close()
    except OSError as error:
        said = error.strerror or str(error)
        raise UnavailableError(f"{place[0]}:{place[1]}: {said} (mend its url)") from None
    return f"{place[0]}:{place[1]} answers"


def _outbox(config: Config) -> str:
    if not config.has_database:
        return "nothing was ever sent"
    database = Database.open(config.database)
    try:
        found = backlog(database)
    finally:
        database.close()
    waited = dt.timedelta(seconds=round(found.waited(dt.datetime.now(dt.UTC))))
    if found.parked or waited > LONGEST_WAIT:
        since = f", the oldest since {waited}" if found.waiting else ""
        raise UnavailableError(
            f"{found.parked:,} parked, {found.waiting:,} wait{since} (see `kb outbox`; `kb serve` "
            "sends them)"
        )
    return f"{found.waiting:,} wait"


def _marks(git: Git) -> str:
    if not all(host_and_name(git.repo)):
        what = f"commits cannot be marked at {git.status.host}: git.repo is no address there"
        raise UnavailableError(f"{what} (name one such as https://example.com/acme/help.git)")
    return f"set at {git.status.host}"


def _widget(config: Config) -> str:
    origins = config.widget.origins
    return f"may be shown on {', '.join(origins)}" if origins else "on the help centre's own pages"
