"""Front matter: generous with other people's folders, exact about lines, safe with hostile YAML."""

from __future__ import annotations

import datetime as dt
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import ContentError
from kb.front_matter import Opened, open_keys, open_text
from kb.front_matter_keys import HIDDEN, FrontMatter, meant


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
        ("published: true", True),
        ("published: 2024-02-29", dt.datetime(2024, 2, 29, tzinfo=dt.UTC)),
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
        "publish_at: 20270111",
        "publish_at: 2027",
        "publish_at: 1799658000.5",
        "publish_at: true",
        "published: perhaps",
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
    assert opened("publish_at: 2027").matter.draft is True
    assert opened("published: perhaps").matter.draft is True


def test_what_is_not_published_elsewhere_is_a_draft_here() -> None:
    assert matter("published: false").draft is True
    assert matter("published: 'no'").draft is True
    assert not matter("published: true").hides
    assert matter("published: 2999-01-01").publish_at == dt.datetime(2999, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "written", ["published: 2020", "published: May 2020", "publishDate: 2 May 2020"]
)
def test_a_day_as_other_systems_write_it_has_come_when_its_year_is_over(written: str) -> None:
    assert opened(written).matter.publish_at == dt.datetime(2021, 1, 1, tzinfo=dt.UTC)


@given(st.sampled_from(["draft", "visibility", "publishat"]), st.data())
def test_whichever_one_letter_is_wrong_a_key_hides_its_article(
    key: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(1, len(key) - 1))
    letter = data.draw(st.sampled_from(["", *string.ascii_lowercase]))
    kept = data.draw(st.sampled_from([place, place + 1]))
    written = key[:place] + letter + key[kept:]
    assert meant(written, "soon") in HIDDEN


@pytest.mark.parametrize(
    ("line", "key", "meant"),
    [
        ("Draft: true", "draft", True),
        ("DRAFT: true", "draft", True),
        ("draf: yes", "draft", True),
        ("draft : true\nDraft: false", "draft", True),
        ("drafts: perhaps", "draft", True),
        ("hidden: true", "draft", True),
        ("Hidden: 'yes'", "draft", True),
        ("hidden: perhaps", "draft", True),
        ("internal: true", "draft", True),
        ("un-published: true", "draft", True),
        ("visability: internal", "visibility", "internal"),
        ("publsih_at: soon", "draft", True),
        ("Visibility: internal", "visibility", "internal"),
        ("visibilty: Private", "visibility", "internal"),
        ("Published: 'no'", "draft", True),
        ("publised: false", "draft", True),
        ("publish: false", "draft", True),
        ("publishat: soon", "draft", True),
        ("publish-at: 2999-01-01", "publish_at", dt.datetime(2999, 1, 1, tzinfo=dt.UTC)),
        ("publishDate: 2999-01-01", "publish_at", dt.datetime(2999, 1, 1, tzinfo=dt.UTC)),
        (
            "publish_at: 2024-01-01\npublished_at: 2999-01-01",
            "publish_at",
            dt.datetime(2999, 1, 1, tzinfo=dt.UTC),
        ),
    ],
)
def test_a_slip_in_a_key_that_hides_an_article_hides_it_too(
    line: str, key: str, meant: object
) -> None:
    assert getattr(opened(f"title: t\n{line}").matter, key) == meant


def test_a_slip_that_hides_is_said_with_what_it_does() -> None:
    assert note("title: t\nDraft: true") == (
        "a.md:3: unknown key 'Draft' leaves the article out, in case it is meant to "
        "(did you mean 'draft'?)"
    )
    assert note("hidden: true") == (
        "a.md:2: unknown key 'hidden' leaves the article out, in case it is meant to "
        "(did you mean 'draft'?)"
    )
    assert note("publishat: 2999-01-01") == (
        "a.md:2: unknown key 'publishat' leaves the article out until then, in case it is meant to "
        "(did you mean 'publish_at'?)"
    )


