"""A gap that nobody filled: what the dashboard shows of questions that nothing answers."""

from __future__ import annotations

import datetime as dt

from stores import NOW

from kb.insights import Gap, Gaps, Wording

GAP = Gap(
    id="g1",
    title="works with matter?",
    cases=9,
    people=7,
    cost=2,
    failed=6,
    first=NOW - dt.timedelta(days=20),
    last=NOW,
    wordings=(Wording(query="works with matter?", cases=6), Wording(query="<b>thread", cases=3)),
    nearest="first-steps",
    fit=0.31,
    missing="did_not_help",
    case_ids=(),
)
GAPS = Gaps(
    since=NOW - dt.timedelta(days=27),
    until=NOW,
    as_of=NOW - dt.timedelta(hours=3),
    unresolved=40,
    clustered=9,
    gaps=(GAP,),
)
