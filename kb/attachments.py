"""Which files may come with a ticket: told by their first bytes, never by their name alone.

People open what customers send. A file that is not what its name says is refused; what browsers or
office programs would run has no place in the table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class FileType:
    """How mail and web call a kind of file, and whether bytes look like one."""

    media_type: str
    fits: Callable[[bytes], bool]


def _starts(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(beginnings)


def _holds(offset: int, *marks: bytes) -> Callable[[bytes], bool]:
    return lambda data: data[offset:].startswith(marks)


def _is_text(data: bytes) -> bool:
    """UTF-8 or UTF-16 with its mark; no control characters but those of text."""
    try:
        marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = data.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", text)  # \x1b colours logs


_JPEG = FileType("image/jpeg", _starts(b"\xff\xd8\xff"))
_ZIP = _starts(b"PK\x03\x04")
_OFFICE = "application/vnd.openxmlformats-officedocument"
_VIDEO = _holds(4, b"ftyp")
FILE_TYPES: Mapping[str, FileType] = MappingProxyType(
    {
        "png": FileType("image/png", _starts(b"\x89PNG\r\n\x1a\n")),
        "jpg": _JPEG,
        "jpeg": _JPEG,
        "gif": FileType("image/gif", _starts(b"GIF87a", b"GIF89a")),
        "webp": FileType("image/webp", lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP"),
        "heic": FileType("image/heic", _holds(4, b"ftyphei", b"ftypmif1", b"ftypmsf1")),
        "pdf": FileType("application/pdf", _starts(b"%PDF-")),
        "txt": FileType("text/plain", _is_text),
        "log": FileType("text/plain", _is_text),
        "csv": FileType("text/csv", _is_text),
        "json": FileType("application/json", _is_text),
        "zip": FileType("application/zip", _starts(b"PK\x03\x04", b"PK\x05\x06")),
        "docx": FileType(f"{_OFFICE}.wordprocessingml.document", _ZIP),
        "xlsx": FileType(f"{_OFFICE}.spreadsheetml.sheet", _ZIP),
        "mp4": FileType("video/mp4", _VIDEO),
        "mov": FileType("video/quicktime", _VIDEO),
        "webm": FileType("video/webm", _starts(b"\x1a\x45\xdf\xa3")),
    }
)
"""By extension; https://www.iana.org/assignments/media-types and each format's own magic bytes."""
LONGEST_NAME = 120


def extension(name: str) -> str:
    """What follows the last dot, in lower case."""
    return PurePosixPath(name).suffix.lower().removeprefix(".")


def media_type(name: str, data: bytes) -> str | None:
    """What a file is; None where it is not what its name says, or of no known type."""
    known = FILE_TYPES.get(extension(name))
    return known.media_type if known and known.fits(data) else None


def safe_name(name: str) -> str:
    """A file name for every system: no folders, nothing invisible, its extension kept."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*')
    stem, dot, ending = plain.strip(" .").rpartition(".")
    if not dot:
        return ending[:LONGEST_NAME] or "file"
    ending = ending[:10]
    return f"{stem[: LONGEST_NAME - len(ending) - 1] or 'file'}.{ending}"
