"""``kb publish``: articles in, served snapshot out."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, replace
from itertools import groupby
from pathlib import Path

import click

from indexer.git.reading import opened
from indexer.lock import publishing
from indexer.publish import Report, publish_alone
from indexer.source import read
from indexer.tree import FolderTree, Tree
from kb.articles import Fragment
from kb.cli.console import counted
from kb.cli.learn import learn_after_publish
from kb.cli.progress import shown_progress
from kb.config import Config, load_config
from kb.data_folder import unusable
from kb.errors import ContentError, Finding
from kb.git_settings import Git
from search.titles import check_titles


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--repo", help="Publish from a git repository: an address or a path.")
@click.option("--ref", help="Branch, tag or full commit id.  [default: the main branch]")
@click.option("--path", help="The articles' folder inside the repository.  [default: all of it]")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--quiet", is_flag=True, help="Do not print notes.")
@click.option("--no-learn", is_flag=True, help="Leave the memory of past cases as it is.")
def publish(
    folder: Path | None, as_json: bool, quiet: bool, no_learn: bool, **git: str | None
) -> None:
    """Build a snapshot of the articles, verify it, and let it be served.

    They come from FOLDER, else from a git repository (--repo, or `repo` in [git]), else from
    KB_ARTICLES, else from articles/. Only what changed is rendered and encoded again. A publish
    that fails changes nothing.
    """
    if git["repo"] == "":
        raise click.UsageError("--repo is empty: name a repository, or leave it out.")
    if folder and any(git.values()):
        raise click.UsageError("FOLDER, or --repo with --ref and --path: not both.")
    config = load_config()
    given = {name: value for name, value in git.items() if value is not None}
    settings = config.git.model_copy(update=given)
    report = _publish(config, _tree(config, folder, settings))
    if not quiet:
        _print_notes(report)
    click.echo(_as_json(report) if as_json else _as_text(report))
    if not no_learn:
        learn_after_publish(config)


def _publish(config: Config, source: AbstractContextManager[Tree]) -> Report:
    """Read and publish under one lock: what was read first must not be served last."""
    with publishing(config.data), source as tree, shown_progress() as progress:
        if tree.ref:
            click.echo(f"{tree.place}: {tree.ref} at {tree.commit}", err=True)
        try:
            content = read(tree, config.site, config.limits, config.data / "cache" / "parsed")
            report = publish_alone(content, config, check_titles, progress)
        except ContentError as error:
            raise ContentError(_placed(error.findings, tree)) from None
        except PermissionError as error:
            raise unusable(error) from None
        left_out = (replace(one, path=_path(one.path, tree)) for one in report.left_out)
        return replace(report, notes=_placed(report.notes, tree), left_out=tuple(left_out))


def _placed(findings: Iterable[Finding], tree: Tree) -> tuple[Finding, ...]:
    """The same with paths that begin at the repository's root."""
    return tuple(replace(one, path=_path(one.path, tree)) for one in findings)


def _path(path: str, tree: Tree) -> str:
    """A file's path in its repository; what names the whole tree stays."""
    return path if path in {tree.place, tree.folder} else posixpath.join(tree.folder, path)


def _tree(config: Config, folder: Path | None, git: Git) -> AbstractContextManager[Tree]:
    """What is to be published."""
    if git.repo and not folder:
        return opened(git, config.data)
    if git.ref or git.path:
        raise click.UsageError(
            "--ref and --path say what to read of a repository: name it (--repo)"
        )
    return nullcontext(FolderTree(folder or config.articles))


def _print_notes(report: Report) -> None:
    for line in (*_left_out(report.left_out), *_grouped(report.notes)):
        click.echo(line, err=True)
    if report.keyword_only:
        click.echo(f"Keyword search only: {report.keyword_only}", err=True)


def _left_out(fragments: Iterable[Fragment]) -> Iterable[str]:
    """Every file that is no article, under its reason."""
    ordered = sorted(fragments, key=lambda one: (one.reason, one.path))
    for reason, group in groupby(ordered, key=lambda one: one.reason):
        yield f"Left out ({reason}):"
        yield from (f"  {one.path}" for one in group)


def _grouped(notes: Iterable[Finding]) -> Iterable[str]:
    """One line for the same note in many files, at its first place."""
    places: dict[tuple[str, str], list[Finding]] = {}
    for note in notes:
        places.setdefault((note.what, note.remedy), []).append(note)
    for group in places.values():
        more = f", and {len(group) - 1} more" if len(group) > 1 else ""
        yield f"{group[0]}{more}"


def _as_text(report: Report) -> str:
    languages = ", ".join(report.languages)
    return (
        f"Published {report.snapshot}: {counted(report.articles, 'article')} ({languages}), "
        f"{counted(report.passages, 'passage')}, {report.encoded:,} encoded, {report.seconds:.1f} s"
    )


def _as_json(report: Report) -> str:
    return json.dumps(asdict(report), ensure_ascii=False)
