"""Articles that say nearly the same: candidates by meaning, confirmed by their words.

Meaning alone would take two steps on one subject for the same text, words alone every shared menu
path; both together are a copy.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.passages import Passage
from kb.check_rules import NEAR_DUPLICATE, Flaw, Quote
from search.neighbours import Corpus, Pair

NEAR = 0.9
"""Cosine from which on two passages may say the same."""
SHARED = 0.5
"""Share of their distinct words that two such passages have in common (Jaccard)."""
MOSTLY = 0.5
"""Share of an article's words that stand in such passages, from which on it is a double."""
FEWEST_WORDS = 40
"""Words of a double below which it is a stub or a list of links."""
QUOTED = 300
"""Characters of a passage that are shown."""

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d[\w.]*|\W")


@dataclass(frozen=True, slots=True)
class Double:
    """Two articles and the passages of theirs that say the same, nearest first.

    ``share`` is the larger of the two shares of words; ``smaller`` the row it belongs to.
    """

    smaller: int
    larger: int
    share: float
    pairs: Sequence[Pair]


def check_duplicates(corpus: Corpus, near: Sequence[Pair]) -> Iterator[Flaw]:
    """A finding for each pair of articles that say nearly the same."""
    for double in doubles(corpus, near):
        best = double.pairs[0]
        mine = corpus.passages[best.one].article == double.smaller
        rows = (best.one, best.other) if mine else (best.other, best.one)
        quotes = tuple(quote(corpus, row, corpus.passages[row].text) for row in rows)
        what = f"{double.share:.0%} of it says nearly the same as {quotes[1].path}"
        remedy = "keep one and let `redirect_from` lead there, or say what sets them apart"
        yield Flaw(NEAR_DUPLICATE, quotes[0].path, quotes[0].line, what, remedy, quotes)


def doubles(corpus: Corpus, near: Sequence[Pair]) -> Iterator[Double]:
    """Pairs of articles of which one is mostly found in the other."""
    found: dict[tuple[int, int], list[Pair]] = defaultdict(list)
    for pair in near:
        if pair.cosine >= NEAR and _shares(corpus.passages[pair.one], corpus.passages[pair.other]):
            rows = corpus.passages[pair.one].article, corpus.passages[pair.other].article
            found[rows].append(pair)
    sizes: dict[int, int] = defaultdict(int)
    for passage in corpus.passages:
        sizes[passage.article] += len(_WORD.findall(passage.text))
    for (one, other), pairs in found.items():
        share, smaller = max(
            (_covered(corpus, {pair.one for pair in pairs}) / max(1, sizes[one]), one),
            (_covered(corpus, {pair.other for pair in pairs}) / max(1, sizes[other]), other),
        )
        if share >= MOSTLY and sizes[smaller] >= FEWEST_WORDS and not _series(corpus, pairs[0]):
            best = sorted(pairs, key=lambda pair: -pair.cosine)
            yield Double(smaller, other if smaller == one else one, share, best)


def _shares(one: Passage, other: Passage) -> bool:
    mine, theirs = _words(one.text), _words(other.text)
    return len(mine & theirs) >= SHARED * len(mine | theirs)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _covered(corpus: Corpus, rows: set[int]) -> int:
    return sum(len(_WORD.findall(corpus.passages[row].text)) for row in rows)


def _series(corpus: Corpus, pair: Pair) -> bool:
    """Whether titles differ in numbers alone: bulletins and releases are written from one mould."""
    titles = (corpus.title(pair.one), corpus.title(pair.other))
    one, other = (_NUMBER.sub("", title).casefold() for title in titles)
    return one == other and titles[0].casefold() != titles[1].casefold()


def quote(corpus: Corpus, row: int, text: str) -> Quote:
    """A text of a passage with its place."""
    parsed = corpus.centre.content.articles[corpus.passages[row].article]
    shown = " ".join(text.split())
    cut = shown if len(shown) <= QUOTED else f"{shown[:QUOTED].rsplit(' ', 1)[0]} …"
    return Quote(parsed.article.path, corpus.written(row).line_of(text), cut)
