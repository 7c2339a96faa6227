"""Gaps: what customers ask and nothing answers, named in their words, the costliest first.

Everything here is a pure function of cases and vectors but ``look``, which asks the engine which
article is nearest as the articles are now.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kb.insights import Gap, Missing, Wording
from kb.queries import Spellings, same
from kb.store.unresolved import Asked, Unresolved
from search.clustering import MOST, centred, clusters
from search.engine import LEAST_CONFIDENCE, Engine
from search.query import MOST_DRAFT_CHARACTERS, clean
from search.ranking import FloatArray
from search.results import SearchRequest

MOST_GAPS = 200
"""Gaps that are looked at further: nobody reads on."""
MOST_WORDINGS = 20
TRIED = 3
"""Wordings of a gap, the most typical, for which the nearest article is looked for."""
SEEN = 3
"""Hits of a list that people see: the same as a contact form shows."""
SHORT = 60
"""Characters up to which a wording makes a good title."""
OFTEN = 0.05
"""What a wording gains on others, as cosine, each time that twice as many people chose it."""
ID_DIGITS = 8

Vectors = Mapping[str, FloatArray]
"""Unit vectors of texts, without the site's own subject; see ``search.clustering.centred``."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Unresolved cases about one thing, newest first, and its wordings, most typical first.

    ``typical`` are texts as they were asked, one for each of the first wordings.
    """

    cases: tuple[Unresolved, ...]
    wordings: tuple[Wording, ...]
    typical: tuple[Asked, ...]

    @property
    def people(self) -> int:
        """Visitors: a visitor who is not known counts as one in each case."""
        return len({one.visitor or f"case {one.case}" for one in self.cases})

    @property
    def cost(self) -> int:
        """Tickets sent."""
        return sum(one.sent for one in self.cases)


@dataclass(frozen=True, slots=True)
class Nearest:
    """The article that fits a cluster best as it is now, and how likely it answers, 0 to 1."""

    article: str | None
    fit: float


def text_of(asked: Asked) -> str:
    """What is encoded of a question."""
    return clean(asked.query, MOST_DRAFT_CHARACTERS) or " "


def texts_of(cases: Sequence[Unresolved]) -> tuple[str, ...]:
    """Everything that ``find`` needs the vectors of."""
    return tuple(sorted({text_of(asked) for case in cases for asked in case.asked}))


def subject(titles: FloatArray) -> FloatArray:
    """What a site's articles have in common: the mean of title vectors (articles, dimensions)."""
    return np.asarray(titles.mean(axis=0), dtype=np.float32)


def without_subject(
    texts: Sequence[str], vectors: FloatArray, centre: FloatArray
) -> dict[str, FloatArray]:
    """Texts and their unit vectors, shape (texts, dimensions), as ``find`` takes them."""
    return dict(zip(texts, centred(vectors, centre), strict=True))


def find(cases: Sequence[Unresolved], vectors: Vectors) -> tuple[Cluster, ...]:
    """Clusters of cases that ask the same, those that cost most first; each case in one at most.

    A case stands where the middle of its questions is. Of very many the newest are looked at.
    """
    ordered = sorted(cases, key=lambda one: (one.started, one.case), reverse=True)
    looked_at = list(_newest(ordered))
    if not looked_at:
        return ()
    places = np.asarray([_place(one, vectors) for one in looked_at], dtype=np.float32)
    found = []
    for rows in clusters(places):
        middle = places[list(rows)].mean(axis=0)
        found.append(_cluster([looked_at[row] for row in rows], vectors, middle))
    return tuple(sorted(found, key=_rank))


def _newest(ordered: Sequence[Unresolved]) -> Iterator[Unresolved]:
    """Cases until they ask too many different things to compare."""
    known: set[frozenset[str]] = set()
    for one in ordered:
        known.add(frozenset(map(text_of, one.asked)))
        if len(known) > MOST:
            return
        yield one


def _place(case: Unresolved, vectors: Vectors) -> FloatArray:
    texts = sorted({text_of(asked) for asked in case.asked})
    middle = np.mean([vectors[text] for text in texts], axis=0)
    return np.asarray(middle / (np.linalg.norm(middle) or 1), dtype=np.float32)


def _rank(cluster: Cluster) -> tuple[int, int, str]:
    """By people; a ticket counts as one more."""
    return -(cluster.people + cluster.cost), -len(cluster.cases), cluster.wordings[0].query


