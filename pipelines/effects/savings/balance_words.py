"""What the balance says in Dutch: the verdict, cost-neutral or not, beside other programmes."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.effects import wording
from pipelines.effects.effect import HasValue
from pipelines.effects.estimators.estimate import Floats
from pipelines.effects.rounding import to_nearest
from pipelines.effects.savings import arithmetic
from pipelines.effects.savings.balance_samples import Samples, limits, percent


def verdict(
    whole: arithmetic.Balance,
    drawn: Samples,
    left_out: Sequence[str],
    *,
    missed: Sequence[str] = (),
    lacking: str = "",
) -> str:
    """The net over all years together, and the year the cost is earned back where that is known.

    `missed`: years of the programme that are not in the sum. `lacking`: Dutch, what was not
    delivered.
    """
    net_draws = drawn.together(drawn.net)
    low, _middle, high = limits(net_draws)
    told_limits = f"95%-interval: {wording.euros(low)} tot {wording.euros(high)}"
    net = wording.euros(float(to_nearest(abs(float(whole.net)), 1000)))
    years = span([year.schooljaar for year in whole.years])
    turn = ""
    if low <= 0 <= high:
        told = f"Over {years} is niet te zeggen of Zorg In School zichzelf heeft terugverdiend"
    elif high < 0:
        told = f"Over {years} kostte Zorg In School naar schatting {net} meer dan het opbracht"
        turn = " In deze schooljaren zijn de kosten samen nog niet terugverdiend."
    else:
        told = f"Over {years} bracht Zorg In School naar schatting {net} meer op dan het kostte"
        turn = _turn(whole, drawn)
    if missed:
        turn = f" {not_earned_back(missed)}"
    chance = percent((net_draws >= 0).mean())
    without = (
        f" Niet meegerekend, omdat gegevens ontbreken: {', '.join(left_out)}." if left_out else ""
    )
    return (
        f"{told} ({told_limits}, contant gemaakt).{turn} De kans dat het netto niet onder nul ligt,"
        f" is {chance_text(chance)}.{without} {lacking}"
    ).strip()


def not_earned_back(missed: Sequence[str]) -> str:
    """Nothing is said of the whole programme while years of it are missing."""
    verb = "ontbreekt" if len(missed) == 1 else "ontbreken"
    return (
        "Of de kosten van het hele programma zijn terugverdiend, is niet te zeggen zolang"
        f" {' en '.join(missed)} {verb}."
    )


def not_summed(missed: Sequence[str], year: str) -> str:
    """Why there is no sum up to and including a year."""
    return (
        f"Van {' en '.join(missed)} is geen jeugdhulp geleverd; daarom is niet bekend wat er tot en"
        f" met {year} samen is bespaard."
    )


def _turn(whole: arithmetic.Balance, drawn: Samples) -> str:
    if whole.break_even is None:
        return ""
    years = [year.schooljaar for year in whole.years]
    chance = percent(drawn.stays[years.index(whole.break_even)])
    return (
        f" Naar schatting zijn de kosten vanaf {whole.break_even} samen terugverdiend; de kans"
        f" daarop is {chance_text(chance)}."
    )


def neutral(net: Floats, cost: float, margin: HasValue) -> str:
    """Two one-sided tests at 5%: does the 90% interval lie within the margin declared?"""
    edge = margin.value / 100 * cost
    low, _middle, high = limits(net, tails=0.05)
    inside = -edge < low and high < edge
    told = "is aangetoond dat het kostenneutraal is" if inside else "is dat niet aangetoond"
    return (
        f"Kostenneutraal heet een netto binnen {wording.euros(float(to_nearest(edge, 1000)))}"
        f" ({wording.number(margin.value)}% van de kosten) van nul. Met een 90%-interval van"
        f" {wording.euros(low)} tot {wording.euros(high)} {told}. Marge: {margin.source}."
    )


NO_MARGIN = (
    "Zonder marge met een bron is niet te toetsen of het kostenneutraal is; vul"
    " 'marge_kostenneutraal' in parameters.yaml in, met de bron."
)


def beside_others(interval: tuple[float, float], other: HasValue | None) -> str:
    """A remark where the whole interval of euro per euro lies outside what was found elsewhere."""
    if other is None or other.low is None or other.high is None:
        return ""
    low, high = interval
    if low <= other.high and high >= other.low:
        return ""
    found = " tot ".join(f"€ {wording.number(x, 2)}" for x in (other.low, other.high))
    return (
        f"De opbrengst per euro ligt ver van wat bij een vergelijkbaar programma is gevonden"
        f" ({found}; {other.source}). Kijk eerst of kosten, locaties en groepen kloppen."
    )


def chance_text(percentage: float) -> str:
    """`ongeveer 61%`, and nothing more certain than `meer dan 99%` or `minder dan 1%`."""
    if percentage >= 99:
        return "meer dan 99%"
    return "minder dan 1%" if percentage < 1 else f"ongeveer {round(percentage)}%"


def span(years: Sequence[str]) -> str:
    """`2023/2024` or `2023/2024 tot en met 2024/2025 samen`."""
    return years[0] if len(years) == 1 else f"{years[0]} tot en met {years[-1]} samen"
