"""What every template knows: the site, its addresses, and words for categories and dates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, g, request

from kb.categories import category_titles
from kb.config import Config, Site
from kb.logo import logo_bytes
from webapp import caching, interface, locales
from webapp.interface import gettext
from webapp.state import is_team

STATIC = Path(__file__).parent / "static"


def prepare_templates(app: Flask, config: Config) -> None:
    """Register globals and filters, and put its digest on the address of every static file."""
    static = caching.versions(STATIC)
    brand = caching.digest(config.site.model_dump_json(), logo_bytes(config.site))
    origin = config.site.base_url.removesuffix(config.site.prefix)

    @app.url_defaults
    def version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and not values["filename"].startswith(caching.VENDOR):
            values["v"] = static.get(values["filename"])
        elif endpoint.startswith("brand."):
            values["v"] = brand

    @app.context_processor
    def page() -> dict[str, Any]:
        return {
            "site": _worded(config.site),
            "origin": origin,
            "reader": g.get("reader"),
            "interface": interface.language(),
            "team": is_team(),
        }

    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.add_template_filter(_under_prefix, "under_prefix")
    app.add_template_filter(interface.long_date)
    app.add_template_filter(category_titles, "category_titles")
    app.add_template_filter(locales.name, "language_name")
    app.add_template_filter(locales.direction, "direction")


def _worded(site: Site) -> Site:
    """The site; what the settings leave to us is said in the language of the interface."""
    ours = {"name": gettext("Help centre"), "tagline": gettext("How can we help?")}
    left = {field: text for field, text in ours.items() if field not in site.model_fields_set}
    return site.model_copy(update=left)


def _under_prefix(path: str) -> str:
    """A path of the snapshot as a browser must ask for it."""
    return request.script_root + path
