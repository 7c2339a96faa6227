"""What is wrong with the settings, told in a line each: which one, its value, and the remedy.

No line shows a secret, nor what may hold one: these lines end up in logs.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import EnvSettingsSource

CONFIG_FILE = "kb.toml"
PREFIX = "KB_"
DELIMITER = "__"
SECRETS = frozenset({"password", "secret", "secret_key", "database_url", "token", "repo", "url"})
"""Settings whose value no message shows; the addresses among them often have a secret in them."""
SECRET_TABLES = frozenset({"hooks"})
"""Tables of nothing but secrets."""


class NotJsonError(ValueError):
    """A variable for a list or a table whose value is not JSON; the text says all."""


class Variables(EnvSettingsSource):
    """The environment, where a value that should be JSON and is not is named."""

    def decode_complex_value(self, field_name: str, field: FieldInfo | None, value: Any) -> Any:
        """Called for each list and table; NotJsonError names the variable."""
        try:
            return super().decode_complex_value(field_name, field, value)  # type: ignore[arg-type]
        except ValueError:
            name = self._name(field_name, value)
            annotation = field.annotation if field else None  # None within a mapping
            raise NotJsonError(f"{name}{_expected(annotation, value)}") from None

    def _name(self, field_name: str, value: Any) -> str:
        ours = (name for name in self.env_vars if name.startswith(PREFIX.lower()))
        named = (one for one in ours if one.endswith(f"_{field_name}"))
        return next(one for one in named if self.env_vars[one] == value).upper()


def _expected(annotation: Any, value: str) -> str:
    if get_args(annotation) == (str, str):  # wording
        return f': {value!r}: JSON expected, such as "words" or {{"en": "words"}}'
    if get_origin(annotation) is tuple and not _has_tables(annotation):
        return f': {value!r}: a list in JSON expected, such as ["one", "two"]'
    if get_origin(annotation) is tuple:
        return ': a list in JSON expected, such as [{"name": "value"}]'
    return ': JSON expected, such as {"name": "value"}'


def _has_tables(annotation: Any) -> bool:
    kinds = (one for one in get_args(annotation) if isinstance(one, type))
    return any(issubclass(one, BaseModel) for one in kinds)


def told(error: ValidationError) -> str:
    """Every mistake that was found, in a line each."""
    return "\n".join(_explain(dict(part)) for part in error.errors())


def _explain(part: Mapping[str, Any]) -> str:
    steps = [str(step) for step in part["loc"]]
    name = ".".join(steps)
    if part["type"] == "extra_forbidden":
        place = _variable(steps) or CONFIG_FILE
        return f"{place}: unknown setting {name!r} (see the article about settings)"
    said = f"{part['msg']} (mend it in {CONFIG_FILE} or KB_*)"
    if _is_secret(steps, part["input"]) or part["type"].startswith("model"):  # a table expected
        return f"setting {name!r}: {said}"
    return f"setting {name!r}: {part['input']!r}: {said}"


def _variable(steps: list[str]) -> str:
    """The variable of the environment that says so; empty where none does."""
    name = f"{PREFIX}{DELIMITER.join(steps)}".upper()
    return next((one for one in os.environ if one.upper() == name), "")


def _is_secret(steps: list[str], value: Any) -> bool:
    """Whether the value is one, or may hold some."""
    return (
        not SECRETS.isdisjoint(steps[-1:])
        or not SECRET_TABLES.isdisjoint(steps)
        or not _is_plain(value)
    )


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return not isinstance(value, Mapping | BaseModel)


def not_utf8(error: UnicodeDecodeError) -> str:
    """Where the file of the settings has something else in it."""
    line = error.object.count(b"\n", 0, error.start) + 1
    byte = error.object[error.start]
    return f"{CONFIG_FILE}:{line}: byte 0x{byte:02x} is not UTF-8 (save the file as UTF-8)"


def not_read(error: OSError) -> str:
    """Why nobody could read it."""
    remedy = "make it readable for the user that runs this"
    return f"{CONFIG_FILE}: {error.strerror} ({remedy})"
