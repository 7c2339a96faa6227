"""Other systems' markup, said in ours or left out."""

from __future__ import annotations

from kb.foreign import Material, needed, translate


def test_code_keeps_every_brace() -> None:
    body = "`{% include a %}` and\n\n```\n{{ site.x }}\n{tab|y}\n{: .z}\n```\n\n<pre>{!a.md!}</pre>"
    assert translate(body, "a.md") == (body, ())


def test_unknown_braces_are_somebodys_words() -> None:
    body = "Type {{event name}} or {{ task.input }} or {name}."
    assert translate(body, "a.md") == (body, ())


def test_what_is_left_out_is_noted_once_a_kind_with_its_line() -> None:
    body = "a\n{% include x.html %}\n\n{% include y.html %}\n{!gone.md!}"
    text, notes = translate(body, "a.md", 5)
    assert "{" not in text
    assert [(note.line, note.level) for note in notes] == [(9, "note"), (6, "note")]


def test_an_alert_keeps_its_captured_text_and_its_kind() -> None:
    body = "{% capture t %}\nMind *this*.\n{% endcapture %}\n"
    body += '{% include alert.html type="warning" content=t %}'
    text, notes = translate(body, "a.md")
    assert '!!! warning ""\n\n    Mind *this*.' in text
    assert notes == ()


def test_an_include_lists_what_the_front_matter_holds() -> None:
    material = Material({"accepted": ["Passport", "Licence"]})
    text, notes = translate("{% include list.html items=page.accepted %}", "a.md", 1, material)
    assert "* Passport\n* Licence" in text
    assert notes == ()


def test_a_picture_of_the_wrong_way_is_marked_as_wrong() -> None:
    tag = "{% include example-incorrect.html image='/a.png' image_alt_text='A' text='Blur' %}"
    text, _ = translate(tag, "a.md")
    assert text == '<figure><img src="/a.png" alt="A"><figcaption>✗ Blur</figcaption></figure>'


def test_jekylls_addresses_lose_their_base() -> None:
    text, notes = translate("[x]({{ site.baseurl }}/help/) [y]({{ '/z/' | relative_url }})", "a.md")
    assert text == "[x](/help/) [y](/z/)"
    assert notes == ()


def test_raw_liquid_is_shown_as_written() -> None:
    assert translate("{% raw %}{{ page.title }}{% endraw %}", "a.md") == ("{{ page.title }}", ())


def test_zulips_tabs_become_tabs() -> None:
    body = "{start_tabs}\n{tab|desktop-web}\n1. x\n{tab|ios}\n1. y\n{end_tabs}\nafter"
    text, _ = translate(body, "a.md")
    assert '===! "Desktop/Web"\n\n    1. x' in text
    assert '=== "iOS"\n\n    1. y' in text
    assert text.endswith("\nafter")


def test_zulips_steps_name_where_to_go() -> None:
    text, _ = translate("{settings_tab|user-groups-admin}\n{relative|stream|all}", "a.md")
    assert "1. **User groups admin**" in text
    assert "1. **Stream** › **All**" in text


def test_fragments_stand_where_they_are_named_and_within_each_other() -> None:
    fragments = {"include/a.md": "1. A\n{!b.md!}\n", "include/b.md": "1. B", "include/c.md": "C"}
    body = "   {!a.md!}"
    assert set(needed(body, fragments)) == {"include/a.md", "include/b.md"}
    text, notes = translate(body, "x.md", 1, Material({}, fragments))
    assert text == "   1. A\n   1. B"
    assert notes == ()


def test_a_fragment_that_names_itself_ends() -> None:
    text, notes = translate("{!a.md!}", "x.md", 1, Material({}, {"a.md": "x {!a.md!}"}))
    assert text.startswith("x x x")
    assert len(notes) == 1


def test_kramdowns_attribute_lines_and_tables_of_contents_go() -> None:
    text, notes = translate("* TOC\n{:toc}\n\n{: .wide}\n\n* a\n[TOC]", "a.md")
    assert text.split() == ["*", "a"]
    assert notes == ()
