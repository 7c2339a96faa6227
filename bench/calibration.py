"""The weights of ``search.confidence``, fitted anew, and what each piece of evidence is worth.

    .venv/bin/python -m bench.calibration [--data ../shared/data/eval]

Chat messages that people judged answerable or not teach most of it. So that it holds for prose,
too, a FAQ joins: what is asked of it, and the same once more with the right articles hidden. This
product's own help centre and the drafts of another only judge the result.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from bench.processes import ROOT
from bench.sites import publish_site
from indexer.models import prepare_encoder
from search.confidence import CALIBRATION, Calibration, Evidence, gather
from search.engine import Engine
from search.evaluate import Trial, asked_as
from search.judgements import JudgedQuery, JudgedSet, read_judged_set
from search.metrics import auroc
from search.ranked import Ranked
from search.results import Mode
from search.suggest import MOST

NumberArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

CHATS = ("hint3-curekart", "hint3-sofmattress", "hint3-powerplay11")
FAQ = "stackfaq"
"""The set that also teaches what it looks like when the right article is missing."""
OWN = "own"
DRAFTS = "firefox"
EVIDENCE = tuple(field.name for field in fields(Evidence))
BY_WORDS = ("lead", "held")
"""What there is without vectors; the crowd says nothing then."""
PENALTY = 0.02
"""scikit-learn's C for evidence in units of its own spread, all examples of a set weighing 1000."""
SILENT = 0.85
"""Share of unanswerable messages that must get no suggestion."""
SHOWN = 0.6
"""Share of drafts that get one where none is known to be unanswerable."""


@dataclass(frozen=True, slots=True)
class Observed:
    """Evidence of a set's queries, shape (queries, pieces).

    ``answerable``: whether any article answers; ``right``: whether one of the first three does.
    """

    evidence: NumberArray
    answerable: BoolArray
    right: BoolArray


@dataclass(frozen=True, slots=True)
class Fitted:
    """A calibration over some of the evidence; the weights of the others are 0."""

    base: float
    weights: NumberArray

    def odds(self, observed: Observed) -> NumberArray:
        """Log odds of each query, shape (queries,)."""
        return np.asarray(self.base + observed.evidence @ self.weights)


def fit(sets: Sequence[Observed], used: Sequence[str] = EVIDENCE) -> Fitted:
    """Regularised logistic regression; sets count alike, and so do yes and no."""
    columns = np.asarray([name in used for name in EVIDENCE], dtype=float)
    evidence = np.concatenate([one.evidence for one in sets])
    answerable = np.concatenate([one.answerable for one in sets])
    weights = np.concatenate([_balanced(one.answerable) * 1000 for one in sets])
    middle, spread = evidence.mean(axis=0), evidence.std(axis=0) + 1e-9
    model = LogisticRegression(C=PENALTY, max_iter=1000)
    model.fit((evidence - middle) / spread * columns, answerable, sample_weight=weights)
    slopes = model.coef_[0] / spread * columns
    return Fitted(float(model.intercept_[0] - slopes @ middle), slopes)


def _balanced(answerable: BoolArray) -> NumberArray:
    """Weights that sum to one half for each answer."""
    shares = np.where(answerable, answerable.sum(), (~answerable).sum())
    return np.asarray(0.5 / shares)


def scaled(fitted: Fitted, chats: Sequence[Observed]) -> Fitted:
    """The same order as probabilities of chat messages (Platt 1999), yes and no as likely."""
    odds = np.concatenate([fitted.odds(one) for one in chats])[:, None]
    answerable = np.concatenate([one.answerable for one in chats])
    weights = np.concatenate([_balanced(one.answerable) for one in chats])
    model = LogisticRegression(C=1e6).fit(odds, answerable, sample_weight=weights)
    slope = float(model.coef_[0, 0])
    return Fitted(float(model.intercept_[0]) + slope * fitted.base, slope * fitted.weights)


