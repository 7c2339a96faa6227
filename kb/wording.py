"""Texts of the settings that may differ by language: one text for all, or one for each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

LANGUAGE = r"^[a-z]{2}(-[a-z]{2,4})?$"
ANY = ""
"""The key of a text that stands for all languages."""


class Settings(BaseModel):
    """A table of kb.toml: what it does not know is a mistake, and nothing changes later."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _by_language(value: Any) -> Any:
    return {ANY: value} if isinstance(value, str) else value


def _checked(texts: Mapping[str, str]) -> Mapping[str, str]:
    wrong = [lang for lang in texts if lang != ANY and not re.match(LANGUAGE, lang)]
    if wrong:
        raise ValueError(f'{wrong[0]!r} is no language: {{ en = "...", es = "..." }} expected')
    return texts


Wording = Annotated[Mapping[str, str], BeforeValidator(_by_language), AfterValidator(_checked)]
"""``label = "Order"`` or ``label = { en = "Order", es = "Pedido" }``."""


def worded(texts: Mapping[str, str], *langs: str) -> str:
    """The text in the first of these languages, else the one for all, else any; empty for none."""
    for lang in langs:
        for tag in (lang, lang.partition("-")[0]):
            if tag in texts:
                return texts[tag]
    return texts.get(ANY) or next(iter(texts.values()), "")
