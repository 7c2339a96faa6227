"""From a tree's files to articles and notices; a file that was read before is not read again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from indexer.cache import FileCache, content_key
from indexer.history import Public, address
from indexer.tree import File, Tree
from kb.articles import PARSER_VERSION, Fragment, ParsedArticle, parse_article
from kb.config import Limits, Site
from kb.errors import ContentError, Finding
from kb.notices import ParsedNotice, parse_notice

Parsed = ParsedArticle | Fragment
Item = TypeVar("Item")

PARSED: TypeAdapter[Parsed] = TypeAdapter(Parsed)


class Parser:
    """How the files of one tree are read for one site."""

    def __init__(self, tree: Tree, site: Site, limits: Limits, cache: FileCache | None) -> None:
        self.cache = cache
        self.settings = content_key(
            PARSER_VERSION, site.language, *sorted(site.all_languages), limits.article_bytes
        )
        """Names everything but a file's path and bytes that decides what is read in it."""
        self._tree = tree
        self._site = site
        self._limits = limits

    def articles(self, files: Sequence[File]) -> tuple[list[Parsed], list[Finding]]:
        """What every file is, and the errors of those that are nothing."""
        return _all(files, self._article)

    def notices(self, files: Sequence[File]) -> tuple[list[ParsedNotice], list[Finding]]:
        """Every notice, and the errors of those that are none."""
        return _all(files, self._notice)

    def identify(self, file: File, at: dt.datetime | None) -> Public | None:
        """What could be read in a file as it was at a moment, where anything could."""
        log, most = self._tree.log, self._limits.article_bytes
        assert log is not None
        try:
            parsed = self._parse(file, lambda: log.read(file, most))
        except ContentError:
            return None
        if not isinstance(parsed, ParsedArticle) or hidden(parsed, at):
            return None
        article = parsed.article
        return Public(address(article, self._site.language), article.title, article.redirect_from)

    def forget(self) -> None:
        """Remove from the cache what nobody has asked for in a long time."""
        if self.cache:
            self.cache.prune()

    def _article(self, file: File) -> Parsed:
        if file.size > self._limits.article_bytes:
            return Fragment(file.path, self._too_large(file))
        parsed = self._parse(file, lambda: self._tree.read(file.path))
        assert parsed is not None
        return parsed

    def _notice(self, file: File) -> ParsedNotice:
        if file.size > self._limits.article_bytes:
            what = self._too_large(file)
            raise ContentError([Finding(file.path, 1, what, "shorten it", "error")])
        return parse_notice(self._tree.read(file.path), file.path, self._site.all_languages)

    def _too_large(self, file: File) -> str:
        return f"too large: {file.size:,} bytes, the limit is {self._limits.article_bytes:,}"

    def _parse(self, file: File, read: Callable[[], bytes | None]) -> Parsed | None:
        """An article or fragment, from the cache where its content is known by its digest."""
        key = content_key("parsed", file.digest, file.path, self.settings)
        cache = self.cache if file.digest else None
        found = _stored(cache.get(key)) if cache else None
        if found is not None:
            return found
        data = read()
        if data is None:
            return None
        site = self._site
        parsed = parse_article(data, file.path, site.language, site.all_languages)
        if cache is None:
            return parsed
        stored = PARSED.dump_json(parsed)
        cache.put(key, stored)
        return _stored(stored)  # the same whether or not it was read before


def _all(files: Sequence[File], parse: Callable[[File], Item]) -> tuple[list[Item], list[Finding]]:
    parsed: list[Item] = []
    errors: list[Finding] = []
    for file in files:
        try:
            parsed.append(parse(file))
        except ContentError as error:
            errors += error.findings
    return parsed, errors


def _stored(data: bytes | None) -> Parsed | None:
    try:
        return PARSED.validate_json(data or b"")
    except ValidationError:
        return None


def hidden(parsed: ParsedArticle, now: dt.datetime | None) -> str:
    """Why an article is not public at a moment; empty where it is."""
    if parsed.article.draft:
        return "a draft"
    moment = parsed.article.publish_at
    if moment and now and moment > now:
        return f"not before {moment:%Y-%m-%d %H:%M} UTC (`kb serve` publishes then)"
    return "internal" if parsed.article.visibility == "internal" else ""
