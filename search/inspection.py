"""Everything ``kb check`` looks at, in one go: the articles, their meaning, and search."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from indexer.cache import FileCache
from indexer.checks import check_centre
from indexer.checks.centre import Centre
from indexer.checks.published import refused, remarks
from indexer.encoder import Encoder
from indexer.linking import link
from indexer.notices import render_notices
from indexer.pointer import open_current
from indexer.prepare import prepare_all
from indexer.publish import Progress, nothing
from indexer.rehearsal import encode, rehearsed
from indexer.rendering import Limits
from indexer.snapshot import Snapshot
from indexer.source import Content
from kb.check_rules import NOT_FOUND, Flaw
from kb.config import Config
from kb.errors import ContentError, Finding, UnavailableError
from search.contradictions import check_contradictions
from search.duplicates import check_duplicates
from search.gate import Gate, compare
from search.gate_findings import gate_findings, gone_findings
from search.judged import Judged
from search.judged_findings import judged_findings
from search.neighbours import Corpus, neighbours
from search.renamed import Fates
from search.sides import Sides
from search.titles import check_titles

NO_SEARCH = "publishing refuses it"
LEAST_NEAR = 0.8
"""Cosine below which no check compares two passages."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """What was found; without a gate, why search was not compared."""

    flaws: tuple[Flaw, ...]
    gate: Gate | None
    no_gate: str | None
    articles: int
    encoded: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to look: ``against`` is the old content or why there is none, else the active snapshot.

    ``quick`` leaves out all that needs the model.
    """

    judged: Judged
    tolerance: float
    today: dt.date
    against: Content | str | None = None
    quick: bool = False


def inspect(content: Content, config: Config, wanted: Wanted, progress: Progress) -> Inspected:
    """Check the content as it would be published now."""
    if not content.articles and not content.refused:
        flaws = tuple(refused(nothing(content, ".")))
        return Inspected(flaws, None, "there is no article", 0, 0)
    return _Inspector(content, config, wanted, progress).inspect()


class _Inspector:
    """The parts of an inspection, and what they share."""

    def __init__(
        self, content: Content, config: Config, wanted: Wanted, progress: Progress
    ) -> None:
        self._content, self._config = content, config
        self._wanted, self._progress = wanted, progress
        self._limits = Limits(seconds=config.limits.render_seconds)
        self._flaws: list[Flaw] = []
        self._encoded = 0

    def inspect(self) -> Inspected:
        """Everything wanted, in order; what publishing refuses is in no search."""
        centre = self._centre()
        self._flaws += refused(self._content.refused)
        self._flaws += check_centre(centre)
        self._flaws += self._check_judged()
        gate, reason = None, "--quick leaves search out"
        if self._content.refused:
            reason = NO_SEARCH
        else:
            notices = render_notices(self._content.notices, centre.linked.links, self._limits)
            self._flaws += remarks(notices[1])
        if not self._wanted.quick and not self._content.refused:
            self._compare_passages(centre)
            with rehearsed(self._content, self._config, self._check_titles, self._progress) as (
                new,
                _,
            ):
                gate, reason = self._pass_gate(new)
        return Inspected(
            flaws=tuple(self._flaws),
            gate=gate,
            no_gate=reason if gate is None else None,
            articles=len(self._content.articles),
            encoded=self._encoded,
        )

    def _centre(self) -> Centre:
        content, config = self._content, self._config
        cache = FileCache(config.data / "cache" / "articles")
        on_done = self._progress.step("Rendering", len(content.articles))
        prepared = prepare_all(content, cache, self._limits, on_done)
        linked = link(content, prepared, config.site.language)
        return Centre(content, prepared, linked, config.site.language, self._wanted.today)

    def _check_judged(self) -> Iterator[Flaw]:
        own = self._wanted.judged.own
        return judged_findings(own, self._content, self._config.site.language) if own else iter(())

    def _compare_passages(self, centre: Centre) -> None:
        encoded = encode(self._content, centre.prepared, self._config, self._progress)
        if encoded is None:
            return
        self._encoded = encoded.new
        corpus = Corpus.of(centre, encoded.passages)
        near = list(neighbours(corpus, LEAST_NEAR))
        self._flaws += check_duplicates(corpus, near)
        self._flaws += check_contradictions(corpus, near)

    def _check_titles(
        self, snapshot: Snapshot, encoder: Encoder | None, on_done: Callable[[], None]
    ) -> Sequence[Finding]:
        found = check_titles(snapshot, encoder, on_done)
        self._flaws += [Flaw(NOT_FOUND, one.path, one.line, one.what, one.remedy) for one in found]
        return found

    def _pass_gate(self, new: Snapshot) -> tuple[Gate | None, str]:
        """The gate, or why there is none."""
        with self._old() as (old, reason):
            if old is None:
                return None, reason
            fates = Fates(old, new)
            if not fates.same_site:
                return None, f"{old.id} holds other articles (name the old ones with --against)"
            self._flaws += gone_findings(fates, old, new, bool(self._config.git.repo))
            judged = self._wanted.judged
            if not judged.queries:
                return None, _no_question(judged)
            sides = Sides.of(old, new, self._config.data / "models")
            on_done = self._progress.step("Asking", len(judged.queries))
            gate = compare(sides, fates, judged, self._wanted.tolerance, on_done)
            self._flaws += gate_findings(gate, sides) if gate else ()
            return gate, "no judged question has an answer"

    @contextmanager
    def _old(self) -> Iterator[tuple[Snapshot | None, str]]:
        """The old content as a snapshot, or why there is none."""
        against = self._wanted.against
        if against is None:
            yield _active(self._config.data)
        elif isinstance(against, str):
            yield None, f"nothing to compare with: {against}"
        elif not against.articles:
            yield None, "the old content has no article"
        else:
            nothing = rehearsed(against, self._config, lambda *_: (), self._progress)
            with nothing as (snapshot, _):
                yield snapshot, ""


def _active(data: Path) -> tuple[Snapshot | None, str]:
    try:
        return open_current(data), ""
    except UnavailableError as error:
        return None, f"nothing to compare with: {error} (or name the old content with --against)"


def _no_question(judged: Judged) -> str:
    if judged.own and judged.own.refused:
        return "no judged question can be read"
    return "there are no judged questions (see the article about them)"


def refusal(error: ContentError) -> Inspected:
    """What stands in for an inspection that comes upon a file that cannot be read."""
    return Inspected(tuple(refused(error.findings)), None, NO_SEARCH, 0, 0)
