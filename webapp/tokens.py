"""Signed tokens, so that nobody can report on a list that was not shown, or for another case.

The **impression** token goes with every result list; the **vote** token stands in the form on an
article, and is the same for everybody on one day, so that pages stay cacheable; the **voted** token
goes with what is asked after a vote, so that no cookie is needed for it; the **case** token is the
cookie's value; the **form** token stands in the contact form, and its **receipt** in the
address of the page after it; the **demo** token marks requests of demonstration traffic; the
**device** token says that a writer signed in with this browser. Nothing in them is secret: they are
signed, not encrypted.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from kb.events import DEMO
from kb.store.moments import from_ms, to_ms

CASE_LIFETIME = dt.timedelta(hours=72)
"""As long as a contact takes back an outcome; an impression lives as long."""
DEVICE_LIFETIME = dt.timedelta(days=90)
VOTE_DAYS = 3
"""Days after which the form of a page that was left open is too old."""
LONGEST = 4_000  # characters; the token of fifty hits has about 700
DIGEST_BYTES = 4  # an article: one in four thousand million is taken for another


class TokenError(ValueError):
    """A token that cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A result list that was shown: its impression, case and snapshot, and digests of articles."""

    impression: str
    case: str
    snapshot: str
    digests: bytes

    @classmethod
    def of(cls, impression: str, case: str, snapshot: str, articles: Sequence[str]) -> Shown:
        """The list of these articles, by name."""
        return cls(impression, case, snapshot, b"".join(map(_digest, articles)))

    def has(self, article: str) -> bool:
        """Whether an article was in the list."""
        digest, all_of_them = _digest(article), self.digests
        starts = range(0, len(all_of_them), DIGEST_BYTES)
        return any(all_of_them[at : at + DIGEST_BYTES] == digest for at in starts)


@dataclass(frozen=True, slots=True)
class Ballot:
    """What a vote form is about: an article, by name, in a snapshot, shown on a day."""

    article: str
    snapshot: str
    day: dt.date


@dataclass(frozen=True, slots=True)
class Form:
    """A contact form as it was handed out: to whom and when.

    ``key`` makes a form that is sent twice one ticket; ``case`` is empty where there was none yet,
    ``visitor`` where the address is not known.
    """

    key: str
    at: dt.datetime
    case: str
    visitor: str


@dataclass(frozen=True, slots=True)
class Demo:
    """What a request of demonstration traffic stands for: a case, a moment and a visitor."""

    case: str
    at: dt.datetime
    visitor: str


class Tokens:
    """Signs and reads tokens; the clock is an argument."""

    def __init__(self, secret: bytes) -> None:
        self._impressions = URLSafeSerializer(secret, salt="kb.impression")
        self._votes = URLSafeSerializer(secret, salt="kb.vote")
        self._voted = URLSafeSerializer(secret, salt="kb.voted")
        self._cases = URLSafeSerializer(secret, salt="kb.case")
        self._forms = URLSafeSerializer(secret, salt="kb.form")
        self._receipts = URLSafeSerializer(secret, salt="kb.receipt")
        self._demos = URLSafeSerializer(secret, salt="kb.demo")
        self._devices = URLSafeSerializer(secret, salt="kb.device")

    def sign_impression(self, shown: Shown, now: dt.datetime) -> str:
        """The token that goes with a result list."""
        digests = base64.urlsafe_b64encode(shown.digests).decode()
        content = [shown.impression, shown.case, shown.snapshot, digests, _seconds(now)]
        return _text(self._impressions.dumps(content))

    def read_impression(self, token: str, now: dt.datetime) -> Shown:
        """The list a token came with; TokenError where it is not ours or older than 72 hours."""
        impression, case, snapshot, digests, at = _read(self._impressions, token, 5)
        if _is_old(at, now):
            raise TokenError("the impression has expired (search again and send the new one)")
        try:
            return Shown(impression, case, snapshot, base64.urlsafe_b64decode(digests))
        except binascii.Error:
            raise _foreign() from None

    def sign_vote(self, ballot: Ballot) -> str:
        """The token of a vote form; equal ballots, equal tokens."""
        content = [ballot.article, ballot.snapshot, ballot.day.toordinal()]
        return _text(self._votes.dumps(content))

    def read_vote(self, token: str, today: dt.date) -> Ballot:
        """What a form is about; TokenError where it is not ours or older than three days."""
        article, snapshot, day = _read(self._votes, token, 3)
        if day < today.toordinal() - VOTE_DAYS:
            raise TokenError("this form is too old (open the article again and answer there)")
        return Ballot(article, snapshot, dt.date.fromordinal(day))

    def sign_voted(self, case: str, ballot: Ballot, now: dt.datetime) -> str:
        """What goes with the questions after a vote: whose vote it was, and on what."""
        content = [case, ballot.article, ballot.snapshot, _seconds(now)]
        return _text(self._voted.dumps(content))

    def read_voted(self, token: str, ballot: Ballot, now: dt.datetime) -> str:
        """The case of a vote on this ballot's article as that snapshot had it.

        TokenError where the token is not ours, of another vote, or older than 72 hours.
        """
        case, article, snapshot, at = _read(self._voted, token, 4)
        if (article, snapshot) != (ballot.article, ballot.snapshot):
            raise _foreign()
        if _is_old(at, now):
            raise TokenError("the case has ended (a new one begins)")
        return str(case)

    def sign_case(self, case: str, now: dt.datetime) -> str:
        """The value of the case cookie."""
        return _text(self._cases.dumps([case, _seconds(now)]))

    def read_case(self, token: str, now: dt.datetime) -> str:
        """The case; TokenError where the cookie is not ours or older than 72 hours."""
        case, at = _read(self._cases, token, 2)
        if _is_old(at, now):
            raise TokenError("the case has ended (a new one begins)")
        return str(case)

    def case_in(self, token: str) -> str:
        """The case of a cookie of any age, for those who run this; TokenError if not ours."""
        case, _ = _read(self._cases, token, 2)
        return str(case)

    def sign_form(self, form: Form) -> str:
        """The token of a contact form."""
        return _text(self._forms.dumps([form.key, _seconds(form.at), form.case, form.visitor]))

    def read_form(self, token: str, now: dt.datetime) -> Form:
        """The form; TokenError where it is not ours or older than 72 hours."""
        key, at, case, visitor = _read(self._forms, token, 4)
        if _is_old(at, now):
            raise TokenError("this form is too old (open it again)")
        return Form(key, dt.datetime.fromtimestamp(at, dt.UTC), case, visitor)

    def sign_receipt(self, reference: str, due: dt.datetime | None) -> str:
        """What the page after the form says: a ticket's reference, and when an answer is due."""
        return _text(self._receipts.dumps([reference, _seconds(due) if due else None]))

    def read_receipt(self, token: str) -> tuple[str, dt.datetime | None]:
        """Reference and due time; TokenError where the token is not ours."""
        reference, due = _read(self._receipts, token, 2)
        return str(reference), None if due is None else dt.datetime.fromtimestamp(due, dt.UTC)

    def sign_demo(self, demo: Demo) -> str:
        """The header of a request of demonstration traffic."""
        return _text(self._demos.dumps([demo.case, to_ms(demo.at), demo.visitor]))

    def read_demo(self, token: str) -> Demo:
        """What such a request stands for; TokenError where the header is not ours."""
        case, at, visitor = _read(self._demos, token, 3)
        if not str(case).startswith(DEMO):  # it must be possible to tell apart, and to remove
            raise _foreign()
        return Demo(str(case), from_ms(at), str(visitor))

    def sign_device(self, name: str, device: str, now: dt.datetime) -> str:
        """The cookie of a browser, here called ``device``, in which this name signed in."""
        return _text(self._devices.dumps([name, device, _seconds(now)]))

    def read_device(self, token: str, name: str, now: dt.datetime) -> str:
        """The device; TokenError where it is not ours, another name's, or older than 90 days."""
        known, device, at = _read(self._devices, token, 3)
        if known != name or _is_old(at, now, DEVICE_LIFETIME):
            raise TokenError("this browser is not known any more (sign in again)")
        return str(device)


def _read(serializer: URLSafeSerializer, token: str, count: int) -> list[Any]:
    """The content of a token that we signed."""
    if len(token) > LONGEST:
        raise _foreign()
    try:
        content = serializer.loads(token)
    except BadData:
        raise _foreign() from None
    if not isinstance(content, list) or len(content) != count:
        raise _foreign()
    return content


def _foreign() -> TokenError:
    return TokenError("the token is not one of ours (send it back exactly as it was received)")


def _is_old(at: int, now: dt.datetime, lifetime: dt.timedelta = CASE_LIFETIME) -> bool:
    return _seconds(now) - at > lifetime.total_seconds()


def _seconds(moment: dt.datetime) -> int:
    return int(moment.timestamp())


def _digest(article: str) -> bytes:
    data = article.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(data, digest_size=DIGEST_BYTES).digest()


def _text(token: str | bytes) -> str:
    return token if isinstance(token, str) else token.decode("ascii")
