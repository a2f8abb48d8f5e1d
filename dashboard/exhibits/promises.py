"""The promises of Zorg In School and what became of them, in words and as a table. No Streamlit.

Promises are measured on different scales. In the table of all of them each row therefore has a
scale of its own, turned so that right is always the promised way; lengths compare within a row
only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import language
from dashboard.exhibits import tables
from dashboard.exhibits.tables import Cell, Drawn, Row, Table
from dashboard.language import mark, published, tr
from dashboard.words import wording
from dashboard.words.sentences import apart as sentences

Effect = Mapping[str, Any]

# Third part of an effect's id -> when the plan promises it; said with `tr` where it is shown.
TERMS = {
    "k": mark("Korte termijn"),
    "m": mark("Middellange termijn"),
    "l": mark("Lange termijn"),
}

_COMPARED = frozenset({"VV", "GS", "DW"})
_SUM = "AD"
_DESCRIPTION = "BS"
_SURE = 0.05
# Levels at which nothing is put down to Zorg In School.
_GROUND = frozenset({"beschreven", "theoretisch onderbouwd"})
_INDICATIVE = "indicatief"
# How much of its half the longest interval of a row takes.
_REACH = 0.92

GOOD, FIRST, UNCLEAR, OTHERWISE = "goede", "eerste", "onduidelijk", "anders"
SUMS, SMALL, MISSING = "rekensom", "klein", "ontbreekt"

# Line of the summary -> groups of outcomes, each with what is said of it.
_SUMMARY = {
    mark("**Aangetoond**"): {
        GOOD: mark("vergeleken met leerlingen zonder Zorg In School (goede aanwijzingen)"),
    },
    mark("**Niet aangetoond**"): {
        FIRST: mark("eerste aanwijzingen, waarbij ook iets anders de oorzaak kan zijn"),
        UNCLEAR: mark("geen duidelijk verschil"),
        OTHERWISE: mark("anders dan beloofd"),
        SUMS: mark("een rekensom, geen gemeten effect"),
        SMALL: mark("te weinig gegevens voor een uitspraak"),
    },
    mark("**Nog niet te meten**"): {MISSING: ""},
}


def term(effect: Effect) -> str:
    """k, m or l."""
    return str(effect["id"]).removeprefix("zis_")[:1]


def promise_of(effect: Effect) -> str:
    """The id of the promise an outcome belongs to: zis_m3 for zis_m3_dagen."""
    return "_".join(str(effect["id"]).split("_")[:2])


def in_order(effects: Sequence[Effect]) -> list[Effect]:
    """By term and number, as in the plan; the leading design first."""

    def place(effect: Effect) -> tuple[int, int, str, bool]:
        number = promise_of(effect).removeprefix("zis_")[1:]
        known = list(TERMS).index(term(effect)) if term(effect) in TERMS else len(TERMS)
        return known, int(number) if number.isdigit() else 0, effect["id"], not effect["leidend"]

    return sorted(effects, key=place)


def leading(effects: Sequence[Effect]) -> list[Effect]:
    """One row per outcome: the design the conclusion rests on."""
    return [effect for effect in in_order(effects) if effect["leidend"]]


def shown(effect: Effect) -> bool:
    return effect["status"] == wording.VISIBLE and effect["schatting"] is not None


def favourable(effect: Effect) -> bool:
    """Does the estimate go the promised way?"""
    return bool((effect["schatting"] < 0) == (effect["richting"] == "lager"))


def clear(effect: Effect) -> bool:
    """Is the estimate told apart from nothing at all?"""
    low, high = effect["onder"], effect["boven"]
    apart = low is not None and high is not None and not low <= 0 <= high
    return apart and effect["p"] is not None and effect["p"] < _SURE


def verdict(effect: Effect) -> str:
    """What the estimate says, in a few words that claim no more than it carries."""
    design, level = effect["ontwerp"], effect["bewijsniveau"]
    if design == _SUM:
        return _of_sum(effect)
    if design == _DESCRIPTION:
        return tr("Beschrijving, geen vergelijking")
    if level == _INDICATIVE:
        return tr("Te klein voor een uitspraak")
    if not clear(effect):
        compared = design in _COMPARED
        return tr("Geen duidelijk verschil") if compared else tr("Geen duidelijke verandering")
    if not favourable(effect):
        return tr("Ongunstiger")
    if level in _GROUND:
        return tr("Gunstiger, maar niet toe te schrijven aan Zorg In School")
    if doubt(effect):
        return tr("Gunstiger; kan toeval zijn, want er zijn veel uitkomsten getoetst")
    return tr("Gunstiger")


def doubt(effect: Effect) -> str:
    """After a clear estimate that is no longer clear once all outcomes are tested together.

    Never beside more than first indications: the level was made from the same adjusted p.
    """
    holm = effect["p_holm"]
    unsure = shown(effect) and clear(effect) and holm is not None and holm >= _SURE
    return tr(" (kan toeval zijn)") if unsure and group(effect) == FIRST else ""


def _of_sum(effect: Effect) -> str:
    low, high = effect["onder"], effect["boven"]
    if low is None or high is None:
        return tr("Rekensom")
    if low > 0:
        return tr("Rekensom; ook de ondergrens ligt boven nul")
    if high < 0:
        return tr("Rekensom; ook de bovengrens ligt onder nul")
    return tr("Rekensom; boven of onder nul is niet te zeggen")


def group(effect: Effect) -> str:
    """Under which heading of the summary a promise comes."""
    if not shown(effect):
        return MISSING
    if effect["ontwerp"] == _SUM:
        return SUMS
    if effect["bewijsniveau"] == _INDICATIVE:
        return SMALL
    if effect["bewijsniveau"] in _GROUND:
        return OTHERWISE if clear(effect) and not favourable(effect) else UNCLEAR
    return FIRST if effect["bewijsniveau"].startswith("eerste") else GOOD


def summary(effects: Sequence[Effect]) -> list[str]:
    """What was shown, what was not, and what cannot be measured yet; each promise by its main
    outcome, in quotation marks, since it is the plan that says so."""
    main = [effect for effect in leading(effects) if effect["id"] == promise_of(effect)]
    if not main:
        return []
    measured = sum(shown(effect) for effect in main)
    told = [
        tr(
            "Het plan doet **{beloften}**; van **{n}** is er een uitkomst.",
            beloften=wording.count_of(len(main), "belofte", "beloften"),
            n=wording.number(measured),
        )
    ]
    return told + [_line(lead, groups, main) for lead, groups in _SUMMARY.items()]


def _line(lead: str, groups: Mapping[str, str], main: Sequence[Effect]) -> str:
    """One line of the summary: how many, and which by what is said of them."""
    parts, amount = [], 0
    for name, said in groups.items():
        found = [f"“{_plain(effect)}”{doubt(effect)}" for effect in main if group(effect) == name]
        if found:
            amount += len(found)
            parts.append(f"{tr(said)}: {', '.join(found)}" if said else ", ".join(found))
    return f"{tr(lead)} ({amount}): {'; '.join(parts) or tr('geen enkele belofte')}."


def estimate(effect: Effect, value: float | None = None) -> str:
    """+2,0 or −0,7; euro as euro."""
    number = effect["schatting"] if value is None else value
    if euros(effect):
        return wording.euro_estimate(number)
    return f"{'+' if number > 0 else ''}{wording.signed(number)}"


def interval(effect: Effect) -> str:
    low, high = effect["onder"], effect["boven"]
    if low is None or high is None:
        return ""
    if euros(effect):
        ends = wording.euro_estimate(low), wording.euro_estimate(high)
        return tr("{laag} tot {hoog}", laag=ends[0], hoog=ends[1])
    return wording.estimate_interval(low, high)


def euros(effect: Effect) -> bool:
    return str(effect["eenheid"]).startswith("euro")


def forest(effects: Sequence[Effect], caption: str) -> Table:
    """The outcomes of one term with an estimate, evidence first."""
    told: set[object] = set()
    body: list[Row] = []
    for effect in effects:
        ends = [end for end in (effect["onder"], effect["boven"]) if end is not None]
        cells = (
            Cell(published(effect["bewijsniveau"]), look="niveau"),
            _measured(effect, again=effect["belofte"] in told),
            Cell(_way(effect), drawn=_drawn(effect)),
            tables.figure(estimate(effect), effect["schatting"]),
            tables.figure(interval(effect), *ends),
            Cell(verdict(effect), look="oordeel"),
        )
        body.append(Row(cells))
        told.add(effect["belofte"])
    heads = (
        tr("Bewijs"), tr("Belofte, en waaraan gemeten"), tr("ongunstig | gunstig"),
        tr("Schatting"), tr("95%-interval"), tr("Wat dit zegt"),
    )  # fmt: skip
    return Table(caption, heads, tuple(body), frozenset({3, 4}))


def _measured(effect: Effect, *, again: bool) -> Cell:
    """The promise with its measure; a promise that was just told is not printed again."""
    unit = published(effect["eenheid"])
    measure = tr("ook {maat}", maat=unit) if again else unit
    return Cell(published(effect["belofte"]), below=measure, again=again)


def missing(effects: Sequence[Effect]) -> Table:
    """Outcomes without an estimate, with the reason."""
    body = tuple(
        Row(
            (
                tables.text(tr(TERMS.get(term(effect), ""))),
                tables.text(published(effect["belofte"])),
                tables.text(published(effect["maat"])),
                tables.long(
                    wording.status_sentence(str(effect["status"]), str(effect["reden"] or ""))
                ),
            )
        )
        for effect in effects
    )
    heads = (
        tr("Termijn"), tr("Belofte"), tr("Maat"),
        tr("Waarom er geen uitkomst is, en wat ervoor nodig is"),
    )  # fmt: skip
    return Table(tr("Beloften zonder uitkomst"), heads, body)


def _drawn(effect: Effect) -> Drawn:
    """Estimate and interval against nothing at all, on the row's own scale."""
    low, high = effect["onder"], effect["boven"]
    ends = [effect["schatting"], *(end for end in (low, high) if end is not None)]
    widest = max(abs(end) for end in ends) or 1.0
    scale = _REACH * (-1 if effect["richting"] == "lager" else 1) / widest
    return Drawn(
        effect["schatting"] * scale,
        None if low is None else low * scale,
        None if high is None else high * scale,
        sure=clear(effect) or (effect["p"] is None and not _spans(effect)),
    )


def _way(effect: Effect) -> str:
    """The mark in words."""
    way = tr("gunstig") if favourable(effect) else tr("ongunstig")
    return tr("{kant}, interval over nul", kant=way) if _spans(effect) else way


def _spans(effect: Effect) -> bool:
    """Does the interval hold zero?"""
    low, high = effect["onder"], effect["boven"]
    return low is not None and high is not None and low <= 0 <= high


def told(text: object) -> str:
    """Published sentences that stand after each other; Dutch where one of them has no other."""
    found = [(sentence, published(sentence)) for sentence in sentences(text)]
    known = all(said != sentence for sentence, said in found)
    return " ".join(said for _, said in found) if known else language.Dutch(text)


def _plain(effect: Effect) -> str:
    """A promise without its closing mark."""
    return published(str(effect["belofte"])).rstrip(".")
