"""Headers that keep a page to itself: no foreign script runs even if one got into an article."""

from __future__ import annotations

from secure import (
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    XContentTypeOptions,
)

from kb.videos import FRAME_ORIGINS

SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""Policy of an article's file that is opened by itself: an SVG may draw, but not act."""


def page_headers() -> Secure:
    """Headers of every answer.

    No Strict-Transport-Security: it would speak for the whole host, which a help centre under a
    path shares with others; the proxy that ends TLS sets it.
    """
    return Secure(
        csp=_policy(),
        coop=CrossOriginOpenerPolicy().same_origin(),
        permissions=PermissionsPolicy().geolocation().microphone().camera(),
        referrer=ReferrerPolicy().strict_origin_when_cross_origin(),
        xcto=XContentTypeOptions().nosniff(),
    )


def _policy() -> ContentSecurityPolicy:
    """Articles may show pictures and play media from anywhere; nothing else is foreign."""
    return (
        ContentSecurityPolicy()
        .default_src("'none'")
        .script_src("'self'")
        .style_src("'self'")
        .font_src("'self'")
        .connect_src("'self'")
        .img_src("'self'", "https:", "data:")
        .media_src("'self'", "https:")
        .frame_src(*FRAME_ORIGINS)
        .base_uri("'none'")
        .form_action("'self'")
        .frame_ancestors("'self'")
        .manifest_src("'self'")
    )
