"""The door of the dashboard: who is signed in, and how long others wait who try passwords.

Whoever guesses learns nothing: an unknown name and a wrong password take the same time, get the
same words, and make the next try wait as long. A session is a signed cookie that no page outside
the dashboard sees; it ends after twelve hours, and when the password is changed.

Whoever knows a name could keep its owner out by trying wrong passwords all day. So a browser in
which a name signed in keeps a cookie of that, and its tries for this name are counted apart
(https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, redirect, render_template, request, session, url_for
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.wrappers import Response as AnyResponse

from kb import passwords
from kb.store import users
from kb.store.database import Database
from kb.store.moments import to_ms
from kb.store.users import Try, Turn, User
from webapp.state import EXTENSION, State, state
from webapp.tokens import DEVICE_LIFETIME, TokenError
from webapp.visits import now, visitor

FOLDER = "/dashboard"
COOKIE = "kb_writer"
DEVICE = "kb_device"
LIFETIME = dt.timedelta(hours=12)
_SINCE = "since"  # of a session: when it began, in seconds

WRONG = "Name and password do not fit together."
TOO_OLD = "This page was open for too long. Please try again."

log = logging.getLogger(__name__)
sign_in = Blueprint("sign_in", __name__, url_prefix=FOLDER)

Result = TypeVar("Result")
Answer = AnyResponse | str | tuple[str, int] | tuple[str, int, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Writer:
    """Who is signed in; the id in the session names the password, so that another one ends it."""

    user: User
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """Name and moment of the password."""
        return f"{to_ms(self.user.changed)} {self.user.name}"


class _Sessions(SecureCookieSessionInterface):
    """Sessions of the dashboard alone: no other page may vary with a cookie."""

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - Flask passes it
        """Whether browsers send it over HTTPS only: where they came that way."""
        return _is_over_https()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie where the session changed."""
        if request.path == FOLDER or request.path.startswith(f"{FOLDER}/"):
            super().save_session(app, session, response)


_csrf = CSRFProtect()


def guard(app: Flask) -> None:
    """Give the application its sessions; pages behind the door call ``only_writers``."""
    here: State = app.extensions[EXTENSION]
    app.secret_key = here.secret
    app.session_interface = _Sessions()
    app.config.update(
        SESSION_COOKIE_NAME=COOKIE,
        SESSION_COOKIE_PATH=here.config.site.prefix + FOLDER,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=LIFETIME,
        WTF_CSRF_CHECK_DEFAULT=False,  # visitors' forms are signed in a way of their own
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        WTF_CSRF_SSL_STRICT=False,  # some browsers send no Referer; the token is what counts
    )
    _csrf.init_app(app)
    login = LoginManager()
    login.session_protection = None  # the address of a telephone changes all the time
    login.init_app(app, add_context_processor=False)
    login.user_loader(_signed_in)
    app.register_blueprint(sign_in)


def is_signed_in() -> bool:
    """Whether a writer asks."""
    return bool(current_user.is_authenticated)


def writer_name() -> str:
    """The name of the writer who asks."""
    return str(current_user.user.name)


def only_writers() -> AnyResponse | None:
    """Send whoever is not signed in to the door; what they wanted to see comes after it."""
    if current_user.is_authenticated:
        return None
    return redirect(url_for("sign_in.show", next=request.full_path.rstrip("?")))


@sign_in.before_request
def _check_form() -> None:
    """Another site's page must not sign its readers in or out."""
    _csrf.protect()


@sign_in.get("/sign-in")
def show() -> Answer:
    """The door, or what is behind it for those who are in."""
    wanted = _inside(request.args.get("next", ""))
    return _go(wanted) if current_user.is_authenticated else _page(wanted)


@sign_in.post("/sign-in")
def enter() -> Answer:
    """Open the door to whoever knows a name and its password."""
    wanted = _inside(request.form.get("next", ""))
    name = users.same_name(request.form.get("name", ""))
    made = _try(_digest(name))
    turn = _work(lambda database: users.begin_try(database, made))
    if turn.wait:
        return _too_soon(wanted, turn.wait)
    known = _work(lambda database: users.find_user(database, name))
    digest = known.password if known else None
    if not passwords.verify(digest, request.form.get("password", "")) or known is None:
        _log_failure(known, turn)
        return _page(wanted, WRONG), HTTPStatus.UNPROCESSABLE_ENTITY
    _work(lambda database: users.forgive(database, made))
    _begin_session(known)
    return _known(_go(wanted), _digest(name))


