"""A command that is to listen says at once when it cannot, and what to do."""

from __future__ import annotations

import pytest

from kb.cli.listening import listening
from kb.errors import UnavailableError


def test_a_port_that_is_taken_is_named_with_the_remedy() -> None:
    with listening("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        said = rf"^127\.0\.0\.1:{port}: Address already in use \(stop what .* another --port\)$"
        with pytest.raises(UnavailableError, match=said), listening("127.0.0.1", port):
            pass


def test_an_address_that_is_not_of_this_machine_is_named() -> None:
    said = r"^192\.0\.2\.1:8000: .* another --port\)$"
    with pytest.raises(UnavailableError, match=said), listening("192.0.2.1", 8000):
        pass
