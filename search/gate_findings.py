"""What the search gate found, as findings at the articles that a writer can mend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from indexer.snapshot import Snapshot
from kb.check_rules import ADDRESS_GONE, ANSWER_LOST, SEARCH_GATE, SEARCH_WORSE, Flaw, Quote
from search.duplicates import QUOTED
from search.gate import Gate, Standing
from search.renamed import Fates
from search.sides import Sides

SAID = 3
"""Questions and articles that one finding names; the report as JSON has them all."""


def gate_findings(gate: Gate, sides: Sides) -> Iterator[Flaw]:
    """A finding for each article whose questions are answered worse, and one for all of them."""
    paths = _paths(sides)
    for rule, wanted in ((ANSWER_LOST, True), (SEARCH_WORSE, False)):
        found = sorted(
            (one for one in gate.worse if one.fails == wanted), key=lambda one: one.answer
        )
        for answer, group in groupby(found, key=lambda one: one.answer):
            standings = list(group)
            path = paths.get(answer, answer)
            what = "; ".join((_lead(standings, wanted), *_reasons(standings, paths)))
            remedy = _remedy(standings, wanted)
            yield Flaw(rule, path, 1, what, remedy, _quotes(standings, path))
    if gate.too_much:
        loss = gate.before - gate.after
        what = (
            f"search loses {loss:.3f} of nDCG@10 ({gate.before:.3f} -> {gate.after:.3f}) on "
            f"{gate.queries} judged questions, {gate.tolerance:g} is let pass"
        )
        worst = gate.worse[0]
        remedy = "see the questions that are answered worse, or set --tolerance"
        yield Flaw(SEARCH_GATE, paths.get(worst.answer, worst.answer), 1, what, remedy)


def _paths(sides: Sides) -> Mapping[str, str]:
    """File of every article by its name; of one that is gone, the old file."""
    found: dict[str, str] = {}
    for snapshot in (sides.old.snapshot, sides.new.snapshot):
        lang = snapshot.manifest.site_lang
        found |= {article.name(lang): article.path for article in snapshot.articles}
    return found


def _lead(standings: Sequence[Standing], lost: bool) -> str:
    questions = ", ".join(repr(one.query) for one in standings[:SAID])
    more = f" and {len(standings) - SAID} more" if len(standings) > SAID else ""
    if lost:
        verb = "loses its answer" if len(standings) == 1 else "lose their answer"
    else:
        verb = "is answered worse" if len(standings) == 1 else "are answered worse"
    return f"{questions}{more} {verb}"


def _reasons(standings: Sequence[Standing], paths: Mapping[str, str]) -> Iterator[str]:
    """Where the article stood and stands, what stands above it now, what it says no more."""
    first = standings[0]
    if first.before != first.after:
        yield f"rank {_rank(first.before)} -> {_rank(first.after)} for {first.query!r}"
    above = list(dict.fromkeys(name for one in standings for name in one.above))
    if above:
        yield "now outranked by " + ", ".join(paths.get(name, name) for name in above[:SAID])
    if any(one.unsaid for one in standings):
        yield "the passage that answered is gone"


def _rank(rank: int | None) -> str:
    return "none" if rank is None else str(rank)


def _remedy(standings: Sequence[Standing], lost: bool) -> str:
    if any(one.unsaid for one in standings):
        return "say it again, here or in an article that these questions find"
    if lost:
        return "use the customers' words in title, headings or `keywords`, or `pin` the question"
    return "compare both articles; `keywords` or a clearer title tell them apart"


def _quotes(standings: Sequence[Standing], path: str) -> tuple[Quote, ...]:
    """The passages that answered and are gone."""
    gone = dict.fromkeys(" ".join(one.unsaid.split()) for one in standings if one.unsaid)
    return tuple(Quote(path, 1, f"before: {text[:QUOTED]}") for text in list(gone)[:SAID])


def gone_findings(fates: Fates, old: Snapshot, new: Snapshot, renames_seen: bool) -> Iterator[Flaw]:
    """A finding for each address of the old content that leads nowhere in the new one.

    ``renames_seen``: a publish from git leads the old address of a renamed file to the new one.
    """
    paths = {article.name(new.manifest.site_lang): article.path for article in new.articles}
    for article, now in fates.gone():
        if now and renames_seen:
            continue
        address = article.url(old.manifest.site_lang)
        what = f"{address} leads nowhere any more"
        remedy = f"add `redirect_from: [{address}]` to the article that answers instead"
        yield Flaw(ADDRESS_GONE, paths.get(now or "", article.path), 1, what, remedy)
