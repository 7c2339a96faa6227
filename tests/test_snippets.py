"""A snippet shows the sentence that was found, and marks exactly what matched."""

from __future__ import annotations

from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import Word, analyse, words
from search.sentences import Lines
from search.snippets import ELLIPSIS, MOST_CHARACTERS, Snippet, make_snippet

TEXT = "Open the menu. Press Reset to get a new password. It comes by mail.\nSee also: accounts."


def matches(text: str, lang: str, terms: dict[str, float]) -> list[Word]:
    return [word for word in words(text, lang) if word.term in terms]


def snippet(text: str, query: str, lang: str = "en", kinds: str = "") -> Snippet:
    terms = dict.fromkeys(analyse(query, lang), 1.0)
    return make_snippet(Lines(text, kinds), matches(text, lang, terms), terms)


def marked(found: Snippet) -> list[str]:
    return [found.text[start:end] for start, end in found.marks]


def test_it_begins_with_the_sentence_that_matches_best() -> None:
    assert snippet(TEXT, "resetting passwords").text.startswith(
        "Press Reset to get a new password."
    )


def test_inflections_are_marked() -> None:
    assert marked(snippet(TEXT, "resetting passwords")) == ["Reset", "password"]


def test_without_a_match_it_is_the_beginning() -> None:
    found = snippet(TEXT, "zebra")
    assert found.text.startswith("Open the menu.")
    assert not found.marks


def test_a_sentence_says_more_than_a_label() -> None:
    found = snippet("See: Refunds\nWe pay refunds within five working days.", "refund")
    assert found.text == "We pay refunds within five working days."


def test_a_rare_word_decides_between_sentences() -> None:
    terms = {
        **dict.fromkeys(analyse("mail", "en"), 5.0),
        **dict.fromkeys(analyse("menu", "en"), 1.0),
    }
    found = make_snippet(Lines(TEXT), matches(TEXT, "en", terms), terms)
    assert found.text.startswith("It comes by mail.")


def test_a_long_sentence_is_cut_around_its_match() -> None:
    found = snippet("word " * 200 + "needle " + "word " * 200, "needle")
    assert found.text.startswith(ELLIPSIS)
    assert found.text.endswith(ELLIPSIS)
    assert marked(found) == ["needle"]


def test_chinese_marks_run_together() -> None:
    assert marked(snippet("在登录页面点击忘记密码。然后打开邮件。", "忘记密码", "zh")) == [
        "忘记密码"
    ]


def test_html_is_escaped_and_only_marks_are_tags() -> None:
    found = snippet("Write <script>alert(1)</script> & be careful.", "script careful")
    assert "<script>" not in found.html()
    assert "&lt;<mark>script</mark>&gt;" in found.html()
    assert found.html().endswith("be <mark>careful</mark>.")


REFUNDS = """You get your money back in 30 days.
Plan | Refund | After
Lamp care | all of it, to the card | 14 days
 | half |
refund --all orders.csv
refund:
  after: 14"""
KINDS = "phrrccc"


def test_a_sentence_comes_before_rows_and_code_that_match_better() -> None:
    assert snippet(REFUNDS, "money refund days after", kinds=KINDS).text == (
        "You get your money back in 30 days."
    )


def test_a_row_is_shown_alone_and_without_bars() -> None:
    found = snippet(REFUNDS, "lamp care refund", kinds=KINDS)
    assert found.text == "Lamp care: all of it, to the card · 14 days"
    assert marked(found) == ["Lamp", "care"]


def test_bars_that_made_no_table_are_taken_for_one() -> None:
    text = "cert9.db | Certificates | Keep it.\nprefs.js | Settings | Keep it, too."
    assert snippet(text, "settings").text == "prefs.js: Settings · Keep it, too."


def test_cells_that_hold_nothing_leave_nothing() -> None:
    assert snippet(REFUNDS, "half", kinds=KINDS).text == "half"


def test_code_is_shown_where_nothing_else_matches_and_one_line_of_it() -> None:
    found = snippet(REFUNDS, "orders.csv", kinds=KINDS)
    assert found.text == "refund --all orders.csv"
    assert marked(found)


