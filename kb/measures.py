"""What is counted of what: one table from which both the figures and the cases behind them come.

A figure and its list of cases can so never disagree, and each figure has one sentence that says
what it counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

Value = str | bool | None
Condition = Mapping[str, tuple[Value, ...]]
"""Facts of a case (kb.store.groups.Group) and the values that each may have: all must hold."""

ENDED: Final = ("resolved", "assumed", "failed", "contacted")
HELPED: Final = ("resolved", "assumed")


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure: of the cases for which ``base`` holds, those for which ``hit`` does too.

    ``name`` is its dotted place in kb.figures.Overview; both conditions are None where what is
    counted are no cases.
    """

    name: str
    title: str
    says: str
    base: Condition | None = None
    hit: Condition | None = None


_ALL: Condition = {}
_ENDED: Condition = {"outcome": ENDED}
_HELPED: Condition = {"outcome": HELPED}
_RESOLVED: Condition = {"outcome": ("resolved",)}
_ASSUMED: Condition = {"outcome": ("assumed",)}
_SEARCHED: Condition = {"searched": (True,), "busy": (False,), "outcome": ENDED}
_FORM: Condition = {"form": (True,), "busy": (False,), "holdout": (False,)}
_OFFERED: Condition = {**_FORM, "offered": (True,)}
_HELD: Condition = {**_OFFERED, "holdout": (True,)}
_SENT_SINCE: Condition = {"sent_since": (True,)}
_REMEMBERED: Condition = {**_SEARCHED, "remembering": (True,), "plain": (False,)}
_PLAIN: Condition = {**_REMEMBERED, "plain": (True,)}