@pytest.mark.parametrize(
    "line",
    [
        "Draft: false",
        "draf:",
        "hidden: false",
        "hidden:",
        "hide: [navigation]",
        "Visibility: Public",
        "publisher: Acme",
        "publish: true",
        "publish: all",
        "publish_to: web",
        "publish_status: published",
        "published_as: Guide",
        "published_at: 1588377600",
        "unpublish_at: 2999-01-01",
        "craft: pottery",
        "drafter: Jane",
        "draft_id: 7",
        "drafts: []",
        "visibility_scope: all",
        "internal: SHOP-17",
        "Published: yes",
        "date: 2999-01-01",
        "layout: draft",
    ],
)
def test_a_slip_that_hides_nothing_is_an_unknown_key_like_any_other(line: str) -> None:
    assert not opened(line).matter.hides
    assert note(line).startswith(f"a.md:2: unknown key {line.partition(':')[0]!r} (")


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


def test_lines_are_counted_as_editors_count_them() -> None:
    assert error("title: 'a\u2028b\x85c'\n\nsummary: @x").startswith("a.md:4: ")
    assert error("title: \r0").startswith("a.md:")


@pytest.mark.parametrize(
    "text",
    [
        "—" * 300_000 + "x",
        "<!--" * 250_000,
        "\n <!-- -->" * 100_000 + "-- x",
        "---\n" + "xabc: a\n" * 120_000,
        "---\ntitle: x\n---" + "\n " * 300_000 + "x",
        "xabc: a\n" * 120_000,
        "+" * 300_000 + " " * 300_000 + "x",
        "+++\n" + " #\n" * 300_000 + "x" * 300_000,
        "+++\n" + "[" * 300_000 + "x" * 300_000,
    ],
)
def test_hostile_fences_take_time_in_proportion_to_their_length(text: str) -> None:
    # Anything worse than linear would take minutes to hours here, as it once did.
    assert open_text(text, "a.md").body


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
            "title: t\nsummary: @acme",
            "a.md:3: the front matter is not YAML: the text begins with '@', which is a sign in "
            'YAML (put the text in quotes: `summary: "@acme"`)',
        ),
        (
            "keywords:\n  - *bold",
            "a.md:3: the front matter is not YAML: the text begins with '*', which is a sign in "
            'YAML (put the text in quotes: `- "*bold"`)',
        ),
        (
            "title: [New] colours",
            "a.md:2: the front matter is not YAML: the text begins with '[', which is a sign in "
            'YAML (put the text in quotes: `title: "[New] colours"`)',
        ),
        (
            "tags: [@acme, b]",
            "a.md:2: the front matter is not YAML: a text begins with a sign of YAML "
            "(put that text in quotes)",
        ),
        (
            'title: "C:\\Users"',
            "a.md:2: the front matter is not YAML: there is a quote or a backslash in the quoted "
            'text (put the text in quotes: `title: "C:\\\\Users"`)',
        ),
        (
            "title: 'it's'",
            "a.md:2: the front matter is not YAML: there is a quote or a backslash in the quoted "
            'text (put the text in quotes: `title: "it\'s"`)',
        ),
        (
            "title: café\n\nsummary: a\x00b\nx: y",
            "a.md:4: the front matter is not YAML: a character here cannot be seen "
            "(remove it, or retype the line)",
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


def title_as_told(text: str) -> str | None:
    """The title once it is written as the error says; None where it is taken, or said otherwise."""
    try:
        opened(f"title: {text}")
    except ContentError as wrong:
        _, told, remedy = str(wrong).partition("put the text in quotes: `")
        return opened(remedy.removesuffix("`)")).matter.title if told else None
    return None


@given(st.text(st.characters(blacklist_categories=("C", "Z")), min_size=1), st.text('a: #-\\"'))
def test_what_is_said_of_a_colon_mends_it(start: str, end: str) -> None:
    text = f"{start}: {end}".strip()
    meant = {None, " ".join(text.split()), " ".join(text[1:-1].split())}
    assert title_as_told(text) in meant


@given(
    st.sampled_from("@`%*&![]{}>|?-,"),
    st.text(st.characters(blacklist_categories=("C", "Z")), min_size=1),
    st.text("a #-\\\"'[]"),
)
def test_what_is_said_of_a_sign_mends_it(sign: str, start: str, end: str) -> None:
    text = f"{sign}{start} {end}".strip()
    assert title_as_told(text) in {None, " ".join(text.split())}


words = st.text(st.characters(blacklist_categories=("C", "Z"))).map(lambda text: f"{text}.")


@given(st.sampled_from("\"'"), words, st.text("ab: ,-@\\?"), words)
def test_a_text_that_begins_and_ends_with_quotes_of_its_own_keeps_them(
    quote: str, first: str, between: str, last: str
) -> None:
    first, last = first.replace(quote, ""), last.replace(quote, "")
    text = f"{quote}{first}{quote} lamp{between}{quote}{last}{quote}"
    _, told, remedy = error(f"title: {text}").partition("put the text in quotes: `")
    assert told
    mended = open_keys(f"---\n{remedy.removesuffix('`)')}\n---\n", "a.md")
    assert mended.values == {"title": text}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('"a" lamp: "b"', '"a" lamp: "b"'),
        ('"Saved": what "now"', '"Saved": what "now"'),
        ("'on' or 'off'", "'on' or 'off'"),
        ('"Error "E12": what now?"', 'Error "E12": what now?'),
        ("'Ana's and Al's lamps'", "Ana's and Al's lamps"),
        ("'the lamps' light'", "the lamps' light"),
    ],
)
def test_quotes_around_a_whole_text_are_told_from_those_of_its_words(
    written: str, meant: str
) -> None:
    assert title_as_told(written) == meant