def test_without_a_match_it_is_the_first_sentence_whatever_stands_before() -> None:
    assert snippet("a = 1\nb | c\nSet the number.", "zebra", kinds="crp").text == "Set the number."


def test_lines_that_are_no_sentences_are_kept_apart() -> None:
    found = snippet("Open orders\nPress Refund\nWait.", "orders", kinds="iii")
    assert found.text == "Open orders · Press Refund · Wait."


def test_the_number_of_a_step_stays_with_the_step() -> None:
    steps = "Ask us. 1. Open the orders. 2. Press Refund. 3."
    assert snippet(steps, "orders").text == "1. Open the orders. 2. Press Refund."
    assert snippet(steps, "ask").text == "Ask us. 1. Open the orders. 2. Press Refund."


def test_it_does_not_end_with_what_leads_to_something_else() -> None:
    assert snippet("Refunds take a week.\nAsk with:\nrefund", "week", kinds="ppc").text == (
        "Refunds take a week."
    )


def test_the_title_of_a_tip_stays_with_the_tip() -> None:
    text = "It tries again.\nTip\n" + "Look at the log, " * 20
    assert snippet(text, "tries", kinds="ppp").text == "It tries again."
    assert snippet(text[:-200], "tip", kinds="ppp").text.startswith("Tip · Look at the log,")


def test_the_names_of_columns_are_shown_where_there_is_nothing_else() -> None:
    table = "Setting | Default\nlogo | a letter\ncolour | green"
    assert snippet(table, "default", kinds="hrr").text == "logo: a letter"
    assert snippet(table, "default colour", kinds="hrr").text == "colour: green"
    assert snippet("Setting | Default", "default", kinds="h").html() == (
        "Setting: <mark>Default</mark>"
    )


def test_an_abbreviation_does_not_end_a_sentence() -> None:
    found = snippet("We pay by card, e.g. refunds of shoes. Ask.", "refund")
    assert found.text.startswith("We pay by card, e.g. refunds")


CASES = st.tuples(
    st.lists(
        st.sampled_from(["Reset it. ", "the lamp ", "| ", " | ", "2. ", "码。", "x" * 90, ": "])
    )
    .map("".join)
    .map(str.strip),
    st.sampled_from("pirhc"),
)


@given(st.lists(CASES, max_size=12), st.sampled_from(["reset", "lamp", "reset the lamp", "zebra"]))
def test_a_snippet_is_of_one_kind_and_marks_what_was_asked_for(
    lines: list[tuple[str, str]], query: str
) -> None:
    said = [line if kind in "pi" else f"{line} cell" for line, kind in lines]
    found = snippet("\n".join(said), query, kinds="".join(kind for _, kind in lines))
    asked = set(analyse(query, "en"))
    assert all(set(analyse(word, "en")) <= asked for word in marked(found))
    prose = "\n".join(line for line, kind in lines if kind in "pi" and " | " not in line)
    if set(analyse(prose, "en")) & asked:
        assert found.marks
        assert "cell" not in found.text


@given(st.lists(st.sampled_from(["", "Plan", "14 days", "all: of it", "is it?"]), min_size=1))
def test_a_row_reads_without_a_bar(cells: list[str]) -> None:
    found = snippet(" | ".join(cells), "zebra", kinds="r")
    assert "|" not in found.text
    assert found.text.split() == [] or found.text[0].isalnum()
    assert all(cell in found.text for cell in cells) or found.text.endswith(ELLIPSIS)


@given(st.text(), st.text(), st.text("pirhc"))
def test_marks_are_in_order_and_inside(text: str, query: str, kinds: str) -> None:
    found = snippet(text, query, kinds=kinds)
    positions = [position for mark in found.marks for position in mark]
    assert positions == sorted(positions)
    assert all(0 <= position <= len(found.text) for position in positions)
    assert len(found.text) <= MOST_CHARACTERS + 2 * len(ELLIPSIS)


@given(st.text(), st.text())
def test_the_html_says_what_the_text_says(text: str, query: str) -> None:
    found = snippet(text, query)
    plain = found.html().replace("<mark>", "").replace("</mark>", "")
    assert unescape(plain) == unescape(found.text) or "&" in found.text
