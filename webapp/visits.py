"""Which case a request belongs to, and whose it is, without keeping who that is.

The first search, vote or draft begins a case and sets its cookie; opening pages sets nothing.
Without cookies, as in the widget, a program sends the impression of an earlier answer in the
header ``KB-Impression`` to stay in its case. Pages of other sites may put it into the address: for
a header, browsers first ask whether it is allowed, once for every address, so for every keystroke.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
import logging
import secrets
from functools import cache

from flask import Response, g, request

from kb.arms import holdout, plain
from kb.events import Surface, Visit
from webapp.robots import is_robot, is_seen
from webapp.state import is_team, state
from webapp.tokens import CASE_LIFETIME, Demo, Shown, TokenError

COOKIE = "kb_case"
HEADER = "KB-Impression"
WIDGET = "KB-Widget"
DEMO_HEADER = "KB-Demo"
FOR_PROGRAMS = "/api/"
IPV6_NETWORK = 64  # bits: what one household or company is given, of which it changes the rest

log = logging.getLogger(__name__)


def now() -> dt.datetime:
    """The moment of the request."""
    if "now" not in g:
        pretended = demo()
        g.now = pretended.at if pretended else dt.datetime.now(dt.UTC)
    moment = g.now
    assert isinstance(moment, dt.datetime)
    return moment


def current() -> Visit | None:
    """The visit of this request, begun by it where there is none; None for a robot's.

    Called by what begins a case, and by nothing else.
    """
    if "visit" not in g:
        g.visit = of_case(_case()) if is_visitor() else None
    visit = g.visit
    assert visit is None or isinstance(visit, Visit)
    return visit


def current_or_robot() -> Visit:
    """The visit, or for a robot one that is not kept: its votes are stored too, as rejected."""
    return current() or of_case(_new_id())


def demo() -> Demo | None:
    """What this request stands for where it is demonstration traffic; see kb.cli.demo_traffic."""
    if "demo" not in g:
        try:
            g.demo = state().tokens.read_demo(request.headers.get(DEMO_HEADER, ""))
        except TokenError:
            g.demo = None
    found = g.demo
    assert found is None or isinstance(found, Demo)
    return found


def is_visitor() -> bool:
    """Whether somebody asks and will see the answer, and no robot and none of the writers."""
    if is_team():
        return False
    if not is_seen(request) or (_is_embedded() and not _is_for_programs()):
        return False
    for_programs = _is_for_programs() or request.method == "POST"
    return not is_robot(request.headers.get("User-Agent", ""), for_programs)


def of_case(case: str) -> Visit:
    """A visit of this case, with the arms it is in for good."""
    secret, shares = state().secret, state().config.feedback
    return Visit(
        case=case,
        visitor=visitor(),
        holdout=holdout(case, secret, shares.holdout),
        plain=plain(case, secret, shares.without_memory),
    )


def is_continued() -> bool:
    """Whether this request belongs to a case that was there before it."""
    return impression() is not None or _known_case() is not None


def impression() -> Shown | None:
    """The list that was sent along; nothing fails because of a bad one."""
    token = request.headers.get(HEADER) or (_is_for_programs() and request.args.get("impression"))
    if not token:
        return None
    try:
        return state().tokens.read_impression(token, now())
    except TokenError:
        return None


def is_own_script() -> bool:
    """Whether a script of our own pages asks."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


def is_widget() -> bool:
    """Whether the widget asks, from whatever site: it has no cookie, and is given none."""
    return WIDGET in request.headers or (_is_for_programs() and "widget" in request.args)


def surface() -> Surface:
    """Where the answer to a search will be seen."""
    if is_widget():
        return "widget"
    return "portal" if is_own_script() else "api"


def visitor() -> str | None:
    """The month and a digest of it and the address; None where the address is not known."""
    _warn_of_proxies()
    pretended = demo()
    network = f"demo {pretended.visitor}" if pretended else _network(request.remote_addr or "")
    if network is None:
        return None
    month = f"{now():%Y-%m}"
    content = f"{month} {network}".encode()
    digest = hashlib.blake2b(content, key=state().secret[:64], digest_size=16).hexdigest()
    return f"{month}.{digest}"


def prolong(case: str) -> None:
    """Let the cookie of this case last as long once more: a contact may still take back a vote."""
    if _known_case() == case:
        g.new_case = case


def keep(response: Response) -> Response:
    """Set the cookie of a case that this request began, or prolonged."""
    if demo():
        response.headers[DEMO_HEADER] = (
            "yes"  # who replays must know that nobody is counted as real
        )
    case = g.get("new_case")
    if case is not None:
        site = state().config.site
        response.set_cookie(
            COOKIE,
            state().tokens.sign_case(case, now()),
            max_age=CASE_LIFETIME,
            path=site.prefix or "/",
            secure=request.is_secure or site.base_url.startswith("https:"),
            httponly=True,
            samesite="Lax",
        )
    return response


def _case() -> str:
    """Of the impression sent along, of the cookie, or a new one."""
    pretended, shown = demo(), impression()
    if pretended:
        return pretended.case
    found = shown.case if shown else _known_case()
    if found is None:
        found = _new_id()
        if not _is_embedded() and not is_widget():
            g.new_case = found
    return found


def _known_case() -> str | None:
    if is_widget():
        return None
    try:
        return state().tokens.read_case(request.cookies.get(COOKIE, ""), now())
    except TokenError:
        return None


def _new_id() -> str:
    return secrets.token_urlsafe(16)


def _is_for_programs() -> bool:
    return request.path.startswith(FOR_PROGRAMS)


def _is_embedded() -> bool:
    """Whether another site's page asks, other than by a link that a person follows."""
    site = request.headers.get("Sec-Fetch-Site")
    mode = request.headers.get("Sec-Fetch-Mode")
    return site in {"cross-site", "same-site"} and mode != "navigate"


def _network(address: str) -> str | None:
    """The address; of IPv6 the part that one customer of a provider has."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, IPV6_NETWORK), strict=False))
    return str(found)


def _warn_of_proxies() -> None:
    if "X-Forwarded-For" in request.headers and not state().config.site.trusted_proxies:
        _warn_once()


@cache
def _warn_once() -> None:
    log.warning(
        "requests come through a proxy, so all visitors look like one, and share one limit of"
        " votes (set trusted_proxies under [site] in kb.toml to the number of proxies)"
    )