_OF_CASES = (
    Measure(
        "cases",
        "Cases",
        "Cases that began in the period: attempts of one visitor to solve one thing.",
        _ALL,
        _ALL,
    ),
    Measure(
        "helped",
        "Helped",
        "Cases that were resolved or assumed to be, of those that ended.",
        _ENDED,
        _HELPED,
    ),
    Measure(
        "outcomes.resolved",
        "Resolved",
        "Cases whose visitor said that an article or a suggestion solved it, of those that ended.",
        _ENDED,
        _RESOLVED,
    ),
    Measure(
        "outcomes.assumed",
        "Assumed",
        "Cases in which an article was read and nothing asked or sent in the 30 minutes after, "
        "of those that ended.",
        _ENDED,
        _ASSUMED,
    ),
    Measure(
        "outcomes.failed",
        "Failed",
        "Cases that were left without reading, or after one more question, or with the vote that "
        "it was not solved, of those that ended.",
        _ENDED,
        {"outcome": ("failed",)},
    ),
    Measure(
        "outcomes.contacted",
        "Contacted",
        "Cases in which a ticket was sent, of those that ended.",
        _ENDED,
        {"outcome": ("contacted",)},
    ),
    Measure(
        "outcomes.taken_back",
        "Taken back",
        "Contacted cases that had been resolved or assumed at most 72 hours before, of the "
        "contacted ones.",
        {"outcome": ("contacted",)},
        {"taken_back": (True,)},
    ),
    Measure(
        "outcomes.busy",
        "Still there",
        "Cases of which nothing can be said yet, because the visitor did something less than "
        "30 minutes ago.",
        _ALL,
        {"outcome": (None,), "busy": (True,)},
    ),
    Measure(
        "outcomes.silent",
        "Silent",
        "Cases of which nothing can be said: a program searched and told nothing more, or the "
        "contact form was opened and left.",
        _ALL,
        {"outcome": (None,), "busy": (False,)},
    ),
    Measure(
        "search_funnel.cases",
        "Searched",
        "Cases with a search that ended and whose visitor has left.",
        _SEARCHED,
        _ALL,
    ),
    Measure(
        "search_funnel.opened",
        "Opened a hit",
        "Cases in which an article was opened, of those that searched.",
        _SEARCHED,
        {"opened": (True,)},
    ),
    Measure(
        "search_funnel.read",
        "Read an article",
        "Cases in which an article was read, of those that searched.",
        _SEARCHED,
        {"read": (True,)},
    ),
    Measure(
        "search_funnel.resolved",
        "Resolved",
        "Cases whose visitor said that it was solved, of those that searched.",
        _SEARCHED,
        _RESOLVED,
    ),
    Measure(
        "search_funnel.assumed",
        "Assumed",
        "Cases in which an article was read and nothing asked or sent after it, of those that "
        "searched.",
        _SEARCHED,
        _ASSUMED,
    ),
    Measure(
        "form_funnel.forms",
        "Contact forms",
        "Cases that opened the contact form, without the holdout, and whose visitor has left.",
        _FORM,
        _ALL,
    ),
    Measure(
        "form_funnel.suggested",
        "Suggestions shown",
        "Cases in which the contact form suggested articles, of those that opened it.",
        _FORM,
        {"offered": (True,)},
    ),
    Measure(
        "form_funnel.opened",
        "Suggestion opened",
        "Cases in which a suggestion was opened, of those that were shown some.",
        _OFFERED,
        {"suggestion_opened": (True,)},
    ),
    Measure(
        "form_funnel.resolved",
        "Resolved by a suggestion",
        "Cases whose visitor said that a suggestion solved it, of those that were shown some.",
        _OFFERED,
        {"suggestion_resolved": (True,)},
    ),
    Measure(
        "form_funnel.sent",
        "Ticket sent",
        "Cases in which a ticket was sent, of those that opened the contact form.",
        _FORM,
        {"sent": (True,)},
    ),
    Measure(
        "deflection.shown",
        "Ticket sent, with suggestions",
        "Cases in which a ticket was sent after suggestions were shown, of those that were shown "
        "some on the contact form.",
        _OFFERED,
        _SENT_SINCE,
    ),
    Measure(
        "deflection.holdout",
        "Ticket sent, without suggestions",
        "Cases in which a ticket was sent after suggestions would have been shown, of those in "
        "which chance decided to show none.",
        _HELD,
        _SENT_SINCE,
    ),
    Measure(
        "memory.helped",
        "Helped, with memory",
        "Cases that were resolved or assumed, of the searching ones that were ranked with memory.",
        _REMEMBERED,
        _HELPED,
    ),
    Measure(
        "memory.helped_without",
        "Helped, without memory",
        "Cases that were resolved or assumed, of the searching ones that chance had ranked "
        "without memory.",
        _PLAIN,
        _HELPED,
    ),
    Measure(
        "memory.resolved",
        "Resolved, with memory",
        "Cases whose visitor said that it was solved, of the searching ones that were ranked with "
        "memory.",
        _REMEMBERED,
        _RESOLVED,
    ),
    Measure(
        "memory.resolved_without",
        "Resolved, without memory",
        "Cases whose visitor said that it was solved, of the searching ones that chance had "
        "ranked without memory.",
        _PLAIN,
        _RESOLVED,
    ),
)

_OF_OTHERS = (
    Measure(
        "searches.without_hits",
        "Searches without results",
        "Lists of results that were empty, of all that were shown in the period.",
    ),
    Measure(
        "searches.without_clicks",
        "Searches without clicks",
        "Lists of which nothing was opened, of those that had results.",
    ),
    Measure(
        "votes.yes",
        "Yes, this solved it",
        "Votes of the period that say so, of those that count.",
    ),
)

MEASURES: Mapping[str, Measure] = {one.name: one for one in (*_OF_CASES, *_OF_OTHERS)}
"""By name: every share of an Overview, and the numbers of cases beside them."""


def holds(condition: Condition, case: object) -> bool:
    """Whether a case, or a group of cases that are alike, is one that the condition is about."""
    return all(getattr(case, fact) in allowed for fact, allowed in condition.items())
