"""Markdown in, safe HTML and searchable text out."""

from __future__ import annotations

import re
from pathlib import Path

import nh3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb import safety
from kb.markdown import ROOT, Block, Links, Material, Page, plain, render, resolve

LINKS = Links(
    articles={"refunds.md": "/articles/refunds", "guides/b.md": "/articles/guides/b"},
    addresses={"/help/refunds/": "/articles/refunds"},
    assets={"guides/img/my a.png": "/assets/1-a.png"},
)


def page(body: str, path: str = "guides/a.md", title: str = "Title") -> Page:
    return render(body, path, title=title)


def texts(rendered: Page) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for part in rendered.sections for block in part.blocks]


def sanitised(html: str) -> str:
    cleaner = nh3.Cleaner(
        tags=set(safety.TAGS),
        clean_content_tags=set(safety.DROPPED),
        attributes=safety.ATTRIBUTES,
        tag_attribute_values=safety.VALUES,
        allowed_classes=safety.CLASSES,
        url_schemes={"http", "https", "mailto", "tel", "kb"},
        link_rel=None,
    )
    return cleaner.clean(html)


# Headings and anchors


def test_the_first_heading_is_dropped_where_it_repeats_the_title() -> None:
    rendered = page("# The *Title*\n\nText", title="The Title")
    assert rendered.html == "<p>Text</p>"
    assert rendered.headings == ()


def test_another_first_heading_becomes_an_h2_and_the_rest_nests_below() -> None:
    rendered = page("# Other\n\n## Sub\n\n#### Deep\n\n# Last")
    assert [(h.level, h.text) for h in rendered.headings] == [
        (2, "Other"),
        (3, "Sub"),
        (4, "Deep"),
        (2, "Last"),
    ]


def test_no_heading_level_is_skipped_on_the_way_down() -> None:
    assert [h.level for h in page("#### a\n\n###### b\n\n## c\n\n### d").headings] == [2, 3, 2, 3]


def test_anchors_are_readable_unique_and_keep_any_script() -> None:
    rendered = page("## Über uns!\n\n## 退款 政策\n\n## Same\n\n## Same")
    assert [h.anchor for h in rendered.headings] == ["über-uns", "退款-政策", "same", "same-1"]


@pytest.mark.parametrize(
    "heading",
    [
        "## When {#when-paid}",
        "## When {: #when-paid .wide}",
        "## When\n{: #when-paid}",
        "## When{#when-paid}",
        "## When{#when-paid .wide} ",
        "## When{:#when-paid} ##",
        "When{#when-paid}\n---",
        '## When <a name="when-paid"></a>',
        '<h2 id="when-paid">When</h2>',
    ],
)
def test_an_id_that_a_writer_chose_is_the_anchor(heading: str) -> None:
    rendered = page(heading)
    assert rendered.headings[0].anchor == "when-paid"
    assert rendered.headings[0].text == "When"
    assert '<h2 id="when-paid">When' in rendered.html


@pytest.mark.parametrize("text", ["**When**", "[When](b.md)", "`When`", "Just *when*"])
def test_an_id_right_after_a_marked_word_is_the_headings(text: str) -> None:
    rendered = page(f"## {text}{{#when-paid}}")
    assert rendered.headings[0].anchor == "when-paid"
    assert "{" not in rendered.html


@pytest.mark.parametrize(
    "text", ["Length ${#array}", "Length of x${#array}", "x{{#if}}", "a{.b}", "x {like}", "{like}"]
)
def test_braces_that_are_no_id_stay_text(text: str) -> None:
    assert page(f"## {text}").headings[0].text == text


def test_a_chosen_id_wins_over_an_earlier_heading_of_that_name() -> None:
    rendered = page("## When\n\n## Later {#when}")
    assert [h.anchor for h in rendered.headings] == ["when-1", "when"]


def test_the_anchor_of_a_dropped_title_still_leads_to_the_top() -> None:
    assert page("# Title {#top}\n\nText").html.startswith('<a id="top"></a>')


def test_articles_never_get_the_portals_own_ids() -> None:
    rendered = page('## KB search\n\n<p id="kb-search">x</p>')
    assert 'id="kb-' not in rendered.html
    assert rendered.headings[0].anchor == "section-kb-search"


# Lists: written for CommonMark


@pytest.mark.parametrize("indent", [2, 3, 4])
def test_lists_nest_by_two_three_or_four_spaces(indent: int) -> None:
    html = page(f"* a\n{' ' * indent}* b\n* c").html
    assert re.sub(r"\s", "", html) == "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"


def test_a_bullet_under_a_numbered_item_may_be_two_spaces_in() -> None:
    html = page("1. a\n  * b\n2. c").html
    assert re.sub(r"\s", "", html) == "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"


