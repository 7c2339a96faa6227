"""A past for the shop of ``conftest``: what its customers asked, in words that no article uses."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from conftest import SHOP, Silence, publish_folder, write_site

from kb.config import Site
from kb.events import Resolution
from search.engine import Engine
from search.learning import Learned, Past, learn
from search.results import SearchRequest

NOW = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
SITE = Site(languages=("es", "zh"))
ASKED = {
    "orders/returns": (
        "the glass has a crack",
        "glass arrived cracked",
        "my glass shade is cracked",
        "crack in the glass",
        "the shade came broken",
        "it was broken on arrival",
        "cracked glass what now",
        "broken glass in the box",
        "the glass broke",
        "shade is in pieces",
        "wrong colour",
        "does not fit my table",
    ),
    "orders/tracking": (
        "parcel is late",
        "parcel stuck at customs",
        "where is my delivery",
        "the postman never came",
        "my parcel has not moved for days",
        "courier lost my order",
        "when does my order arrive",
        "no parcel yet",
        "the link to follow the parcel shows nothing",
        "still waiting for the warehouse",
    ),
    "account/password": (
        "cannot sign in",
        "forgot my password",
        "the mail with the link did not come",
        "error E-4711 when I sign in",
        "locked out of my account",
        "password is not accepted",
        "login fails",
        "sign-in page says unknown address",
        "lost my login",
        "reset link expired",
    ),
    "account/close": (
        "delete my account",
        "remove my data",
        "I want you to forget my address",
        "how to leave for good",
        "stop keeping my orders",
        "close my account please",
        "erase me",
        "delete my addresses",
        "gdpr removal",
        "get rid of my profile",
    ),
}
"""Half of what is asked about returns is about cracked glass, of which no article speaks."""
CRACK = "there is a crack in my glass"
"""Asked like many cases, answered by ``orders/returns``; its text alone does not show it."""


def imported(
    query: str, article: str, day: int = 0, weight: float = 1.0, name: str = ""
) -> Resolution:
    """A row of imported history, ``day`` days old."""
    source = f"import:{name}{article}-{query}-{day}"
    return Resolution(query, article, NOW - dt.timedelta(days=day), weight, source)


def history(asked: Mapping[str, Sequence[str]] = ASKED) -> list[Resolution]:
    """A row for each query, oldest first, articles in turn."""
    rows = [
        imported(query, article, day)
        for article, queries in asked.items()
        for day, query in enumerate(queries)
    ]
    return sorted(rows, key=lambda one: (one.at, one.source))


def shop_with(folder: Path, models: Path, files: Mapping[str, str] = SHOP) -> Path:
    """A data folder in which the shop, or what became of it, is published."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    if not (data / "models").exists():
        (data / "models").symlink_to(models)
    shutil.rmtree(folder / "articles", ignore_errors=True)
    publish_folder(write_site(folder / "articles", dict(files)), data, SITE)
    return data


def copy_of(published: Path, folder: Path) -> Path:
    """A copy of a data folder, to learn in."""
    shutil.copytree(published, folder, symlinks=True)
    return folder


def teach(data: Path, past: Sequence[Resolution], judged: Path | None = None) -> Learned:
    """Learn as ``kb learn`` does."""
    return learn(Past(past, judged), data, Silence())


def names(engine: Engine, text: str, memory: bool = True) -> list[str]:
    """Names of the English hits, best first."""
    result = engine.search(SearchRequest(text, lang="en", memory=memory))
    return [hit.article.name("en") for hit in result.hits]
