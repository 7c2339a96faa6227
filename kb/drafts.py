"""The first text of an article, by title alone or by what a gap asks for: nobody starts empty.

What people typed goes into ``keywords``, so that the article is found by these words from its first
day. It comes from visitors, so nothing of it may end a comment or the front matter.
"""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

from kb.cards import CARD
from kb.errors import ConfigError
from kb.insights import Gap, Missing
from kb.masking import EMAIL, IBAN
from kb.phones import PHONE

MOST_KEYWORDS = 12
MOST_NAMED = 10
LONGEST_KEYWORD = 80
LONGEST_NAME = 60
UNTITLED = "Untitled"
WHY: dict[Missing, str] = {
    "nothing_near": "No article is about this.",
    "not_opened": "{nearest} was shown and not opened: does its title say that it answers this?",
    "did_not_help": "{nearest} was opened and did not resolve it: what is missing there?",
    "ranked_low": "{nearest} was not among the first hits: it may lack the words people use.",
}
"""What a writer should look at first, by why the nearest article did not do."""
_MASK = re.compile("|".join(map(re.escape, (CARD, EMAIL, IBAN, PHONE))))
_REFUSED = frozenset({"Cc", "Cn", "Co", "Cs"})
"""Control characters and code points that are none."""

_TEMPLATE = """---
title: {title}
keywords:
{keywords}
draft: true
owner: ""
---

<!--
{people} asked this between {first:%Y-%m-%d} and {last:%Y-%m-%d}; {tickets}.
{why}

They asked:
{wordings}

Take out this comment, and `draft: true`, when the article is ready.
-->

<!-- Answer in one or two sentences what most people want to know. -->

## What to do

1. <!-- The first step, as it stands on the screen. -->

## If that does not help

<!-- What to check, and whom to ask. -->
"""

_BLANK = """---
title: {title}
summary: ""
keywords:
  # - words that customers use and the text does not
draft: true
owner: ""
---

<!-- Answer in one or two sentences what most people want to know. -->

## What to do

1. <!-- The first step, as it stands on the screen. -->

## If that does not help

<!-- What to check, and whom to ask. -->

<!-- Take out `draft: true` when the article is ready. -->
"""


def blank(title: str) -> str:
    """Markdown of an article that has nothing but its title yet; ConfigError without one."""
    if not _line(title):
        raise ConfigError(f"title {title!r}: nothing to read (say what the article answers)")
    return _BLANK.format(title=_quoted(title))


def draft(gap: Gap) -> str:
    """Markdown with front matter, ready to be filled in."""
    return _TEMPLATE.format(
        title=_quoted(title_of(gap)),
        keywords="\n".join(f"  - {_quoted(one)}" for one in _keywords(gap)),
        people=_number(gap.people, "person", "people"),
        tickets="none sent a message" if not gap.cost else _messages(gap.cost),
        first=gap.first,
        last=gap.last,
        why=_commented(WHY[gap.missing].format(nearest=gap.nearest)),
        wordings="\n".join(
            f"- {_commented(one.query)} ({_number(one.cases, 'case', 'cases')})"
            for one in gap.wordings[:MOST_NAMED]
        ),
    )


def title_of(gap: Gap) -> str:
    """What the article may be called: as people ask, without what was masked in it."""
    return _unmasked(gap.title) or UNTITLED


def file_name(title: str, number: int = 1) -> str:
    """``how-to-print.md``: letters and digits of any script; ``number`` makes another one."""
    plain = unicodedata.normalize("NFKC", title).casefold()
    words = re.findall(r"[^\W_]+", plain)
    name = "-".join(words)[:LONGEST_NAME].strip("-") or "article"
    return f"{name}.md" if number == 1 else f"{name}-{number}.md"


def write_new(folder: Path, title: str, text: str) -> Path:
    """Write a new article to a file named by its title that does not exist yet; its path.

    ConfigError where the folder cannot be written to.
    """
    number = 1
    try:
        folder.mkdir(parents=True, exist_ok=True)
        while True:
            path = folder / file_name(title, number)
            try:
                with path.open("x", encoding="utf-8") as file:
                    file.write(text)
            except FileExistsError:
                number += 1
            else:
                return path
    except OSError as error:
        raise ConfigError(f"{folder}: {error.strerror} (name a folder with --into)") from None


def _keywords(gap: Gap) -> list[str]:
    """Wordings that are short enough to be one; the title is searched anyway.

    Nobody will search for what stands for an address or a number.
    """
    known = {title_of(gap).casefold(): ""}
    for one in gap.wordings:
        words = _unmasked(one.query)
        if len(words) <= LONGEST_KEYWORD:
            known.setdefault(words.casefold(), words)
    chosen = [words for words in known.values() if words]
    return chosen[:MOST_KEYWORDS] or [title_of(gap)[:LONGEST_KEYWORD]]


def _unmasked(text: str) -> str:
    return _line(_MASK.sub(" ", text))


def _line(text: str) -> str:
    """Text on one line, without characters that YAML does not take."""
    kept = (one for one in text if unicodedata.category(one) not in _REFUSED or one.isspace())
    return " ".join("".join(kept).replace("\ufeff", "").split())


def _quoted(text: str) -> str:
    """A YAML scalar: JSON is YAML."""
    return json.dumps(_line(text), ensure_ascii=False)


def _commented(text: str) -> str:
    """Text that cannot end a comment."""
    return re.sub(r"-{2,}", "-", _line(text)).replace("<", "‹").replace(">", "›")


def _number(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _messages(count: int) -> str:
    return f"{_number(count, 'message was', 'messages were')} sent"
