"""Attachments: a file is what its first bytes say, and its name is only a name."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.attachments import FILE_TYPES, LONGEST_NAME, extension, media_type, safe_name


def zipped() -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("a.txt", "a")
    return whole.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "type_"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n....", "image/png"),
        ("A.JPG", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.gif", b"GIF89a", "image/gif"),
        ("a.webp", b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        ("a.heic", b"\0\0\0\x18ftypheic", "image/heic"),
        ("a.pdf", b"%PDF-1.7", "application/pdf"),
        ("a.log", "línea\n\x1b[31mrojo".encode(), "text/plain"),
        ("a.txt", "línea".encode("utf-16"), "text/plain"),
        ("a.csv", b"", "text/csv"),
        ("a.zip", zipped(), "application/zip"),
        ("a.mp4", b"\0\0\0\x20ftypisom", "video/mp4"),
    ],
)
def test_a_file_is_taken_for_what_it_is(name: str, data: bytes, type_: str) -> None:
    assert media_type(name, data) == type_


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.png", b"<html>"),
        ("a.txt", b"MZ\x90\0\x03"),
        ("a.txt", b"\xff\xfe\x00"),
        ("a.txt", b"caf\xe9"),
        ("a.pdf", b"MZ"),
        ("a.exe", b"MZ"),
        ("a.html", b"<html>"),
        ("a.svg", b"<svg>"),
        ("png", b"\x89PNG\r\n\x1a\n"),
        ("a.png.exe", b"\x89PNG\r\n\x1a\n"),
        ("", b""),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(name: str, data: bytes) -> None:
    assert media_type(name, data) is None


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\ana\\lamp.png", "lamp.png"),
        ("foto de mi lámpara.png", "foto de mi lámpara.png"),
        ("a\r\nb\u202egnp.exe", "abgnp.exe"),
        ('a"<b>.png', "ab.png"),
        (".png", "png"),
        ("", "file"),
        ("...", "file"),
        (f"{'a' * 300}.png", f"{'a' * 116}.png"),
    ],
)
def test_a_name_is_safe_everywhere(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text(max_size=300))
def test_any_name_becomes_a_file_name_and_stays_it(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert len(safe) <= LONGEST_NAME
    assert not set(safe) & set('/\\<>:"|?*\r\n\0')
    assert safe.isprintable()
    assert safe_name(safe) == safe


@given(st.sampled_from(sorted(FILE_TYPES)), st.binary(max_size=50))
def test_any_bytes_are_looked_at_without_an_error(type_: str, data: bytes) -> None:
    assert media_type(f"a.{type_}", data) in {FILE_TYPES[type_].media_type, None}
    assert extension(f"a.{type_.upper()}") == type_
