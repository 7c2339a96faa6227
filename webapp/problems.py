"""Errors of the API as ``application/problem+json`` (RFC 9457), so that programs can read them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from flask import Response
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from webapp.api_answers import Problem

FOR_PROGRAMS = ("/api/", "/hooks/", "/openapi.json", "/healthz", "/readyz", "/metrics")
"""Addresses at which no person looks."""


class ProblemError(HTTPException):
    """Raised in a view; answers with ``status`` and says in ``detail`` what to do."""

    def __init__(
        self, status: HTTPStatus, detail: str, errors: Mapping[str, str] | None = None
    ) -> None:
        self.code = status.value
        super().__init__(description=detail, response=problem(status, detail, errors))


def problem(status: HTTPStatus, detail: str, errors: Mapping[str, str] | None = None) -> Response:
    """One problem as an answer; ``errors`` says what is wrong with which field of a form."""
    body = Problem(
        title=status.phrase,
        status=status.value,
        detail=detail,
        errors=dict(errors) if errors else None,
    )
    text = json.dumps(body.model_dump(exclude_none=True))
    return Response(text, status.value, content_type="application/problem+json")


def from_validation(error: ValidationError, kind: str = "parameter") -> ProblemError:
    """What is wrong with a request's parameters or fields: each by name, with its remedy."""
    details = "; ".join(_named(kind, part["loc"], part["msg"]) for part in error.errors())
    return ProblemError(HTTPStatus.BAD_REQUEST, f"{details} (see /openapi.json)")


def _named(kind: str, place: tuple[int | str, ...], what: str) -> str:
    """A message with the name of what it is about; what is wrong with the whole has none."""
    what = what.removeprefix("Value error, ")
    return f"{kind} {'.'.join(map(str, place))!r}: {what}" if place else what
