"""Words in a body that is too large: what stands before the files, wherever it breaks off."""

from __future__ import annotations

import io
from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import Headers
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartEncoder, Preamble

from webapp.contact_body import words, words_without_files

BOUNDARY = "kb7MA4YWxkTrZu0gW"
NAMES = st.sampled_from(("email", "subject", "message", "order", "form"))
LETTERS = st.characters(exclude_categories=["Cs"])
FIELDS = st.dictionaries(NAMES, st.text(LETTERS, max_size=300))
FILLED_IN = st.dictionaries(NAMES, st.text(LETTERS, min_size=1, max_size=300))
"""Around a value that is empty, werkzeug writes a line break less than browsers do."""
MOST = 2**20


def body(fields: dict[str, str], files: int = 1, after: str = "") -> bytes:
    """A form as a browser sends it: its fields, files, and perhaps one more field."""
    events: list[Event] = [Preamble(b"")]
    for name, value in fields.items():
        events += [Field(name, Headers()), Data(value.encode(), more_data=False)]
    for number in range(files):
        events += [File("attachments", f"{number}.png", Headers()), Data(b"0" * 5000, False)]
    if after:
        events += [Field(after, Headers()), Data(b"later", more_data=False)]
    encoder = MultipartEncoder(BOUNDARY.encode())
    return b"".join(map(encoder.send_event, [*events, Epilogue(b"")]))


@given(FIELDS)
def test_every_field_before_the_first_file_is_found(fields: dict[str, str]) -> None:
    assert words(io.BytesIO(body(fields, after="later")), BOUNDARY, MOST) == fields


@given(FILLED_IN, st.data())
def test_of_a_body_that_breaks_off_the_beginning_is_found(
    fields: dict[str, str], data: st.DataObject
) -> None:
    whole = body(fields, files=0)
    kept = data.draw(st.integers(0, len(whole)))
    broken = words(io.BytesIO(whole[:kept]), BOUNDARY, MOST)
    assert words(io.BytesIO(whole), BOUNDARY, kept) == broken
    assert list(broken) == list(fields)[: len(broken)]
    for number, (name, text) in enumerate(broken.items(), 1):
        if number < len(broken):
            assert text == fields[name]
        assert f"{fields[name]}\r\n--{BOUNDARY}".startswith(text)


def test_no_more_is_read_than_asked_for() -> None:
    stream = io.BytesIO(body({"message": "long " * 100_000}))
    found = words(stream, BOUNDARY, 100_000)
    assert stream.tell() == 100_000
    assert 99_000 < len(found["message"]) < 100_000


def test_files_are_not_read() -> None:
    stream = io.BytesIO(body({"message": "Help"}, files=1000))
    assert words(stream, BOUNDARY, MOST) == {"message": "Help"}
    assert stream.tell() < 100_000


@given(FIELDS)
def test_without_files_every_field_is_found(fields: dict[str, str]) -> None:
    assert words_without_files(io.BytesIO(urlencode(fields).encode()), MOST) == fields


@given(FILLED_IN, st.data())
def test_without_files_of_a_body_that_breaks_off_the_beginning_is_found(
    fields: dict[str, str], data: st.DataObject
) -> None:
    whole = urlencode(fields).encode()
    stream = io.BytesIO(whole)
    kept = data.draw(st.integers(0, len(whole)))
    broken = words_without_files(stream, kept)
    assert stream.tell() == kept
    assert whole.count(b"&", 0, kept) <= len(broken) <= whole.count(b"&", 0, kept) + 1
    for name, text in list(broken.items())[:-1]:
        assert text == fields[name]
    for name, text in list(broken.items())[-1:]:
        assert any(one.startswith(name) and fields[one].startswith(text) for one in fields)


@given(st.binary(max_size=300))
def test_without_files_nothing_is_too_odd_to_be_read(garbage: bytes) -> None:
    for text in words_without_files(io.BytesIO(garbage), MOST).values():
        text.encode()


@given(st.binary(max_size=300), st.text(max_size=20))
def test_what_is_no_form_has_no_words(garbage: bytes, boundary: str) -> None:
    assert words(io.BytesIO(garbage), boundary, MOST) == {}
