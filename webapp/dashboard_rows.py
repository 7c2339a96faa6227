"""What stands in the dashboard's tables: rows of kb.insights, with names and addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from kb.builds import Build
from kb.figures import Comment, Outcomes, Point, Share
from kb.insights import ArticleRow, CaseRow, Choice, Gap, QueryRow, Revision, Step, Wording
from kb.store.query_insights import Only
from webapp import dashboard_words as words
from webapp.dashboard_tables import Column, Estimate, Link, Table, Value

URL = Callable[..., str]
_HELPED = Column("helped", "Helped", "share", sort="helped")
_FAILED = Column("failed", "Failed", "share", sort="failed", more_is_good=False)
_CONTACTED = Column("contacted", "Contacted", "share", sort="contacted", more_is_good=False)
_ARTICLES = (
    Column("article", "Article", "text", sort="article"),
    Column("cases", "Cases", "number", sort="cases"),
    _HELPED,
    Column("change", "Change", "change", sort="change"),
    _FAILED,
    _CONTACTED,
    Column("elsewhere", "Solved elsewhere", "share", sort="elsewhere"),
    Column("by_votes", "Resolves, by votes", "estimate", sort="votes"),
    Column("comments", "Comments", "number", sort="comments"),
)


SEARCHES: Mapping[Only, str] = {
    "all": "All searches",
    "without_hits": "Without results",
    "without_clicks": "None opened",
}
_NO_SEARCHES: Mapping[Only, str] = {
    "all": "What visitors search for stands here from the first search on, most frequent first.",
    "without_hits": "None in this period. Searches that find nothing stand here.",
    "without_clicks": "None in this period. Searches of which nothing is opened stand here.",
}


@dataclass(frozen=True, slots=True)
class Places:
    """What articles are called, and where everything has its page."""

    titles: Mapping[str, str]
    url: URL

    def title(self, name: str) -> str:
        """An article's title; its name where it is no longer there."""
        return self.titles.get(name, name)

    def article(self, name: str | None, note: str = "") -> Link:
        """An article."""
        if name is None:
            return Link("")
        return Link(self.title(name), self.url("dashboard.article", name=name), note, name)

    def query(self, text: str) -> Link:
        """What somebody typed."""
        return Link(text, self.url("dashboard.query", q=text))

    def case(self, id_: str, text: str, note: str = "") -> Link:
        """One case."""
        return Link(text, self.url("dashboard.case", id_=id_), note, id_)


def trend(points: Iterable[Point], caption: str) -> Table:
    """How cases ended, step by step."""
    columns = (Column("since", "From", "day"), _HELPED, *_outcome_columns())
    made = (_row(one.since, one.helped, *_shares(one.outcomes)) for one in points)
    return Table("trend", caption, columns, tuple(made))


def _row(*values: Value) -> tuple[Value, ...]:
    return values


def _outcome_columns() -> tuple[Column, ...]:
    resolved = Column("resolved", "Resolved, by vote", "share")
    return (resolved, Column("assumed", "Assumed", "share"), _FAILED, _CONTACTED)


def _shares(found: Outcomes) -> tuple[Share, ...]:
    return (found.resolved, found.assumed, found.failed, found.contacted)


def articles(rows: Iterable[ArticleRow], places: Places, sorted_by: str) -> Table:
    """Every article that was read, ordered by a column's ``sort``, ``-`` first for descending."""
    name = sorted_by.removeprefix("-")
    reverse = sorted_by.startswith("-")
    ordered = sorted(rows, key=lambda one: _order(one, name, places, reverse), reverse=reverse)
    return Table(
        name="articles",
        caption="Articles that were read, and how those cases ended",
        columns=_ARTICLES,
        rows=tuple(_article(one, places) for one in ordered),
        empty="Every article that was read stands here, from the first case on that ended:"
        " half an hour after its visitor has left.",
        sorted_by=sorted_by,
    )


def sorts() -> frozenset[str]:
    """Every order that the articles have."""
    names = {column.sort for column in _ARTICLES if column.sort}
    return frozenset(names | {f"-{name}" for name in names})


