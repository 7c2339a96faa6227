"""Front matter: generous with other people's folders, exact about lines, safe with hostile YAML."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import ContentError
from kb.front_matter import FrontMatter, Opened, open_text


def opened(block: str, body: str = "text\n") -> Opened:
    return open_text(f"---\n{block}\n---\n{body}", "a.md")


def matter(block: str) -> FrontMatter:
    result = opened(block)
    assert not result.notes
    return result.matter


def note(block: str) -> str:
    (finding,) = opened(block).notes
    assert finding.level == "note"
    return str(finding)


def error(block: str) -> str:
    with pytest.raises(ContentError) as caught:
        opened(block)
    return str(caught.value)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("title: Refunds", "Refunds"),
        ("title: 2024", "2024"),
        ("slug: Guides/Refunds", "Guides/Refunds"),
        ("permalink: /help/refunds/", "/help/refunds/"),
        ("summary: When  money\tcomes back", "When money comes back"),
        ("tags: [money, 2024]", ("money", "2024")),
        ("tags: money, back", ("money", "back")),
        ("tags: money", ("money",)),
        ("keywords: [chargeback, '']", ("chargeback",)),
        ("lang: pt_BR", "pt-br"),
        ("lang: no", "no"),
        ("category: Billing", "Billing"),
        ("order: 2.5", 2.5),
        ("products: [Shop]", ("Shop",)),
        ("audience: customers", "customers"),
        ("visibility: Internal", "internal"),
        ("updated: 2024-02-29", dt.date(2024, 2, 29)),
        ("updated: '2024-02-29T12:00:00Z'", dt.date(2024, 2, 29)),
        ("updated: 2024-02-29 12:00:00", dt.date(2024, 2, 29)),
        ("redirect_from: /old/, with comma", ("/old/, with comma",)),
        ("redirect_from: [/a, /b]", ("/a", "/b")),
        ("contexts: ['app.example.com/pay/*', 'x/**']", ("app.example.com/pay/*", "x/**")),
        ("pin: how do I pay, then", ("how do I pay, then",)),
        ("publish_at: 2024-02-29", dt.datetime(2024, 2, 29, tzinfo=dt.UTC)),
        ("publish_at: 2024-02-29 10:00:00", dt.datetime(2024, 2, 29, 10, tzinfo=dt.UTC)),
        ("publish_at: '2024-02-29T10:00'", dt.datetime(2024, 2, 29, 10, tzinfo=dt.UTC)),
        ("owner: Ana", "Ana"),
        ("review_by: 2025-01-31", dt.date(2025, 1, 31)),
        ("draft: yes", True),
    ],
)
def test_each_key_is_read_as_writers_write_it(line: str, value: object) -> None:
    assert getattr(matter(line), line.partition(":")[0]) == value


@pytest.mark.parametrize("key", list(FrontMatter.model_fields))
def test_a_key_without_a_value_is_as_if_it_were_not_there(key: str) -> None:
    assert getattr(matter(f"{key}:"), key) == getattr(FrontMatter(), key)


@pytest.mark.parametrize(
    "line",
    [
        "title: [a, b]",
        "slug: a/../b",
        "permalink: ./a",
        "lang: Klingon (tlh)",
        "lang: ../x",
        "order: first",
        "order: .nan",
        "updated: yesterday",
        "updated: 2024-02-30",
        "publish_at: 2024-13-01 10:00:00",
        "review_by: 31.1.2025",
    ],
)
def test_a_value_that_cannot_be_used_is_a_note_at_its_line(line: str) -> None:
    key = line.partition(":")[0]
    said = note(f"summary: s\n{line}")
    assert said.startswith(f"a.md:3: {key!r} cannot be used: ")
    assert "Value error" not in said
    assert getattr(opened(line).matter, key) == getattr(FrontMatter(), key)


def test_the_other_keys_survive_one_that_cannot_be_used() -> None:
    result = opened("title: Refunds\nupdated: 2024-02-30\ntags: [money]")
    assert (result.matter.title, result.matter.tags) == ("Refunds", ("money",))


def test_an_article_that_may_be_meant_to_be_hidden_stays_hidden() -> None:
    private = opened("visibility: private")
    assert private.matter.visibility == "internal"
    assert "'visibility' cannot be used" in str(private.notes[0])
    assert opened("draft: perhaps").matter.draft is True
    assert opened("publish_at: next week").matter.draft is True


def test_an_unknown_key_is_kept_and_noted_with_what_it_may_have_been_meant_to_be() -> None:
    assert note("title: t\ntag: a").endswith("unknown key 'tag' (did you mean 'tags'?)")
    assert note("layout: page") == "a.md:2: unknown key 'layout' (it is kept, and has no effect)"
    assert opened("layout: page").matter.model_extra == {"layout": "page"}


def test_lines_count_from_the_file_even_after_blank_ones() -> None:
    findings = open_text("---\n\n\ntitle: t\n\nlayout: x\n---\n\n\nbody", "a.md")
    assert findings.notes[0].line == 6
    assert findings.first_line == 10
    with pytest.raises(ContentError, match=r"^a\.md:5: "):
        open_text("---\n\n\ntitle: t\nx: @\n---\nbody", "a.md")


def test_a_key_of_the_body_is_not_taken_for_one_of_the_front_matter() -> None:
    result = open_text("---\n{title: t, layout: x}\n---\na\nlayout: no\n", "a.md")
    assert result.notes[0].line == 1


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ("title: a\n\tb: c", "is not YAML"),
        ("a: \x07", "control characters are not allowed"),
        ("x: !!python/object/apply:os.system [id]", "could not determine a constructor"),
        ("just text", "is not a mapping"),
        ("- a\n- b", "is not a mapping"),
    ],
)
def test_front_matter_that_is_no_mapping_is_an_error_with_a_remedy(block: str, said: str) -> None:
    message = error(block)
    assert message.startswith("a.md:")
    assert said in message
    assert message.endswith("(write `key: value` lines between two lines of `---`)")


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (
            "lang: en\ntitle: Refunds: how to get one\nsummary: x",
            "a.md:3: the front matter is not YAML: there is a colon in the text "
            '(put the text in quotes: `title: "Refunds: how to get one"`)',
        ),
        (
            'title: The "big": why\n',
            "a.md:2: the front matter is not YAML: there is a colon in the text "
            '(put the text in quotes: `title: "The \\"big\\": why"`)',
        ),
        (
            'title: "Bad yaml\nsummary: x\n',
            "a.md:2: the front matter is not YAML: a quote is opened here and never closed "
            "(close the quote)",
        ),
        (
            "title: 'open",
            "a.md:2: the front matter is not YAML: a quote is opened here and never closed "
            "(close the quote)",
        ),
        (
            "title: a\n  b: c",
            "a.md:3: the front matter is not YAML: mapping values are not allowed in this "
            "context (write `key: value` lines between two lines of `---`)",
        ),
    ],
)
def test_a_slip_is_said_where_it_is_and_how_to_mend_it(block: str, said: str) -> None:
    assert error(block) == said


@given(st.text(st.characters(blacklist_categories=("C", "Z")), min_size=1), st.text('a: #-\\"'))
def test_what_is_said_of_a_colon_mends_it(start: str, end: str) -> None:
    text = f"{start}: {end}".strip()
    try:
        opened(f"title: {text}")
    except ContentError as wrong:
        said = str(wrong)
        if "in quotes" in said:
            mended = said.split("`", 1)[1].rpartition("`")[0]
            assert opened(mended).matter.title == " ".join(text.split())


def test_aliases_that_unfold_without_end_are_refused() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert "holds over 10,000 values" in error(bomb)
    assert "holds over 10,000 values" in error("x: &x [*x]")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_nesting_that_would_overflow_the_stack_is_refused(opening: str) -> None:
    assert "levels deep" in error("x:\n  " + opening * 100_000)


def test_an_empty_front_matter_is_no_error() -> None:
    assert opened("").matter == FrontMatter()


def test_a_line_of_hyphens_that_never_closes_is_a_rule_and_not_front_matter() -> None:
    result = open_text("---\nJust text: really\n", "a.md")
    assert (result.matter, result.body, result.first_line) == (
        FrontMatter(),
        "---\nJust text: really\n",
        1,
    )


def test_a_rule_in_the_body_ends_nothing() -> None:
    assert opened("title: t", "a\n\n---\n\nb\n").body == "a\n\n---\n\nb\n"


def test_values_stay_text_where_yaml_would_make_what_json_cannot_hold() -> None:
    assert opened("x: !!binary gICA").matter.model_extra == {"x": "gICA"}


scalars = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["2024-13-45", "1e999", ".nan", "no", "~", "0x1F", "1:2:3", "9" * 5000]),
)
blocks = st.lists(
    st.tuples(
        st.sampled_from([*FrontMatter.model_fields, "tag", "layout"]),
        st.one_of(
            scalars, st.lists(scalars, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        ),
    ),
    max_size=6,
).map(lambda lines: "\n".join(f"{key}: {value}" for key, value in lines))


def outcome(block: str) -> Opened | ContentError:
    """The opened file, or the one error there may be."""
    try:
        return opened(block)
    except ContentError as refused:
        return refused


@given(blocks)
def test_any_block_is_read_or_refused_with_its_place(block: str) -> None:
    result = outcome(block)
    if isinstance(result, ContentError):
        assert all(finding.line >= 1 and finding.remedy for finding in result.findings)
    else:
        assert all(1 <= finding.line < result.first_line for finding in result.notes)