@pytest.mark.parametrize("text", ["Refunds: how: long", "@acme", "*new* lamps", '"new" lamps'])
def test_the_usual_slips_are_told_with_their_line_in_quotes(text: str) -> None:
    assert title_as_told(text) == text


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


@pytest.mark.parametrize(
    "text",
    [
        "---\n\nProse, and no key.\n",
        "---\n# Heading\n\nNote: this is prose.\n",
        "---\nSummary: this is prose, too\n",
        "---\nPublished: 5 May\n",
        "---\n- a list\n- title: of it\n",
        "---\n    title: code\n",
        "---\nhttps://example.com\n",
        "---\n...\n",
        "\n---\n\nText\n\n---\n\nMore\n",
        "<!-- a comment -->\n\n---\nAfter: a rule\n\n---\n",
        "<!-- a comment\n---\ntitle: of it\n---\n-->\n\n# A\n",
        "    ---\n    title: code\n    ---\n",
        "# A\n\n---\ntitle: t\n---\n",
        "--\nname\n",
        "— a dash, and text\ntitle: t\n",
        "- a\n- b\n",
        "title: of prose\n\n# A\n",
        "Title: of prose\nTags: a, b\n---\n\n# A\n",
        "Updated: 2026-11-22\n---\n\n# A\n",
        "Draft: how to write one\n---\n\n# A\n",
        "Visibility: who sees what\n\n# A\n",
        "Published: 2026-11-22\n\n# A\n",
        "Hidden: what you do not see\n\n# A\n",
        "hidden: false\n\n# A\n",
        "Note: what follows\n\n---\n\n# A\n",
        "---\nHidden: fees\n\n# A\n",
        "# A\n\ndraft: true\n---\n",
        "Text\ndraft: true\n---\n",
        "    draft: true\n    ---\n\n# A\n",
        "\tdraft: true\n\n# A\n",
        "```\ndraft: true\n---\n```\n\n# A\n",
        "+++\n",
        "+++\nNews of today\n\n+++\n",
        "+++ News +++\n\n# A\n",
        "++\ndraft = true\n",
        "    +++\n    draft = true\n    +++\n",
        "# A\n\n+++\ndraft = true\n+++\n",
    ],
)
def test_rules_and_dashes_before_prose_are_no_front_matter(text: str) -> None:
    result = open_text(text, "a.md")
    assert (result.matter, result.body, result.first_line) == (FrontMatter(), text, 1)


@pytest.mark.parametrize("closing", ["", "....\n", "-- \n", " ---\n", "—\n"])
@pytest.mark.parametrize("first", ["title: Limits", "layout: page", "# for staff", '"x": y'])
def test_front_matter_that_never_closes_is_refused(first: str, closing: str) -> None:
    with pytest.raises(ContentError) as caught:
        open_text(f"---\n{first}\nvisibility: internal\n{closing}\n# Heading\n\ntext\n", "a.md")
    assert str(caught.value) == (
        "a.md:1: the front matter is opened here and never closed "
        "(write `---` below its last line; if this is a rule, write `***`)"
    )


