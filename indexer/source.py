"""Articles, notices and attachments of a tree, every file of it accounted for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from indexer.cache import FileCache
from indexer.history import History, read_log
from indexer.parsing import Parsed, Parser, hidden
from indexer.tree import MARKDOWN, File, FolderTree, Tree
from kb.articles import Fragment, ParsedArticle
from kb.config import Limits, Site
from kb.errors import ContentError, Finding
from kb.notices import ParsedNotice, is_notice

ASSET_TYPES = frozenset(
    ".png .jpg .jpeg .gif .webp .avif .svg .ico .pdf .zip .csv .txt .json .xml .yaml .yml .docx "
    ".xlsx .pptx .odt .ods .mp4 .webm .mp3 .ogg .wav .ino .hex .bin".split()
)
JUDGED = ("evaluation/queries.jsonl", "evaluation/qrels.tsv")
"""Judged queries, beside the articles."""


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a tree holds: articles, notices, what was left out and why, attachments.

    ``hidden`` are drafts, internal articles and those that are not due yet; ``left_out`` names
    them too. ``judged`` are the files of the site's judged queries, by name. ``refused`` says what
    stops a publish; those files are in nothing else.
    """

    articles: tuple[ParsedArticle, ...]
    left_out: tuple[Fragment, ...]
    assets: tuple[str, ...]
    notes: tuple[Finding, ...]
    tree: Tree
    notices: tuple[ParsedNotice, ...] = ()
    hidden: tuple[ParsedArticle, ...] = ()
    history: History = field(default_factory=History)
    judged: Mapping[str, bytes] = field(default_factory=dict)
    refused: tuple[Finding, ...] = ()

    @property
    def commit(self) -> str | None:
        """The commit that it was read from."""
        return self.tree.commit

    @property
    def fragments(self) -> dict[str, str]:
        """Text of the pieces that articles may include, by path."""
        return {one.path: one.text for one in self.left_out if one.text}


def read_folder(root: Path, site: Site, limits: Limits) -> Content:
    """Read a folder; ConfigError where there is none. See ``read``."""
    return read(FolderTree(root), site, limits)


def read(tree: Tree, site: Site, limits: Limits, cache: Path | None = None) -> Content:
    """Read every Markdown file of a tree; ContentError lists all that cannot be published.

    See ``read_what_can_be``.
    """
    content = read_what_can_be(tree, site, limits, cache)
    if content.refused:
        raise ContentError(content.refused)
    return content


def read_what_can_be(tree: Tree, site: Site, limits: Limits, cache: Path | None = None) -> Content:
    """Read every Markdown file of a tree, and say which cannot be published.

    ``cache`` is the folder of what earlier publishes read, for files whose digest is known.
    """
    parser = Parser(tree, site, limits, FileCache(cache) if cache else None)
    files = tree.files()
    texts = [one for one in files if not one.foreign and _suffix(one) in MARKDOWN]
    parsed, errors = parser.articles([one for one in texts if not is_notice(one.path)])
    notices, wrong = parser.notices([one for one in texts if is_notice(one.path)])
    now = dt.datetime.now(dt.UTC)
    articles = [one for one in parsed if isinstance(one, ParsedArticle)]
    reasons = [(one, hidden(one, now)) for one in articles]
    errors = [*errors, *wrong, *duplicates([one for one, reason in reasons if not reason])]
    refused = {one.path for one in errors}
    reasons = [one for one in reasons if one[0].article.path not in refused]
    history = read_log(tree.log, parser.identify, parser.cache, parser.settings)
    parser.forget()
    assets, too_large = _assets(files, limits)
    return Content(
        articles=tuple(_dated(one, history) for one, reason in reasons if not reason),
        left_out=tuple(_left_out(files, parsed, reasons)),
        assets=assets,
        notes=(*(note for one in articles for note in one.notes), *too_large),
        tree=tree,
        notices=tuple(notices),
        hidden=tuple(_dated(one, history) for one, reason in reasons if reason),
        history=history,
        judged=_judged(tree, limits),
        refused=tuple(errors),
    )


def with_hidden(content: Content) -> Content:
    """The same, hidden articles among the others; of two of one name the public one stays."""
    taken = {one.article.key for one in content.articles}
    added = []
    for one in content.hidden:
        if one.article.key not in taken:
            taken.add(one.article.key)
            added.append(one)
    return replace(content, articles=(*content.articles, *added), hidden=())


def _suffix(file: File) -> str:
    return PurePosixPath(file.path).suffix.lower()


def _dated(parsed: ParsedArticle, history: History) -> ParsedArticle:
    """The log says when an article was changed, unless its writer does."""
    updated = parsed.article.updated or history.past(parsed.article.path).updated
    return replace(parsed, article=replace(parsed.article, updated=updated))


def _left_out(
    files: Sequence[File],
    parsed: Sequence[Parsed],
    reasons: Sequence[tuple[ParsedArticle, str]],
) -> Iterator[Fragment]:
    """Everything that is no public article, with the reason."""
    yield from (Fragment(one.path, one.foreign) for one in files if one.foreign)
    yield from (one for one in parsed if isinstance(one, Fragment))
    yield from (Fragment(one.article.path, reason) for one, reason in reasons if reason)


def _assets(files: Sequence[File], limits: Limits) -> tuple[tuple[str, ...], list[Finding]]:
    """Attachments that may be served, and a note for each that is too large."""
    assets = [one for one in files if not one.foreign and _suffix(one) in ASSET_TYPES]
    notes = [
        Finding(
            one.path,
            1,
            f"too large to serve: {one.size:,} bytes",
            f"the limit is {limits.asset_bytes:,}",
        )
        for one in assets
        if one.size > limits.asset_bytes
    ]
    return tuple(one.path for one in assets if one.size <= limits.asset_bytes), notes


def duplicates(articles: Sequence[ParsedArticle]) -> list[Finding]:
    """An error for every article whose (language, slug) an earlier one holds."""
    first: dict[tuple[str, str], str] = {}
    errors = []
    for parsed in articles:
        lang, slug = parsed.article.key
        holder = first.setdefault(parsed.article.key, parsed.article.path)
        if holder != parsed.article.path:
            what = f"slug {slug!r} ({lang}) is already that of {holder}"
            remedy = "give one of the two another `slug:`"
            errors.append(Finding(parsed.article.path, 1, what, remedy, "error"))
    return errors


def _judged(tree: Tree, limits: Limits) -> dict[str, bytes]:
    """The files of the site's judged queries, as they are beside these very articles."""
    found = {name: tree.beside(name, limits.asset_bytes) for name in JUDGED}
    return {name: data for name, data in found.items() if data is not None}
