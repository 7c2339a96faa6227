"""Version 1 of the JSON API; models.py says what each call takes and gives."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, TypeVar

from flask import Blueprint, Response, abort, jsonify, redirect, request, url_for
from pydantic import BaseModel, ValidationError
from spectree import Response as Answers
from spectree import SpecTree
from werkzeug.wrappers import Response as AnyResponse

from indexer.snapshot import Snapshot
from kb.errors import UnavailableError
from kb.links import ROOT
from kb.store.outbox import Backlog, backlog
from search.pages import Page
from search.results import SearchRequest
from webapp import caching, impressions, visits
from webapp.answers import draft_request, search_answer, suggest_answer
from webapp.api_answers import (
    ArticleAnswer,
    ArticleLink,
    HeadingAnswer,
    Health,
    Problem,
    SearchAnswer,
    SuggestAnswer,
)
from webapp.api_requests import ArticleQuery, SearchQuery, SuggestRequest
from webapp.impressions import Asked, note_opening
from webapp.live import Served
from webapp.metrics import CONTENT_TYPE, Now, is_near
from webapp.problems import ProblemError, from_validation
from webapp.replies import for_agent
from webapp.state import state

api = Blueprint("api", __name__)

Body = TypeVar("Body", bound=BaseModel)


def _refuse(_request: Any, _response: Any, error: Any, *_: Any) -> None:
    """What spectree calls before a view: wrong parameters become a problem."""
    if isinstance(error, ValidationError):
        raise from_validation(error)


def read_body(model: type[Body]) -> Body:
    """The JSON of a request, whatever its type says; a problem names what is wrong with it."""
    try:
        return model.model_validate_json(request.get_data())
    except ValidationError as error:
        raise from_validation(error, "field") from None


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
@spec.validate(
    resp=Answers(HTTP_200=SearchAnswer, HTTP_429=Problem, HTTP_503=Problem), tags=["search"]
)
def search(query: SearchQuery) -> SearchAnswer | Response:
    """Search articles by words and by meaning."""
    served = state().live.served()
    _check_filters(served, query.lang, query.product)
    visit = visits.current()
    whose = caching.personal(visit.case if visit else "", served.memory or "")
    if same := caching.unchanged(served.snapshot.id, state().build, *whose):
        return same
    wanted = SearchRequest(
        query.q, query.lang, query.limit, typing=query.typing, product=query.product
    )
    found = impressions.search(served, Asked(wanted, visits.surface(), request.args["q"]))
    if found.result.fallback:
        caching.forget_tag()
    return search_answer(found.result, request.script_root, found.impression)


@api.post("/api/v1/suggest")
@spec.validate(
    json=SuggestRequest,
    resp=Answers(HTTP_200=SuggestAnswer, HTTP_429=Problem, HTTP_503=Problem),
    tags=["search"],
    skip_validation=True,  # its errors would not name the body's fields as such
)
def suggest() -> SuggestAnswer:
    """Offer articles for the draft of a message; few or none, because empty beats wrong."""
    draft = read_body(SuggestRequest)
    served = state().live.served()
    if draft.is_for_page:
        return _for_page(served, draft)
    _check_filters(served, draft.lang, draft.product)
    typed = f"{draft.subject}\n{draft.body}"
    wanted = draft_request(typed, draft.lang, draft.product, typing=draft.typing)
    if wanted is None:
        return suggest_answer((), request.script_root)
    if draft.agent:
        lang = draft.lang or served.snapshot.manifest.site_lang
        return for_agent(served.engine, wanted, lang, draft.rejected)
    found = impressions.suggest(served, Asked(wanted, "suggest", typed), draft.rejected)
    if draft.first:
        note_opening()
    answer = suggest_answer(found.hits, request.script_root)
    return answer.model_copy(update={"impression": found.impression, "holdout": found.holdout})


def _for_page(served: Served, asked: SuggestRequest) -> SuggestAnswer:
    """Offer what suits a page. Its language may be one that no article has: then the site's own."""
    lang = served.nearest(asked.lang)
    if asked.articles:
        found = impressions.offer_these(served, asked.articles, lang)
    else:
        page = Page(asked.url, asked.title, asked.headings)
        product = asked.product if asked.product in served.products else None
        found = impressions.offer(served, page, SearchRequest("", lang, product=product))
    answer = suggest_answer(found.hits, request.script_root)
    return answer.model_copy(update={"impression": found.impression})


def _check_filters(served: Served, lang: str | None, product: str | None) -> None:
    """A filter that no article can match is a mistake, and worth saying."""
    if lang is not None and lang not in served.catalogues:
        known = ", ".join(served.catalogues)
        raise ProblemError(
            HTTPStatus.BAD_REQUEST,
            f"parameter 'lang': {lang!r}: no article has this language (use one of {known})",
        )
    if product is not None and product not in served.products:
        known = ", ".join(served.products) or "none is known"
        raise ProblemError(
            HTTPStatus.BAD_REQUEST,
            f"parameter 'product': {product!r}: no article names it (use one of: {known})",
        )


@api.get("/api/v1/articles/<path:slug>")
@spec.validate(
    resp=Answers(
        HTTP_200=ArticleAnswer,
        HTTP_301=None,
        HTTP_404=Problem,
        HTTP_410=Problem,
        HTTP_503=Problem,
    ),
    tags=["articles"],
)
def article(slug: str, query: ArticleQuery) -> ArticleAnswer | AnyResponse:
    """One article with its HTML, headings, neighbours and translations."""
    snapshot = state().live.served().snapshot
    lang = query.lang or snapshot.manifest.site_lang
    row = snapshot.find(lang, slug)
    if row is None:
        return _moved(snapshot, lang, slug)
    return caching.unchanged(snapshot.id, state().build) or _article(snapshot, row)


def _moved(snapshot: Snapshot, lang: str, slug: str) -> AnyResponse:
    """To where an article of before is now; a problem where it is nowhere."""
    row = snapshot.moved(lang, slug)
    if row is not None:
        now = snapshot.articles[row]
        abroad = None if now.lang == snapshot.manifest.site_lang else now.lang
        place = url_for("api.article", slug=now.slug, lang=abroad)
        return redirect(place, HTTPStatus.MOVED_PERMANENTLY)
    if snapshot.removed(lang, slug):
        said = f"the article {slug!r} is no longer here (search for its words)"
        raise ProblemError(HTTPStatus.GONE, said)
    raise ProblemError(HTTPStatus.NOT_FOUND, f"no article {slug!r} (search for its words)")


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


@api.get("/metrics")
def metrics() -> Response:
    """Figures for Prometheus, from this machine or a private network."""
    if not _is_near():
        abort(HTTPStatus.NOT_FOUND)
    try:
        served = state().live.served()
        snapshot, memory = served.snapshot.id, served.memory
    except UnavailableError:
        snapshot, memory = "", None
    now = Now(snapshot, memory, _backlog())
    return Response(state().metrics.page(now), content_type=CONTENT_TYPE)


def _backlog() -> Backlog | None:
    try:
        return state().recorder.work(backlog)
    except UnavailableError:
        return None


def _is_near() -> bool:
    """A proxy that the settings do not name makes everybody look near."""
    hidden = "X-Forwarded-For" in request.headers and not state().config.site.trusted_proxies
    return is_near(request.remote_addr) and not hidden


@api.get("/readyz")
@spec.validate(resp=Answers(HTTP_200=Health, HTTP_503=Problem), tags=["operations"])
def readyz() -> Health:
    """A snapshot is served; 503 until one is."""
    return Health(snapshot=state().live.served().snapshot.id)