def _order(
    one: ArticleRow, name: str, places: Places, reverse: bool
) -> tuple[bool, float | str, float]:
    """Without a value last, either way; equal ones by how many cases they have."""
    cases = one.outcomes.resolved.total
    values: dict[str, float | str | None] = {
        "article": places.title(one.article).casefold(),
        "cases": cases,
        "helped": one.helped.share,
        "change": one.change.value,
        "failed": one.outcomes.failed.share,
        "contacted": one.outcomes.contacted.share,
        "elsewhere": one.elsewhere.share,
        "votes": one.helpfulness.value,
        "comments": one.comments,
    }
    value = values[name]
    return (value is None) != reverse, value if value is not None else 0.0, cases


def _article(one: ArticleRow, places: Places) -> tuple[Value, ...]:
    return (
        places.article(one.article),
        one.outcomes.resolved.total,
        one.helped,
        one.change,
        one.outcomes.failed,
        one.outcomes.contacted,
        one.elsewhere,
        by_votes(one),
        one.comments,
    )


def by_votes(one: ArticleRow) -> Estimate | None:
    """How likely an article resolves an issue, where anybody voted."""
    found = one.helpfulness
    if not found.yes + found.no:
        return None
    said = f"{found.yes:,} yes, {found.no:,} no"
    return Estimate(found.value, found.low, found.high, said)


def revisions(rows: Iterable[Revision]) -> Table:
    """How each text of an article did."""
    columns = (
        Column("text", "Text"),
        Column("since", "From", "moment"),
        Column("until", "To", "moment"),
        _HELPED,
        Column("change", "Change", "change"),
        _CONTACTED,
        Column("yes", "Yes", "number"),
        Column("no", "No", "number"),
    )
    return Table(
        name="revisions",
        caption="Each text of this article, and how the cases ended in which it was read",
        columns=columns,
        rows=tuple(
            (
                Link(f"Commit {one.commit[:10]}" if one.commit else f"Text {one.revision}"),
                one.since,
                one.until,
                one.helped,
                one.change,
                one.outcomes.contacted,
                one.yes,
                one.no,
            )
            for one in rows
        ),
        empty="The next `kb publish` that changes this article begins its first revision here.",
    )


def choices(rows: Iterable[Choice], name: str, links: tuple[str, str, Places]) -> Table:
    """What was opened, or typed, and how often; ``links``: caption, kind of thing, places."""
    caption, kind, places = links
    is_article = kind == "article"
    columns = (
        Column(kind, "Article" if is_article else "What was typed"),
        Column("cases", "Cases", "share"),
    )
    made = (
        (places.article(one.name) if is_article else places.query(one.name), one.cases)
        for one in rows
    )
    return Table(name, caption, columns, tuple(made), empty="Nothing in this period.")


def queries(rows: Iterable[QueryRow], places: Places, only: Only) -> Table:
    """What people typed."""
    columns = (
        Column("query", "What was typed"),
        Column("searches", "Searches", "number"),
        Column("cases", "Cases", "number"),
        Column("without_hits", "Without results", "share", more_is_good=False),
        Column("without_clicks", "None opened", "share", more_is_good=False),
        Column("resolved", "Resolved", "share"),
        Column("assumed", "Assumed", "share"),
        _FAILED,
        _CONTACTED,
    )
    made = (
        _row(
            places.query(one.query),
            one.searches,
            one.cases,
            one.without_hits,
            one.without_clicks,
            *_shares(one.outcomes),
        )
        for one in rows
    )
    return Table("searches", SEARCHES[only], columns, tuple(made), _NO_SEARCHES[only])


def gaps(rows: Iterable[Gap], places: Places) -> Table:
    """What nothing answers, the largest first."""
    columns = (
        Column("gap", "What people ask"),
        Column("people", "People", "number"),
        Column("cases", "Cases", "number"),
        Column("cost", "Tickets sent", "number"),
        Column("nearest", "Nearest article"),
        Column("missing", "Why it did not do", "words"),
        Column("last", "Last asked", "day"),
    )
    made = (
        (
            Link(one.title, places.url("dashboard.gap", id_=one.id)),
            one.people,
            one.cases,
            one.cost,
            places.article(one.nearest),
            words.MISSING[one.missing],
            one.last,
        )
        for one in rows
    )
    empty = (
        "Questions that nothing answered are gathered here by what they mean. They appear when"
        " several visitors have asked alike and left without an answer, and `kb serve` has looked"
        " for gaps, which it does every day; `kb gaps` does it at once."
    )
    return Table("gaps", "Questions that nothing answers", columns, tuple(made), empty)


