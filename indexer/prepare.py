"""Everything about an article that depends on it alone: rendered, split and analysed, once.

The result is cached by content, so that a publish works only on what was edited.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace

from pydantic import TypeAdapter, ValidationError

from indexer.analysis import ANALYSIS_VERSION, Word, analyse, words
from indexer.cache import FileCache, content_key
from indexer.passages import SPLITTER_VERSION, Passage, split
from indexer.places import Spans
from indexer.postings import FieldTerms
from indexer.rendering import GivenUp, Job, Limits, render_all
from indexer.source import Content
from kb.articles import Article, ParsedArticle
from kb.foreign import needed
from kb.markdown import RENDERER_VERSION
from kb.page import Page


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article ready for the index; the last three go with ``passages`` by position."""

    page: Page
    passages: tuple[Passage, ...]
    terms: tuple[FieldTerms, ...]
    spans: tuple[Spans, ...]
    words: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Analysed:
    """A passage as the index knows it."""

    terms: FieldTerms
    spans: Spans
    words: tuple[str, ...]


PREPARED = TypeAdapter(Prepared)
PREPARED_VERSION = 2
"""Raise it when more is kept of the same article, although it is found as before."""


def prepare_all(
    content: Content,
    cache: FileCache,
    limits: Limits,
    on_done: Callable[[], None],
) -> list[Prepared]:
    """Prepared articles in the order given; ``on_done`` is called once for each."""
    articles, fragments = content.articles, content.fragments
    jobs = [job_of(one, fragments) for one in articles]
    keys = [_key(one.article, job) for one, job in zip(articles, jobs, strict=True)]
    found = [_cached(cache, key, on_done) for key in keys]
    missing = [row for row, one in enumerate(found) if one is None]
    pages = render_all([jobs[row] for row in missing], limits, on_done) if missing else []
    for row, page in zip(missing, pages, strict=True):
        found[row] = prepared = _prepare(articles[row].article, page)
        if not isinstance(page, GivenUp):  # another time the machine may have more time or memory
            cache.put(keys[row], PREPARED.dump_json(prepared))
    return [_numbered(one, row) for row, one in enumerate(found) if one is not None]


def job_of(parsed: ParsedArticle, fragments: Mapping[str, str]) -> Job:
    """What is to be rendered of an article; ``fragments`` are all that it could include."""
    article = parsed.article
    return Job(
        article.path,
        parsed.body,
        article.title,
        parsed.first_line,
        page=article.extra,
        fragments=needed(parsed.body, fragments),
    )


def _key(article: Article, job: Job) -> str:
    """A name for everything that the prepared article depends on."""
    versions = (PREPARED_VERSION, RENDERER_VERSION, SPLITTER_VERSION, ANALYSIS_VERSION)
    return content_key(*versions, article.lang, article.keywords, *astuple(job))


def _cached(cache: FileCache, key: str, on_done: Callable[[], None]) -> Prepared | None:
    """What an earlier publish prepared; what another version stored is as if it were not there."""
    try:
        prepared = PREPARED.validate_json(cache.get(key) or b"")
    except ValidationError:
        return None
    on_done()
    return prepared


def _prepare(article: Article, page: Page) -> Prepared:
    passages = split(0, page.sections)
    analysed = [_analyse(article, passage) for passage in passages]
    return Prepared(
        page,
        passages,
        terms=tuple(one.terms for one in analysed),
        spans=tuple(one.spans for one in analysed),
        words=tuple(one.words for one in analysed),
    )


def _analyse(article: Article, passage: Passage) -> Analysed:
    """Terms of a passage by field, where they stand, and its distinct words for spelling."""
    body = words(passage.text, article.lang)
    around = "\n".join((article.title, *article.keywords, *passage.headings))
    terms = FieldTerms(
        title=tuple(analyse(article.title, article.lang)),
        headings=tuple(analyse("\n".join(passage.headings), article.lang)),
        body=tuple(word.term for word in body),
        keywords=tuple(analyse("\n".join(article.keywords), article.lang)),
    )
    spans = Spans(tuple(word.start for word in body), tuple(word.end for word in body))
    seen = _surfaces(passage.text, body) | _surfaces(around, words(around, article.lang))
    return Analysed(terms, spans, tuple(sorted(seen)))


def _surfaces(text: str, found: Sequence[Word]) -> set[str]:
    return {text[word.start : word.end].casefold() for word in found}


def _numbered(prepared: Prepared, row: int) -> Prepared:
    """Passages are cached without their article's row, which changes as others come and go."""
    passages = tuple(replace(passage, article=row) for passage in prepared.passages)
    return replace(prepared, passages=passages)
