"""Front matter: the YAML block at the head of an article.

Reading is generous, as other help centres' folders are published unedited: a key that cannot be
used becomes a note, and only a block that is no mapping at all is an error.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

import yaml
from frontmatter.default_handlers import SafeLoader, YAMLHandler
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kb.errors import ContentError, Finding
from kb.front_matter_slips import REMEDY, Fault, slip
from kb.front_matter_values import Address, Day, Language, Lines, Moment, Text, Visible, Words

MOST_VALUES = 10_000
DEEPEST = 50
"""Collections within collections; libyaml's own recursion overflows the stack at some 10,000."""
HIDDEN: dict[str, tuple[str, Any]] = {
    "visibility": ("visibility", "internal"),
    "draft": ("draft", True),
    "publish_at": ("draft", True),
}
"""What a value that cannot be read stands for, where the default would show the article."""
TEXT_TAGS = ("int", "float", "timestamp", "binary")


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


class _Loader(SafeLoader):  # type: ignore[misc, valid-type]  # C's or Python's
    """YAML in which a number or day that cannot be (``2024-02-30``) stays text, to be noted."""


def _or_text(tag: str, loader: _Loader, node: yaml.ScalarNode) -> Any:
    """A scalar as YAML types it; bytes stay the text they were written as."""
    try:
        value = SafeLoader.yaml_constructors[tag](loader, node)
    except ValueError:
        return loader.construct_scalar(node)
    return loader.construct_scalar(node) if isinstance(value, bytes) else value


for _tag in (f"tag:yaml.org,2002:{name}" for name in TEXT_TAGS):
    _Loader.add_constructor(_tag, partial(_or_text, _tag))


@dataclass(frozen=True, slots=True)
class Opened:
    """A file opened at its front matter; the body starts at ``first_line`` of the file."""

    matter: FrontMatter
    body: str
    first_line: int
    notes: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Keys:
    """Front matter as it was written, and the body after it."""

    values: dict[str, Any]
    head: str
    body: str

    @property
    def first_line(self) -> int:
        """The body's first line in its file."""
        return self.head.count("\n") + 1

    def line_of(self, key: str) -> int:
        """Where a key stands in the file."""
        return _line_of(key, self.head)


def open_keys(text: str, path: str) -> Keys:
    """Separate front matter and body; ContentError where the front matter is no mapping."""
    block, start = _split(text)
    return Keys(_load(block, path), text[:start], text[start:])


def open_text(text: str, path: str) -> Opened:
    """An article's front matter and body; ContentError where the front matter is no mapping."""
    keys = open_keys(text, path)
    matter, notes = _validate(keys.values, keys.head, path)
    notes += _unknown_keys(matter, keys.head, path)
    return Opened(matter, keys.body, keys.first_line, tuple(notes))


def _split(text: str) -> tuple[str, int]:
    """The front matter, with as many lines before it as in the file, and where the body starts."""
    handler = YAMLHandler()
    opening = YAMLHandler.FM_BOUNDARY.match(text)
    if not opening:
        return "", 0
    try:
        block, body = handler.split(text)
    except ValueError:  # an opening `---` that never closes is a horizontal rule
        return "", 0
    return "\n" * opening[0].count("\n") + block, len(text) - len(body.lstrip("\n"))


def _load(block: str, path: str) -> dict[str, Any]:
    """The keys of a front matter as YAML reads them."""
    try:
        if _too_deep(block):
            raise _front_matter_error(path, 1, f"the front matter nests over {DEEPEST} levels deep")
        keys = YAMLHandler().load(block, Loader=_Loader)
    except yaml.YAMLError as error:
        found = slip(_fault(error), block)
        what = f"the front matter is not YAML: {found.what}"
        raise _front_matter_error(path, found.line, what, found.remedy) from None
    if keys is not None and not isinstance(keys, dict):
        raise _front_matter_error(path, 1, "the front matter is not a mapping")
    if _too_many(keys):
        raise _front_matter_error(path, 1, f"the front matter holds over {MOST_VALUES:,} values")
    return {str(key): value for key, value in (keys or {}).items()}


def _fault(error: yaml.YAMLError) -> Fault:
    """What YAML's parser says of a block."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return Fault(getattr(error, "reason", "cannot be read"))
    problem, begun = error.problem or "cannot be read", error.context_mark
    line = error.problem_mark.line + 1
    return Fault(problem, line, error.context or "", begun.line + 1 if begun else None)


def _too_deep(block: str) -> bool:
    """Whether collections nest deeper than anyone writes; from events, which need no recursion."""
    depth = 0
    for event in yaml.parse(block, Loader=SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            return True
    return False


def _front_matter_error(path: str, line: int, what: str, remedy: str = REMEDY) -> ContentError:
    return ContentError([Finding(path, line, what, remedy, "error")])


def _too_many(value: Any) -> bool:
    """Whether a value is (or its YAML aliases unfold to) more than anyone writes by hand."""
    left, stack = MOST_VALUES, [value]
    while stack and left:
        left -= 1
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return bool(stack)


def _validate(keys: dict[str, Any], head: str, path: str) -> tuple[FrontMatter, list[Finding]]:
    """The usable keys; one that cannot be used is a note, and as if it were not there.

    But an article whose writer may have meant to hide it stays hidden.
    """
    said = {k: v for k, v in keys.items() if v is not None or k not in FrontMatter.model_fields}
    try:
        return FrontMatter.model_validate(said), []
    except ValidationError as error:
        broken = {str(part["loc"][0]): part["msg"] for part in error.errors()}
    good = {key: value for key, value in said.items() if key not in broken}
    good |= dict(hidden for key, hidden in HIDDEN.items() if key in broken)
    notes = [_unusable(key, message, head, path) for key, message in broken.items()]
    return FrontMatter.model_validate(good), notes


def _unusable(key: str, message: str, head: str, path: str) -> Finding:
    reason = message.removeprefix("Value error, ")
    what = f"{key!r} cannot be used: {reason[0].lower()}{reason[1:]}"
    return Finding(path, _line_of(key, head), what, "mend or remove the line")


def _unknown_keys(matter: FrontMatter, head: str, path: str) -> list[Finding]:
    """One note for each unknown key, with the known key it may have been meant to be."""
    return [
        Finding(path, _line_of(key, head), f"unknown key {key!r}", _did_you_mean(key))
        for key in matter.model_extra or {}
    ]


def _did_you_mean(key: str) -> str:
    close = difflib.get_close_matches(key, FrontMatter.model_fields, n=1, cutoff=0.75)
    return f"did you mean {close[0]!r}?" if close else "it is kept, and has no effect"


def _line_of(key: str, head: str) -> int:
    match = re.search(rf"^[\"']?{re.escape(key)}[\"']?[ \t]*:", head, re.MULTILINE)
    return head.count("\n", 0, match.start()) + 1 if match else 1
