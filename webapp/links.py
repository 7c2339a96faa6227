"""Addresses of pages as they are written into letters and answers that leave this site."""

from __future__ import annotations

from flask import request

from webapp.state import state


def absolute(path: str) -> str:
    """The full URL of a path of the portal, without the site's prefix."""
    base = state().config.site.base_url
    return (base or request.host_url.rstrip("/") + request.script_root) + path
