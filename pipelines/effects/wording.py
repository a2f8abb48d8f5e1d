"""What was found, in honest Dutch; what may be made of it is in `verdicts`.

Words follow the design: `verandering` for before and after, `verschil` with a comparison group. A
result that is not clear always says what could have been found.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from babel.numbers import format_currency, format_decimal, format_percent

from pipelines.effects.effect import Design, Finding, Minimum

_LOCALE = "nl_NL"
MINUS = "\N{MINUS SIGN}"
_SURE = 0.05
# Standard normal quantile of the 80% with which a difference should be found.
_POWER = 0.8416


def number(value: float, decimals: int = 0) -> str:
    """Dutch notation with a fixed number of decimals: 1.234,5."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(value, format=pattern, locale=_LOCALE).replace("-", MINUS)


def euros(value: float) -> str:
    """Whole euros: € 57.000."""
    return format_currency(
        value, "EUR", format="¤ #,##0;¤ -#,##0", locale=_LOCALE, currency_digits=False
    ).replace("-", MINUS)


def percent(share: float) -> str:
    """A share as a whole percentage: 38%."""
    return format_percent(share, format="#,##0%", locale=_LOCALE)


def less_or_more(value: float, decimals: int) -> str:
    """`1,7 minder`, `0,3 meer` or `0,0`."""
    amount = number(abs(value), decimals)
    if round(value, decimals) == 0:
        return amount
    return f"{amount} {'minder' if value < 0 else 'meer'}"


def interval_text(low: float, high: float, decimals: int) -> str:
    """`0,9 tot 2,5 minder`, `0,3 tot 1,2 meer` or `2,5 minder tot 0,3 meer`."""
    if high < 0:
        return f"{number(-high, decimals)} tot {less_or_more(low, decimals)}"
    if low > 0:
        return f"{number(low, decimals)} tot {less_or_more(high, decimals)}"
    return f"{less_or_more(low, decimals)} tot {less_or_more(high, decimals)}"


@dataclass(frozen=True)
class Sizes:
    """Pupils and schools per arm; the comparison is None without one."""

    pupils: int
    schools: int
    pupils_comparison: int | None = None
    schools_comparison: int | None = None


def large_enough(sizes: Sizes, minimum: Minimum) -> bool:
    """Large enough to name a direction?"""
    pupils = [sizes.pupils, *_given(sizes.pupils_comparison)]
    schools = [sizes.schools, *_given(sizes.schools_comparison)]
    return (
        min(pupils) >= minimum.claim_children
        and min(schools) >= minimum.claim_schools
        and sum(schools) >= minimum.claim_total_schools
    )


def _given(value: int | None) -> list[int]:
    return [] if value is None else [value]


def finding(large: bool, p: float, interval: tuple[float, float]) -> Finding:
    """What the numbers allow: a direction only with p < 0.05 and an interval beside zero, as shown.

    A p that is shown as 0.05 is not below it.
    """
    if not large:
        return "te klein voor een uitspraak"
    low, high = interval
    sure = round(p, 3) < _SURE
    if sure and high < 0:
        return "lager"
    if sure and low > 0:
        return "hoger"
    return "onduidelijk"


@dataclass(frozen=True)
class Numbers:
    """The shown numbers of one comparison of rates, all rounded as they are published.

    `expected` is the rate before (VN) or without the programme (VV); `decimals` applies to all.
    """

    observed: float
    expected: float
    difference: float
    interval: tuple[float, float]
    decimals: int


def sentence(
    design: Design,
    unit: str,
    scale: str,
    shown: Numbers,
    sizes: Sizes,
    found: Finding,
) -> str:
    """One to three Dutch sentences from the shown numbers. `unit`: plural, as in `schorsingen`."""
    interval = f"95%-interval: {interval_text(*shown.interval, shown.decimals)}"
    told = f"{_main(design, unit, scale, shown, found, interval)} {who(sizes)}"
    if found in ("lager", "hoger"):
        return told
    least = findable(shown.interval)
    share = f" ({percent(least / shown.expected)})" if shown.expected > 0 else ""
    return f"{told} {_findable_text(f'{_shown_up(least, shown.decimals)} {unit}{share}', design)}"


def findable(interval: tuple[float, float]) -> float:
    """The smallest true difference that would be found in four of five such measurements.

    Half of the 95% interval is c standard errors; found at 80% is c + z(0.80) of them. With few
    schools c is larger than 1.96, so z(0.80) is counted against the normal width.
    """
    half = (interval[1] - interval[0]) / 2
    return half * (1 + _POWER / 1.96)


def _shown_up(value: float, decimals: int) -> str:
    """Rounded up, so that it is never promised that less could be found."""
    step = 10.0**-decimals
    return number(math.ceil(value / step - 1e-9) * step, decimals)


def _findable_text(amount: str, design: Design) -> str:
    word = "verandering" if design in ("VN", "TR", "EN") else "verschil"
    return (
        f"Met deze aantallen wordt een {word} van {amount} of meer in vier van de vijf gevallen"
        f" gevonden; een kleinere kan er zijn zonder dat zij opvalt."
        if word == "verandering"
        else f"Met deze aantallen wordt een {word} van {amount} of meer in vier van de vijf"
        f" gevallen gevonden; een kleiner verschil kan er zijn zonder dat het opvalt."
    )


