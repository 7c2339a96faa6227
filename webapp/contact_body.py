"""What was typed into a form whose body is too large to be taken: it goes back to who typed it.

Browsers send a form's fields in the order in which they stand in it, and the files stand last. So
the beginning of a body that nobody reads to its end holds the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import IO
from urllib.parse import parse_qsl

from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

CHUNK_BYTES = 64 * 1024
CUT_ESCAPE = re.compile(rb"%[0-9A-Fa-f]?\Z")


def words(body: IO[bytes], boundary: str, most: int) -> dict[str, str]:
    """The fields before the first file, by name, within the first ``most`` bytes of the body.

    The last one may be cut. What is no form has none.
    """
    found: dict[str, bytearray] = {}
    last = bytearray()
    with suppress(ValueError):  # broken off: what came before it is good
        for event in _before_files(body, boundary, most):
            if isinstance(event, Field):
                last = found[event.name] = bytearray()
            elif isinstance(event, Data):
                last += event.data
    return {name: value.decode("utf-8", "ignore") for name, value in found.items()}


def words_without_files(body: IO[bytes], most: int) -> dict[str, str]:
    """The same of an urlencoded form. What is cut within a letter lacks that letter."""
    start = b"".join(_chunks(body, most))
    whole = CUT_ESCAPE.sub(b"", start).decode("utf-8", "ignore")
    return dict(parse_qsl(whole, keep_blank_values=True, errors="ignore"))


def _chunks(body: IO[bytes], most: int) -> Iterator[bytes]:
    while most > 0 and (chunk := body.read(min(most, CHUNK_BYTES))):
        most -= len(chunk)
        yield chunk


def _before_files(body: IO[bytes], boundary: str, most: int) -> Iterator[Event]:
    decoder = MultipartDecoder(boundary.encode("utf-8", "ignore"))
    for chunk in _chunks(body, most):
        decoder.receive_data(chunk)
        while not isinstance(event := decoder.next_event(), NeedData):
            if isinstance(event, File | Epilogue):
                return
            yield event
