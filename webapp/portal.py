"""The pages that customers read. Everything on them comes out of one snapshot."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass

from flask import (
    Blueprint,
    Response,
    abort,
    g,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from kb.articles import Article
from kb.links import ROOT
from search.results import SearchRequest
from webapp import caching, interface, security, visits
from webapp.catalogue import Catalogue
from webapp.impressions import Asked, Found
from webapp.impressions import search as search_for
from webapp.live import Served
from webapp.notices import shown_notices
from webapp.sources import source_of
from webapp.state import state
from webapp.tokens import Ballot
from webapp.typed_text import cut_query

HITS = 20
RECENT = 6
DEEPEST_CONTENTS = 3  # levels of headings in a table of contents: h2 and h3
SHOWN_INLINE = re.compile(r"^(image|video|audio)/|^application/pdf$|^text/plain$")
DESCRIPTION_LENGTH = 160  # what search engines show of it

portal = Blueprint("portal", __name__)
interface.in_address(portal)


@dataclass(frozen=True, slots=True)
class Reader:
    """What the pages of one request are made from."""

    served: Served
    lang: str

    @property
    def catalogue(self) -> Catalogue:
        """Everything to browse in the reader's language."""
        return self.served.catalogues[self.lang]


def enter(spoken: Container[str] = ()) -> AnyResponse | None:
    """Pick the language of this request's reader; a redirect where the address is not the usual.

    A page without articles is there in the languages ``spoken`` too.
    """
    served = state().live.served()
    own = served.snapshot.manifest.site_lang
    if g.lang == own:
        path = request.full_path.replace(f"/{own}/", "/", 1).rstrip("?")
        return redirect(request.script_root + path, 301)
    known = g.lang in served.catalogues
    if g.lang and not known and g.lang not in spoken:
        abort(404)
    g.reader = Reader(served, g.lang if known else own)
    return None


@portal.before_request
def _open_reader() -> AnyResponse | None:
    """Enter, and stop here where the browser has the page already."""
    elsewhere = enter()
    if elsewhere is not None:
        return elsewhere
    served, said = reader().served, (notice.digest for notice in shown_notices("portal"))
    words = interface.language()
    return caching.unchanged(served.snapshot.id, state().build, words, *said, *_also(served))


def _also(served: Served) -> tuple[str, ...]:
    """What a page is made from beside snapshot, settings and code."""
    if request.endpoint == "portal.search" and cut_query(request.args.get("q", "")):
        visit = visits.current()
        return caching.personal(visit.case if visit else "", served.memory or "")
    if request.endpoint == "portal.article":
        return (str(visits.now().date()),)  # its form is signed for the day
    if request.endpoint == "portal.home":
        return (_elsewhere() or "",)
    return ()


def _elsewhere() -> str | None:
    """The language whose home page suits the visitor better than this one."""
    here = reader()
    if here.served.languages and here.lang not in here.served.languages:
        return here.served.languages[0]
    return interface.better(here.served.languages, menu=here.served.languages)


def reader() -> Reader:
    """What this request reads."""
    found = g.reader
    assert isinstance(found, Reader)
    return found


def _languages() -> tuple[str, ...]:
    return reader().served.languages


@portal.get("/")
@portal.get("/<language:lang>/")
def home() -> str | AnyResponse:
    """Search box, categories and what changed last."""
    better = _elsewhere()
    if better:
        return redirect(url_for("portal.home", lang=better))
    return render_template("home.html", recent=reader().catalogue.recent(RECENT))


@portal.get("/search")
@portal.get("/<language:lang>/search")
def search() -> str | AnyResponse:
    """Results, or an invitation to search where nothing was asked."""
    args = request.args
    if args.get("lang") and args["lang"] != reader().lang:
        return redirect(url_for("portal.search", q=args.get("q"), lang=args["lang"]))
    query = cut_query(args.get("q", ""))
    product = args.get("product") or None
    found = _answer(query, correct="exact" not in args, product=product) if query else None
    result = found.result if found else None
    more = result is not None and len(result.hits) == HITS
    alternates = {lang: url_for("portal.search", q=query, lang=lang) for lang in _languages()}
    return render_template(
        "search.html",
        query=query,
        result=result,
        impression=found.impression if found else None,
        more=more,
        product=product,
        alternates=alternates,
    )


