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
    dip: bool = False,
    repeated: bool = False,
) -> EvidenceLevel:
    """Level of evidence for the promise.

    Without a clear result in the promised direction it stays at the theory (`ground`); the same
    when both groups already moved apart before the start, and before/after when things were worse
    than usual just before it (`dip`). A comparison whose earlier course could not be tested, or of
    groups at one moment, counts no more than before/after. `repeated`: found again elsewhere.
    """
    if found == "te klein voor een uitspraak":
        return "indicatief"
    if found != promised:
        return ground
    compared = design in ("VV", "GS")
    if dip and not compared:
        return ground
    if dip or not compared or pre_trend is None:
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
    *,
    dip: bool = False,
) -> str:
    """One to three Dutch sentences from the shown numbers. `unit`: plural, as in `schorsingen`."""
    interval = f"95%-interval: {interval_text(*shown.interval, shown.decimals)}"
    return f"{_main(design, unit, scale, shown, found, reached, interval)} {who(sizes)}" + caution(
        design, found, pre_trend, dip=dip
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
    word = "een effect" if reached == "sterke aanwijzingen" else "een verschil"
    return (
        f"Bij deelnemers waren er {scale} {amount} {unit} {direction} dan verwacht op grond van de"
        f" vergelijkingsgroep: {word} van ongeveer {share} ({interval})."
    )


def who(sizes: Sizes) -> str:
    text = f"Gemeten bij ongeveer {number(sizes.pupils)} leerlingen op {sizes.schools} scholen"
    if sizes.pupils_comparison is None:
        return f"{text}."
    return (
        f"{text}, vergeleken met ongeveer {number(sizes.pupils_comparison)} leerlingen op"
        f" {sizes.schools_comparison} scholen."
    )


def caution(
    design: Design, found: Finding, pre_trend: PreTrend | None, *, dip: bool = False
) -> str:
    """What keeps a reader from taking a clear result for an effect; empty or a sentence."""
    if found in ("onduidelijk", "te klein voor een uitspraak"):
        return ""
    if dip:
        return (
            " Vlak vóór de start ging het slechter dan gewoonlijk; daarna gaat het ook zonder hulp"
            " vaak beter (terugkeer naar het gemiddelde), dus dit wijst niet vanzelf op een effect."
        )
    if design in ("VN", "TR", "EN"):
        return " Een meting vóór en na de start laat niet zien waardoor dit komt."
    if design == "DW":
        return " Of de groepen vóór de start al verschilden, is niet bekend."
    if pre_trend is None:
        return " Of beide groepen zich vóór de start gelijk ontwikkelden, was niet na te gaan."
    if not pre_trend.holds:
        return (
            " De groepen ontwikkelden zich vóór de start al verschillend;"
            " dit verschil wijst daarom niet op een effect."
        )
    return ""


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
    return f"{told} {people}{caution(design, found, None)}"