def wordings(rows: Iterable[Wording], places: Places) -> Table:
    """In which words people asked for what is missing."""
    columns = (Column("query", "What was typed"), Column("cases", "Cases", "number"))
    made = tuple((places.query(one.query), one.cases) for one in rows)
    return Table("wordings", "The words in which people asked, most typical first", columns, made)


def comments(rows: Iterable[Comment], places: Places) -> Table:
    """What people wrote, newest first."""
    columns = (
        Column("case", "When", "text"),
        Column("at", "When", "moment", is_shown=False),
        Column("comment", "What was written", "words"),
        Column("reason", "Reason"),
        Column("article", "Article"),
    )
    made = (
        (
            places.case(one.case, words.minute(one.at)),
            one.at,
            one.comment,
            words.REASONS[one.reason] if one.reason else "",
            places.article(one.article),
        )
        for one in rows
    )
    empty = "What visitors write beside “No, it did not” stands here, newest first."
    return Table("comments", "What visitors wrote beside a vote", columns, tuple(made), empty)


def builds(found: Iterable[Build]) -> Table:
    """Builds that a push or a schedule asked for."""
    columns = (
        Column("asked", "Asked for", "moment"),
        Column("reason", "By"),
        Column("state", "State"),
        Column("seconds", "Seconds", "number"),
        Column("commit", "Commit"),
        Column("snapshot", "Snapshot"),
    )
    made = (
        (
            one.asked,
            one.reason,
            one.state,
            round((one.ended - one.started).total_seconds()) if one.ended and one.started else None,
            (one.commit or "")[:12],
            one.snapshot or "",
        )
        for one in found
    )
    empty = "Builds appear here once a git host calls, or `kb watch` looks: see [git] in kb.toml."
    return Table("builds", "The last builds", columns, tuple(made), empty)


def cases(rows: Iterable[CaseRow], places: Places, caption: str) -> Table:
    """Cases, newest first."""
    columns = (
        Column("case", "Began", "text"),
        Column("started", "Began", "moment", is_shown=False),
        Column("queries", "What was typed", "words"),
        Column("outcome", "Outcome"),
        Column("article", "Put down to"),
        Column("surface", "Where"),
    )
    made = (
        (
            places.case(one.id, words.minute(one.started), "Demonstration" if one.demo else ""),
            one.started,
            " → ".join(one.queries),
            outcome(one),
            places.article(one.article),
            words.SURFACES[one.surface],
        )
        for one in rows
    )
    return Table("cases", caption, columns, tuple(made), "No case of this kind in this period.")


def outcome(one: CaseRow) -> str:
    """How a case ended, or that it has not."""
    if one.outcome is None:
        return "No outcome yet"
    return words.OUTCOMES[one.outcome] + (", after it was solved" if one.taken_back else "")


def journal(steps: Iterable[Step], places: Places) -> Table:
    """Everything that happened in a case, in order."""
    columns = (
        Column("at", "When", "moment"),
        Column("what", "What happened", "words"),
        Column("words", "Words", "words"),
        Column("article", "Article"),
    )
    made = (
        (one.at, _happened(one), one.query or one.comment or "", _first(one, places))
        for one in steps
    )
    return Table("journal", "What happened, oldest first", columns, tuple(made))


def _happened(one: Step) -> str:
    if one.kind == "list":
        return f"Searched: {words.counted(len(one.articles), 'result')}"
    said = [words.STEPS[one.kind]]
    if one.rating:
        said.append(f"{one.rating} of 5")
    if one.reason:
        said.append(words.REASONS[one.reason].lower())
    if one.rejected:
        said.append(f"does not count: {words.REJECTIONS[one.rejected]}")
    return ", ".join(said)


def _first(one: Step, places: Places) -> Link:
    """The article of an event, or the first of a list."""
    if one.article:
        return places.article(one.article)
    if not one.articles:
        return Link("")
    more = len(one.articles) - 1
    return places.article(one.articles[0], f"and {more} more" if more else "")