def calibration(fitted: Fitted) -> Calibration:
    """As the engine uses it."""
    weights = dict(zip(EVIDENCE, fitted.weights.tolist(), strict=True))
    return Calibration(base=fitted.base, **weights)


@dataclass(frozen=True, slots=True)
class Site:
    """A published set."""

    engine: Engine
    judged: JudgedSet

    def observed(self, trial: Trial, hidden: bool = False) -> Observed:
        """What its queries show, ``hidden`` where the right articles are treated as missing."""
        rows = [
            _observe(self, query, trial, hidden)
            for query in self.judged.queries
            if not hidden or query.id in self.judged.judgements
        ]
        evidence, answerable, right = zip(*rows, strict=True)
        return Observed(np.asarray(evidence), np.asarray(answerable), np.asarray(right))


def _observe(
    site: Site, query: JudgedQuery, trial: Trial, hidden: bool
) -> tuple[tuple[float, ...], bool, bool]:
    ranked = site.engine.rank(asked_as(query, trial))
    relevant = _relevant(site, query)
    if hidden:
        return astuple(_without(site, ranked, relevant)), False, False
    return astuple(ranked.evidence), query.answerable, bool(relevant & set(ranked.rows[:MOST]))


def _without(site: Site, ranked: Ranked, hidden: set[int]) -> Evidence:
    allowed = np.ones(len(site.engine.snapshot.articles), dtype=bool)
    allowed[list(hidden)] = False
    return gather(ranked.asked, ranked.scored, allowed, site.engine.snapshot)


def _relevant(site: Site, query: JudgedQuery) -> set[int]:
    judged = site.judged.judgements.get(query.id, {})
    rows = (site.engine.snapshot.named(name) for name, score in judged.items() if score > 0)
    return {row for row in rows if row is not None}


def right_shown(odds: Sequence[NumberArray], chats: Sequence[Observed]) -> float:
    """Answerable messages that get a right suggestion while ``SILENT`` of the others get none."""
    all_odds = np.concatenate(odds)
    answerable = np.concatenate([one.answerable for one in chats])
    right = np.concatenate([one.right for one in chats])
    threshold = np.quantile(all_odds[~answerable], SILENT)
    return float((right & (all_odds > threshold))[answerable].mean())


def right_of_shown(odds: NumberArray, drafts: Observed) -> float:
    """Of the ``SHOWN`` drafts that look best, the share with a right article in three."""
    most = round(SHOWN * len(odds))
    return float(drafts.right[np.argsort(-odds, kind="stable")[:most]].mean())


@dataclass(frozen=True, slots=True)
class Lesson:
    """All that is observed in one mode."""

    chats: tuple[Observed, ...]
    faq: tuple[Observed, Observed]
    own: Observed
    drafts: Observed

    def fitted(self, used: Sequence[str] = EVIDENCE, without: int | None = None) -> Fitted:
        """Weights from all sets, or all but one shop's."""
        shops = [one for number, one in enumerate(self.chats) if number != without]
        return fit([*shops, *self.faq], used)


def learn(sites: Mapping[str, Site], mode: Mode) -> Lesson:
    """Put every query of every set to the engine."""
    usual, long = Trial(mode=mode, memory=False), Trial(mode, "text_long", memory=False)
    return Lesson(
        chats=tuple(sites[name].observed(usual) for name in CHATS),
        faq=(sites[FAQ].observed(usual), sites[FAQ].observed(usual, hidden=True)),
        own=sites[OWN].observed(usual),
        drafts=sites[DRAFTS].observed(long),
    )