def test_a_list_needs_no_blank_line_above() -> None:
    assert "<li>x</li>" in page("Text:\n- x\n- y").html


def test_a_year_at_the_start_of_a_line_starts_no_list() -> None:
    assert "<ol" not in page("It was in\n1986. A great year").html


def test_code_inside_an_item_keeps_the_numbering_and_its_own_indentation() -> None:
    html = page("1. a\n\n   ```\n   x\n     y\n   ```\n\n   after\n1. b").html
    assert html.count("<ol>") == 1
    assert "<code>x\n  y\n</code>" in html
    assert "<p>after</p>" in html


def test_a_numbered_list_goes_on_where_it_was_interrupted() -> None:
    assert '<ol start="5">' in page("4. a\n\n![](x.png)\n\n5. b").html


def test_a_fence_that_is_never_closed_ends_with_the_article() -> None:
    assert texts(page("```\ncode\n\nmore"))[0] == ("code", "code\n\nmore")


# Blocks that people see


def test_wide_tables_scroll_in_a_named_box_that_the_keyboard_reaches() -> None:
    html = page("## Prices\n\n| a | |\n|---|---|\n| 1 | 2 |\n\n| b |\n|---|\n| 3 |").html
    assert 'class="table-scroll" tabindex="0" role="region" aria-label="Prices">' in html
    assert 'aria-label="Prices (2)"' in html
    assert "<th></th>" not in html


def test_a_table_without_a_delimiter_row_takes_its_first_row_as_header() -> None:
    html = page("|**a**|**b**|\n|1|2|").html
    assert "<th><strong>a</strong></th>" in html
    assert "<td>1</td>" in html


def test_a_header_that_is_a_caption_hides_no_column() -> None:
    html = page("| Inbound |\n| --- |\n| Source | Port |\n| any | 443 |").html
    assert "<td>443</td>" in html


def test_a_list_goes_on_after_a_nested_loose_one() -> None:
    html = page("+ a\n\n  1. x\n+ b\n\n  1. y").html
    assert html.count("<ul>") == 1
    assert html.count("<ol>") == 2


def test_code_is_coloured_where_it_names_a_language_and_plain_elsewhere() -> None:
    html = page("```python\ndef f(): pass\n```\n\n```\ndef g(): pass\n```").html
    assert '<span class="k">def</span>' in html
    assert "<code>def g(): pass" in html
    assert html.count('<pre tabindex="0">') == 2


TABS = '=== "Mac"\n\n    x\n\n=== "Linux"\n\n    y'


def test_tabs_are_radio_buttons_with_labels_so_that_they_work_without_a_script() -> None:
    html = page(TABS).html
    for name in re.findall(r'<label for="([^"]+)"', html):
        assert f'<input type="radio" id="{name}"' in html
    assert html.count("<label") == 2


def test_the_label_of_a_tab_stands_before_its_text_for_every_reader() -> None:
    assert [text for _, text in texts(page(TABS))] == ["Mac", "x", "Linux", "y"]
    assert re.sub("<[^>]*>", " ", page(TABS).html).split() == ["Mac", "x", "Linux", "y"]


def test_a_tasks_box_is_disabled_and_labelled_by_its_text() -> None:
    html = page("- [x] Pay **now**\n- [ ] Wait").html
    box = '<label><input type="checkbox" disabled="" checked=""> Pay <strong>now</strong></label>'
    assert box in html


def test_github_alerts_and_docusaurus_boxes_are_admonitions() -> None:
    assert 'class="admonition tip"' in page("> [!TIP]\n> x").html
    html = page(":::warning Hot\n\n- x\n\n:::\n\nafter").html
    assert '<div class="admonition warning">' in html
    assert '<p class="admonition-title">Hot</p>' in html
    assert html.endswith("<p>after</p>")


def test_a_placeholder_in_angle_brackets_stays_readable() -> None:
    assert "COM <port> or <your domain>" in texts(page("COM <port> or <your domain>"))[0][1]


def test_braces_in_a_sentence_stay_text() -> None:
    assert texts(page("Call `get`{region} and *x*{id}."))[0][1] == "Call get{region} and x{id}."


def test_every_backslash_escape_of_commonmark_is_read() -> None:
    assert texts(page(r"a\-b \<c\> d\|e C:\Users"))[0][1] == r"a-b <c> d|e C:\Users"


# Links, pictures, videos


