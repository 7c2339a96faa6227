"""The strings that attack are many, different, and leave no technique of the known lists out."""

from __future__ import annotations

import pytest
from xss import CALL, PLACES, WRITINGS, attacks, techniques

H5SC = frozenset(range(1, 140))
"""Entries of the HTML5 Security Cheatsheet, https://html5sec.org."""
OWASP = frozenset(
    """
Basic XSS Test Without Filter Evasion
XSS Locator (Polyglot)
Malformed A Tags
Malformed IMG Tags
fromCharCode
Default SRC Tag to Get Past Filters that Check SRC Domain
Default SRC Tag by Leaving it Empty
Default SRC Tag by Leaving it out Entirely
On Error Alert
IMG onerror and JavaScript Alert Encode
Decimal HTML Character References
Decimal HTML Character References Without Trailing Semicolons
Hexadecimal HTML Character References Without Trailing Semicolons
Embedded Tab
Embedded Encoded Tab
Embedded Newline to Break Up XSS with Examples
Extraneous Open Brackets
No Closing Script Tags
Protocol Resolution in Script Tags
Half Open HTML/JavaScript XSS Vector
Double Open Angle Brackets
Escaping JavaScript Escapes
End Title Tag
List-style-image
VBscript in an Image
Livescript (older versions of Netscape only)
SVG Object Tag
ECMAScript 6
BODY Tag
Remote style sheet
STYLE Tags that Breaks Up JavaScript for XSS
STYLE Attribute that Breaks Up an Expression
IMG STYLE with Expressions
STYLE Tag (Older versions of Netscape only)
STYLE Tag using Background-image
STYLE Tag using Background
Anonymous HTML with STYLE Attribute
Local htc File
US-ASCII Encoding
META
IFRAME
IFRAME Event Based
FRAME
TABLE
DIV
Downlevel-Hidden Block
BASE Tag
OBJECT Tag
EMBED a Flash Movie That Contains XSS
EMBED SVG Which Contains XSS Vector
Using ActionScript Inside Flash for Obfuscation
XML Data Island with CDATA Obfuscation
Locally hosted XML with embedded JavaScript that is generated using an XML data island
HTML+TIME in XML
Assuming you can only fit in a few characters and it filters against `.js`
SSI (Server Side Includes)
PHP
IMG Embedded Commands
Cookie Manipulation
UTF-7 Encoding
XSS Using HTML Quote Encapsulation
URL String Evasion
Content Replace as Attack Vector
Assisting XSS with HTTP Parameter Pollution
Character Escape Sequences
Methods to Bypass WAF – Cross-Site Scripting
""".strip().splitlines()
)
"""Sections of OWASP's XSS Filter Evasion Cheat Sheet, as they are called there."""


def test_every_entry_of_both_lists_has_a_technique() -> None:
    known = techniques()
    assert frozenset().union(*(one.h5sc for one in known)) == H5SC
    assert frozenset().union(*(one.owasp for one in known)) == OWASP


@pytest.mark.parametrize("count", [1, 200, 1000])
def test_as_many_as_are_wanted_and_no_two_alike(count: int) -> None:
    found = attacks(count)
    assert len({one.text for one in found}) == len(found) == count
    assert found == attacks(count)


def test_a_thousand_use_every_technique_place_and_writing_several_times() -> None:
    found = attacks(1000)
    for one in techniques():
        mine = [attack for attack in found if attack.technique == one.name]
        assert len(mine) >= 4
        assert len({attack.place for attack in mine}) >= 3
        assert len({attack.writing for attack in mine}) >= 3
    assert {one.place for one in found} == set(PLACES)
    assert {one.writing for one in found} == set(WRITINGS)


def test_more_than_there_are_is_said() -> None:
    with pytest.raises(ValueError, match="there are only"):
        attacks(10**9)


def test_what_is_encoded_calls_too() -> None:
    [base64] = [one for one in attacks(500) if one.technique == "base64-handler"][:1]
    assert "BASE64" not in base64.text
    assert CALL not in base64.text
