"""How hard an article is to read, by the Automated Readability Index.

The index needs no count of syllables, which programs can only guess: it is taken from the length
of words and sentences (Smith, Senter 1967, "Automated Readability Index", AMRL-TR-66-220). Its
figures are grades of American schools and hold for English only, so other languages are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.checks.centre import Centre
from kb.check_rules import HARD_TO_READ, Flaw
from kb.page import Page

GRADE = 14.0
"""Grade from which on an article is told of: texts for college readers."""
FEWEST_WORDS = 100
"""Words of prose below which the index says nothing."""
WORST = 10
"""Articles that are told of, the hardest: a list of half the site helps nobody."""

_SENTENCE_END = re.compile(r"(?<=[.!?:])[\"”’)\]]*\s+")
_WORD = re.compile(r"[^\W\d_]+(?:['’/-][^\W\d_]+)*")
_AROUND = ".,:;!?()[]\"'“”‘’…*"
_LONGEST_WORD = 20


@dataclass(frozen=True, slots=True)
class Reading:
    """Grade of a text, and its longest sentence."""

    grade: float
    longest: str
    words: int
    """Of the longest sentence."""


def check_reading(centre: Centre) -> Iterator[Flaw]:
    """The hardest articles, each at its longest sentence."""
    found = []
    for parsed, page, written in centre.pages():
        reading = read(_sentences(page)) if parsed.article.lang.split("-")[0] == "en" else None
        if reading and reading.grade >= GRADE:
            line = written.line_of(reading.longest)
            what = (
                f"hard to read (grade {reading.grade:.0f} of the Automated Readability Index); "
                f"the longest sentence has {reading.words} words"
            )
            flaw = Flaw(HARD_TO_READ, parsed.article.path, line, what, "shorten or split sentences")
            found.append((-reading.grade, flaw.path, flaw))
    return (flaw for *_, flaw in sorted(found)[:WORST])


def _sentences(page: Page) -> list[str]:
    """Sentences of prose; a list item or paragraph ends one, tables and code are none."""
    blocks = [block for section in page.sections for block in section.blocks]
    texts = [block.text for block in blocks if block.kind in ("paragraph", "item")]
    return [part for text in texts for part in _SENTENCE_END.split(text) if part.strip()]


def read(sentences: Sequence[str]) -> Reading | None:
    """4.71 characters a word + 0.5 words a sentence - 21.43; None where there is too little text.

    Names of files and settings, which are longer than words, do not count.
    """
    counted = [_words(sentence) for sentence in sentences]
    words = [word for one in counted for word in one]
    if len(words) < FEWEST_WORDS:
        return None
    characters = sum(map(len, words)) / len(words)
    grade = 4.71 * characters + 0.5 * len(words) / sum(map(bool, counted)) - 21.43
    row = max(range(len(sentences)), key=lambda row: len(counted[row]))
    return Reading(grade, sentences[row], len(counted[row]))


def _words(sentence: str) -> list[str]:
    words = (word.strip(_AROUND) for word in sentence.split())
    return [word for word in words if len(word) <= _LONGEST_WORD and _WORD.fullmatch(word)]