def test_links_and_pictures_are_relative_to_the_article() -> None:
    rendered = page("[x](../refunds.md#when)\n\n![i](img/a.png)\n\n[y](/help/refunds/)")
    assert 'href="kb:refunds.md#when"' in rendered.html
    assert 'src="kb:guides/img/a.png" alt="i" loading="lazy" decoding="async"' in rendered.html
    found = [(r.target, r.line, r.kind) for r in rendered.references]
    assert found == [
        ("refunds.md#when", 1, "link"),
        ("guides/img/a.png", 3, "image"),
        ("/help/refunds/", 5, "link"),
    ]


def test_references_count_lines_from_the_files_first() -> None:
    rendered = render("\n[x](b.md)\n[x](b.md)", "a.md", title="T", first_line=10)
    assert [r.line for r in rendered.references] == [11, 12]


def test_a_link_out_of_the_folder_is_noted_and_loses_its_target() -> None:
    rendered = page("[x](../../etc/passwd) ![alt](../../y.png)")
    assert "<a>x</a>" in rendered.html
    assert '<span class="missing-image">alt</span>' in rendered.html
    assert [str(note).split(":")[1] for note in rendered.notes] == ["1", "1"]
    assert "leaves the articles' folder" in rendered.notes[0].what


def test_other_sites_are_opened_without_telling_them_who_asks() -> None:
    assert 'href="https://x.org/" rel="noopener noreferrer"' in page("[x](https://x.org/)").html


def test_a_link_without_text_is_named_after_where_it_leads() -> None:
    html = page('<a href="https://x.org/12-How-to-pay"></a> [![](a.png)](/help/my-refunds)').html
    assert ">How to pay</a>" in html
    assert 'alt="my refunds"' in html


@pytest.mark.parametrize(
    "written",
    [
        "https://youtu.be/ayDtFd5Ugyk",
        "[What is it?](https://www.youtube.com/watch?v=ayDtFd5Ugyk&t=10s)",
        '<iframe src="https://www.youtube.com/embed/ayDtFd5Ugyk"></iframe>',
    ],
)
def test_a_video_of_an_allowed_host_plays_after_a_click(written: str) -> None:
    html = page(written).html
    assert html.startswith('<details class="video"><summary>')
    assert 'src="https://www.youtube-nocookie.com/embed/ayDtFd5Ugyk' in html
    assert 'loading="lazy"' in html


def test_a_video_link_in_a_sentence_stays_a_link() -> None:
    assert "<iframe" not in page("See [this](https://youtu.be/ayDtFd5Ugyk) first").html


def test_any_other_frame_becomes_a_link() -> None:
    html = page('<iframe src="https://evil.example/x/demo" title="Demo"></iframe>').html
    assert html == (
        '<p><a href="https://evil.example/x/demo" rel="noopener noreferrer">Demo</a></p>'
    )


def test_resolve_leads_to_articles_addresses_and_assets() -> None:
    html = page("[a](../refunds.md#when) [b](/help/refunds) [c](b) ![d](img/my%20a.png)").html
    resolved, missing = resolve(html, LINKS)
    assert f'href="{ROOT}/articles/refunds#when"' in resolved
    assert f'href="{ROOT}/articles/refunds">b' in resolved
    assert f'href="{ROOT}/articles/guides/b"' in resolved
    assert f'src="{ROOT}/assets/1-a.png"' in resolved
    assert missing == ()


def test_what_leads_nowhere_keeps_its_text_and_is_named() -> None:
    rendered = page("[text](gone.md) ![alt](gone.png)")
    resolved, missing = resolve(rendered.html, LINKS)
    assert resolved == '<p><a>text</a> <span class="missing-image">alt</span></p>'
    assert missing == tuple(reference.target for reference in rendered.references)


def test_resolving_twice_changes_nothing_and_code_is_never_resolved() -> None:
    html = page('[a](b.md)\n\n`<a href="kb:b.md">`').html
    once, _ = resolve(html, LINKS)
    assert resolve(once, LINKS) == (once, ())
    assert 'href="kb:b.md"' in once


# Sections: what search reads


def test_sections_follow_headings_and_name_their_path() -> None:
    rendered = page("Intro\n\n## A\n\ntext\n\n### B\n\n## C")
    assert [(s.anchor, s.headings, len(s.blocks)) for s in rendered.sections] == [
        ("", (), 1),
        ("a", ("A",), 1),
        ("b", ("A", "B"), 0),
        ("c", ("C",), 0),
    ]


def test_blocks_are_items_rows_code_and_paragraphs() -> None:
    body = "- a\n\n  more\n  - b\n\n        x = 1\n- [ ] c\n\n"
    body += "| h | i |\n|---|---|\n| 1 | 2 |\n\n![alt](x.png)"
    assert texts(page(body)) == [
        ("item", "a more"),
        ("item", "b"),
        ("code", "x = 1"),
        ("item", "c"),
        ("head", "h | i"),
        ("row", "1 | 2"),
        ("paragraph", "alt"),
    ]


