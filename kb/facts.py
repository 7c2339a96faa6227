"""What was done in a case, as far as figures ask: worked out once, when its outcome is.

Pure, like the rules in kb.outcomes: counts then need one look at a row and none at a journal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from kb.outcomes import Done, Journal, Listed

CLICKS = frozenset({"open", "read", "resolved", "not_resolved"})
"""Events that say that a hit was opened."""
_READS = frozenset({"read", "resolved"})
_OPENS_SUGGESTION = frozenset({"suggestion_open", "suggestion_resolved"})


@dataclass(frozen=True, slots=True)
class Facts:
    """``lang`` is that of the first list; rejected events say nothing.

    ``searched``: a list was shown that is no draft's, not a page's own offer, and not one of a
    query still being typed unless a hit of it was opened. ``offered`` is when the contact form
    first had suggestions, shown or held out; ``sent`` is when the last ticket was.
    """

    lang: str | None
    searched: bool
    opened: bool
    read: bool
    form: bool
    offered: dt.datetime | None
    suggestion_opened: bool
    suggestion_resolved: bool
    sent: dt.datetime | None


def facts(journal: Journal) -> Facts:
    """What a case came to."""
    done = [one for one in journal.events if one.rejected is None]
    types = {one.type for one in done}
    first = min(journal.lists, key=lambda one: (one.at, one.id), default=None)
    return Facts(
        lang=first.lang if first else None,
        searched=_searched(journal.lists, done),
        opened=not types.isdisjoint(CLICKS),
        read=not types.isdisjoint(_READS),
        form="form_open" in types,
        offered=min((one.at for one in journal.lists if _is_offer(one)), default=None),
        suggestion_opened=not types.isdisjoint(_OPENS_SUGGESTION),
        suggestion_resolved="suggestion_resolved" in types,
        sent=max((one.at for one in done if one.type == "contact"), default=None),
    )


def _searched(lists: Iterable[Listed], done: Iterable[Done]) -> bool:
    searches = [one for one in lists if one.surface != "suggest" and one.query]
    if any(not one.typing for one in searches):
        return True
    clicked = {one.impression for one in done if one.type in CLICKS}
    return any(one.id in clicked for one in searches)


def _is_offer(one: Listed) -> bool:
    return one.surface == "suggest" and one.hits > 0