def _cluster(cases: Sequence[Unresolved], vectors: Vectors, middle: FloatArray) -> Cluster:
    spellings = Spellings()
    asked_in: dict[str, set[str]] = defaultdict(set)
    texts: dict[str, Asked] = {}
    for case in cases:
        for asked in case.asked:
            key = spellings.add(_shown(asked))
            asked_in[key].add(case.case)
            texts.setdefault(key, asked)
    ordered = sorted(
        asked_in,
        key=lambda key: (-_typical(vectors[text_of(texts[key])], middle, key, asked_in), key),
    )
    return Cluster(
        cases=tuple(cases),
        wordings=tuple(
            Wording(query=spellings.usual(key), cases=len(asked_in[key]))
            for key in ordered[:MOST_WORDINGS]
        ),
        typical=tuple(texts[key] for key in ordered[:TRIED]),
    )


def _shown(asked: Asked) -> str:
    """A question in one line: of a draft its subject."""
    lines = [clean(line) for line in asked.query.splitlines()]
    return next(filter(None, lines), "")


def _typical(
    vector: FloatArray, middle: FloatArray, wording: str, asked_in: Mapping[str, set[str]]
) -> float:
    """How well a wording stands for all: near the middle, chosen by many, and short."""
    often = OFTEN * math.log2(len(asked_in[wording]))
    short = min(1.0, SHORT / max(len(wording), 1))
    return float(vector @ middle / (np.linalg.norm(middle) or 1)) * short + often


def look(engine: Engine, found: Sequence[Cluster]) -> tuple[Gap, ...]:
    """The first clusters as gaps, each with the nearest article and why it did not do."""
    taken: set[str] = set()
    gaps = []
    for cluster in found[:MOST_GAPS]:
        id_ = _new_id(cluster.wordings[0].query, taken)
        gaps.append(gap(cluster, nearest(engine, cluster), id_))
    return tuple(gaps)


def _new_id(title: str, taken: set[str]) -> str:
    """Digest of the title: the same from run to run while people ask in the same words."""
    id_, again = "", 0
    while not id_ or id_ in taken:
        text = same(title) + "\0" * again
        id_, again = hashlib.sha256(text.encode()).hexdigest()[:ID_DIGITS], again + 1
    taken.add(id_)
    return id_


def gap(cluster: Cluster, near: Nearest, id_: str) -> Gap:
    """A cluster in the words of the dashboard."""
    started = [one.started for one in cluster.cases]
    return Gap(
        id=id_,
        title=cluster.wordings[0].query,
        cases=len(cluster.cases),
        people=cluster.people,
        cost=cluster.cost,
        failed=sum(one.outcome == "failed" for one in cluster.cases),
        first=min(started),
        last=max(started),
        wordings=cluster.wordings,
        nearest=near.article,
        fit=round(near.fit, 4),
        missing=missing(cluster.cases, near),
        case_ids=tuple(one.case for one in cluster.cases),
    )


def nearest(engine: Engine, cluster: Cluster) -> Nearest:
    """The article that search puts highest for the most typical wordings together."""
    scores: Counter[int] = Counter()
    likely = []
    for asked in cluster.typical:
        is_draft = asked.surface == "suggest"
        ranked = engine.rank(SearchRequest(text_of(asked), lang=asked.lang, draft=is_draft))
        likely.append(ranked.confidence)
        scores.update({row: ranked.score(row) for row in ranked.rows})
    if not scores:
        return Nearest(None, 0.0)
    best = max(scores, key=lambda row: (scores[row], -row))
    site_lang = engine.snapshot.manifest.site_lang
    return Nearest(engine.snapshot.articles[best].name(site_lang), float(np.mean(likely)))


def missing(cases: Sequence[Unresolved], near: Nearest) -> Missing:
    """Why the nearest article did not do: what happened with it in most cases.

    Where hardly any article is likely to answer, nothing is near, whatever was shown.
    """
    if near.article is None or near.fit < LEAST_CONFIDENCE:
        return "nothing_near"
    happened = Counter(_happened(one, near.article) for one in cases)
    order: tuple[Missing, ...] = ("did_not_help", "not_opened", "ranked_low")
    return max(order, key=lambda why: happened[why])


def _happened(case: Unresolved, article: str) -> Missing:
    if article in case.opened or article in case.rejected:
        return "did_not_help"
    if any(article in asked.articles[:SEEN] for asked in case.asked):
        return "not_opened"
    return "ranked_low"
