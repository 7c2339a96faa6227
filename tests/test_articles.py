"""Articles: what a Markdown file says about itself, and what is left out with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.snapshot import ARTICLES
from kb.articles import Article, Fragment, ParsedArticle, parse_article
from kb.errors import ContentError


def parsed(text: str | bytes, path: str = "guides/refunds.md") -> ParsedArticle:
    result = parse_article(text.encode() if isinstance(text, str) else text, path, "en")
    assert isinstance(result, ParsedArticle)
    return result


def article(text: str, path: str = "guides/refunds.md") -> Article:
    return parsed(text, path).article


def title(body: str) -> str:
    return article(body).title


def reason(text: str, path: str = "guides/refunds.md") -> str:
    result = parse_article(text.encode(), path, "en")
    assert isinstance(result, Fragment)
    assert result.path == path
    return result.reason


def test_an_article_is_what_its_front_matter_says() -> None:
    made = article(
        "---\ntitle: Refunds\nslug: Money/Back\nsummary: s\ntags: [a]\nkeywords: [b]\nlang: es\n"
        "category: /Billing/\norder: 1\nproducts: [Shop]\naudience: all\n"
        "visibility: internal\n"
        "updated: 2024-01-02\nredirect_from: [old, /older/]\ncontexts: [x/*]\npin: [money]\n"
        "publish_at: 2024-01-02\nowner: Ana\nreview_by: 2025-01-02\ndraft: true\n"
        "layout: page\n---\n"
    )
    assert made == Article(
        path="guides/refunds.md",
        slug="Money/Back",
        lang="es",
        title="Refunds",
        summary="s",
        tags=("a",),
        keywords=("b",),
        category="Billing",
        order=1.0,
        products=("Shop",),
        audience="all",
        visibility="internal",
        updated=dt.date(2024, 1, 2),
        redirect_from=("/old", "/older"),
        contexts=("x/*",),
        pin=("money",),
        publish_at=dt.datetime(2024, 1, 2, tzinfo=dt.UTC),
        owner="Ana",
        review_by=dt.date(2025, 1, 2),
        draft=True,
        extra={"layout": "page"},
    )


def test_without_front_matter_the_path_and_the_first_heading_say_it_all() -> None:
    made = article("# Refunds\n\ntext", "es/Guides/Money_Back.md")
    assert (made.slug, made.lang, made.category) == ("Guides/Money_Back", "es", "Guides")
    assert (made.title, made.visibility, made.draft) == ("Refunds", "public", False)


def test_the_key_names_language_and_slug() -> None:
    made = article("# T", "es/refunds.md")
    assert made.key == ("es", "refunds")
    assert (made.name("en"), made.name("es")) == ("es:refunds", "refunds")


def test_urls_carry_other_languages_and_are_quoted() -> None:
    assert article("# T", "es/a b/ñ?.md").url("en") == "/es/articles/a%20b/%C3%B1%3F"
    assert article("# T", "es/refunds.md").url("es") == "/articles/refunds"


@pytest.mark.parametrize(
    ("front", "slug"),
    [
        ("slug: Mixed/Case", "Mixed/Case"),
        ("slug: /refunds/", "refunds"),
        ("slug: /", "guides/refunds"),
        ("slug: refunds\npermalink: /other/", "refunds"),
        ("permalink: /help/Refunds/", "help/Refunds"),
        ("permalink: /help/refunds.html", "help/refunds"),
        ("permalink: /", "index"),
        ("permalink: /es/help/\nlang: es", "help"),
        ("slug: ../../etc/passwd", "guides/refunds"),
    ],
)
def test_a_slug_is_the_writers_own_else_the_permalink_else_the_path(front: str, slug: str) -> None:
    assert article(f"---\ntitle: T\n{front}\n---\n").slug == slug


def test_a_permalink_is_also_an_old_address() -> None:
    made = article("---\ntitle: T\npermalink: /es/help/\nlang: es\nredirect_from: /old\n---\n")
    assert made.redirect_from == ("/old", "/es/help")


def test_an_old_address_with_its_site_is_redirected_by_its_path() -> None:
    front = "redirect_from: ['https://Old.example.com/caf%C3%A9/?a#b', 'HTTP://old.example.com/']"
    made = parsed(f"---\ntitle: T\n{front}\n---\n")
    assert made.article.redirect_from == ("/café",)
    assert len(made.notes) == 2


@pytest.mark.parametrize("line", ["published: false", "Draft: true", "publish_at: 2027"])
def test_what_is_hidden_in_other_words_is_a_draft(line: str) -> None:
    made = article(f"---\ntitle: T\n{line}\n---\n")
    assert (made.draft, made.publish_at) == (True, None)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("# Refunds", "Refunds"),
        ("intro\n\n## Sub\n\n# Refunds #", "Refunds"),
        ("   #   Refunds   ##  ", "Refunds"),
        ("Refunds\n=======", "Refunds"),
        ("Refunds\n=", "Refunds"),
        ("# What is C#", "What is C#"),
        ("# Refunds {#money .wide}", "Refunds"),
        ("# Refunds {: #money }", "Refunds"),
        ("# Braces {like these}", "Braces {like these}"),
        ("# **Refunds** and *returns*", "Refunds and returns"),
        ("# 2 * 3 and 2 \\* 3", "2 * 3 and 2 * 3"),
        ("# Run `kb --help`", "Run kb --help"),
        ("# The `<details>` element", "The <details> element"),
        ('# <a id="x"></a>Refunds<br>', "Refunds"),
        ("# [Refunds](refunds.md) ![](icon.png)", "Refunds"),
        ("# Terms &amp; conditions", "Terms & conditions"),
        ("```\n# comment\n```\n# Refunds", "Refunds"),
        ("~~~~ sh\n# one\n~~~\n# two\n~~~~\n# Refunds", "Refunds"),
        ("    # indented code\n\n# Refunds", "Refunds"),
        ("```\n# never closed\n\nRefunds\n===\n```\n\nRefunds\n===", "Refunds"),
        ("#hashtag\n\n# Refunds", "Refunds"),
    ],
)
def test_a_title_is_the_first_heading_as_a_reader_sees_it(body: str, expected: str) -> None:
    assert title(body) == expected


def test_a_title_in_the_front_matter_wins() -> None:
    assert title("---\ntitle: Money back\n---\n# Refunds") == "Money back"


@pytest.mark.parametrize(
    "text", ["", "text only", "## Sub", "---\ntags: [a]\n---\ntext", "```\n# comment\n```", "# "]
)
def test_a_file_without_a_title_is_a_fragment_and_says_how_to_mend_it(text: str) -> None:
    assert reason(text) == "a fragment: no title (add `title:` or a first `# heading`)"


@pytest.mark.parametrize("path", ["include/a.md", "x/_partials/a.md", "Snippets/a.md", "x/_a.md"])
def test_pieces_that_articles_include_are_fragments_with_their_text(path: str) -> None:
    result = parse_article(b"# Piece\n", path, "en")
    assert result == Fragment(path, reason("# Piece\n", path), "# Piece\n")
    assert result.reason.startswith("a fragment: ")


def test_a_fragment_needs_no_good_front_matter() -> None:
    assert reason("---\n[\n---\n", "include/a.md").startswith("a fragment")


def test_a_byte_order_mark_and_windows_line_ends_make_no_difference() -> None:
    unix = "---\ntitle: T\nlayout: x\n---\n\na\nb\n"
    windows = parsed(b"\xef\xbb\xbf" + unix.replace("\n", "\r\n").encode())
    assert windows == parsed(unix)
    assert windows.body == "a\nb\n"
    assert windows.first_line == 6


def test_bytes_that_are_not_utf_8_are_an_error_at_their_line() -> None:
    with pytest.raises(ContentError) as caught:
        parsed(b"# T\n\ncaf\xe9\n")
    said = "guides/refunds.md:3: byte 0xe9 is not UTF-8 (save the file as UTF-8)"
    assert str(caught.value) == said
    assert caught.value.findings[0].level == "error"


def test_a_translation_shares_its_slug() -> None:
    assert article("# T", "a/b.md").slug == article("# T", "es/a/b.md").slug
    assert article("# T", "a/b.md").slug == article("# T", "a/b.fr.md").slug


@pytest.mark.parametrize(
    "text",
    [
        "`" * 100_000 + "\n" + "x\n" * 100_000,
        "# a" + " #" * 200_000 + "b",
        "# a" + "<" * 200_000,
        "# a" + " " * 200_000 + "b",
        "# a" + "{#a" * 200_000,
        "# " + "[" * 200_000 + "](" * 100_000,
        ("a\n" + "=" * 200 + "b\n") * 2_000,
        "~~~\n" * 100_000,
    ],
)
def test_hostile_text_takes_time_in_proportion_to_its_length(text: str) -> None:
    # Anything worse than linear would take minutes to hours here, as it once did.
    assert isinstance(parse_article(text.encode(), "a.md", "en"), ParsedArticle | Fragment)


paths = st.from_regex(r"([\w. -]{1,6}/){0,2}[\w. -]{1,8}\.md", fullmatch=True)
fronts = st.lists(
    st.tuples(
        st.sampled_from(["title", "slug", "permalink", "lang", "tags", "updated", "x", "draft"]),
        st.text(max_size=12),
    ),
    max_size=4,
).map(lambda pairs: "---\n" + "".join(f"{key}: {value}\n" for key, value in pairs) + "---\n")
bodies = st.lists(
    st.sampled_from(["# ", "`", "```\n", "\n", "===", "a", "{#a}", "<", "&", "[x](y)"])
)
texts = st.one_of(
    st.binary(max_size=80),
    st.tuples(fronts, bodies, st.text(max_size=40)).map(
        lambda parts: (parts[0] + "".join(parts[1]) + parts[2]).encode("utf-8", "replace")
    ),
)


def outcome(data: bytes, path: str) -> ParsedArticle | Fragment | ContentError:
    """The article, the fragment, or the one error there may be."""
    try:
        return parse_article(data, path, "en")
    except ContentError as refused:
        return refused


@given(texts, paths)
@example(b"---\nx: .nan\ny: !!set {a, b}\nz: {1: 2, ~: 3, 2024-01-01: 4}\ntitle: t\n---\n", "a.md")
def test_any_bytes_are_an_article_a_fragment_or_a_content_error(data: bytes, path: str) -> None:
    result = outcome(data, path)
    if isinstance(result, ContentError):
        assert all(finding.path == path and finding.line >= 1 for finding in result.findings)
    elif isinstance(result, ParsedArticle):
        made = result.article
        assert made.title
        assert made.slug.strip("/") == made.slug != ""
        assert made.url("xx").isascii()
        assert ARTICLES.validate_json(ARTICLES.dump_json((made,)))[0].key == made.key
        lines = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert "\n".join(lines[result.first_line - 1 :]) == result.body
    else:
        assert result.reason


def _real_files(shared_data: Path) -> Iterator[Path]:
    for articles in sorted(shared_data.glob("*/*/articles")):
        yield from sorted(articles.rglob("*.md"))


def test_every_file_of_the_real_help_centres_is_an_article_or_is_named(shared_data: Path) -> None:
    sets = {path.parent.name for path in shared_data.glob("*/*/articles")}
    assert len(sets) == 12
    kinds = {"article": 0, "fragment": 0}
    for path in _real_files(shared_data):
        root = next(parent for parent in path.parents if parent.name == "articles")
        result = parse_article(path.read_bytes(), path.relative_to(root).as_posix(), "en")
        if isinstance(result, Fragment):
            assert result.reason
            kinds["fragment"] += 1
        else:
            assert result.article.title
            kinds["article"] += 1
    assert kinds["article"] > 4_000
    assert sum(kinds.values()) == sum(1 for _ in _real_files(shared_data))
