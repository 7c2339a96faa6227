"""``kb report``: whether the help centre helps, in figures that say how sure they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kb.cli.console import results
from kb.config import load_config
from kb.events import Surface
from kb.figures import Deflection, Difference, FormFunnel, MemoryEffect, Outcomes, Report, Share
from kb.report import assemble
from kb.store.cases import settle
from kb.store.counts import Window, count
from kb.store.database import Database

USUAL_DAYS = 30
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
OUTCOMES: dict[str, Callable[[Outcomes], Share]] = {
    "resolved, by vote": lambda one: one.resolved,
    "assumed: read and left": lambda one: one.assumed,
    "failed": lambda one: one.failed,
    "contacted": lambda one: one.contacted,
    "  after a good outcome": lambda one: one.taken_back,
}
Rows = Iterable[tuple[str, str]]


@click.command()
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help=f"First day, as 2026-01-31 (UTC); {USUAL_DAYS} days back where it is not given.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def report(since: dt.datetime | None, as_json: bool) -> None:
    """Report outcomes, funnels, votes, and what suggestions and memory change.

    Every share comes with its sample size and its 95 % interval.
    """
    now = dt.datetime.now(dt.UTC)
    first = since.replace(tzinfo=dt.UTC) if since else now - dt.timedelta(days=USUAL_DAYS)
    if first >= now:
        raise click.UsageError(f"--since {first:%Y-%m-%d} is in the future (name a day before now)")
    database = Database.open(load_config().database)
    try:
        settle(database, now)
        window = Window(first, now)
        found = assemble(count(database, window), window)
    finally:
        database.close()
    if as_json:
        click.echo(found.model_dump_json())
    elif not found.cases and not sum(found.votes.rejected.values()):
        click.echo(_nothing(found), err=True)
    else:
        _print(found)


def _nothing(found: Report) -> str:
    if found.newest_case is None:
        return "No case yet: the first search, vote or draft begins one."
    newest = f"{found.newest_case:%Y-%m-%d}"
    return (
        f"No case began since {found.since:%Y-%m-%d}; the newest is of {newest} "
        f"(`kb report --since {newest}` shows it)."
    )


def _print(found: Report) -> None:
    console = results()
    console.print(
        f"[bold]{_cases(found.cases)}[/] began from {found.since:%Y-%m-%d} to"
        f" {found.until:%Y-%m-%d %H:%M} UTC; ranges are 95 % intervals"
    )
    _print_outcomes(console, found)
    _section(console, "Searches", _searches(found))
    _section(console, "From search to answer", _search_funnel(found))
    _section(console, "Contact form (without the holdout)", _form_funnel(found.form_funnel))
    _section(console, "What suggestions on the contact form avoid", _deflection(found.deflection))
    _section(console, "What memory changes", _memory(found.memory))
    _section(console, "Votes", _votes(found))
    if found.least_helpful:
        _section(console, "Articles that help less than usual", _articles(found))
    if found.comments:
        _section(console, "Newest comments", _comments(found))


def _print_outcomes(console: Console, found: Report) -> None:
    table = Table(box=None, pad_edge=False)
    several = {name: one for name, one in found.by_surface.items() if len(found.by_surface) > 1}
    table.add_column("")
    table.add_column("all")
    for surface in several:
        table.add_column(SURFACES[surface])
    for label, share in OUTCOMES.items():
        cells = (_short(share(one)) for one in several.values())
        what = "contacted" if label.startswith(" ") else "cases"
        table.add_row(label, _of(share(found.outcomes), what), *cells)
    console.print("\n[bold]How they ended[/]")
    console.print(table)
    if left_out := _left_out(found.outcomes):
        console.print(f"[dim]{left_out}[/]")


def _left_out(outcomes: Outcomes) -> str:
    parts = []
    if outcomes.busy:
        parts.append(f"{_cases(outcomes.busy)} where the visitor may still be there")
    if outcomes.silent:
        parts.append(f"{_cases(outcomes.silent)} that say nothing (programs, forms left untouched)")
    return f"Not counted: {' and '.join(parts)}." if parts else ""


def _section(console: Console, title: str, rows: Rows) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(f"\n[bold]{title}[/]")
    console.print(table)


def _searches(found: Report) -> Rows:
    yield "searches", f"{found.searches.searches:,}"
    yield "  without a hit", _of(found.searches.without_hits, "searches")
    yield "  with hits, none opened", _of(found.searches.without_clicks, "with hits")
    if len(found.searches_by_surface) > 1:
        for name, one in found.searches_by_surface.items():
            without = f"without a hit {_short(one.without_hits)}"
            yield (
                f"  {SURFACES[name]}",
                f"{one.searches:,}; {without}, none opened {_short(one.without_clicks)}",
            )


def _search_funnel(found: Report) -> Rows:
    funnel = found.search_funnel
    yield "cases that searched", f"{funnel.cases:,}"
    yield "  opened a hit", _of(funnel.opened)
    yield "  read an article", _of(funnel.read)
    yield "  resolved", _of(funnel.resolved)
    yield "  assumed", _of(funnel.assumed)


def _form_funnel(funnel: FormFunnel) -> Rows:
    if not funnel.forms:
        yield "no form was opened", ""
        return
    yield "forms opened", f"{funnel.forms:,}"
    yield "  suggestions shown", _of(funnel.suggested, "forms")
    yield "    one opened", _of(funnel.opened, "with suggestions")
    yield "    resolved by one", _of(funnel.resolved, "with suggestions")
    yield "  ticket sent", _of(funnel.sent, "forms")


def _deflection(found: Deflection) -> Rows:
    if not found.shown.total and not found.holdout.total:
        yield "no draft yet for which there was a suggestion", ""
        return
    yield "sent a ticket, with suggestions", _of(found.shown)
    yield "  without (the holdout)", _of(found.holdout)
    yield "  avoided by suggestions", _points(found.avoided, "tickets in 100 cases")


def _memory(found: MemoryEffect) -> Rows:
    if not found.helped.total and not found.helped_without.total:
        yield "no case was ranked with memory yet (`kb learn` makes one)", ""
        return
    yield "resolved or assumed, with memory", _of(found.helped)
    yield "  without (drawn by chance)", _of(found.helped_without)
    yield "  gained by memory", _points(found.gained, "in 100 cases")
    yield "resolved, with memory", _of(found.resolved)
    yield "  without (drawn by chance)", _of(found.resolved_without)
    yield "  gained by memory", _points(found.gained_resolved, "in 100 cases")


def _votes(found: Report) -> Rows:
    votes = found.votes
    yield "yes, this solved it", _of(votes.yes, "votes")
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


def _articles(found: Report) -> Rows:
    for one in found.least_helpful:
        votes = f"{one.yes:,} yes, {one.no:,} no"
        sure = _sure(one.helpfulness, one.low, one.high)
        yield escape(one.article), f"{votes} (resolves {sure})"


def _cases(number: int) -> str:
    return f"{number:,} case" if number == 1 else f"{number:,} cases"


def _of(share: Share, what: str = "cases") -> str:
    """``34 of 120 cases (28 %, 21 to 37 %)``."""
    if share.share is None or share.low is None or share.high is None:
        return f"of 0 {what}"
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


def _sure(share: float, low: float, high: float) -> str:
    """``28 %, 21 to 37 %``; with a decimal where the range is narrow."""
    digits = 1 if high - low < NARROW else 0
    return f"{100 * share:.{digits}f} %, {100 * low:.{digits}f} to {100 * high:.{digits}f} %"


def _comments(found: Report) -> Rows:
    for one in found.comments:
        reason = f" ({REASONS[one.reason]})" if one.reason else ""
        yield f"{one.at:%Y-%m-%d} {one.article or ''}", f"{one.comment}{reason}, case {one.case}"
