"""How blocks of Markdown begin, line by line: CommonMark's rules and those of our extensions.

The patterns match a line without its indentation.
"""

from __future__ import annotations

import re

MARKER = re.compile(r"(?P<mark>[-*+]|(?P<number>\d{1,9})[.)])(?:(?P<gap>[ \t]+)(?P<text>.*)|$)")
BOX = re.compile(r"(?:!!!|\?\?\?\+?|===[!+]?) |\[\^[^\]\s]+\]: ")
DEFINITION = re.compile(r":( {1,3})(?=\S)")
FENCE = re.compile(r"(`{3,})([^`]*)$|(~{3,})(.*)$")
LANGUAGE = re.compile(r"[ {.]*([\w#+-]*)")
RULE = re.compile(r"(?:\*[ ]*){3,}$|(?:-[ ]*){3,}$|(?:_[ ]*){3,}$")
SETEXT = re.compile(r"(?:=+|-+)[ ]*$")
HEADING = re.compile(r"#{1,6}(?:[ \t]|$)")
DELIMITER = re.compile(r"(?=[^-]*-)[|:\- ]+$")
PIPE = re.compile(r"(?<!\\)\|")
ROW = re.compile(r"\|.*[^|\s].*\|[ ]*$")
EMPTY_CELL = re.compile(r"\|[ ]*(?=\|)")
VERBATIM = re.compile(r"<(pre|script|style|textarea)\b|(<!--)", re.IGNORECASE)
OPEN_HTML = re.compile(
    r"(<(?:details|div|section|aside|article|figure|center|blockquote)\b"
    r"(?![^>]*\bmarkdown=)[^>]*)>[ ]*$"
)
SUMMARY = re.compile(r"[ ]*<summary\b.*</summary>[ ]*$")


def pipes(row: str) -> int:
    """Count the pipes of a table's row that are not escaped."""
    return len(PIPE.findall(row))


def untab(line: str) -> str:
    """Leading tabs as spaces, to columns of four."""
    text = line.lstrip(" \t")
    return line[: len(line) - len(text)].expandtabs(4) + text if "\t" in line else line


def unquoted(line: str) -> str:
    """Take one level of quotation off a line."""
    return line[1:].removeprefix(" ") if line.startswith(">") else line


def lazy(line: str, before: str) -> bool:
    """Whether an unquoted line continues the quoted paragraph above it."""
    starts = FENCE.match(line) or HEADING.match(line) or RULE.match(line) or MARKER.match(line)
    return bool(before.strip()) and not before.startswith(("#", "```", "|")) and not starts
