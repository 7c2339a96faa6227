"""What every way of sending says when it fails, and how long it waits before it tries again."""

from __future__ import annotations

import datetime as dt
import random

from kb.delivery_settings import Retry

SPREAD = (0.75, 1.25)
"""A pause is made so much shorter or longer, so that a server that is back is not stormed."""


class SendingError(Exception):
    """A delivery that did not arrive; ``final`` where trying again makes no sense.

    ``refused`` where the mail server says that it will never take this mail, be it for its sender,
    its recipient or its content; ``theirs`` where it is the recipient's, and others may be reached.
    """

    def __init__(
        self, said: str, *, final: bool = False, refused: bool = False, theirs: bool = False
    ) -> None:
        super().__init__(said)
        self.final = final
        self.refused = refused
        self.theirs = theirs


def pause_after(tries: int, retry: Retry) -> dt.timedelta:
    """How long to wait after so many tries."""
    return retry.pause(tries) * random.uniform(*SPREAD)  # noqa: S311 - hides nothing
