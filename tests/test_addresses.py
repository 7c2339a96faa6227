"""E-mail addresses: what can be written to, and nothing that could break a header."""

from __future__ import annotations

from email.headerregistry import Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.addresses import email_address, sender_address


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" ana@example.org\n", "ana@example.org"),
        ("Ana.O'Neil+x@Mail.Example.ORG", "Ana.O'Neil+x@mail.example.org"),
        ("ana@Bücher.example", "ana@xn--bcher-kva.example"),
    ],
)
def test_what_can_be_written_to_is_taken(typed: str, address: str) -> None:
    assert email_address(typed) == address


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ana",
        "@example.org",
        "ana@",
        "ana@localhost",
        "ana@[127.0.0.1]",
        "ana@127.0.0.1",
        "a b@example.org",
        "ana@example.org, bob@example.org",
        "ana@example.org\nBcc: bob@example.org",
        "ana\r\n@example.org",
        "<ana@example.org>",
        "ana..b@example.org",
        ".ana@example.org",
        "ána@example.org",
        "ana@-example.org",
        "ana@example..org",
        f"{'a' * 65}@example.org",
        f"ana@{'a.' * 130}org",
        '"ana b"@example.org',
        "ana@exam\0ple.org",
    ],
)
def test_what_cannot_is_refused(typed: str) -> None:
    assert email_address(typed) is None


@given(st.text(max_size=40), st.text(max_size=40))
def test_what_is_taken_is_one_address_for_the_mail_library_too(local: str, domain: str) -> None:
    found = email_address(f"{local}@{domain}")
    if found is not None:
        assert Address(addr_spec=found).addr_spec == found
        assert found.isascii()
        assert found.isprintable()
        assert " " not in found


def test_a_sender_may_have_a_name() -> None:
    assert sender_address("Lamps & Co <help@example.com>") == ("Lamps & Co", "help@example.com")
    assert sender_address("help@example.com") == ("", "help@example.com")
    assert sender_address("Lamps") is None
    assert sender_address("Lamps\n<help@example.com>") is None
