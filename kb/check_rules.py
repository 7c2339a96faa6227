"""What ``kb check`` may say: every rule with its name, its level and why a writer should care.

The names are a contract: pipelines leave rules out by name, and code hosts file findings under it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note")
"""Gravest first."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of finding; ``why`` is what it does to a reader."""

    name: str
    level: Level
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A text at another place, shown side by side with the finding's own."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Flaw:
    """One finding; where it compares texts, ``quotes`` holds them, its own first."""

    rule: Rule
    path: str
    line: int
    what: str
    remedy: str
    quotes: tuple[Quote, ...] = ()

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what} ({self.remedy})"


REFUSED = Rule("refused", "error", "Cannot be published", "`kb publish` stops at this.")
BROKEN_LINK = Rule(
    "broken-link", "error", "Broken link", "The link is left out of the page; its text stays."
)
MISSING_IMAGE = Rule(
    "missing-image", "error", "Missing image", "The page shows the alternative text in its place."
)
BROKEN_ANCHOR = Rule(
    "broken-anchor",
    "warning",
    "Link to a heading that is not there",
    "The reader lands at the top of the page, or stays where they are.",
)
MISSING_ALT = Rule(
    "missing-alt",
    "warning",
    "Image without alternative text",
    "People who listen to the page do not learn what it shows, and search cannot find it.",
)
HEADING_ORDER = Rule(
    "heading-order",
    "note",
    "Heading levels that jump",
    "The outline that screen readers and the table of contents show is not the one meant.",
)
SECOND_TITLE = Rule(
    "second-title",
    "note",
    "Heading of level 1 beside the title",
    "The title is the page's heading of level 1; others are shown a level lower.",
)
ORPHAN = Rule(
    "orphan",
    "note",
    "Article that nothing links to",
    "Only search and the list of its category lead here.",
)
OVERDUE = Rule(
    "review-overdue",
    "warning",
    "Review overdue",
    "What it says may be out of date: `review_by` is past.",
)
FRONT_MATTER = Rule(
    "front-matter",
    "warning",
    "Front matter that cannot be used",
    "The line has no effect, unless it may have been meant to hide the article.",
)
UNKNOWN_KEY = Rule(
    "unknown-key", "note", "Unknown key in the front matter", "It is kept and has no effect."
)
MARKUP = Rule(
    "markup", "note", "Markup that is left out", "Readers do not see what was meant here."
)
LEFT_OUT = Rule("left-out", "note", "File that is left out", "It is no article of the site.")
NOT_FOUND = Rule(
    "title-not-found",
    "note",
    "Article that its own title does not find",
    "Who types the title finds ten other articles.",
)
REMARK = Rule("publish-note", "note", "Note of `kb publish`", "See the article about its messages.")
NEAR_DUPLICATE = Rule(
    "near-duplicate",
    "warning",
    "Two articles say nearly the same",
    "They compete in search, and one day only one of them will be mended.",
)
CONTRADICTION = Rule(
    "contradiction",
    "warning",
    "Two articles may contradict each other",
    "The reader does not know which one is right.",
)
HARD_TO_READ = Rule(
    "hard-to-read",
    "note",
    "Hard to read",
    "Customers in trouble read in a hurry, and many in a second language.",
)
ADDRESS_GONE = Rule(
    "address-gone",
    "warning",
    "Address that leads nowhere any more",
    "Bookmarks, mails and other sites still link to it.",
)
ANSWER_LOST = Rule(
    "answer-lost",
    "error",
    "A much-asked question loses its answer",
    "Customers who ask this do not find any more what helped them before.",
)
SEARCH_WORSE = Rule(
    "search-worse",
    "warning",
    "A judged question is answered worse",
    "The article that answers stands lower in the results than before.",
)
SEARCH_GATE = Rule(
    "search-gate",
    "error",
    "Search is worse than the tolerance allows",
    "The judged questions as a whole are answered worse than before.",
)
JUDGED_REFUSED = Rule(
    "judged-refused",
    "error",
    "Judged query that cannot be read",
    "The search gate does not ask it, and `kb evaluate` stops at this.",
)
JUDGED_UNKNOWN = Rule(
    "judged-unknown",
    "note",
    "Judged query without its question or its article",
    "The search gate cannot see whether an edit makes this answer better or worse.",
)

RULES: Mapping[str, Rule] = {
    rule.name: rule
    for rule in (
        REFUSED,
        BROKEN_LINK,
        MISSING_IMAGE,
        ANSWER_LOST,
        SEARCH_GATE,
        JUDGED_REFUSED,
        BROKEN_ANCHOR,
        MISSING_ALT,
        OVERDUE,
        FRONT_MATTER,
        NEAR_DUPLICATE,
        CONTRADICTION,
        ADDRESS_GONE,
        SEARCH_WORSE,
        HEADING_ORDER,
        SECOND_TITLE,
        ORPHAN,
        UNKNOWN_KEY,
        MARKUP,
        LEFT_OUT,
        NOT_FOUND,
        JUDGED_UNKNOWN,
        REMARK,
        HARD_TO_READ,
    )
}
"""Every rule by its name, gravest first."""


def fails(flaw: Flaw, least: Level) -> bool:
    """Whether a finding is at least as grave as ``least``."""
    return LEVELS.index(flaw.rule.level) <= LEVELS.index(least)
