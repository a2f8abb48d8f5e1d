"""Rows from the yearly evaluation: how answers at schools with Zorg In School changed (EN)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl
from ibis import _

from pipelines.effects import wording
from pipelines.effects.data.summaries import DECIMALS
from pipelines.effects.designs.rows import Given, Row, not_delivered, nothing
from pipelines.effects.effect import Claim, Design, Effect, Result
from pipelines.effects.estimators.estimate import CannotEstimate
from pipelines.effects.estimators.means import Means, mean_difference
from pipelines.effects.gaps import joined
from pipelines.effects.outcomes import Survey
from pipelines.effects.rounding import (
    Status,
    bounds_kept,
    decimals_for,
    rounded,
    rounded_count,
    rounded_p,
)
from pipelines.effects.verdicts import judged
from pipelines.warehouse.coverage import TABLE

_DESIGN: Design = "EN"


def survey_rows(given: Given, effect: Effect, outcome: Survey) -> list[Row]:
    """The change of the mean score between the two newest rounds, on the same items."""
    lacking = not_delivered(outcome, given.delivered)
    if lacking:
        return [nothing(effect, outcome, "niet_geleverd", lacking)]
    answers, lacking = _of_delivered(given, _answers(given, outcome))
    rounds = sorted(answers["ronde"].unique())[-2:]
    if len(rounds) < 2 and lacking:
        return [nothing(effect, outcome, "niet_geleverd", lacking)]
    if len(rounds) < 2:
        reason = "Er is nog geen tweede ronde van de evaluatie op scholen met Zorg In School."
        return [nothing(effect, outcome, "te_klein", reason)]
    least = effect.minimum
    sizes = []
    for one in rounds:
        asked = answers.filter(pl.col("ronde") == one)
        people, schools = int(asked["people"].sum()), asked["school"].n_unique()
        if people < least.show_children or schools < least.show_schools:
            reason = (
                f"Te weinig antwoorden in {one}: nodig zijn ten minste {least.show_children}"
                f" mensen op {least.show_schools} scholen."
            )
            status: Status = "niet_geleverd" if lacking else "te_klein"
            return [nothing(effect, outcome, status, f"{reason} {lacking}".strip())]
        sizes.append((people, schools))
    try:
        return [_row(effect, outcome, answers, rounds, sizes, lacking)]
    except CannotEstimate:
        reason = "De scholen verschillen onderling te weinig om de onzekerheid te schatten."
        return [nothing(effect, outcome, "te_klein", reason)]


def _answers(given: Given, outcome: Survey) -> pl.DataFrame:
    """Per school, group and round: people who answered, and the sum of their mean scores."""
    schools = (
        given.tables["zis_deelnames"]
        .filter(_.groep == "zis")
        .select(school=_.vestigingscode)
        .distinct()
    )
    answers = given.tables["evaluatie_antwoorden"].filter(
        _.vraag_id.isin(outcome.items), _.score.notnull(), _.vestigingscode.notnull()
    )
    summary: pl.DataFrame = (
        answers.join(schools, answers.vestigingscode == schools.school)
        .group_by("ronde", "school", "groep", "antwoord_id")
        .aggregate(value=_.score.cast("float64").mean())
        .group_by("ronde", "school", "groep")
        .aggregate(people=_.count(), total=_.value.sum())
        .order_by("ronde", "school", "groep")
        .to_polars()
    )
    return summary.with_columns(pl.col("total").round(DECIMALS))


def _of_delivered(given: Given, answers: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """Per school and round the answers of groups that were delivered in the two newest rounds, and
    in Dutch which were not. Answers of one group more or less would pass for a change."""
    rounds = sorted(answers["ronde"].unique())[-2:]
    kept, told = answers, ""
    if TABLE in given.tables:
        covered = given.tables[TABLE].filter(_.dataset == "evaluatie_antwoorden").to_polars()
        asked = covered.filter(pl.col("schooljaar").is_in(rounds)) if len(rounds) > 1 else covered
        missing = asked.filter(~pl.col("geleverd") | pl.col("onbekend"))
        kept = answers.filter(~pl.col("groep").is_in(missing["eenheid"].implode()))
        told = _told(missing, sorted(kept["groep"].unique()))
    summed = kept.group_by("ronde", "school").agg(pl.col("people", "total").sum())
    return summed.sort("ronde", "school").with_columns(pl.col("total").round(DECIMALS)), told


def _told(missing: pl.DataFrame, counted: Sequence[str]) -> str:
    parts = sorted(set(missing.filter("onbekend")["reden"]))
    for group, rows in missing.filter(~pl.col("geleverd")).group_by("eenheid", maintain_order=True):
        years = joined(sorted(rows["schooljaar"]))
        parts.append(
            f"Niet geleverd: de antwoorden op de evaluatie van {_names(group)} over {years}."
        )
    if parts and counted:
        parts.append(f"Daarom tellen alleen de antwoorden van {_names(counted)} mee.")
    return " ".join(parts)


def _names(groups: Iterable[object]) -> str:
    return joined([str(group).replace("_", "-") for group in groups])


def _means(answers: pl.DataFrame, rounds: Sequence[str]) -> Means:
    """Sums of scores and numbers of people, schools x rounds."""
    asked = answers.filter(pl.col("ronde").is_in(rounds))
    place = {school: n for n, school in enumerate(sorted(asked["school"].unique()))}
    total = np.zeros((len(place), len(rounds)))
    weight = np.zeros_like(total)
    for one, school, people, value in asked.select(
        "ronde", "school", "people", "total"
    ).iter_rows():
        at = place[school], rounds.index(one)
        total[at], weight[at] = value, people
    return Means(total, weight)


def _row(
    effect: Effect,
    outcome: Survey,
    answers: pl.DataFrame,
    rounds: list[str],
    sizes: list[tuple[int, int]],
    lacking: str,
) -> Row:
    means = _means(answers, rounds)
    schools = len(means.total)
    exact = mean_difference(means)
    decimals = decimals_for(exact.standard_error, exact.interval)
    earlier, later = (rounded(v, decimals) for v in means.values)
    difference = rounded(later - earlier, decimals)
    low, high = bounds_kept(exact.interval, decimals)
    large = (
        min(people for people, _schools in sizes) >= effect.minimum.claim_children
        and schools >= effect.minimum.claim_total_schools
    )
    said = wording.finding(large, exact.p, (low, high))
    people = rounded_count(sum(people for people, _schools in sizes), effect.minimum.rounding_base)
    result = Result(
        effect=effect.id,
        outcome=outcome.id,
        design=_DESIGN,
        estimate=difference,
        standard_error=rounded(exact.standard_error, decimals + 1),
        interval=(low, high),
        p=rounded_p(exact.p),
        before=earlier,
        during=later,
        n_pupils=people,
        n_schools=schools,
        n_periods=2,
        method="t" if exact.degrees else "wild cluster bootstrap",
        evidence=effect.ground,
        assumptions=(
            f"Vergeleken zijn de rondes {rounds[0]} en {rounds[1]}, op dezelfde vragen.",
            "Aanname: wie antwoordt, lijkt in beide rondes op wie niet antwoordt.",
        ),
        sentence="",
        lacking=lacking,
    )
    claim = Claim(
        told=wording.mean_sentence(
            _DESIGN,
            outcome.subject,
            "punten",
            wording.MeanNumbers((earlier, later), difference, (low, high), decimals),
            wording.Sizes(people, schools),
            said,
            counted="mensen die antwoordden",
        ),
        found=said,
        promised=outcome.direction,
        ground=effect.ground,
        exact=(exact.value, exact.standard_error),
        faults=frozenset({"alone"}),
    )
    result = judged(result, claim)
    return Row(effect, outcome, _DESIGN, result, "zichtbaar", "", leading=True)
