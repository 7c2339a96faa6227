"""How requests of demonstration traffic get to the server: over HTTP, or within this process."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPException, InvalidURL
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from kb.config import Config
from kb.errors import ConfigError, KBError, UnavailableError
from kb.events import DEMO
from kb.secret import secret_key
from webapp import create_app
from webapp.demo_traffic import Answer, Call, Send
from webapp.state import EXTENSION, State
from webapp.tokens import Demo, Tokens
from webapp.visits import DEMO_HEADER

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/150.0.0.0 Safari/537.36"
TIMEOUT_SECONDS = 30


class Remote:
    """A server that is asked over HTTP."""

    def __init__(self, config: Config, url: str) -> None:
        self.url = url.rstrip("/")
        self._tokens = Tokens(secret_key(config).encode())

    def answers(self) -> bool:
        """Whether a help centre is there; KBError where it would take this for real visitors.

        ConfigError where the address is none.
        """
        nobody = Demo(DEMO, dt.datetime.now(dt.UTC), "")
        try:
            request = Request(f"{self.url}/healthz", headers=self._headers(nobody))  # noqa: S310
            with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                known = answer.headers.get(DEMO_HEADER)
        except (ValueError, InvalidURL):
            raise ConfigError(
                f"{self.url!r} is no address (write it as http://127.0.0.1:8000)"
            ) from None
        except (URLError, OSError, HTTPException):
            return False
        if not known:
            raise KBError(
                f"{self.url} does not know our key: it would take the demonstration for real"
                " visitors (use its KB_DATA or KB_SECRET_KEY, or name another server by --url)"
            )
        return True

    def __call__(self, call: Call) -> Answer:
        """Send it; KBError says what the server has against it."""
        address = f"{self.url}{call.path}" + (f"?{urlencode(call.query)}" if call.query else "")
        data = None if call.body is None else json.dumps(call.body).encode()
        request = Request(address, data, self._headers(call.demo))  # noqa: S310 - the user's own
        try:
            with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                return _read(answer.status, answer.read())
        except HTTPError as error:
            return _read(error.code, error.read())
        except (URLError, OSError) as error:
            raise UnavailableError(f"{self.url}: {error} (is `kb serve` still there?)") from None

    def _headers(self, demo: Demo) -> dict[str, str]:
        return _browser(self._tokens.sign_demo(demo))


@contextmanager
def here(config: Config) -> Iterator[Send]:
    """The same application without a server."""
    app = create_app(config)
    state: State = app.extensions[EXTENSION]
    client = app.test_client(use_cookies=False)

    def send(call: Call) -> Answer:
        headers = _browser(state.tokens.sign_demo(call.demo))
        method = "GET" if call.body is None else "POST"
        answer = client.open(
            call.path, method=method, query_string=call.query, json=call.body, headers=headers
        )
        return _read(answer.status_code, answer.data)

    try:
        yield send
    finally:
        state.recorder.close()


def _browser(token: str) -> dict[str, str]:
    """Headers, as on the help centre's own pages."""
    return {
        DEMO_HEADER: token,
        "User-Agent": BROWSER,
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "application/json",
    }


def _read(status: int, body: bytes) -> Answer:
    """What was answered; KBError says what the server has against it."""
    if status >= HTTPStatus.BAD_REQUEST:
        raise KBError(f"the server answered {status}: {body[:300].decode('utf-8', 'replace')}")
    answer: Answer = json.loads(body) if body else {}
    return answer
