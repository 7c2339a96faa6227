"""The company's colours, icon and logo as files, so that no page needs inline style."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, send_file

from kb.config import Site
from webapp.colours import DARK, LIGHT, Accent, accent
from webapp.state import state

brand = Blueprint("brand", __name__)


def accents(site: Site) -> tuple[Accent, Accent]:
    """The accents of the light and of the dark theme."""
    dark = site.colour_dark or site.colour
    return accent(site.colour, LIGHT), accent(dark, DARK)


@brand.get("/theme.css")
def theme() -> Response:
    """The two accents as custom properties."""
    light, dark = accents(state().config.site)
    return Response(render_template("theme.css", light=light, dark=dark), mimetype="text/css")


@brand.get("/icon.svg")
def icon() -> Response:
    """The site's first letter on its colour."""
    light, _ = accents(state().config.site)
    letter = state().config.site.name.strip()[:1].upper()
    svg = render_template("icon.svg", accent=light, letter=letter)
    return Response(svg, mimetype="image/svg+xml")


@brand.get("/logo")
def logo() -> Response:
    """The file that ``[site] logo`` names."""
    path = state().config.site.logo
    if path is None:
        abort(404)
    return send_file(path.resolve(), conditional=True)
