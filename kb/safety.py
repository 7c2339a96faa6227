"""What an article's HTML may hold: the lists that the sanitiser works from.

Styles, scripts and forms are the portal's own. Classes are a closed list, so that an article cannot
dress up as a part of the portal.
"""

from __future__ import annotations

from pygments.token import STANDARD_TYPES

TAGS = frozenset(
    "a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em"
    " figcaption figure h1 h2 h3 h4 h5 h6 hr i iframe img input ins kbd label li mark ol p pre q rp"
    " rt ruby s samp small source span strong sub summary sup table tbody td tfoot th thead time tr"
    " u ul var video wbr".split()
)
"""Elements that stay; of all others only the text does."""

DROPPED = frozenset(
    "applet embed math noscript object script select style svg template textarea title".split()
)
"""Elements that go with everything in them."""

HTML = (
    TAGS
    | DROPPED
    | frozenset(
        "acronym address area article aside audio base big body button canvas center data"
        " datalist dialog dir fieldset font footer form frame frameset head header hgroup html"
        " legend link main map menu meta meter nav nobr noframes optgroup option output param"
        " path picture progress search section slot strike track tt".split()
    )
)
"""Every name that means something in HTML; another name in a sentence is a placeholder."""

ATTRIBUTES: dict[str, set[str]] = {
    "*": {"id", "lang", "title"},
    "a": {"href", "name"},
    "abbr": {"title"},
    "details": {"open"},
    "div": {"aria-label", "data-tabs"},
    "iframe": {"src", "title"},
    "img": {"src", "alt", "width", "height"},
    "input": {"checked", "disabled", "name"},
    "label": {"for"},
    "li": {"value"},
    "ol": {"start", "reversed", "type"},
    "source": {"src"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "time": {"datetime"},
    "video": {"src", "controls"},
}

_ALIGN = {"align": {"left", "right", "center"}}
VALUES: dict[str, dict[str, set[str]]] = {
    "a": {"rel": {"noopener noreferrer"}},
    "bdo": {"dir": {"ltr", "rtl"}},
    "div": {"role": {"region"}, "tabindex": {"0"}},
    "iframe": {
        "loading": {"lazy"},
        "allowfullscreen": {""},
        "referrerpolicy": {"strict-origin-when-cross-origin"},
    },
    "img": {"loading": {"lazy"}, "decoding": {"async"}},
    "input": {"type": {"checkbox", "radio"}},
    "p": {"dir": {"ltr", "rtl"}},
    "pre": {"tabindex": {"0"}},
    "td": _ALIGN,
    "th": _ALIGN | {"scope": {"col", "row"}},
    "video": {"preload": {"metadata"}},
}

KINDS = frozenset(
    "note abstract info tip hint important success question warning caution attention failure"
    " danger error bug example quote".split()
)
"""Kinds of admonition that have a look of their own; others look like a note."""

CLASSES: dict[str, set[str]] = {
    "a": {"footnote-ref", "footnote-backref"},
    "details": {"video", *KINDS},
    "div": {
        "admonition",
        "footnote",
        "highlight",
        "tabbed-set",
        "tabbed-content",
        "table-scroll",
        *KINDS,
    },
    "li": {"task-list-item"},
    "p": {"admonition-title"},
    "span": {"missing-image", *(name for name in STANDARD_TYPES.values() if name)},
    "ul": {"task-list"},
}
