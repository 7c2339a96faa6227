"""Which language a file is written in, read from its path; codes are ISO 639-1.

Folders and dotted endings (``es/``, ``.es.md``, ``._es.md``) are markers. ``_it.md`` could also
be the end of a sentence (``fix_it.md``), and ``.os.md`` of a product's name, so such codes count
there only where the site names the language.
"""

from __future__ import annotations

import posixpath
import re

CODES = frozenset(
    "aa ab af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da "
    "de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy "
    "hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg "
    "li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or "
    "os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta "
    "te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu".split()
)
AMBIGUOUS = {
    "_": frozenset(
        "am an as be co ha he hi ho id ie io is it la lo mi my no or os pa so to".split()
    ),
    ".": frozenset("ie io os".split()),
    "._": frozenset[str](),
}
TAG = re.compile(r"^(?P<code>[A-Za-z]{2})(?P<region>[-_][A-Za-z]{2,4})?$")
ENDING = re.compile(r"(?P<mark>\._|\.|_)(?P<tag>[A-Za-z]{2}(?:-[A-Za-z]{2,4})?)$")


def is_tag(text: str) -> bool:
    """Whether text is a language code, with or without a region: ``pt``, ``pt-BR``."""
    match = TAG.match(text)
    return bool(match) and text[:2].lower() in CODES


def language_of_path(path: str, languages: frozenset[str] = frozenset()) -> str | None:
    """The language that a path is marked with, in lower case; None where it has no mark."""
    ending = _ending(path, languages)
    if ending:
        return ending.group("tag").lower()
    first, slash, _ = path.partition("/")
    return first.replace("_", "-").lower() if slash and is_tag(first) else None


def without_language(path: str, languages: frozenset[str] = frozenset()) -> str:
    """The path without ``.md`` and without its language mark: the same for every translation."""
    stem = posixpath.splitext(path)[0]
    ending = _ending(path, languages)
    if ending:
        return stem[: ending.start()]
    first, slash, rest = stem.partition("/")
    return rest if slash and is_tag(first) else stem


def _ending(path: str, languages: frozenset[str]) -> re.Match[str] | None:
    stem = posixpath.splitext(posixpath.basename(path))[0]
    match = ENDING.search(posixpath.splitext(path)[0])
    if not match or not is_tag(match.group("tag")) or len(match.group()) >= len(stem):
        return None
    tag = match.group("tag").lower()
    could_be_a_word = tag in AMBIGUOUS[match.group("mark")] and tag not in languages
    return None if could_be_a_word else match
