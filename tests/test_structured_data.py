"""What search engines are told that an article is."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from kb.articles import Article
from webapp.structured_data import Described, Thing, describe


def about(html: str, **more: str) -> Thing:
    article = Article("a.md", "a", "en", more.get("title", "Refunds"))
    page = Described(article, "https://x.example/a", "In short.", html, [("Billing", "https://b")])
    return describe(page)[1]


def test_headings_that_ask_are_questions_with_the_text_below_as_answer() -> None:
    soon = "<p>Lead</p><h2>When?</h2><p>Soon.</p><ul><li>Or not</li></ul>"
    found = about(f"{soon}<h2>How <em>much</em>?</h2><p>All.</p>")
    assert found["@type"] == "FAQPage"
    answers = {one["name"]: one["acceptedAnswer"]["text"] for one in found["mainEntity"]}
    assert answers == {"When?": "Soon. Or not", "How much?": "All."}


def test_one_question_among_other_headings_is_an_article() -> None:
    assert about("<h2>When?</h2><p>Soon.</p><h2>Fees</h2><p>None.</p>")["@type"] == "TechArticle"


def test_the_one_list_of_steps_is_a_how_to() -> None:
    html = (
        "<ol><li>Open it<ol><li>slowly</li></ol></li><li><p>Close it</p><pre>x = 1</pre></li></ol>"
    )
    found = about(html)
    assert found["@type"] == "HowTo"
    assert [step["text"] for step in found["step"]] == ["Open it slowly", "Close it"]


def test_several_lists_of_steps_are_no_single_how_to() -> None:
    steps = "<ol><li>a</li><li>b</li></ol>"
    assert about(steps + steps)["@type"] == "TechArticle"


def test_steps_within_a_bullet_are_not_the_article() -> None:
    assert about("<ul><li><ol><li>a</li><li>b</li></ol></li></ul>")["@type"] == "TechArticle"


PIECES = st.lists(
    st.sampled_from(
        [
            "<ol>",
            "</ol>",
            "<ul>",
            "</ul>",
            "<li>",
            "</li>",
            "<h2>",
            "</h2>",
            "why?",
            "text",
            "<pre>",
        ]
    )
)


@given(PIECES)
def test_any_html_is_described_and_can_be_written_down(pieces: list[str]) -> None:
    found = about("".join(pieces))
    assert found["@type"] in {"FAQPage", "HowTo", "TechArticle"}
    assert json.loads(json.dumps(found)) == found
