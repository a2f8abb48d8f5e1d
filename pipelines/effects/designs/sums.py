"""Rows that are sums with parameters (AD): working time saved, and the net of the saving model."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import polars as pl
from ibis import _

from pipelines.effects import wording
from pipelines.effects.data.summaries import everyone
from pipelines.effects.designs.rows import Given, Row, not_delivered, nothing
from pipelines.effects.effect import (
    Claim,
    Design,
    Effect,
    EvidenceLevel,
    Fault,
    Finding,
    HasValue,
    Result,
)
from pipelines.effects.outcomes import Hours, Net
from pipelines.effects.rounding import Status, bound_to_nearest, to_nearest
from pipelines.effects.savings import price_level, ticks
from pipelines.effects.savings.arithmetic import administrative_saving
from pipelines.effects.savings.balance import Balances, Cumulative
from pipelines.effects.savings.balance_words import chance_text, not_earned_back, span
from pipelines.effects.savings.draws import DRAWS, draw
from pipelines.effects.savings.route_rows import ROUTE_LABEL
from pipelines.effects.savings.routes import SEED
from pipelines.effects.savings.ticks import (
    CONFIRMED,
    UNCHECKED,
    VERDICTS,
    order_ticks,
    shown_count,
)
from pipelines.effects.verdicts import level

_DESIGN: Design = "AD"
_YES = "gemeld"


def hours_rows(given: Given, effect: Effect, outcome: Hours) -> list[Row]:
    """Participants with a yes (that the register confirms), rounded, x hours x rate."""
    lacking = not_delivered(outcome, given.delivered)
    if lacking:
        return [nothing(effect, outcome, "niet_geleverd", lacking)]
    names = [name for name in (outcome.hours, outcome.rate) if name not in given.parameters]
    if names:
        reason = f"Er is geen waarde voor {' en '.join(names)}."
        return [nothing(effect, outcome, "niet_geleverd", reason)]
    try:
        parameters = price_level.at_level(given.parameters, (outcome.rate,))
    except price_level.Undeterminable as unknown:
        return [nothing(effect, outcome, "niet_geleverd", str(unknown))]
    least = effect.minimum
    short: Status = "te_klein"
    told, counted = "", _YES
    if outcome.checked:
        judged = order_ticks(given)
        rows, counted = judged.rows, CONFIRMED
        counts = {name: shown_count(rows, name, least) for name in VERDICTS}
        told = " " + ticks.told(judged, counts, least)
        if judged.missing and counts[UNCHECKED]:
            short = "niet_geleverd"
    else:
        rows = _yeses(given, outcome)
    schools = rows.filter(pl.col(counted) > 0)["school"].n_unique()
    count = shown_count(rows, counted, least)
    if count is None:
        sure = " die het register van jeugdhulp bevestigt" if outcome.checked else ""
        reason = (
            f"Te weinig leerlingen met {outcome.subject}{sure}: nodig zijn ten minste"
            f" {least.show_children} leerlingen op {least.show_schools} scholen.{told}"
        )
        return [nothing(effect, outcome, short, reason)]
    result = _saved_time(
        effect, outcome, parameters[outcome.hours], parameters[outcome.rate], count, schools, told
    )
    return [Row(effect, outcome, _DESIGN, result, "zichtbaar", "", leading=True)]


def _saved_time(
    effect: Effect,
    outcome: Hours,
    hours: HasValue,
    rate: HasValue,
    count: int,
    schools: int,
    told: str,
) -> Result:
    """Rounded participants x hours x rate, in euros; the interval is what the parameters leave."""
    amount = float(administrative_saving(count, hours.value, Decimal(str(rate.value))))
    rng = np.random.default_rng([SEED, 2])
    drawn = count * draw(rng, hours, DRAWS) * draw(rng, rate, DRAWS)
    low, high = (bound_to_nearest(q, 1000) for q in np.quantile(drawn, [0.025, 0.975]))
    shown = float(to_nearest(amount, 1000))
    each = wording.number(hours.value, 0 if float(hours.value).is_integer() else 1)
    sentence = (
        f"Bij ongeveer {wording.number(count)} leerlingen op {schools} scholen meldt het project"
        f" {outcome.subject}. Met {each} uur per keer tegen"
        f" {wording.euros(rate.value)} per uur is dat {wording.euros(shown)} aan werktijd"
        f" (met de aannemelijke uren en tarieven {wording.euros(low)} tot {wording.euros(high)})."
        f" Het is een rekensom, geen gemeten effect.{told}"
    )
    return Result(
        effect=effect.id,
        outcome=outcome.id,
        design=_DESIGN,
        estimate=shown,
        interval=(low, high),
        n_pupils=count,
        n_schools=schools,
        n_periods=1,
        method="trekkingen uit de parameters",
        evidence="beschreven",
        assumptions=(
            f"{hours.label}: {hours.source}.",
            f"{rate.label}: {rate.source}.",
            "Aanname: zonder Zorg In School was het bij elk van deze leerlingen één keer nodig.",
        ),
        sentence=sentence,
    )


def _yeses(given: Given, outcome: Hours) -> pl.DataFrame:
    """Per school: the participants with a yes."""
    marks = given.tables["zis_deelnames"].select("deelname_id", yes=_[outcome.column])
    found: pl.DataFrame = (
        everyone(given.tables)
        .filter(_.groep == "zis")
        .join(marks, "deelname_id")
        .filter(_.yes)
        .group_by("school")
        .aggregate(**{_YES: _.count()})
        .order_by("school")
        .to_polars()
    )
    return found


def net_rows(given: Given, effect: Effect, outcome: Net, found: Balances) -> list[Row]:
    """Net of the newest school year, or of all together, on the leading route."""
    lacking = not_delivered(outcome, given.delivered)
    if lacking or found.outcome is None:
        return [nothing(effect, outcome, "niet_geleverd", lacking or found.reason)]
    total = found.outcome
    newest = outcome.kind == "netto"
    if total.missed and not newest:
        reason = f"{not_earned_back(total.missed)} {total.lacking}".strip()
        return [nothing(effect, outcome, "niet_geleverd", reason)]
    value = total.net if newest else total.total
    low, high = total.net_interval if newest else total.total_interval
    said = wording.finding(total.large, 0.0, (low, high))
    result = Result(
        effect=effect.id,
        outcome=outcome.id,
        design=_DESIGN,
        estimate=value,
        interval=(low, high),
        n_pupils=total.pupils,
        n_schools=total.schools,
        n_periods=len(total.years),
        method="hertrekking van scholen en trekkingen uit de parameters",
        evidence=_level(effect, outcome, total, value, said),
        assumptions=_assumptions(total),
        sentence=_sentence(total, value, (low, high), newest=newest),
    )
    return [Row(effect, outcome, _DESIGN, result, "zichtbaar", "", leading=True)]


def _level(
    effect: Effect, outcome: Net, total: Cumulative, value: float, said: Finding
) -> EvidenceLevel:
    """No more than a first indication: how the groups went before the start is not tested here."""
    fault: Fault = "untested" if total.route == "vergelijking" else "alone"
    claim = Claim(
        told="",
        found=said,
        promised=outcome.direction,
        ground=effect.ground,
        exact=(value, 0.0),
        faults=frozenset({fault}),
    )
    return level(claim)


def _sentence(
    total: Cumulative, value: float, interval: tuple[float, float], *, newest: bool
) -> str:
    low, high = interval
    when = f"In {total.years[-1]}" if newest else f"Over {span(total.years)}"
    limits = f"95%-interval: {wording.euros(low)} tot {wording.euros(high)}"
    who = f"Berekend voor ongeveer {total.pupils} leerlingen op {total.schools} scholen."
    amount = wording.euros(abs(value))
    if not total.large:
        return (
            f"Indicatief: de groep is te klein om te zeggen of Zorg In School zich terugverdient"
            f" ({limits}). {who}"
        )
    if low <= 0 <= high:
        told = f"{when} is niet te zeggen of de besparing de kosten dekt ({limits})."
    elif value > 0:
        told = f"{when} was de besparing naar schatting {amount} hoger dan de kosten ({limits})."
    else:
        told = f"{when} waren de kosten naar schatting {amount} hoger dan de besparing ({limits})."
    return f"{told} {who}"


def _assumptions(total: Cumulative) -> tuple[str, ...]:
    told = [
        f"Leidende vergelijking: {ROUTE_LABEL[total.route][:1].lower()}"
        f"{ROUTE_LABEL[total.route][1:]}.",
        "De kans dat het netto over alle jaren niet onder nul ligt, is"
        f" {chance_text(100 * total.probability)}.",
    ]
    if total.left_out:
        told.append(f"Niet meegerekend: {', '.join(total.left_out)}.")
    if total.lacking:
        told.append(total.lacking)
    return tuple(told)