@portal.get("/articles/<path:slug>")
@portal.get("/<language:lang>/articles/<path:slug>")
def article(slug: str) -> str | AnyResponse:
    """One article with its table of contents, its neighbours in meaning and in other languages."""
    here = reader()
    snapshot = here.served.snapshot
    row = snapshot.find(here.lang, slug)
    if row is None and snapshot.find(here.lang, slug.rstrip("/")) is not None:
        return redirect(url_for("portal.article", slug=slug.rstrip("/")), 301)
    if row is None:
        abort(404)
    page = snapshot.page(row)
    name = snapshot.articles[row].name(snapshot.manifest.site_lang)
    html = page.html.replace(f'"{ROOT}', f'"{request.script_root}')
    return render_template(
        "article.html",
        article=snapshot.articles[row],
        html=Markup(html),  # noqa: S704 - made safe when it was published
        about=state().tokens.sign_vote(Ballot(name, snapshot.id, visits.now().date())),
        contents=[heading for heading in page.headings if heading.level <= DEEPEST_CONTENTS],
        related=[snapshot.articles[other] for other in snapshot.related(row)],
        alternates={
            snapshot.articles[other].lang: request.script_root + snapshot.url(other)
            for other in (row, *snapshot.translations(row))
        },
        description=describe(snapshot.articles[row], html),
        source=source_of(snapshot, row, state().config.git),
    )


@portal.get("/categories/")
@portal.get("/<language:lang>/categories/")
def everything() -> str:
    """Every category with its articles."""
    alternates = {lang: url_for("portal.everything", lang=lang) for lang in _languages()}
    root = reader().catalogue.root
    return render_template("category.html", category=root, trail=(), alternates=alternates)


@portal.get("/categories/<path:path>")
@portal.get("/<language:lang>/categories/<path:path>")
def category(path: str) -> str:
    """One category and those inside it."""
    trail = reader().catalogue.trail(path)
    if not trail:
        abort(404)
    alternates = {
        lang: url_for("portal.category", path=path, lang=lang)
        for lang in _languages()
        if reader().served.catalogues[lang].trail(path)
    }
    return render_template(
        "category.html", category=trail[-1], trail=trail[:-1], alternates=alternates
    )


@portal.get("/assets/<path:name>")
def asset(name: str) -> Response:
    """A picture or attachment; its name holds its digest, so it never changes."""
    path = None if "\0" in name else reader().served.snapshot.asset(name)
    if path is None:
        abort(404)
    response = send_file(path, conditional=True, download_name=path.name)
    if not SHOWN_INLINE.match(response.mimetype or ""):
        response.headers["Content-Disposition"] = "attachment"
    if response.mimetype != "application/pdf":  # Chromium's viewer does not run in a sandbox
        response.headers["Content-Security-Policy"] = security.SANDBOX
    response.headers["Cache-Control"] = caching.IMMUTABLE
    return response


@portal.get("/opensearch.xml")
def opensearch() -> Response:
    """Lets a browser add the help centre to its search engines."""
    mimetype = "application/opensearchdescription+xml"
    return Response(render_template("opensearch.xml"), mimetype=mimetype)


def describe(article: Article, html: str) -> str:
    """What a search engine shows below the title: the summary, else how the text starts."""
    text = article.summary or Markup(html).striptags()  # noqa: S704 - only text is left
    if len(text) <= DESCRIPTION_LENGTH:
        return text
    return text[:DESCRIPTION_LENGTH].rpartition(" ")[0] + "…"


def _answer(query: str, *, correct: bool, product: str | None) -> Found | None:
    """Search in the reader's language; None where nothing of the query is left to search for."""
    request_ = SearchRequest(query, lang=_filter(), limit=HITS, correct=correct, product=product)
    try:
        found = search_for(reader().served, Asked(request_, "portal", request.args["q"]))
    except ValueError:
        return None
    if found.result.fallback:
        caching.forget_tag()
    return found


def _filter() -> str | None:
    """The language to search in, where there are several."""
    here = reader()
    return here.lang if len(here.served.languages) > 1 else None
