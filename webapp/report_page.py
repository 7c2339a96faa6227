"""The overview as one file to send around: opens offline, asks nobody for anything, prints well.

The same body as the dashboard's, without its links; styles, script and font are inside.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Flask, render_template
from markupsafe import Markup

from kb.config import Config
from kb.figures import Overview
from kb.insights import ArticleRow, Gaps, QueryRow
from kb.store.query_insights import Only
from webapp import dashboard_overview as overviews
from webapp import dashboard_words as words
from webapp.brand import accents
from webapp.dashboard_outcomes import trend_table
from webapp.dashboard_places import Places
from webapp.templating import STATIC

UPLOT = STATIC / "vendor" / "uplot-1.6.32"
FONT = re.compile(r"@font-face \{[^}]*?url\((?P<path>[^)]+)\)[^}]*\}\n?")
LATIN = "geist-latin-wght-normal.woff2"
"""The font that nearly every page is set in; other scripts use the reader's own."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What is sent around: ``typed`` without hits and without clicks, ``titles`` by name."""

    overview: Overview
    gaps: Gaps | None
    typed: Mapping[Only, Sequence[QueryRow]]
    best: Sequence[ArticleRow]
    titles: Mapping[str, str]


def report_page(config: Config, sent: Sent) -> str:
    """One HTML document with everything in it."""
    found = sent.overview
    app = Flask(__name__)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.add_template_filter(words.number, "number")
    with app.app_context():
        return render_template(
            "dashboard/sent.html",
            site=config.site,
            overview=found,
            sections=overviews.sections(found),
            figure=lambda name: overviews.figure(found, name),
            chart=overviews.chart(found.trend),
            tables={"trend": trend_table(found.trend, "How cases ended, step by step")},
            gaps=sent.gaps,
            typed=sent.typed,
            best=sent.best,
            words=words,
            places=Places(sent.titles, lambda _endpoint, **_values: ""),
            styles=_styles(config),
            scripts=_scripts(),
        )


def _styles(config: Config) -> Markup:
    """Every style in the order of the dashboard's own page, and nothing that must be fetched."""
    light, dark = accents(config.site)
    theme = render_template("theme.css", light=light, dark=dark)
    files = (STATIC / "portal.css", STATIC / "dashboard.css", UPLOT / "uPlot.min.css")
    portal, *others = (path.read_text(encoding="utf-8") for path in files)
    return _within("style", "\n".join([FONT.sub(_embedded, portal), theme, *others]))


def _embedded(face: re.Match[str]) -> str:
    """A font inside the file, or left out."""
    if not face["path"].endswith(LATIN):
        return ""
    data = base64.b64encode((STATIC / face["path"]).read_bytes()).decode()
    return face[0].replace(face["path"], f"data:font/woff2;base64,{data}")


def _scripts() -> Markup:
    files = (UPLOT / "uPlot.iife.min.js", STATIC / "dashboard.js")
    return _within("script", "\n".join(path.read_text(encoding="utf-8") for path in files))


def _within(tag: str, text: str) -> Markup:
    """Our own files between their tags, which they must not end themselves."""
    assert f"</{tag}" not in text
    return Markup(text)  # noqa: S704 - files of ours
