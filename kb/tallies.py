"""From counted cases to the shares that are shown of them.

The same for an article, for one of its texts, for a question, and for a step of a trend.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kb.events import Outcome
from kb.figures import Difference, Outcomes, Point, Share
from kb.statistics import Arm, difference, wilson
from kb.store.windows import Window

HELPED: frozenset[str | None] = frozenset({"resolved", "assumed"})


@dataclass(frozen=True, slots=True)
class Tally:
    """So many cases that ended alike.

    ``own``: a good outcome is put down to the article that is looked at, if one is.
    """

    outcome: Outcome | None
    taken_back: bool
    busy: bool
    cases: int
    own: bool = True


def share(count: int, total: int) -> Share:
    """A share with its interval."""
    if not total:
        return Share(count=count, total=0, share=None, low=None, high=None)
    sure = wilson(count, total)
    return Share(count=count, total=total, share=count / total, low=sure.low, high=sure.high)


def change(one: Share, other: Share) -> Difference:
    """How much larger the first share is."""
    found = difference(Arm(one.count, one.total), Arm(other.count, other.total))
    if found is None:
        return Difference(value=None, low=None, high=None)
    return Difference(value=found.value, low=found.low, high=found.high)


def outcomes(tallies: Iterable[Tally]) -> Outcomes:
    """How the cases ended; a good outcome that is not ``own`` is in no share, but in the totals."""
    known = tuple(tallies)
    total = _ended(known)
    contacted = cases(known, lambda one: one.outcome == "contacted")
    back = cases(known, lambda one: one.outcome == "contacted" and one.taken_back)
    return Outcomes(
        resolved=share(cases(known, lambda one: one.outcome == "resolved" and one.own), total),
        assumed=share(cases(known, lambda one: one.outcome == "assumed" and one.own), total),
        failed=share(cases(known, lambda one: one.outcome == "failed"), total),
        contacted=share(contacted, total),
        taken_back=share(back, contacted),
        busy=cases(known, lambda one: one.outcome is None and one.busy),
        silent=cases(known, lambda one: one.outcome is None and not one.busy),
    )


def helped(tallies: Iterable[Tally]) -> Share:
    """Resolved or assumed, of those that ended."""
    known = tuple(tallies)
    return share(cases(known, lambda one: one.outcome in HELPED and one.own), _ended(known))


def elsewhere(tallies: Iterable[Tally]) -> Share:
    """Resolved or assumed by another article, of those that ended."""
    known = tuple(tallies)
    return share(cases(known, lambda one: one.outcome in HELPED and not one.own), _ended(known))


def point(step: Window, tallies: Iterable[Tally]) -> Point:
    """One step of a trend."""
    known = tuple(tallies)
    return Point(since=step.since, until=step.until, outcomes=outcomes(known), helped=helped(known))


def cases(tallies: Sequence[Tally], test: Callable[[Tally], bool] = lambda _: True) -> int:
    """How many cases these are."""
    return sum(one.cases for one in tallies if test(one))


def _ended(tallies: Sequence[Tally]) -> int:
    return cases(tallies, lambda one: one.outcome is not None)
