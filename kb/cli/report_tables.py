"""The figures of ``kb report`` as a terminal shows them: each beside the period before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kb.events import Surface
from kb.figures import Difference, Outcomes, Overview, Share
from kb.overview import shares

NARROW = 0.05
SURFACES: dict[Surface, str] = {
    "portal": "portal",
    "api": "API",
    "suggest": "contact form",
    "widget": "widget",
}
REASONS = {
    "not_related": "not related",
    "did_not_answer": "did not answer",
    "out_of_date": "out of date",
    "hard_to_follow": "hard to follow",
}
REJECTIONS = {
    "duplicate": "second vote",
    "rate": "too many in an hour",
    "robot": "robot",
    "not_shown": "article was not shown",
}
OUTCOMES = {
    "resolved": "resolved, by vote",
    "assumed": "assumed: read and left",
    "failed": "failed",
    "contacted": "contacted",
    "taken_back": "  after a good outcome",
}
Row = Sequence[str]
"""A label, a figure, and how it changed."""


def show(console: Console, found: Overview) -> None:
    """Print everything; sections that have nothing to say say so."""
    console.print(
        f"[bold]{_cases(found.cases)}[/] began from {found.since:%Y-%m-%d} to"
        f" {found.until:%Y-%m-%d %H:%M} UTC; ranges are 95 % intervals"
    )
    console.print(_before(found))
    if found.demo:
        console.print(f"Of these, demonstration traffic: [bold]{_cases(found.demo)}[/]")
    _show_outcomes(console, found)
    _section(console, "Searches", _searches(found))
    _section(console, "From search to answer", _search_funnel(found))
    _section(console, "Contact form (without the holdout)", _form_funnel(found))
    _section(console, "What suggestions on the contact form avoid", _deflection(found))
    _section(console, "What memory changes", _memory(found))
    _section(console, "Votes", _votes(found))
    if found.least_helpful:
        _section(console, "Articles that help less than usual", _articles(found))
    if found.comments:
        _section(console, "Newest comments", _comments(found))


def _before(found: Overview) -> str:
    days = round((found.until - found.since).total_seconds() / 86_400)
    period = "day" if days == 1 else f"{days} days"
    if not found.before.cases:
        return f"[dim]In the {period} before no case began: there is nothing to compare with.[/]"
    began = f"In the {period} before, {_cases(found.before.cases)} began"
    return f"{began}; what changed since is beside each share, in points of 100"


def _show_outcomes(console: Console, found: Overview) -> None:
    rows = (
        _row(found, label, f"outcomes.{name}", "contacted" if name == "taken_back" else "cases")
        for name, label in OUTCOMES.items()
    )
    _section(console, "How they ended", rows)
    if left_out := _left_out(found.outcomes):
        console.print(f"[dim]{left_out}[/]")
    if len(found.by_surface) > 1:
        head = ("", *(f"[bold]{SURFACES[surface]}[/]" for surface in found.by_surface))
        table = Table(*head, box=None, pad_edge=False)
        for name, label in OUTCOMES.items():
            shares_ = (getattr(one, name) for one in found.by_surface.values())
            table.add_row(label, *map(_short, shares_))
        console.print("\n[bold]Where they began[/]")
        console.print(table)


def _left_out(outcomes: Outcomes) -> str:
    parts = []
    if outcomes.busy:
        parts.append(f"{_cases(outcomes.busy)} where the visitor may still be there")
    if outcomes.silent:
        parts.append(f"{_cases(outcomes.silent)} that say nothing (programs, forms left untouched)")
    return f"Not counted: {' and '.join(parts)}." if parts else ""


def _section(console: Console, title: str, rows: Iterable[Row]) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(f"\n[bold]{title}[/]")
    console.print(table)


def _row(found: Overview, label: str, measure: str, what: str = "cases") -> Row:
    """A share with its sample, its interval, and how it changed."""
    share = dict(shares(found))[measure]
    return label, _of(share, what), _changed(found.changes[measure])


def _searches(found: Overview) -> Iterator[Row]:
    yield "searches", f"{found.searches.searches:,}"
    yield _row(found, "  without results", "searches.without_hits", "searches")
    yield _row(found, "  without clicks", "searches.without_clicks", "with results")
    if len(found.searches_by_surface) > 1:
        for name, one in found.searches_by_surface.items():
            without = f"without results {_short(one.without_hits)}"
            yield (
                f"  {SURFACES[name]}",
                f"{one.searches:,}; {without}, without clicks {_short(one.without_clicks)}",
            )


def _search_funnel(found: Overview) -> Iterator[Row]:
    yield "cases that searched, and left", f"{found.search_funnel.cases:,}"
    yield _row(found, "  opened a hit", "search_funnel.opened")
    yield _row(found, "  read an article", "search_funnel.read")
    yield _row(found, "  resolved", "search_funnel.resolved")
    yield _row(found, "  assumed", "search_funnel.assumed")


def _form_funnel(found: Overview) -> Iterator[Row]:
    if not found.form_funnel.forms:
        yield "no form was opened by a visitor who has left since", ""
        return
    yield "forms opened", f"{found.form_funnel.forms:,}"
    yield _row(found, "  suggestions shown", "form_funnel.suggested", "forms")
    yield _row(found, "    one opened", "form_funnel.opened", "with suggestions")
    yield _row(found, "    resolved by one", "form_funnel.resolved", "with suggestions")
    yield _row(found, "  ticket sent", "form_funnel.sent", "forms")


def _deflection(found: Overview) -> Iterator[Row]:
    if not found.deflection.shown.total and not found.deflection.holdout.total:
        yield "no draft yet for which there was a suggestion, and whose visitor has left", ""
        return
    yield _row(found, "sent a ticket, with suggestions", "deflection.shown")
    yield _row(found, "  without (the holdout)", "deflection.holdout")
    avoided = found.deflection.avoided
    yield "  avoided by suggestions", _points(avoided, "tickets in 100 cases")


def _memory(found: Overview) -> Iterator[Row]:
    memory = found.memory
    if not memory.helped.total and not memory.helped_without.total:
        said = "no search yet that was ranked with memory (`kb learn` makes it)"
        yield f"{said}, and whose visitor has left", ""
        return
    yield _row(found, "resolved or assumed, with memory", "memory.helped")
    yield _row(found, "  without (drawn by chance)", "memory.helped_without")
    yield "  gained by memory", _points(memory.gained, "in 100 cases")
    yield _row(found, "resolved, with memory", "memory.resolved")
    yield _row(found, "  without (drawn by chance)", "memory.resolved_without")
    yield "  gained by memory", _points(memory.gained_resolved, "in 100 cases")


def _votes(found: Overview) -> Iterator[Row]:
    votes = found.votes
    yield _row(found, "yes, this solved it", "votes.yes", "votes")
    no = votes.yes.total - votes.yes.count
    why = [f"{REASONS[name]} {times:,}" for name, times in votes.reasons.items() if times]
    why += [f"no reason given {votes.without_reason:,}"] if votes.without_reason else []
    yield "no", f"{no:,}" + (f" ({', '.join(why)})" if why else "")
    refused = [f"{REJECTIONS[name]} {times:,}" for name, times in votes.rejected.items() if times]
    total = sum(votes.rejected.values())
    yield "rejected, not counted", f"{total:,}" + (f" ({', '.join(refused)})" if refused else "")
    if found.ratings.mean is not None:
        times = sum(found.ratings.times.values())
        yield "rated", f"{found.ratings.mean:.1f} of 5 ({times:,} ratings)"


def _articles(found: Overview) -> Iterator[Row]:
    for one in found.least_helpful:
        votes = f"{one.yes:,} yes, {one.no:,} no"
        sure = _sure(one.helpfulness, one.low, one.high)
        yield one.article, f"{votes} (resolves {sure})"


def _comments(found: Overview) -> Iterator[Row]:
    for one in found.comments:
        reason = f" ({REASONS[one.reason]})" if one.reason else ""
        yield f"{one.at:%Y-%m-%d} {one.article or ''}", f"{one.comment}{reason}, case {one.case}"


def _cases(number: int) -> str:
    return f"{number:,} case" if number == 1 else f"{number:,} cases"


def _of(share: Share, what: str = "cases") -> str:
    """``34 of 120 cases (28 %, 21 to 37 %)``."""
    if share.share is None or share.low is None or share.high is None:
        return f"0 of 0 {what}"
    sure = _sure(share.share, share.low, share.high)
    named = "case" if share.total == 1 and what == "cases" else what
    return f"{share.count:,} of {share.total:,} {named} ({sure})"


def _short(share: Share) -> str:
    if share.share is None:
        return "-"
    return f"{share.count:,} of {share.total:,} ({100 * share.share:.0f} %)"


def _points(found: Difference, unit: str) -> str:
    """``14.7 in 100 cases (5.1 to 24.2)``, and whether that may be chance."""
    if found.value is None or found.low is None or found.high is None:
        return "cannot be said before there are cases of both"
    sure = "" if found.low > 0 or found.high < 0 else ", so it may be chance"
    low, high = f"{100 * found.low:.1f}", f"{100 * found.high:.1f}"
    return f"{100 * found.value:.1f} {unit} ({low} to {high}{sure})"


def _changed(found: Difference) -> str:
    """``+3.2 (1.1 to 5.3)``; nothing where there is nothing to compare with."""
    if found.value is None or found.low is None or found.high is None:
        return ""
    return f"{100 * found.value:+.1f} ({100 * found.low:.1f} to {100 * found.high:.1f})"


def _sure(share: float, low: float, high: float) -> str:
    """``28 %, 21 to 37 %``; with a decimal where the range is narrow."""
    digits = 1 if high - low < NARROW else 0
    return f"{100 * share:.{digits}f} %, {100 * low:.{digits}f} to {100 * high:.{digits}f} %"