@pytest.mark.parametrize("fence", ["--", "—", "–––", "—-", "‐‐‐"])
def test_front_matter_below_another_line_than_hyphens_is_refused(fence: str) -> None:
    with pytest.raises(ContentError) as caught:
        open_text(f"\n{fence}\ntitle: t\nvisibility: internal\n---\ntext\n", "a.md")
    assert str(caught.value) == (
        "a.md:2: the line above the front matter is not `---` "
        "(write three hyphens, and nothing else)"
    )


@pytest.mark.parametrize(
    "text",
    [
        "title: t\n---\n\n# A\n",
        "title: t\nupdated: 2026-11-22\n\n---\n# A\n",
        "layout: page\ntags:\n- a\n- b\nx:\n  y: z\n...\ntext\n",
        "draft: true\n\n# A\n",
        "title: t\n\n# for staff\nvisibility: 'internal'  # us\n# A\n",
        "visibility: staff\n\n# A\n",
        "publish_at: next week\n\n# A\n",
        "published: false\n# A\n",
        "Published: No\n# A\n",
        "publishDate: 2999-01-01\n\n# A\n",
        "Visibility: Internal\n\n# A\n",
        "DRAFT: yes\n\n# A\n",
        "Hidden: true\n\n# A\n",
    ],
)
@pytest.mark.parametrize("before", ["", "\ufeff", "\n ", "<!-- x -->\n", "<!-- x --> "])
def test_front_matter_below_no_line_of_hyphens_is_refused(before: str, text: str) -> None:
    with pytest.raises(ContentError) as caught:
        open_text(f"{before}{text}", "a.md")
    assert str(caught.value) == (
        f"a.md:{before.count(chr(10)) + 1}: there is no `---` above the front matter "
        "(write `---` above and below it; if it is text, put a `# heading` above it)"
    )


@pytest.mark.parametrize("before", ["", "\ufeff", "\n ", "<!-- x -->\n"])
@pytest.mark.parametrize(
    "keys",
    ['title = "t"\ndraft = true', "\n# staff\n\nx.y=1", "[params]\nhidden = true", '"a" = 1'],
)
def test_front_matter_in_toml_is_refused(keys: str, before: str) -> None:
    with pytest.raises(ContentError) as caught:
        open_text(f"{before}+++\n{keys}\n+++\n\n# A\n", "a.md")
    assert str(caught.value) == (
        f"a.md:{before.count(chr(10)) + 1}: the front matter is TOML, and not YAML "
        "(write it as `key: value` lines between two lines of `---`)"
    )


def test_keys_that_hide_below_a_fence_that_never_closes_are_refused() -> None:
    with pytest.raises(ContentError, match="never closed"):
        open_text("---\nhidden: true\n\n# A\n", "a.md")


@pytest.mark.parametrize(
    "before",
    [
        "\t",
        "<!-- x --> ",
        "\n",
        " ",
        "\n\n  ",
        "<!-- (c) Acme -->\n",
        "\ufeff",
        "\u200b",
        "\n<!--\n---\n-->\n \n",
    ],
)
def test_front_matter_is_read_below_blank_lines_and_comments(before: str) -> None:
    result = open_text(f"{before}---\ntitle: t\nlayout: x\n---\n\nbody\n", "a.md")
    above = before.count("\n")
    assert (result.matter.title, result.body) == ("t", "body\n")
    assert (result.notes[0].line, result.first_line) == (above + 3, above + 6)


def test_indented_front_matter_is_closed_by_an_indented_fence() -> None:
    result = open_text("  ---\n  title: t\n  draft: true\n  ---\nbody", "a.md")
    assert (result.matter.title, result.matter.draft, result.body) == ("t", True, "body")


def test_dots_close_front_matter_as_in_jekyll() -> None:
    result = open_text("---\ntitle: t\n...\n# A\n\n---\n", "a.md")
    assert (result.matter.title, result.body) == ("t", "# A\n\n---\n")


