"""Articles for a message where no script could show them beside it: one page before it is sent."""

from __future__ import annotations

from flask import render_template

from search.results import Hit
from webapp import impressions
from webapp.answers import draft_request
from webapp.impressions import Asked
from webapp.portal import reader
from webapp.written import Written


def offer(written: Written) -> str | None:
    """The page, once; None where there is nothing to offer, and the message is sent at once."""
    if written.offered or written.files:
        return None
    typed = f"{written.values['subject']}\n{written.values['message']}"
    here = reader()
    wanted = draft_request(typed, here.lang if len(here.served.languages) > 1 else None)
    if wanted is None:
        return None
    impressions.note_opening()
    found = impressions.suggest(here.served, Asked(wanted, "suggest", typed))
    if not found.hits or found.impression is None:
        return None
    return _page(written, found.hits, found.impression)


def _page(written: Written, hits: tuple[Hit, ...], impression: str) -> str:
    site_lang = reader().served.snapshot.manifest.site_lang
    return render_template(
        "contact_offer.html",
        hits=[(hit, hit.article.name(site_lang)) for hit in hits],
        impression=impression,
        values=written.values,
        token=written.token,
        page=written.page,
    )
