"""Front matter: the YAML block at the head of an article.

Reading is generous, as other help centres' folders are published unedited: a key that cannot be
used becomes a note, and only a block that is no mapping at all is an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import Any

import yaml
from frontmatter.default_handlers import SafeLoader, YAMLHandler
from pydantic import ValidationError

from kb.errors import ContentError, Finding
from kb.front_matter_fences import split
from kb.front_matter_keys import HIDDEN, FrontMatter, as_hidden, meant, read_as_meant
from kb.front_matter_slips import REMEDY, Fault, slip
from kb.front_matter_values import redirected

MOST_VALUES = 10_000
DEEPEST = 50
"""Collections within collections; libyaml's own recursion overflows the stack at some 10,000."""
TEXT_TAGS = ("int", "float", "timestamp", "binary")


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
    block, start = split(text, path)
    return Keys(_load(block, path), text[:start], text[start:])


def open_text(text: str, path: str) -> Opened:
    """An article's front matter and body; ContentError where the front matter is no mapping."""
    keys = open_keys(text, path)
    matter, notes = _validate(keys.values, keys.head, path)
    notes += _unknown_keys(matter, keys.head, path)
    notes += _whole_addresses(matter, keys.head, path)
    slips = [read_as_meant(key, value) for key, value in (matter.model_extra or {}).items()]
    return Opened(as_hidden(matter, slips), keys.body, keys.first_line, tuple(notes))


def _load(block: str, path: str) -> dict[str, Any]:
    """The keys of a front matter as YAML reads them."""
    try:
        if _too_deep(block):
            raise _front_matter_error(path, 1, f"the front matter nests over {DEEPEST} levels deep")
        keys = YAMLHandler().load(block, Loader=_Loader)
    except yaml.YAMLError as error:
        found = slip(_fault(error, block), block)
        what = f"the front matter is not YAML: {found.what}"
        raise _front_matter_error(path, found.line, what, found.remedy) from None
    if keys is not None and not isinstance(keys, dict):
        raise _front_matter_error(path, 1, "the front matter is not a mapping")
    if _too_many(keys):
        raise _front_matter_error(path, 1, f"the front matter holds over {MOST_VALUES:,} values")
    return {str(key): value for key, value in (keys or {}).items()}


def _fault(error: yaml.YAMLError, block: str) -> Fault:
    """What YAML's parser says of a block."""
    if isinstance(error, yaml.reader.ReaderError):
        return Fault(error.reason, block.encode().count(b"\n", 0, error.position) + 1)
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return Fault("cannot be read")
    begun = _line_at(error.context_mark, block) if error.context_mark else None
    line = _line_at(error.problem_mark, block)
    return Fault(error.problem or "cannot be read", line, error.context or "", begun)


def _line_at(mark: yaml.Mark, block: str) -> int:
    """YAML's own count of lines takes other characters for ends of lines, too."""
    return block.count("\n", 0, mark.index) + 1


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
        Finding(path, _line_of(key, head), _unknown(key, value), _did_you_mean(key, value))
        for key, value in (matter.model_extra or {}).items()
    ]


def _unknown(key: str, value: Any) -> str:
    """What an unknown key does: nothing, unless it may have been meant to hide the article."""
    slip = read_as_meant(key, value)
    if not slip.hides:
        return f"unknown key {key!r}"
    until = " until then" if slip.waits else ""
    return f"unknown key {key!r} leaves the article out{until}, in case it is meant to"


def _did_you_mean(key: str, value: Any) -> str:
    close = meant(key, value)
    return f"did you mean {close!r}?" if close else "it is kept, and has no effect"


def _whole_addresses(matter: FrontMatter, head: str, path: str) -> list[Finding]:
    """A note for each old address that names its site: only its path can be redirected here."""
    line, notes = _line_of("redirect_from", head), []
    for address in matter.redirect_from:
        if address.lower().startswith(("https://", "http://")):
            used = (
                f"only {redirected(address)!r} leads here"
                if redirected(address)
                else "nothing does"
            )
            what = f"'redirect_from' cannot be used as it is: of {address!r} {used}"
            remedy = "write the path alone, and let the old site lead to this one"
            notes.append(Finding(path, line, what, remedy))
    return notes


def _line_of(key: str, head: str) -> int:
    match = re.search(rf"^[\"']?{re.escape(key)}[\"']?[ \t]*:", head, re.MULTILINE)
    return head.count("\n", 0, match.start()) + 1 if match else 1