def test_footnote_marks_are_not_searched() -> None:
    assert texts(page("Fact[^1].\n\n[^1]: Source.")) == [
        ("paragraph", "Fact."),
        ("item", "Source."),
    ]


# Safety


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[x](javascript:alert(1))",
        "[x](data:text/html,x)",
        '<a href=" JaVaScRiPt:alert(1)">x</a>',
        '<svg><a xlink:href="javascript:alert(1)">x</a></svg>',
        '<p style="position:fixed">x</p>',
        '<form action="/"><input name="q"><button>x</button></form>',
        '<iframe src="javascript:alert(1)"></iframe>',
        '<math><mtext></p><style><img src=x onerror="alert(1)">',
        '[x](a.md "\\" onclick=alert(1)")',
        '## x {onclick="alert(1)"}',
    ],
)
def test_nothing_that_runs_or_covers_the_page_comes_through(attack: str) -> None:
    html = page(attack).html
    tags = " ".join(re.findall(r"<[^>]*>", html))
    assert not re.search(r"<(?:script|svg|form|style)|(?:href|src)=\"(?:javascript|data):", tags)
    assert not re.search(r" (?:on\w+|style)=", re.sub(r'"[^"]*"', "", tags))


def test_only_classes_with_a_look_of_their_own_survive() -> None:
    html = page('<div class="portal-header admonition note">x</div>\n\ntext\n{: .toolbar}').html
    assert 'class="admonition note"' in html
    assert "portal-header" not in html
    assert "toolbar" not in html


PIECES = st.sampled_from(
    "# |## |* |1. |  |    |\n|\n\n|> |```|`|**|_|[a](b.md)|![x](y.png)|{#id}|{: .x}|<div>|</div>"
    "|<a name='n'>|<p onclick=x>|<script>|--- |{% include a %}|{{ site.x }}|{tab\\|x}|:::note"
    '|!!! tip "x"|=== "t"|[^1]|[^1]: |- [ ] |<iframe src="//x">|https://youtu.be/ayDtFd5Ugyk|&lt;'.split(
        "|"
    )
)


def test_a_link_that_begins_in_another_leaves_each_id_once() -> None:
    html = page("* <a name='n' title=' id='><iframe src=\"//x\">").html
    assert html.count(' id="n"') == 1
    assert sanitised(html).strip() == html


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=40).map("".join))
def test_any_text_renders_to_safe_html_with_unique_anchors(body: str) -> None:
    rendered = page(body)
    tags = " ".join(re.findall(r"<[^>]*>", rendered.html))
    assert "<script" not in tags
    assert not re.search(r"\son\w+=", re.sub(r'"[^"]*"', '""', tags))
    assert sanitised(rendered.html).strip() == rendered.html
    ids = re.findall(r'<[^>]* id="([^"]*)"', rendered.html)
    assert len(ids) == len(set(ids))
    anchors = [heading.anchor for heading in rendered.headings]
    assert len(anchors) == len(set(anchors))
    assert rendered.html.count("<h") >= len(anchors)


@given(st.text(max_size=300))
def test_plain_keeps_every_word_and_escapes_all_markup(body: str) -> None:
    rendered = plain(body)
    assert not re.search(r"<(?!/?(?:p|h2)[ >])", rendered.html)
    words = " ".join(
        [*(h.text for h in rendered.headings)]
        + [block.text for part in rendered.sections for block in part.blocks]
    )
    for word in re.findall(r"\w+", body):
        assert word in words


def test_plain_has_a_section_for_each_heading() -> None:
    rendered = plain("a\nb\n\n<i>\n## H\n\nc")
    assert rendered.html == '<p>a b</p>\n<p>&lt;i&gt;</p>\n<h2 id="h">H</h2>\n<p>c</p>'
    assert rendered.sections[1].blocks == (Block("paragraph", "c"),)


@pytest.mark.parametrize("name", ["arduino-help-center", "logingov-help-zh", "zulip-help"])
def test_real_help_centres_show_no_raw_macros(shared_data: Path, name: str) -> None:
    folder = shared_data / "corpora" / name / "articles"
    for file in sorted(folder.rglob("*.md"))[::7]:
        body = re.sub(r"\A---\n.*?\n---\n", "", file.read_text("utf-8"), flags=re.DOTALL)
        rendered = render(body, file.name, title=file.stem, material=Material())
        shown = "\n".join(text for kind, text in texts(rendered) if kind != "code")
        assert not re.search(r"\{(?:%|!|:|start_tabs|tab\||settings_tab)|\x02|klzzwxh", shown)
