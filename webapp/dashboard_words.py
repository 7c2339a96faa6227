"""Figures in words, the same on every page of the dashboard: a share is never without its sample.

Pure, and English: the people who write the articles read it, customers do not.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from kb.events import EventType, Outcome, Reason, Rejection, Surface
from kb.figures import Difference, Share
from kb.insights import Missing
from kb.store.case_insights import Ending

NARROW = 0.05
"""Intervals below this width get a decimal, as in ``kb report``."""
FEWEST = 20
"""Cases on each side of a comparison before its result is said: one case is no finding."""
SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

SURFACES: dict[Surface, str] = {
    "portal": "Help centre",
    "api": "API",
    "suggest": "Contact form",
    "widget": "Widget",
}
OUTCOMES: dict[Outcome, str] = {
    "resolved": "Resolved",
    "assumed": "Assumed",
    "failed": "Failed",
    "contacted": "Contacted",
}
REASONS: dict[Reason, str] = {
    "not_related": "Not related",
    "did_not_answer": "Did not answer",
    "out_of_date": "Out of date",
    "hard_to_follow": "Hard to follow",
}
REJECTIONS: dict[Rejection, str] = {
    "duplicate": "second vote",
    "rate": "too many in an hour",
    "robot": "robot",
    "not_shown": "article was not shown",
}
MISSING: dict[Missing, str] = {
    "nothing_near": "No article is near",
    "not_opened": "It was shown, but not opened",
    "did_not_help": "It was read, but did not help",
    "ranked_low": "It came too low in the list",
}
ADVICE: dict[Missing, str] = {
    "nothing_near": "Write it: a draft with these words is ready.",
    "not_opened": "If it answers this, let its title say so; if not, write the article that does.",
    "did_not_help": "Read it as these people did: add what is missing, or write the article.",
    "ranked_low": "If it answers this, add these words to its keywords; if not, write the article.",
}
"""What a writer can do about a gap."""
STEPS: dict[EventType, str] = {
    "open": "Opened",
    "read": "Read",
    "resolved": "Voted: this solved it",
    "not_resolved": "Voted: this did not solve it",
    "suggestion_open": "Opened a suggestion",
    "suggestion_reject": "Turned a suggestion down",
    "suggestion_resolved": "A suggestion solved it",
    "rating": "Rated",
    "form_open": "Opened the contact form",
    "contact": "Sent a ticket",
}
ENDINGS: dict[Ending, str] = {
    "ended": "All that ended.",
    "helped": "Resolved or assumed, and put down to it.",
    "elsewhere": "Resolved or assumed, and put down to another article.",
    "resolved": "The visitor said that it was solved.",
    "assumed": "An article was read, and nothing asked after it.",
    "failed": "Left without an answer, or with the vote that it was not solved.",
    "contacted": "A ticket was sent.",
    "taken_back": "A ticket was sent after it seemed to be solved.",
    "busy": "The visitor may still be there.",
    "silent": "Nothing can be said of them.",
}
Tone = Literal["good", "bad", "even"]


def number(value: int) -> str:
    """``1,234``."""
    return f"{value:,}"


def counted(value: int, one: str, many: str = "") -> str:
    """``1 case``, ``1,234 cases``."""
    return f"{value:,}{SPACE}{one if value == 1 else many or one + 's'}"


def percent(share: float | None, digits: int = 0) -> str:
    """``28 %``; a dash where there is nothing to take a share of."""
    return "–" if share is None else f"{100 * share:.{digits}f}{SPACE}%"


def headline(share: Share) -> str:
    """A share as a large number."""
    return percent(share.share, _digits(share))


def sure(share: Share) -> str:
    """``21 to 37 %``: the 95 % interval; empty without cases."""
    if share.low is None or share.high is None or not share.total:
        return ""
    digits = _digits(share)
    return f"{100 * share.low:.{digits}f} to {percent(share.high, digits)}"


def sample(share: Share, one: str = "case", many: str = "") -> str:
    """``34 of 120 cases``."""
    return f"{share.count:,} of {counted(share.total, one, many)}"


def points(change: Difference) -> str:
    """``+3.1``: how many more in a hundred."""
    return "–" if change.value is None else _signed(change.value)


def points_sure(change: Difference) -> str:
    """``−1.0 to +7.2``."""
    if change.low is None or change.high is None:
        return ""
    return f"{_signed(change.low)} to {_signed(change.high)}"


def is_clear(change: Difference) -> bool:
    """Whether it is more than chance explains: the interval leaves out zero."""
    if change.low is None or change.high is None:
        return False
    return change.low > 0 or change.high < 0


def tone(change: Difference, more_is_good: bool) -> Tone:
    """Whether a change is for the better, the worse, or may be chance."""
    if not is_clear(change) or change.value is None:
        return "even"
    return "good" if (change.value > 0) == more_is_good else "bad"


def change_words(change: Difference) -> str:
    """``3.1 points more than before``, or that nothing can be said."""
    if change.value is None:
        return "nothing to compare with before"
    if not is_clear(change):
        return "no clear change"
    more = "more" if change.value > 0 else "less"
    return f"{100 * abs(change.value):.1f} points {more} than before"


def day(moment: dt.datetime | dt.date) -> str:
    """``22 Nov 2026``."""
    return f"{moment.day} {moment:%b %Y}"


def minute(moment: dt.datetime) -> str:
    """``22 Nov 2026, 09:02``, in UTC as everything here."""
    return f"{day(moment)}, {moment:%H:%M}"


def _signed(value: float) -> str:
    text = f"{100 * abs(value):.1f}"
    return f"{MINUS if value < 0 and float(text) else '+'}{text}"


def _digits(share: Share) -> int:
    if share.low is None or share.high is None:
        return 0
    return 1 if share.high - share.low < NARROW else 0


def is_early(*sides: Share) -> bool:
    """Whether a side of a comparison has so few cases that its difference says nothing yet."""
    return min(one.total for one in sides) < FEWEST