def _main(
    design: Design,
    unit: str,
    scale: str,
    shown: Numbers,
    found: Finding,
    interval: str,
) -> str:
    if found == "te klein voor een uitspraak":
        alone = design in ("VN", "TR")
        word = "De verandering" if alone else "Het verschil met de vergelijkingsgroep"
        return (
            f"Indicatief: de groep is te klein om te zeggen of het aantal {unit} is veranderd."
            f" {word} {scale} ligt tussen ruime grenzen ({interval})."
        )
    if found == "onduidelijk":
        word = (
            "Er is geen duidelijke verandering na de start"
            if design in ("VN", "TR")
            else "Er is geen duidelijk verschil met de vergelijkingsgroep"
        )
        return f"{word} in het aantal {unit} {scale} ({interval})."
    amount = number(abs(shown.difference), shown.decimals)
    direction = "minder" if shown.difference < 0 else "meer"
    if design == "TR":
        return (
            f"Na de start waren er {scale} {amount} {unit} {direction} dan verwacht op grond van"
            f" het verloop ervoor: een verandering ten opzichte van die lijn ({interval})."
        )
    if design == "VN":
        return (
            f"Na de start waren er {scale} {amount} {unit} {direction} dan ervoor: een verandering"
            f" van {number(shown.expected, shown.decimals)} naar"
            f" {number(shown.observed, shown.decimals)} ({interval})."
        )
    share = percent(abs(shown.difference) / shown.expected) if shown.expected else ""
    return (
        f"Bij deelnemers waren er {scale} {amount} {unit} {direction} dan verwacht op grond van de"
        f" vergelijkingsgroep: een verschil van ongeveer {share} ({interval})."
    )


def who(sizes: Sizes) -> str:
    text = f"Gemeten bij ongeveer {number(sizes.pupils)} leerlingen op {sizes.schools} scholen"
    if sizes.pupils_comparison is None:
        return f"{text}."
    return (
        f"{text}, vergeleken met ongeveer {number(sizes.pupils_comparison)} leerlingen op"
        f" {sizes.schools_comparison} scholen."
    )


@dataclass(frozen=True)
class MeanNumbers:
    """The shown numbers of a mean or share: `values` of the arms or moments, and the difference.

    `values`: (before, after), (comparison, participants) or one value for a description.
    """

    values: tuple[float, ...]
    difference: float
    interval: tuple[float, float]
    decimals: int


def signed_interval(low: float, high: float, decimals: int) -> str:
    """`−1,8 tot −0,4`, with a minus sign and a fixed number of decimals."""
    return f"{number(low, decimals)} tot {number(high, decimals)}"


def mean_sentence(
    design: Design,
    subject: str,
    unit: str,
    shown: MeanNumbers,
    sizes: Sizes,
    found: Finding,
    *,
    counted: str = "leerlingen",
) -> str:
    """One to three Dutch sentences about means. `subject`: how the sentence begins."""
    limits = f"95%-interval: {signed_interval(*shown.interval, shown.decimals)}"
    values = [number(value, shown.decimals) for value in shown.values]
    amount = number(abs(shown.difference), shown.decimals)
    more = "hoger" if shown.difference > 0 else "lager"
    people = who(sizes).replace("leerlingen", counted)
    match design:
        case "BS":
            return f"{subject}: {values[-1]} {unit} ({limits}). {people}"
        case _ if found == "te klein voor een uitspraak":
            told = (
                f"Indicatief: de groep is te klein om te zeggen of er iets is veranderd. {subject}:"
                f" het verschil ligt tussen ruime grenzen ({limits})."
            )
        case "DW" if found == "onduidelijk":
            told = (
                f"{subject}: er is geen duidelijk verschil met de vergelijkingsgroep ({values[1]}"
                f" tegen {values[0]} {unit}; {limits})."
            )
        case "DW":
            told = (
                f"{subject}: {values[1]} {unit} bij deelnemers tegen {values[0]} in de"
                f" vergelijkingsgroep, een verschil van {amount} {more} ({limits})."
            )
        case "VV" if found == "onduidelijk":
            told = (
                f"{subject}: er is geen duidelijk verschil met de vergelijkingsgroep in de"
                f" verandering ({limits})."
            )
        case "VV":
            told = (
                f"{subject}: de verandering bij deelnemers was {amount} {unit} {more} dan in de"
                f" vergelijkingsgroep, een verschil ({limits})."
            )
        case _ if found == "onduidelijk":
            told = f"{subject}: er is geen duidelijke verandering ({limits})."
        case _:
            told = (
                f"{subject}: een verandering van {values[0]} naar {values[1]}, {amount} {unit}"
                f" {more} ({limits})."
            )
    if found in ("lager", "hoger"):
        return f"{told} {people}"
    amount = f"{_shown_up(findable(shown.interval), shown.decimals)} {unit}"
    return f"{told} {people} {_findable_text(amount, design)}"
