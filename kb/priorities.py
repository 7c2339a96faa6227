"""Rules that give a ticket its priority and its queue: the first that matches, in their order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from kb.contact_settings import Contact, Rule
from kb.tickets import Draft, Routing, Tried

_SOLID = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
"""Scripts that put no space between words: a word of theirs counts wherever it stands."""


def route(draft: Draft, tried: Tried, contact: Contact) -> Routing:
    """What the rules say of a message; without any, normal and the usual queue."""
    parts = [draft.subject, draft.message, *(one.value for one in draft.fields)]
    text = _folded(" \0 ".join(parts))  # no phrase goes from one into the next
    for rule in contact.rules:
        if _matches(rule, draft, tried, text):
            return Routing(rule.priority or "normal", rule.queue or contact.queue, rule.name)
    return Routing("normal", contact.queue)


def _matches(rule: Rule, draft: Draft, tried: Tried, text: str) -> bool:
    return (
        _named(rule.products, draft.product)
        and _named(rule.plans, draft.plan)
        and (not rule.languages or _speaks(rule.languages, draft.lang.casefold()))
        and rule.failed_before in {None, tried.failed}
        and (not rule.words or _pattern(rule.words).search(text) is not None)
    )


def _speaks(languages: Sequence[str], lang: str) -> bool:
    """Whether the language, or what it is a region of, is one of these."""
    return lang in languages or lang.partition("-")[0] in languages


def _named(allowed: Sequence[str], value: str) -> bool:
    return not allowed or _folded(value) in map(_folded, allowed)


@lru_cache(maxsize=256)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(_one, words)))


def _one(word: str) -> str:
    """A word or phrase between other words, or with ``*`` the beginning of one."""
    stem = _folded(word).rstrip("*")
    body = r"\s+".join(map(re.escape, stem.split()))
    before = "" if _SOLID.match(stem) else r"(?<!\w)"
    after = "" if word.endswith("*") or _SOLID.match(stem[-1:]) else r"(?!\w)"
    return before + body + after


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
