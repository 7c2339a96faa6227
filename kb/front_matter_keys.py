"""The keys that a writer may set, and what an unknown one was probably meant to be.

A slip in a key that hides an article must not show it to customers: such a key hides it all the
same, and a note says so.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kb.front_matter_values import (
    Address,
    Day,
    Language,
    Lines,
    Moment,
    Published,
    Text,
    Visible,
    Words,
)

HIDDEN: dict[str, tuple[str, Any]] = {
    "visibility": ("visibility", "internal"),
    "draft": ("draft", True),
    "publish_at": ("draft", True),
    "published": ("draft", True),
}
"""What a value that cannot be read stands for, where the default would show the article."""
LEAST_ALIKE, LEAST_ALIKE_HIDDEN = 0.75, 0.85
_BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_ELSEWHERE = {
    **dict.fromkeys(("hidden", "internal", "private", "unpublished"), "draft"),
    **dict.fromkeys(("publish", "publishdate", "publisheddate", "publishedat"), "published"),
    **dict.fromkeys(("publishon", "publishedon", "datepublished"), "published"),
}
"""Keys of other systems that may hide an article, without signs between their words."""
_EMPTY: tuple[Any, ...] = (None, "", [], {})


class FrontMatter(BaseModel):
    """The keys a writer may set; others are kept beside them."""

    model_config = ConfigDict(frozen=True, extra="allow")

    title: Text = None
    slug: Address = None
    permalink: Address = None
    summary: Text = None
    tags: Words = ()
    keywords: Words = ()
    lang: Language = None
    category: Text = None
    order: Annotated[float | None, Field(allow_inf_nan=False)] = None
    products: Words = ()
    audience: Text = None
    visibility: Visible = "public"
    updated: Day = None
    redirect_from: Lines = ()
    contexts: Lines = ()
    pin: Lines = ()
    publish_at: Moment = None
    owner: Text = None
    review_by: Day = None
    draft: bool = False
    published: Published = True
    """Jekyll's opposite of ``draft``; elsewhere a moment."""

    @property
    def appears(self) -> dt.datetime | None:
        """The moment before which it is hidden."""
        moments = (self.publish_at, self.published)
        return max((one for one in moments if isinstance(one, dt.datetime)), default=None)

    @property
    def hides(self) -> bool:
        """Whether it may keep the article from customers."""
        return self.draft or not self.published or self.visibility == "internal" or self.waits

    @property
    def waits(self) -> bool:
        """Whether it names a moment to appear at."""
        return self.appears is not None


def meant(key: str, value: Any) -> str | None:
    """The known key that an unknown one comes near; ``publisher: Acme`` is no ``published``."""
    plain = re.sub(r"[-\s]+", "_", key.strip().lower())
    if plain in FrontMatter.model_fields:
        return plain
    hiding = _meant_to_hide(plain.replace("_", ""), value)
    if hiding:
        return hiding
    harmless = sorted(FrontMatter.model_fields.keys() - HIDDEN.keys())
    close = difflib.get_close_matches(plain, harmless, n=1, cutoff=LEAST_ALIKE)
    return close[0] if close else None


def _meant_to_hide(bare: str, value: Any) -> str | None:
    """The key that hides an article which other systems' one stands for, or a slip comes near."""
    elsewhere = _ELSEWHERE.get(bare)
    if elsewhere:
        means = value not in _EMPTY and (bare == "hidden" or _can_be(elsewhere, value))
        return elsewhere if means else None
    for known in HIDDEN.keys() - ({"published"} if not isinstance(value, bool) else set()):
        if _is_slip(bare, known.replace("_", "")):
            return known
    alike = difflib.SequenceMatcher(None, bare, "visibility").ratio()
    return "visibility" if alike >= LEAST_ALIKE_HIDDEN else None


def _is_slip(written: str, known: str) -> bool:
    """Whether a letter after the first is wrong, missing, too much, or changed its place."""
    pairs = zip(written, known, strict=False)
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    one, other = written[alike:], known[alike:]
    swapped = one[:2] == other[1::-1] and one[2:] == other[2:]
    return alike > 0 and (swapped or one[1:] in (other[1:], other) or one == other[1:])


def _can_be(known: str, value: Any) -> bool:
    try:
        FrontMatter.model_validate({known: value})
    except ValidationError:
        return False
    return True


def read_as_meant(key: str, value: Any) -> FrontMatter:
    """What an unknown key says of hiding the article, if it was meant to say anything of it."""
    known = meant(key, value)
    if known not in HIDDEN or value in _EMPTY:
        return FrontMatter()
    hidden = dict([HIDDEN[known]])
    return FrontMatter.model_validate({known: value} if _can_be(known, value) else hidden)


def says_to_hide(key: str, written: str) -> bool:
    """Whether a line that may be prose hides its article; ``Draft: how to write one`` does not."""
    text = written.partition(" #")[0].strip().strip("\"'")
    value = _BOOLEANS.get(text.lower(), text or None)
    known = meant(key, value)
    if key == known:
        return read_as_meant(key, value).hides
    if known not in HIDDEN or (key.lower() == "published" and value is not False):
        return False
    return _can_be(known, value) and FrontMatter.model_validate({known: value}).hides


def as_hidden(matter: FrontMatter, others: Sequence[FrontMatter]) -> FrontMatter:
    """The first, hidden as well as any of them is."""
    every = (matter, *others)
    is_internal = any(one.visibility == "internal" for one in every)
    hidden = {
        "draft": any(one.draft or not one.published for one in every),
        "visibility": "internal" if is_internal else "public",
        "publish_at": max((one.appears for one in every if one.appears), default=None),
    }
    return matter.model_copy(update=hidden)
