"""``POST /hooks/git``: a git host says that the repository was pushed to. Go and fetch.

Nothing of what it says but the names of branches is used, so a forged call could at most cause a
build of what is in the repository anyway; and it cannot even do that.
"""

from __future__ import annotations

import logging
import time
from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request

from kb.git_settings import Git
from kb.push_hooks import Call, UnreadableError, UnsignedError, read_push
from kb.store import builds
from webapp import visits
from webapp.problems import ProblemError
from webapp.state import state

LARGEST_CALL = 1024 * 1024  # bytes; a host's description of a push has some thousand

hooks = Blueprint("hooks", __name__)
log = logging.getLogger(__name__)


@hooks.post("/hooks/git")
def git() -> tuple[Response, int]:
    """Check who calls, ask for a build, and answer at once; the build runs elsewhere."""
    settings = state().config.git
    if not settings.repo:
        raise ProblemError(
            HTTPStatus.NOT_FOUND, "this help centre is not published from git (set git.repo)"
        )
    request.max_content_length = LARGEST_CALL
    call = Call({name.lower(): value for name, value in request.headers}, request.get_data())
    try:
        push = read_push(call, settings.hooks.secrets, time.time())
    except UnsignedError as error:
        log.warning("A call of /hooks/git was refused: %s", error)
        raise ProblemError(HTTPStatus.UNAUTHORIZED, str(error)) from None
    except UnreadableError as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, str(error)) from None
    if not any(_is_ours(ref, settings) for ref in push.refs):
        return _answer("ignored")
    asked = state().recorder.work(
        lambda database: builds.ask(database, push.host, visits.now(), push.delivery)
    )
    return _answer(asked)


def _is_ours(ref: str, settings: Git) -> bool:
    """Whether a push may change what is published; without a ref, any branch may be the one."""
    if not settings.ref:
        return ref.startswith("refs/heads/")
    return ref in {settings.ref, f"refs/heads/{settings.ref}", f"refs/tags/{settings.ref}"}


def _answer(build: str) -> tuple[Response, int]:
    return jsonify(build=build), HTTPStatus.ACCEPTED
