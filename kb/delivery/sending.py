"""What every way of sending says when it fails."""

from __future__ import annotations


class SendingError(Exception):
    """A delivery that did not arrive; ``final`` where trying again makes no sense."""

    def __init__(self, said: str, *, final: bool = False) -> None:
        super().__init__(said)
        self.final = final
