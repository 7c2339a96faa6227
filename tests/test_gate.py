"""The search gate: what an edit does to the questions that customers ask."""

from __future__ import annotations

from pathlib import Path

import pytest
from checking import TODAY
from conftest import SHOP, Silence
from gating import Edit, judged

from kb.check_rules import RULES
from kb.git_settings import Git
from search.gate import Gate, Standing
from search.inspection import Inspected, Wanted, inspect

RETURNS = "orders/returns.md"
HEAD = "---\ntitle: Send something back\n---\n\n"


@pytest.fixture
def edit(tmp_path: Path, data: Path) -> Edit:
    return Edit(tmp_path, data)


def gate_of(inspected: Inspected) -> Gate:
    assert inspected.gate, inspected.no_gate
    return inspected.gate


def rules(inspected: Inspected) -> dict[str, list[str]]:
    """What the gate said, by rule."""
    names = ("answer-lost", "search-worse", "search-gate", "address-gone")
    return {
        name: [flaw.what for flaw in inspected.flaws if flaw.rule is RULES[name]]
        for name in names
        if any(flaw.rule is RULES[name] for flaw in inspected.flaws)
    }


def test_what_did_not_change_makes_no_difference(edit: Edit) -> None:
    inspected = edit.inspected({}, judged())
    gate = gate_of(inspected)
    assert gate.queries == 8
    assert gate.before == gate.after
    assert gate.worse == ()
    assert gate.better == 0
    assert rules(inspected) == {}


def test_an_answer_that_is_taken_out_of_a_much_asked_article_is_named(edit: Edit) -> None:
    emptied = HEAD + "This page is being written anew, please come back later.\n"
    inspected = edit.inspected({RETURNS: emptied}, judged())
    lost = rules(inspected)["answer-lost"]
    assert len(lost) == 1
    assert "'print the label for a return'" in lost[0]
    assert "the passage that answered is gone" in lost[0]
    (flaw,) = [flaw for flaw in inspected.flaws if flaw.rule is RULES["answer-lost"]]
    assert flaw.path == RETURNS
    assert any("Print the label" in quote.text for quote in flaw.quotes)


def test_an_answer_that_few_ask_for_is_a_warning(edit: Edit) -> None:
    emptied = HEAD + "This page is being written anew, please come back later.\n"
    found = rules(edit.inspected({RETURNS: emptied}, judged(asked=1), tolerance=1.0))
    assert set(found) == {"search-worse"}


def test_an_edit_of_the_wording_passes(edit: Edit) -> None:
    reworded = SHOP[RETURNS].replace(
        "Print the label and stick it on the parcel.",
        "Then print the label, and put it on your parcel.",
    )
    assert reworded != SHOP[RETURNS]
    assert "answer-lost" not in rules(edit.inspected({RETURNS: reworded}, judged()))


def test_an_answer_that_moves_to_an_article_that_is_found_passes(edit: Edit) -> None:
    moved = {RETURNS: None, "orders/send-back.md": SHOP[RETURNS]}
    inspected = edit.inspected(moved, judged())
    assert gate_of(inspected).worse == ()
    assert rules(inspected) == {"address-gone": ["/articles/orders/returns leads nowhere any more"]}


def test_a_file_that_git_saw_renamed_keeps_its_address(edit: Edit) -> None:
    moved = {RETURNS: None, "orders/send-back.md": SHOP[RETURNS]}
    from_git = edit.config.model_copy(update={"git": Git(repo="https://example.com/help.git")})
    wanted = Wanted(judged(), 0.01, TODAY, against=edit.content("old", {}))
    assert rules(inspect(edit.content("new", moved), from_git, wanted, Silence())) == {}


def test_an_old_address_that_is_kept_is_no_finding(edit: Edit) -> None:
    kept = SHOP[RETURNS].replace("order: 1", "order: 1\nredirect_from: /articles/orders/returns")
    assert rules(edit.inspected({RETURNS: None, "orders/back.md": kept}, judged())) == {}


def test_an_article_that_is_removed_fails_as_a_whole(edit: Edit) -> None:
    inspected = edit.inspected({RETURNS: None}, judged())
    gate = gate_of(inspected)
    assert gate.too_much
    assert set(rules(inspected)) == {"answer-lost", "search-gate", "address-gone"}
    assert {one.answer for one in gate.worse} == {"orders/returns"}
    assert all(one.after is None and one.above for one in gate.worse)


def test_a_newcomer_that_outranks_the_answer_is_named(edit: Edit) -> None:
    newcomer = "# Parcel rests at customs\n\nParcel rests at customs: what to do.\n"
    inspected = edit.inspected({"orders/customs.md": newcomer}, judged(), tolerance=1.0)
    (one,) = [one for one in gate_of(inspected).worse if one.query == "parcel rests at customs"]
    assert (one.before, one.after, one.above) == (1, 2, ("orders/customs",))
    assert not one.lost
    assert any(
        "now outranked by orders/customs.md" in what for what in rules(inspected)["search-worse"]
    )


def test_the_tolerance_decides_about_the_whole(edit: Edit) -> None:
    newcomer = {"orders/customs.md": "# Parcel rests at customs\n\nParcel rests at customs.\n"}
    assert "search-gate" in rules(edit.inspected(newcomer, judged(), tolerance=0.001))
    assert "search-gate" not in rules(edit.inspected(newcomer, judged(), tolerance=0.5))


def test_another_help_centre_is_not_compared(edit: Edit) -> None:
    others = dict.fromkeys(SHOP) | {"x.md": "# Something else\n\nText.\n"}
    inspected = edit.inspected(others, judged())
    assert inspected.gate is None
    assert inspected.no_gate
    assert "holds other articles" in inspected.no_gate


@pytest.mark.parametrize(
    ("before", "after", "elsewhere", "unsaid", "lost"),
    [
        (1, 1, False, None, False),
        (3, 5, False, None, False),
        (3, 6, False, None, True),
        (1, None, False, None, True),
        (1, 1, False, "text", True),
        (4, None, False, None, False),
        (None, 1, False, None, False),
        (1, None, True, None, False),
    ],
)
def test_an_answer_is_lost_where_it_was_found_and_is_no_more(
    before: int | None, after: int | None, elsewhere: bool, unsaid: str | None, lost: bool
) -> None:
    one = Standing("q", "a", before, after, 1.0, 0.5, (), 3, unsaid, elsewhere)
    assert one.lost is lost
    assert one.fails is lost
