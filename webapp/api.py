"""Version 1 of the JSON API; models.py says what each call takes and gives."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify, request
from pydantic import ValidationError
from spectree import Response as Answers
from spectree import SpecTree

from indexer.snapshot import Snapshot
from kb.links import ROOT
from search.results import SearchRequest
from webapp import caching
from webapp.answers import search_answer
from webapp.live import Served
from webapp.models import (
    ArticleAnswer,
    ArticleLink,
    ArticleQuery,
    HeadingAnswer,
    Health,
    Problem,
    SearchAnswer,
    SearchQuery,
)
from webapp.problems import ProblemError, from_validation
from webapp.state import state

api = Blueprint("api", __name__)


def _refuse(_request: Any, _response: Any, error: Any, *_: Any) -> None:
    """What spectree calls before a view: wrong parameters become a problem."""
    if isinstance(error, ValidationError):
        raise from_validation(error)


spec = SpecTree(
    "flask",
    before=_refuse,
    validation_error_status=HTTPStatus.BAD_REQUEST,
    validation_error_model=Problem,
    naming_strategy=lambda model: model.__name__,
    nested_naming_strategy=lambda _parent, child: child,
    title="Help centre API",
    version="1",
    mode="strict",
)


@api.get("/api/v1/search")
@spec.validate(resp=Answers(HTTP_200=SearchAnswer, HTTP_503=Problem), tags=["search"])
def search(query: SearchQuery) -> SearchAnswer | Response:
    """Search articles by words and by meaning."""
    served = state().live.served()
    _check_filters(served, query)
    if same := caching.unchanged(served.snapshot.id, state().build):
        return same
    result = served.engine.search(
        SearchRequest(query.q, query.lang, query.limit, typing=query.typing, product=query.product)
    )
    if result.fallback:
        caching.forget_tag()
    return search_answer(result, request.script_root)


def _check_filters(served: Served, query: SearchQuery) -> None:
    """A filter that no article can match is a mistake, and worth saying."""
    if query.lang is not None and query.lang not in served.catalogues:
        known = ", ".join(served.catalogues)
        raise ProblemError(
            HTTPStatus.BAD_REQUEST,
            f"parameter 'lang': {query.lang!r}: no article has this language (use one of {known})",
        )
    if query.product is not None and query.product not in served.products:
        known = ", ".join(served.products) or "none is known"
        raise ProblemError(
            HTTPStatus.BAD_REQUEST,
            f"parameter 'product': {query.product!r}: no article names it (use one of: {known})",
        )


@api.get("/api/v1/articles/<path:slug>")
@spec.validate(
    resp=Answers(HTTP_200=ArticleAnswer, HTTP_404=Problem, HTTP_503=Problem), tags=["articles"]
)
def article(slug: str, query: ArticleQuery) -> ArticleAnswer | Response:
    """One article with its HTML, headings, neighbours and translations."""
    snapshot = state().live.served().snapshot
    row = snapshot.find(query.lang or snapshot.manifest.site_lang, slug)
    if row is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, f"no article {slug!r} (search for its words)")
    return caching.unchanged(snapshot.id, state().build) or _article(snapshot, row)


def _article(snapshot: Snapshot, row: int) -> ArticleAnswer:
    found, page = snapshot.articles[row], snapshot.page(row)
    return ArticleAnswer(
        slug=found.slug,
        lang=found.lang,
        title=found.title,
        summary=found.summary,
        category=found.category,
        tags=found.tags,
        products=found.products,
        updated=found.updated,
        url=request.script_root + snapshot.url(row),
        html=page.html.replace(f'"{ROOT}', f'"{request.script_root}'),
        headings=tuple(
            HeadingAnswer(level=h.level, text=h.text, anchor=h.anchor) for h in page.headings
        ),
        related=tuple(_link(snapshot, other) for other in snapshot.related(row)),
        translations=tuple(_link(snapshot, other) for other in snapshot.translations(row)),
        snapshot=snapshot.id,
    )


def _link(snapshot: Snapshot, row: int) -> ArticleLink:
    found = snapshot.articles[row]
    url = request.script_root + snapshot.url(row)
    return ArticleLink(slug=found.slug, lang=found.lang, title=found.title, url=url)


@api.get("/openapi.json")
def openapi() -> Response:
    """This contract, written from the models."""
    return jsonify(spec.spec | {"servers": [{"url": request.script_root or "/"}]})


@api.get("/healthz")
@spec.validate(resp=Answers(HTTP_200=Health), tags=["operations"])
def healthz() -> Health:
    """The process is alive, whatever it serves."""
    return Health()


@api.get("/readyz")
@spec.validate(resp=Answers(HTTP_200=Health, HTTP_503=Problem), tags=["operations"])
def readyz() -> Health:
    """A snapshot is served; 503 until one is."""
    return Health(snapshot=state().live.served().snapshot.id)