@sign_in.post("/sign-out")
def leave() -> AnyResponse:
    """End the session in this browser."""
    logout_user()
    session.clear()
    return redirect(url_for("sign_in.show"), HTTPStatus.SEE_OTHER)


@sign_in.errorhandler(CSRFError)
def _foreign_form(_error: CSRFError) -> Answer:
    return _page(_inside(request.form.get("next", "")), TOO_OLD), HTTPStatus.BAD_REQUEST


@sign_in.after_request
def _keep_to_this_browser(response: Response) -> Response:
    return unlisted(response)


def unlisted(response: Response) -> Response:
    """An answer that no cache keeps and no search engine lists."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _try(name: str) -> Try:
    """What a try counts against: this browser where the name signed in with it before."""
    try:
        device = state().tokens.read_device(request.cookies.get(DEVICE, ""), name, now())
    except TokenError:
        return Try(name, visitor(), now())
    return Try(device, device, now())


def _known(answer: AnyResponse, name: str) -> AnyResponse:
    """Let the browser keep that this name signed in with it."""
    answer.set_cookie(
        DEVICE,
        state().tokens.sign_device(name, secrets.token_urlsafe(16), now()),
        max_age=DEVICE_LIFETIME,
        path=state().config.site.prefix + FOLDER,
        secure=_is_over_https(),
        httponly=True,
        samesite="Lax",
    )
    return answer


def _is_over_https() -> bool:
    return request.is_secure or state().config.site.base_url.startswith("https:")


def _begin_session(user: User) -> None:
    session.clear()
    login_user(Writer(user))
    session.permanent = True
    session[_SINCE] = int(now().timestamp())


def _signed_in(known_as: str) -> Writer | None:
    """Who a session belongs to; nobody where it is too old, or the password another one."""
    if now().timestamp() - session.get(_SINCE, 0) > LIFETIME.total_seconds():
        return None
    _, _, name = known_as.partition(" ")
    user = _work(lambda database: users.find_user(database, name))
    writer = Writer(user) if user else None
    return writer if writer and writer.get_id() == known_as else None


def _page(wanted: str, said: str = "") -> str:
    is_empty = not _work(users.all_users)
    return render_template("dashboard/sign_in.html", wanted=wanted, said=said, is_empty=is_empty)


def _too_soon(wanted: str, wait: dt.timedelta) -> Answer:
    seconds = math.ceil(wait.total_seconds())
    said = f"Too many tries. Please wait {_in_words(seconds)}."
    return _page(wanted, said), HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(seconds)}


def _in_words(seconds: int) -> str:
    if seconds > 90:
        return f"{math.ceil(seconds / 60)} minutes"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


def _log_failure(known: User | None, turn: Turn) -> None:
    """A name that nobody has is not written down: it may be a password in the wrong field."""
    who = f"user {known.name!r}" if known else "a name that nobody has"
    then = f"throttled for {turn.then.total_seconds():.0f} s" if turn.then else "may try again"
    log.warning("dashboard: wrong password for %s (%s)", who, then)


def _digest(name: str) -> str:
    key = hashlib.sha256(b"sign-in" + state().secret).digest()
    data = name.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(data, key=key, digest_size=16).hexdigest()


def _inside(wanted: str) -> str:
    """A path of the dashboard's own to go to after the door, without the site's prefix."""
    path = urlsplit(wanted).path if wanted.isprintable() else ""
    is_ours = path == FOLDER or path.startswith(f"{FOLDER}/")
    is_door = path.startswith(f"{FOLDER}/sign-")
    return wanted if is_ours and wanted.startswith(FOLDER) and not is_door else FOLDER


def _go(wanted: str) -> AnyResponse:
    return redirect(request.script_root + wanted, HTTPStatus.SEE_OTHER)


def _work(work: Callable[[Database], Result]) -> Result:
    return state().recorder.work(work)
