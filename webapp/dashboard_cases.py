"""The dashboard's tables of cases, of what happened in one, and of what people wrote in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kb.figures import Comment
from kb.insights import CaseInsight, CaseRow, Step
from webapp import dashboard_words as words
from webapp.dashboard_places import Places
from webapp.dashboard_tables import Column, Link, Table


def cases_table(rows: Iterable[CaseRow], places: Places, caption: str) -> Table:
    """Cases, newest first."""
    columns = (
        Column("case", "Began", "when"),
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


@dataclass(frozen=True, slots=True)
class Told:
    """A case in words: how it ended, and what suggestions and memory did in it."""

    outcome: str
    ending: str
    suggestions: str
    memory: str

    @classmethod
    def of(cls, found: CaseInsight) -> Told:
        """What is true of this case."""
        return cls(outcome(found.row), _ending(found), _suggestions(found), _memory(found))


def _ending(found: CaseInsight) -> str:
    ended = found.row.outcome
    if ended is None:
        return "Its outcome is not known: the visitor may still be there, or told nothing."
    if ended == "failed":
        voted = any(one.kind == "not_resolved" and not one.rejected for one in found.steps)
        return "The visitor said that it was not solved." if voted else "Left without an answer."
    return words.ENDINGS["taken_back" if found.row.taken_back else ended]


def _suggestions(found: CaseInsight) -> str:
    if not found.offered:
        return "None; by chance, they would be held back" if found.holdout else "None"
    return "Held back, by chance" if found.holdout else "Shown"


def _memory(found: CaseInsight) -> str:
    if found.plain:
        return "Left out, by chance"
    return "Used" if found.remembered else "None"


def journal_table(steps: Iterable[Step], places: Places) -> Table:
    """Everything that happened in a case, in order."""
    columns = (
        Column("at", "When", "instant"),
        Column("what", "What happened", "words"),
        Column("words", "Words", "words"),
        Column("article", "Article"),
    )
    made = ((one.at, _happened(one), _said(one, places), _first(one, places)) for one in steps)
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


def _said(one: Step, places: Places) -> Link:
    """What was typed, or written beside a vote."""
    return places.query(one.query) if one.query else Link(one.comment or "")


def _first(one: Step, places: Places) -> Link:
    """The article of an event, or the first of a list."""
    if one.article:
        return places.article(one.article)
    if not one.articles:
        return Link("")
    more = len(one.articles) - 1
    return places.article(one.articles[0], f"and {more} more" if more else "")


def comments_table(rows: Iterable[Comment], places: Places) -> Table:
    """What people wrote, newest first."""
    columns = (
        Column("case", "When", "when"),
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