def test_an_old_address_with_its_site_is_noted_with_what_is_redirected() -> None:
    assert note("title: t\nredirect_from: [/a, 'https://old.example.com/b?c=d']") == (
        "a.md:3: 'redirect_from' cannot be used as it is: of 'https://old.example.com/b?c=d' only "
        "'/b' leads here (write the path alone, and let the old site lead to this one)"
    )
    assert "of 'http://old.example.com' nothing does (" in note(
        "redirect_from: http://old.example.com"
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


def outcome(text: str) -> Opened | ContentError:
    """The opened file, or the one error there may be."""
    try:
        return open_text(text, "a.md")
    except ContentError as refused:
        return refused


@given(blocks)
def test_any_block_is_read_or_refused_with_its_place(block: str) -> None:
    result = outcome(f"---\n{block}\n---\ntext\n")
    if isinstance(result, ContentError):
        assert all(finding.line >= 1 and finding.remedy for finding in result.findings)
    else:
        assert all(1 <= finding.line < result.first_line for finding in result.notes)


hiding = st.sampled_from(
    [
        "draft: true",
        "Draft: true",
        "drafft: yes",
        "visibility: internal",
        "VISIBILITY: Internal",
        "visibility: staff",
        "publish_at: 2999-01-01",
        "publish_at: 2999",
        "published: false",
        "hidden: true",
    ]
)
others = st.lists(
    st.sampled_from(["title: t", "layout: page", "", "# note", "tags:\n- a\n- b", "x:\n  y: z"])
)
written = st.tuples(
    st.sampled_from(["", "\n", " ", "<!-- x -->\n", "\ufeff", "\n<!--\n---\n-->\n\n"]),
    st.sampled_from(["---", "-----", "--", "—", "–––", "--- "]).map(lambda fence: f"{fence}\n"),
    st.tuples(others, hiding, others).map(lambda keys: "\n".join([*keys[0], keys[1], *keys[2]])),
    st.sampled_from(["\n---", "\n--- ", "\n...", "\n....", "\n-- ", "\n—", "\n ---", "\n", "\n\n"]),
    st.sampled_from(["\n# A\n\ntext\n", "\ntext\n\n---\n\nmore\n", "\n---\n", "\n- a\n", ""]),
).map("".join)


@given(written)
def test_what_may_be_meant_to_be_hidden_is_never_shown_whatever_its_fences(text: str) -> None:
    result = outcome(text)
    assert isinstance(result, ContentError) or result.matter.hides


forgotten = st.tuples(
    st.sampled_from(["", "\n", " ", "<!-- x -->\n", "\ufeff", "\n<!--\n---\n-->\n\n"]),
    st.sampled_from(["", "title: t\n", "layout: page\n\n", "tags:\n- a\n", "x:\n  y: z\n# note\n"]),
    hiding,
    st.sampled_from(["\n", "\n\n", "\n---\n", "\n--\n", "\n—\n", "\n\ntitle: t\n"]),
    st.sampled_from(["# A\n\ntext\n", "text\n\n---\n\nmore\n", "- a\n", ""]),
).map("".join)


@given(forgotten)
def test_what_may_be_meant_to_be_hidden_is_never_shown_where_its_first_fence_is_forgotten(
    text: str,
) -> None:
    assert isinstance(outcome(text), ContentError)


@given(
    st.sampled_from(["Note", "Title", "Summary", "Draft", "Visibility", "Published", "Hidden"]),
    st.from_regex(r"[a-z]+ [a-z ,.]+\n", fullmatch=True),
    st.text("ab:.#>-\n "),
)
def test_prose_that_begins_with_a_word_and_a_colon_is_always_shown(
    word: str, first: str, rest: str
) -> None:
    text = f"{word}: {first}{rest}"
    assert open_text(text, "a.md").body == text


@given(st.from_regex(r"[A-Za-z][A-Za-z ,.]*\n", fullmatch=True), st.text("ab:.#>\n "))
def test_prose_below_a_rule_is_always_shown(first: str, rest: str) -> None:
    text = f"---\n{first}{rest}"
    assert open_text(text, "a.md").body == text