def table(lesson: Lesson) -> Iterator[str]:
    """Each piece of evidence left out, in sample and with the shop in question left out."""
    yield "| evidence | right shown | chat A | chat B | chat C | own | right in drafts |"
    yield "|---|---|---|---|---|---|---|"
    for name, used in _subsets():
        whole = lesson.fitted(used)
        blind = [lesson.fitted(used, without=number) for number in range(len(CHATS))]
        others = [
            _area(whole, lesson.own),
            right_of_shown(whole.odds(lesson.drafts), lesson.drafts),
        ]
        yield _row(name, [*_of_chats([whole] * len(CHATS), lesson), *others])
        yield _row(f"{name}; shop left out", _of_chats(blind, lesson))


def _subsets() -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "all", EVIDENCE
    for left_out in EVIDENCE:
        yield f"no {left_out}", tuple(name for name in EVIDENCE if name != left_out)


def _of_chats(fitted: Sequence[Fitted], lesson: Lesson) -> list[float]:
    """The share with a right suggestion, and each shop's AUROC; one model for each shop."""
    pairs = list(zip(fitted, lesson.chats, strict=True))
    right = right_shown([model.odds(one) for model, one in pairs], lesson.chats)
    return [right, *(_area(model, one) for model, one in pairs)]


def _area(fitted: Fitted, observed: Observed) -> float:
    return auroc(fitted.odds(observed).tolist(), observed.answerable.tolist()) or 0.0


def _row(name: str, figures: Sequence[float]) -> str:
    return " | ".join([f"| {name}", *(f"{figure:.3f}" for figure in figures)]) + " |"


def silence(fitted: Fitted, lesson: Lesson) -> float:
    """The least confidence at which ``SILENT`` of the unanswerable messages get no suggestion."""
    odds = np.concatenate([fitted.odds(one)[~one.answerable] for one in lesson.chats])
    return float(1 / (1 + np.exp(-np.quantile(odds, SILENT))))


def thresholds(fitted: Fitted, lesson: Lesson) -> Iterator[str]:
    """What a threshold of confidence shows, keeps and spares in each shop."""
    yield "| confidence at least | shown | of those, one of three right | answerable kept |"
    yield "|---|---|---|---|"
    for least in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        odds = np.log(least / (1 - least))
        shown = [fitted.odds(one) >= odds for one in lesson.chats]
        pairs = list(zip(shown, lesson.chats, strict=True))
        figures = (
            [yes.mean() for yes in shown],
            [one.right[yes].mean() for yes, one in pairs],
            [yes[one.answerable].mean() for yes, one in pairs],
        )
        cells = (" / ".join(f"{shop:.2f}" for shop in shops) for shops in figures)
        yield f"| {least} | " + " | ".join(cells) + " |"


def _sites(data: Path, work: Path) -> dict[str, Site]:
    prepare_encoder("", work / "models")
    found = {}
    for name in (*CHATS, FAQ, OWN, DRAFTS):
        articles = ROOT / "articles" if name == OWN else data / name / "articles"
        judged = ROOT / "evaluation" if name == OWN else data / name
        site = publish_site(articles, work / name)
        found[name] = Site(Engine.open(site), read_judged_set(judged))
    return found


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=ROOT.parent / "shared" / "data" / "eval",
    show_default="../shared/data/eval",
)
def main(data: Path) -> None:
    """Print the constants of search/confidence.py, the ablation and what thresholds mean."""
    with tempfile.TemporaryDirectory(prefix="kb-bench-") as folder:
        sites = _sites(data, Path(folder))
        _report("hybrid", EVIDENCE, learn(sites, "hybrid"))
        _report("keyword", BY_WORDS, learn(sites, "keyword"))


def _report(mode: Mode, used: Sequence[str], lesson: Lesson) -> None:
    fitted = scaled(lesson.fitted(used), lesson.chats)
    click.echo(f"\n{mode}: {calibration(fitted)}\nin use: {CALIBRATION[mode]}")
    click.echo(f"{SILENT:.0%} silent from {silence(fitted, lesson):.3f}\n")
    click.echo("\n".join([*table(lesson), "", *thresholds(fitted, lesson)]))


if __name__ == "__main__":
    main()
