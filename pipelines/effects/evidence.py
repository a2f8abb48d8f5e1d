"""What may be said about a result: its level of evidence and one honest Dutch sentence.

Levels follow the wording of NJi's effectladder. Words follow the design: `verandering` for before
and after, `verschil` with a comparison group, `effect` only where that has been repeated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from babel.numbers import format_currency, format_decimal, format_percent

from pipelines.effects.design import Design, EvidenceLevel, Ground, Minimum, PreTrend

_LOCALE = "nl_NL"
MINUS = "\N{MINUS SIGN}"

Finding = Literal["lager", "hoger", "onduidelijk", "te klein voor een uitspraak"]


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
    """What the numbers allow: a direction only with p < 0.05 and a shown interval beside zero."""
    if not large:
        return "te klein voor een uitspraak"
    low, high = interval
    if p < 0.05 and high < 0:
        return "lager"
    if p < 0.05 and low > 0:
        return "hoger"
    return "onduidelijk"


def level(
    design: Design,
    ground: Ground,
    found: Finding,
    promised: str,
    pre_trend: PreTrend | None,
    *,
    repeated: bool = False,
) -> EvidenceLevel:
    """Level of evidence for the promise.

    Without a clear result in the promised direction it stays at the theory (`ground`); the same
    when both groups already moved apart before the start. A comparison whose earlier course could
    not be tested counts no more than before/after. `repeated`: found again in other schools.
    """
    if found == "te klein voor een uitspraak":
        return "indicatief"
    if found != promised:
        return ground
    if design == "VN" or pre_trend is None:
        return "eerste aanwijzingen"
    if not pre_trend.holds:
        return ground
    return "sterke aanwijzingen" if repeated else "goede aanwijzingen"


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
    reached: EvidenceLevel,
    pre_trend: PreTrend | None,
) -> str:
    """One to three Dutch sentences from the shown numbers. `unit`: plural, as in `schorsingen`."""
    interval = f"95%-interval: {interval_text(*shown.interval, shown.decimals)}"
    return (
        f"{_main(design, unit, scale, shown, found, reached, interval)} {_who(sizes)}"
        + _caution(design, found, pre_trend)
    )


def _main(
    design: Design,
    unit: str,
    scale: str,
    shown: Numbers,
    found: Finding,
    reached: EvidenceLevel,
    interval: str,
) -> str:
    if found == "te klein voor een uitspraak":
        word = "De verandering" if design == "VN" else "Het verschil met de vergelijkingsgroep"
        return (
            f"Indicatief: de groep is te klein om te zeggen of het aantal {unit} is veranderd."
            f" {word} {scale} ligt tussen ruime grenzen ({interval})."
        )
    if found == "onduidelijk":
        word = (
            "Er is geen duidelijke verandering na de start"
            if design == "VN"
            else "Er is geen duidelijk verschil met de vergelijkingsgroep"
        )
        return f"{word} in het aantal {unit} {scale} ({interval})."
    amount = number(abs(shown.difference), shown.decimals)
    direction = "minder" if shown.difference < 0 else "meer"
    if design == "VN":
        return (
            f"Na de start waren er {scale} {amount} {unit} {direction} dan ervoor: een verandering"
            f" van {number(shown.expected, shown.decimals)} naar"
            f" {number(shown.observed, shown.decimals)} ({interval})."
        )
    share = percent(abs(shown.difference) / shown.expected) if shown.expected else ""
    word = "een effect" if reached == "sterke aanwijzingen" else "een verschil"
    return (
        f"Bij deelnemers waren er {scale} {amount} {unit} {direction} dan verwacht op grond van de"
        f" vergelijkingsgroep: {word} van ongeveer {share} ({interval})."
    )


def _who(sizes: Sizes) -> str:
    text = f"Gemeten bij ongeveer {number(sizes.pupils)} leerlingen op {sizes.schools} scholen"
    if sizes.pupils_comparison is None:
        return f"{text}."
    return (
        f"{text}, vergeleken met ongeveer {number(sizes.pupils_comparison)} leerlingen op"
        f" {sizes.schools_comparison} scholen."
    )


def _caution(design: Design, found: Finding, pre_trend: PreTrend | None) -> str:
    if found in ("onduidelijk", "te klein voor een uitspraak"):
        return ""
    if design == "VN":
        return " Een meting vóór en na de start laat niet zien waardoor dit komt."
    if pre_trend is None:
        return " Of beide groepen zich vóór de start gelijk ontwikkelden, was niet na te gaan."
    if not pre_trend.holds:
        return (
            " De groepen ontwikkelden zich vóór de start al verschillend;"
            " dit verschil wijst daarom niet op een effect."
        )
    return ""
