"""For the people who answer: what suits a message that came in, and a reply that says so."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from flask import request
from markupsafe import Markup, escape

from search.engine import Engine
from search.results import Hit, SearchRequest
from search.suggest import shown
from webapp.answers import HEADING_SEPARATOR, suggest_answer
from webapp.api_answers import Reply, SuggestAnswer
from webapp.interface import gettext, ngettext, speaking
from webapp.links import absolute

MARKUP = re.compile(r"([\\`*_{}\[\]<>#+!|~&-])")
"""Characters that a title may have and Markdown would take for its own."""


def for_agent(
    engine: Engine, wanted: SearchRequest, lang: str, rejected: Collection[str] = ()
) -> SuggestAnswer:
    """Suggestions and a reply in ``lang``; nobody's case, so nothing is counted or held out.

    ``rejected`` are slugs of articles that are not offered.
    """
    found = shown(engine.search(wanted))
    hits = [hit for hit in found if hit.article.slug not in rejected]
    with speaking(lang):
        reply = write_reply(hits) if hits else None
    return suggest_answer(hits, request.script_root).model_copy(update={"reply": reply})


def write_reply(hits: Sequence[Hit]) -> Reply:
    """A short letter with a link to each passage."""
    hello = gettext("Hello,")
    intro = ngettext(
        "This article should answer your question:",
        "One of these articles should answer your question:",
        len(hits),
    )
    close = gettext("If it does not, just reply to this message and tell us what is missing.")
    links = [(_title(hit), absolute(hit.url)) for hit in hits]
    markdown = "\n".join(f"- [{_plain(title)}](<{url}>)" for title, url in links)
    items = Markup().join(
        Markup('<li><a href="{}">{}</a></li>\n').format(url, title) for title, url in links
    )
    html = Markup("<p>{}</p>\n<p>{}</p>\n<ul>\n{}</ul>\n<p>{}</p>\n").format(
        hello, intro, items, close
    )
    return Reply(markdown=f"{hello}\n\n{intro}\n\n{markdown}\n\n{close}\n", html=str(escape(html)))


def _plain(title: str) -> str:
    """A title that Markdown takes for text."""
    return MARKUP.sub(r"\\\1", " ".join(title.split()))


def _title(hit: Hit) -> str:
    return HEADING_SEPARATOR.join((hit.article.title, *hit.heading))
