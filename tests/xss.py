"""Strings that would run a script where text is taken for HTML, an address or a program.

Each technique of xss_techniques.toml is put into every kind of place it may have to break out of
and written in every way that filters have overlooked. What would run calls ``kbXss``, so that a
test notices it whatever else happens.
"""

from __future__ import annotations

import base64
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain, islice, product
from pathlib import Path
from urllib.parse import quote

CALL = "kbXss()"
TABLE = Path(__file__).with_name("xss_techniques.toml")


@dataclass(frozen=True, slots=True)
class Technique:
    """One way in, with the entries of the two lists that it stands for."""

    name: str
    text: str
    h5sc: frozenset[int]
    owasp: frozenset[str]


@dataclass(frozen=True, slots=True)
class Attack:
    """A string, and what it was made from: names of a technique, a place and a writing."""

    text: str
    technique: str
    place: str
    writing: str


PLACES: Mapping[str, str] = {
    "text": "{}",
    "double-quoted attribute": '"> {}',
    "single-quoted attribute": "'> {}",
    "unquoted attribute": "x> {}",
    "attribute that stays": '" autofocus onfocus=kbXss() x="{}',
    "title": "</title>{}",
    "textarea": "</textarea>{}",
    "style": "</style>{}",
    "script string": "'\";</script>{}",
    "comment": "--> {}",
    "CDATA": "]]> {}",
    "noscript": "</noscript>{}",
    "template": "</template></slot>{}",
    "raw text": "</xmp></iframe></noembed></noframes></plaintext>{}",
    "foreign content": "</svg></math></foreignObject></mglyph>{}",
    "table": "</td></tr></table></select></option>{}",
    "JSON": '"}}]}} {}',
    "mark": "</mark>{}<mark>",
    "Markdown code": "`````\n{}\n",
    "after text": "How long does a refund take? {}",
}
"""Where a string may stand, and what leads out of there; ``{}`` is where the technique goes."""


def _inserted(what: str, after: str) -> Callable[[str], str]:
    return lambda text: re.sub(f"({after})", rf"\1{what}", text)


WRITINGS: Mapping[str, Callable[[str], str]] = {
    "plain": str,
    "mixed case": lambda text: _keep(
        text, lambda part: "".join(c.upper() if at % 2 else c for at, c in enumerate(part))
    ),
    "decimal entities": lambda text: "".join(f"&#{ord(c)};" for c in text),
    "padded entities": lambda text: "".join(f"&#{ord(c):07}" for c in text),
    "hex entities": lambda text: "".join(f"&#x{ord(c):X};" for c in text),
    "named entities": lambda text: (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    ),
    "twice encoded": lambda text: text.replace("<", "&amp;lt;").replace(">", "&amp;gt;"),
    "per cent": lambda text: quote(text, safe=""),
    "per cent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "script escapes": lambda text: text.replace("<", "\\x3c").replace(">", "\\x3e"),
    "Unicode escapes": lambda text: text.replace("<", "\\u003c").replace(">", "\\u003e"),
    "UTF-7": lambda text: text.replace("<", "+ADw-").replace(">", "+AD4-").replace('"', "+ACI-"),
    "tabs for spaces": lambda text: text.replace(" ", "\t"),
    "form feeds for spaces": lambda text: text.replace(" ", "\f"),
    "slashes for spaces": lambda text: text.replace(" ", "/"),
    "new lines for spaces": lambda text: text.replace(" ", "\r\n"),
    "NUL in the name": _inserted("\0", "<[a-z]"),
    "NUL after the bracket": _inserted("\0", "<"),
    "space after the bracket": _inserted(" ", "<"),
    "doubled": lambda text: re.sub(r"script", "scrscriptipt", text),
    "without the last bracket": lambda text: text.rstrip(">"),
    "other quotes": lambda text: text.translate(str.maketrans("\"'", "'`")),
}
"""How a string may be written so that a filter does not know it again."""


def techniques() -> tuple[Technique, ...]:
    """Every technique, in the order of the table."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return tuple(
        Technique(name, row["text"], frozenset(row["h5sc"]), frozenset(row["owasp"]))
        for name, row in table.items()
    )


def attacks(count: int) -> tuple[Attack, ...]:
    """As many different strings: first every technique as it is, then in turn all the rest."""
    found: dict[str, Attack] = {}
    for attack in chain(_plain(), _mixed()):
        found.setdefault(attack.text, attack)
        if len(found) == count:
            return tuple(found.values())
    raise ValueError(f"there are only {len(found)} different strings, not {count}")


def _plain() -> list[Attack]:
    return [_attack(one, "text", "plain") for one in techniques()]


def _mixed() -> list[Attack]:
    """Every technique with every place and writing, so that neighbours differ in all three."""
    known = techniques()
    pairs = list(product(PLACES, WRITINGS))
    step = 101  # shares no factor with the number of pairs, so that each comes once
    turns = (
        (one, *pairs[(turn * len(known) + at) * step % len(pairs)])
        for turn in range(len(pairs))
        for at, one in enumerate(known)
    )
    return [_attack(*turn) for turn in islice(turns, len(known) * len(pairs))]


def _attack(technique: Technique, place: str, writing: str) -> Attack:
    written = WRITINGS[writing](_filled(technique.text))
    return Attack(PLACES[place].replace("{}", written), technique.name, place, writing)


def _filled(text: str) -> str:
    """The call where it belongs, and base64 where a browser reads it."""
    called = text.replace("CALL", CALL)
    return re.sub(
        r"BASE64\[(.*?)\](?=[\"')]|$)",
        lambda match: base64.b64encode(match[1].encode()).decode(),
        called,
    )


def _keep(text: str, write: Callable[[str], str]) -> str:
    """Write all of a text in another way but the call, whose name has a case."""
    return CALL.join(map(write, text.split(CALL)))
