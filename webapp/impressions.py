"""Searches and suggestions as visitors get them: asked for, remembered, signed.

Exposure that was not logged cannot be recovered, so whatever answers a visitor goes through here.
What was typed is masked before it goes anywhere but to the engine.
"""

from __future__ import annotations

import dataclasses
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from kb.errors import UnavailableError
from kb.events import Event, Impression, Surface, Visit
from kb.masking import EMAIL, mask_within
from kb.store.database import Database
from kb.store.tried import read_refused
from search.pages import Page, offers, present
from search.query import MOST_CHARACTERS, MOST_DRAFT_CHARACTERS, clean
from search.results import Hit, SearchRequest, SearchResult
from search.suggest import shown
from webapp import visits
from webapp.live import Served
from webapp.state import state
from webapp.tokens import Shown

UNFINISHED = (
    (re.compile(r"(?<!\S)[^\s@]*+@\S*"), EMAIL),
    (re.compile(r"\d(?:[ .-]?\d){6,}"), "[number]"),
)
"""While typing, an address or a number has not got the form yet by which it is known."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question from ``surface``; ``typed`` is its text before it was cut, to be masked whole."""

    request: SearchRequest
    surface: Surface
    typed: str


@dataclass(frozen=True, slots=True)
class Found:
    """What goes to the visitor, with the signed impression; None for a robot."""

    result: SearchResult
    hits: tuple[Hit, ...]
    impression: str | None
    holdout: bool = False


@dataclass(frozen=True, slots=True)
class Offered:
    """What goes to a visitor who asked nothing yet."""

    hits: tuple[Hit, ...]
    impression: str | None


def search(served: Served, asked: Asked) -> Found:
    """Search for the visitor of this request; ValueError for an empty query."""
    visit = visits.current()
    result = _ask(served, asked, visit)
    return Found(result, result.hits, _note(served, asked, result, result.hits, visit))


def suggest(served: Served, asked: Asked, rejected: Collection[str] = ()) -> Found:
    """What may be offered for a draft: computed in both arms, handed out in one.

    ``rejected`` are slugs to which the visitor said no here; what was said elsewhere in the case
    is looked up.
    """
    visit = visits.current()
    result = _ask(served, asked, visit)
    in_vain = {*rejected, *_refused(served, visit)}
    hits = tuple(hit for hit in shown(result) if hit.article.slug not in in_vain)
    impression = _note(served, asked, result, hits, visit)
    holdout = visit is not None and visit.holdout
    return Found(result, () if holdout else hits, impression, holdout)


def offer(served: Served, page: Page, wanted: SearchRequest) -> Offered:
    """What suits a product page, in the language and for the product of ``wanted``."""
    visit = visits.current()
    plain = visit is not None and visit.plain
    hits = offers(served.engine, page, dataclasses.replace(wanted, memory=not plain))
    return Offered(hits, _note_offer(served, hits, wanted.lang or "", visit))


def offer_these(served: Served, slugs: Collection[str], lang: str) -> Offered:
    """The articles that a page names; those that are not there are left out."""
    snapshot = served.snapshot
    rows = [
        snapshot.named(slug) if (row := snapshot.find(lang, slug)) is None else row
        for slug in slugs
    ]
    unique = dict.fromkeys(row for row in rows if row is not None)
    hits = tuple(present(served.engine, row) for row in unique)
    return Offered(hits, _note_offer(served, hits, lang, visits.current()))


def note_opening() -> None:
    """Remember that the contact form was opened: only cases that did so say what it is worth."""
    visit = visits.current()
    if visit is not None:
        state().recorder.note(Event(visit, visits.now(), "form_open"))


def _refused(served: Served, visit: Visit | None) -> set[str]:
    """Slugs of articles that did not solve it in this case, wherever they stand by now.

    None where the database is away: an article too many is better than no answer.
    """
    if visit is None or not visits.is_continued():
        return set()
    case = visit.case

    def look(database: Database) -> frozenset[str]:
        with database.reading() as connection:
            return read_refused(connection, case)

    try:
        names = state().recorder.work(look)
    except UnavailableError:
        return set()
    rows = (served.snapshot.named(name) for name in names)
    return {served.snapshot.articles[row].slug for row in rows if row is not None}


def _note_offer(
    served: Served, hits: tuple[Hit, ...], lang: str, visit: Visit | None
) -> str | None:
    """Remember what was offered unasked: of the page nothing, so that it is no record of views.

    It is kept as something on the way to a question: who asks nothing has not failed.
    """
    if visit is None or not hits:
        return None
    impression = Impression(
        id=secrets.token_urlsafe(16),
        visit=visit,
        at=visits.now(),
        surface="widget",
        query="",
        lang=lang,
        product=None,
        articles=_listed(served, hits),
        scores=tuple(hit.score for hit in hits),
        snapshot=served.snapshot.id,
        recipe=served.engine.recipe_id,
        memory=served.memory,
        typing=True,
    )
    return _keep(impression)


def _ask(served: Served, asked: Asked, visit: Visit | None) -> SearchResult:
    memory = visit is None or not visit.plain
    result = served.engine.search(dataclasses.replace(asked.request, memory=memory))
    state().metrics.searched(asked.surface, result)
    return result


def _note(
    served: Served, asked: Asked, result: SearchResult, hits: tuple[Hit, ...], visit: Visit | None
) -> str | None:
    """Remember the list; the token that goes with it."""
    if visit is None:
        return None
    request = asked.request
    site_lang = served.snapshot.manifest.site_lang
    impression = Impression(
        id=secrets.token_urlsafe(16),
        visit=visit,
        at=visits.now(),
        surface=asked.surface,
        query=_masked(asked),
        lang=request.lang or site_lang,
        product=request.product if request.product in served.products else None,
        articles=_listed(served, hits),
        scores=tuple(hit.score for hit in hits),
        snapshot=result.snapshot,
        recipe=result.recipe,
        memory=result.memory,
        typing=request.typing,
    )
    return _keep(impression)


def _listed(served: Served, hits: tuple[Hit, ...]) -> tuple[str, ...]:
    """The names of the articles."""
    site_lang = served.snapshot.manifest.site_lang
    return tuple(hit.article.name(site_lang) for hit in hits)


def _keep(impression: Impression) -> str:
    state().recorder.note(impression)
    case, snapshot = impression.visit.case, impression.snapshot
    listed = Shown.of(impression.id, case, snapshot, impression.articles)
    return state().tokens.sign_impression(listed, impression.at)


def _masked(asked: Asked) -> str:
    """What was typed, without personal data, cut."""
    most = MOST_DRAFT_CHARACTERS if asked.request.draft else MOST_CHARACTERS
    text = mask_within(asked.typed, most)
    if asked.request.typing:
        for pattern, name in UNFINISHED:
            text = pattern.sub(name, text)
    return clean(text, most)
