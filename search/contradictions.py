"""Sentences of two articles that are nearly equal and yet say otherwise.

Found by their words within passages that are near in meaning: the same sentence with another
number, price or version, with a "not" more, or with the opposite word. These are candidates: a
person says which one is right. Numbers are compared in every language; "not" and opposites in
English alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from kb.check_rules import CONTRADICTION, Flaw
from search.duplicates import quote
from search.neighbours import Corpus, Pair

NEAR = 0.8
"""Cosine of two passages from which on they speak of one thing."""
ALIKE = 0.85
"""Share of two sentences' words that stand in the same order, facts aside."""
FEWEST_WORDS = 4

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)\]]*\s+|(?<=[。！？])|\n+")
_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[%$€£¥]")
_ZEROS = re.compile(r"(?:[.:,]0+)+$")
_IF = re.compile(r"(?:if|when|unless|whether|in case|otherwise|where)\b", re.IGNORECASE)
_NEGATIONS = frozenset(
    "not never no cannot can't couldn't don't doesn't didn't won't wouldn't isn't aren't wasn't"
    " mustn't shouldn't without".split()
)
_OPPOSITES = frozenset(
    frozenset(pair.split("/"))
    for pair in (
        "on/off enable/disable enabled/disabled allow/block allowed/blocked always/never free/paid"
        " required/optional before/after minimum/maximum above/below include/exclude"
        " includes/excludes included/excluded more/fewer open/closed increase/decrease"
        " supported/unsupported public/private"
    ).split()
)
_NAMES = frozenset("pin pins step figure option chapter table port error code".split())
"""Words after which a number is a name rather than an amount."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and its words; ``row`` is its passage's."""

    row: int
    text: str
    words: tuple[str, ...]

    @property
    def lower(self) -> tuple[str, ...]:
        """The words as they are compared: 11:00 is 11."""
        plain = (_ZEROS.sub("", word) if word[0].isdigit() else word for word in self.words)
        return tuple(word.lower().replace("’", "'") for word in plain)


def check_contradictions(corpus: Corpus, near: Sequence[Pair]) -> Iterator[Flaw]:
    """A finding for each pair of sentences that may contradict each other."""
    known: dict[int, tuple[Sentence, ...]] = {}
    seen = set()
    for pair in near:
        if pair.cosine < NEAR:
            continue
        for row in (pair.one, pair.other):
            known.setdefault(row, tuple(_sentences(row, corpus.passages[row].text)))
        for one, other in contradictions(known[pair.one], known[pair.other]):
            key = (corpus.path(one.row), one.text, corpus.path(other.row), other.text)
            if key not in seen and not _other_subject(corpus, one, other):
                seen.add(key)
                yield _flaw(corpus, one, other)


def _flaw(corpus: Corpus, one: Sentence, other: Sentence) -> Flaw:
    quotes = (quote(corpus, one.row, one.text), quote(corpus, other.row, other.text))
    mine, theirs = _difference(one, other)
    what = f"says {mine!r} where {quotes[1].path}:{quotes[1].line} says {theirs!r}"
    remedy = "find out which is right, and mend the other"
    return Flaw(CONTRADICTION, quotes[0].path, quotes[0].line, what, remedy, quotes)


def _sentences(row: int, text: str) -> Iterator[Sentence]:
    for part in _SENTENCE_END.split(text):
        words = tuple(_TOKEN.findall(part))
        if len(words) >= FEWEST_WORDS:
            yield Sentence(row, part.strip(), words)


def contradictions(
    ones: Sequence[Sentence], others: Sequence[Sentence]
) -> Iterator[tuple[Sentence, Sentence]]:
    """Pairs that differ in a fact; a sentence that the other side also has as it is differs not."""
    mine, theirs = ({one.lower for one in side} for side in (ones, others))
    for one in ones:
        for other in others:
            if one.lower not in theirs and other.lower not in mine and _contradict(one, other):
                yield one, other


def _contradict(one: Sentence, other: Sentence) -> bool:
    """Whether all that differs are facts, save for a word here and there that names nothing."""
    if abs(len(one.words) - len(other.words)) > 2 or len({*one.lower} & {*other.lower}) < 3:
        return False
    parts = [part for part in _parts(one, other) if part[0] or part[1]]
    facts = [part for part in parts if _is_fact(*part)]
    rest = [part for part in parts if part not in facts]
    changed = sum(max(len(mine), len(theirs)) for mine, theirs in rest)
    length = max(len(one.words), len(other.words))
    if not facts or changed > (1 - ALIKE) * length or any(map(_names, rest)):
        return False
    conditional = _IF.match(one.text) or _IF.match(other.text)
    return not conditional or any(_numbers(*part) for part in facts)


def _parts(one: Sentence, other: Sentence) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The stretches in which two sentences differ; a number goes with the word before it."""
    matcher = SequenceMatcher(None, one.lower, other.lower, autojunk=False)
    return [
        (one.words[a:b], other.words[c:d])
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal" and not (a and one.lower[a - 1] in _NAMES)
    ]


def _is_fact(mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    return _numbers(mine, theirs) or _opposed(mine, theirs) or _negated(mine, theirs)


def _numbers(mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    return len(mine) == len(theirs) == 1 and mine[0][0].isdigit() and theirs[0][0].isdigit()


def _opposed(mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    if len(mine) != 1 or len(theirs) != 1:
        return False
    return frozenset((mine[0].lower(), theirs[0].lower())) in _OPPOSITES


def _negated(mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """A "not" on one side alone; "don't" and "do not" are the same."""
    one, other = (frozenset(word.lower().replace("’", "'") for word in w) for w in (mine, theirs))
    return bool(one & _NEGATIONS) != bool(other & _NEGATIONS) and len(one | other) <= 2


def _names(part: tuple[tuple[str, ...], tuple[str, ...]]) -> bool:
    """Whether the difference is a name or a number of something: then so is the subject."""
    return any(word[0].isdigit() or word != word.lower() for side in part for word in side)


def _other_subject(corpus: Corpus, one: Sentence, other: Sentence) -> bool:
    """Whether what differs stands in a title or heading too: two versions, two products."""
    above = [_above(corpus, sentence.row) for sentence in (one, other)]
    different = {word.lower() for part in _parts(one, other) for side in part for word in side}
    return bool(different & (above[0] ^ above[1])) or _series(above)


def _above(corpus: Corpus, row: int) -> frozenset[str]:
    text = "\n".join((corpus.title(row), *corpus.passages[row].headings))
    return frozenset(word.lower() for word in _TOKEN.findall(text))


def _series(above: Sequence[frozenset[str]]) -> bool:
    """Whether titles and headings differ in numbers alone."""
    different = above[0] ^ above[1]
    return bool(different) and all(word[0].isdigit() for word in different)


def _difference(one: Sentence, other: Sentence) -> tuple[str, str]:
    """What differs on either side, with the word before and after it."""
    matcher = SequenceMatcher(None, one.lower, other.lower, autojunk=False)
    a, b, c, d = next(
        (a, b, c, d)
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal" and _is_fact(one.words[a:b], other.words[c:d])
    )
    return _around(one.words, a, b), _around(other.words, c, d)


def _around(words: Sequence[str], start: int, end: int) -> str:
    return " ".join(words[max(0, start - 2) : end + 2])
