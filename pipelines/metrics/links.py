"""Which counts are about the same people: the one list of relations between measures.

Whatever is known of one count here tells of the other, wherever both have a cell for one place, so
disclosure control protects them as one system (`release.linked`). A measure with people behind it
that is in no relation stands in `ALONE`, with the reason; tests hold this list against the
catalogue and against every released table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipelines.ingest import questionnaires
from pipelines.metrics import categories
from pipelines.metrics.count.terms import Part

ANY = ""
"""The condition of every unit of a measure."""


@dataclass(frozen=True)
class Link:
    """Two counts at one place. `less`, `more`: a measure, or measure.column for the sum of one.

    `times`: at most how many units of `less` there are per unit of `more`, of a school year,
    breakdown and category; None where no number is known. `people`: everybody behind a unit of
    `less` is behind a unit of `more` too, so a shown number of `less` tells that `more` is at
    least its threshold. `part`: metric.part of `more` that is meant; '' is the units that meet the
    same condition, or else all. `because`: why it is so. `together`: whether both are proved as
    one system; of what is not, `people` is a given for the other (`linked.rounds`), and `times`
    stands in docs/bescherming.md with the reason why not.
    """

    less: str
    more: str
    because: str
    times: Callable[[str, str, str], int] | None = None
    people: bool = False
    part: str = ""
    together: bool = True


@dataclass(frozen=True)
class Balance:
    """Figures at one place that add up to zero, or to no less (`exact` False). Terms: sign,
    metric.part, breakdown, category. `levels`: where it holds; empty is everywhere. `together`: as
    of a link."""

    terms: tuple[tuple[int, str, str, str], ...]
    because: str
    exact: bool = True
    levels: tuple[str, ...] = ()
    together: bool = True


def _once(_year: str, _breakdown: str, _category: str) -> int:
    return 1


def _questions(year: str, breakdown: str, category: str) -> int:
    """How many questions of a round one respondent can have answered."""
    of_item: dict[str, Callable[[questionnaires.Item], str]] = {
        "vraag": lambda item: item.id,
        "evaluatiethema": lambda item: item.theme,
        "hoofdthema": lambda item: categories.MAIN_THEMES[item.theme],
        "deel": lambda item: item.part,
    }
    told = of_item.get(breakdown)
    put = [
        item
        for item in questionnaires.items()
        if item.first <= year <= (item.last or year) and (told is None or told(item) == category)
    ]
    groups = (category,) if breakdown == "groep" else questionnaires.GROUPS
    return max(sum(group in item.groups for item in put) for group in groups)


_CASES, _DAYS, _PUPILS = "schorsingen", "schorsingen.schooldagen", "geschorste_leerlingen"
_STARTED, _CLOSED, _ACTIVE = "gestarte_trajecten", "afgesloten_trajecten", "leerlingen_met_traject"
_GOALS, _FOLLOWED = "doelen_van_afgesloten_trajecten.doelen", "leerlingen_met_afgesloten_traject"
_HOME, _CARE = "thuiszitters", "jeugdigen_met_jeugdhulp"
_RUNS = "een traject dat begint, loopt of eindigt in het jaar, liep in het jaar"

LINKS = (
    Link(_PUPILS, _CASES, "ieder is minstens één keer geschorst", times=_once),
    Link(_CASES, _PUPILS, "ieder die is geschorst, telt als leerling", people=True),
    Link(_CASES, _DAYS, "een schorsing duurt minstens één schooldag", times=_once),
    Link(_DAYS, _PUPILS, "ieder die is geschorst, telt als leerling", people=True),
    Link(_STARTED, _ACTIVE, _RUNS, people=True, together=False),
    Link(_CLOSED, _ACTIVE, _RUNS, people=True, together=False),
    Link("open_trajecten", _ACTIVE, _RUNS, people=True, together=False),
    Link("lopende_trajecten", _ACTIVE, _RUNS, people=True, together=False),
    Link(_GOALS, _ACTIVE, _RUNS, people=True, together=False),
    Link(_GOALS, _CLOSED, "doelen horen bij een afgesloten traject", people=True, together=False),
    Link(_FOLLOWED, _ACTIVE, _RUNS, times=_once, together=False),
    Link(
        _FOLLOWED,
        _CLOSED,
        "ieder heeft minstens één afgesloten traject",
        times=_once,
        together=False,
    ),
    Link(
        "thuiszitters_op_peildagen",
        _HOME,
        "wie op een dag thuiszit, zit dat jaar thuis",
        times=_once,
    ),
    Link("begonnen_thuiszitten", _HOME, "wie thuiszitter wordt, is het dat jaar", people=True),
    Link("geeindigd_thuiszitten", _HOME, "wie ophoudt, was het dat jaar", people=True),
    Link("nieuwe_toewijzingen", _CARE, "wat begint, loopt dat jaar", people=True),
    Link("toegekende_jeugdhulp.euro", _CARE, "wat is toegekend, loopt dat jaar", people=True),
    Link("gedeclareerde_jeugdhulp.euro", _CARE, "wat is gedeclareerd, loopt dat jaar", people=True),
    Link(
        "antwoorden",
        "genodigden",
        "wie antwoordt, beantwoordt elke vraag hooguit één keer",
        times=_questions,
        people=True,
        part="ev_respons.teller",
        together=False,
    ),
)

_ALONE, _GROUP = "groep_aandeel.noemer", "groep_aandeel.teller"
BALANCES = (
    Balance(
        ((1, _GROUP, "", ""), (-1, "groep_deelname.teller", "", "")),
        "deelnemers aan groepen staan in beide cijfers",
        together=False,
    ),
    Balance(
        (
            (1, _ALONE, "", ""),
            (-1, _GROUP, "", ""),
            (-1, "smw_trajecten.teller", "werkvorm", "individueel"),
        ),
        "wie geen deelnemer is, begon een individueel traject",
        together=False,
    ),
    Balance(
        (
            (1, "sch_aantal.teller", "", ""),
            (-1, "sch_herhaald.noemer", "", ""),
            (-1, "sch_herhaald.teller", "", ""),
        ),
        "wie vaker is geschorst, is minstens twee keer geschorst",
        exact=False,
        levels=("totaal",),
    ),
)

ALONE = {
    "aanmeldingen": "een aanmelding hoeft in het jaar niet te beginnen of te lopen",
    "deelnemers_aan_jongerenwerk": "niemand is een leerling van een school",
    "overgangen": "wie overgaat, staat in geen ander register",
    "relatief_verzuim": "niet elk verzuim is thuiszitten",
    "scholen_naar_spreiding": "geteld worden scholen",
    "verwijzingen": "een verwijzing kan zonder traject, en in een ander jaar",
    "verwijzingen_na_overleg": "een overleg kan in een ander jaar vallen dan de verwijzing",
    "vrijstellingen_5a": "een vrijgestelde is geen thuiszitter",
    "antwoorden_naar_paar": "alleen verschillen van gemiddelden, van tien mensen of meer",
    "antwoorden_in_twee_rondes": "alleen verschillen van gemiddelden, van tien mensen of meer",
}


@dataclass(frozen=True)
class Told:
    """What the numbers of a released table tell of counts of children.

    `counts`: columns that hold such counts or are worked out from them; `others`: columns in which
    no child is. `because`: why nothing hidden follows from the first.
    """

    because: str
    counts: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


_ROUNDED = "groepen van ten minste tien kinderen en twee scholen, afgerond"
_DERIVED = "afgeleid van effecten en gepubliceerde cellen"
_NOBODY = "geen aantallen van kinderen"

TABLES = {
    "cellen": Told(
        "tellingen en wat daarvan is afgeleid: LINKS en BALANCES; medianen, verschillen en bedragen"
        " vertellen van tellingen hoeveel kinderen er ten minste zijn",
        ("teller", "noemer", "waarde", "onder", "boven", "n"),
    ),
    "effecten": Told(
        _ROUNDED,
        ("schatting", "standaardfout", "onder", "boven", "p", "p_holm", "n_leerlingen"),
        ("n_scholen", "n_perioden", "n_maanden", "drift_waarneembaar", "drift_breekpunt"),
    ),
    "effect_reeks": Told(
        _ROUNDED, ("waarde", "noemer", "n_leerlingen", "onder", "boven"), ("volgorde",)
    ),
    "besparing": Told(
        _DERIVED,
        ("volume_werkelijk", "volume_zonder", "bedrag", "onder", "boven", "n_leerlingen"),
        (
            "tarief",
            "prijspeil",
            "tarief_prijspeil",
            "basistarief",
            "uren_per_eenheid",
            "n_scholen",
        ),
    ),
    "besparing_balans": Told(_DERIVED, ("waarde", "onder", "midden", "boven"), ("volgorde",)),
    "besparing_gevoeligheid": Told(
        _DERIVED, ("netto_laag", "netto_hoog"), ("waarde", "laag", "hoog", "volgorde")
    ),
    "pilotbasis": Told(
        _ROUNDED,
        (
            "basis",
            "spreiding",
            "spreiding_scholen",
            "verschil_scholen",
            "verschil_leerlingen",
            "vertrek_per_jaar",
            "ongelijk",
            "n_leerlingen",
            "n_leerlingen_vergelijking",
        ),
        (
            "schaal",
            "n_scholen",
            "n_scholen_vergelijking",
            "maanden_voor",
            "maanden_tijdens",
            "maanden_overslaan",
            "maanden_rondom",
        ),
    ),
    "bescherming": Told(
        "hoeveel cellen zichtbaar zijn, niet waarom", (), ("cellen", "zichtbaar", "afgeschermd")
    ),
    "bevindingen": Told("soorten bevindingen zonder aantal rijen"),
    "leveringen": Told("welke bestanden er kwamen, zonder aantal rijen"),
    "bronnen": Told(_NOBODY),
    "categorieen": Told(_NOBODY, (), ("volgorde",)),
    "gebieden": Told(_NOBODY),
    "metrieken": Told(_NOBODY, (), ("norm", "klasse")),
    "release": Told(_NOBODY, (), ("drempel", "drempel_zwaar", "afronding")),
}
"""Every number that leaves, by released table. Pages, reports, sentences and open data are made of
these tables alone (tests/privacy/test_exits.py)."""


def conditions(part: Part) -> tuple[str, ...]:
    """What every unit of a part meets, the narrowest first; the last is nothing at all."""
    return (*_implied(repr(part.test)), ANY) if part.test is not None else (ANY,)


def _implied(condition: str) -> Iterator[str]:
    yield condition
    sides = _both_sides(condition)
    for side in sides:
        yield from _implied(side)


def _both_sides(condition: str) -> tuple[str, ...]:
    """The two sides of "(this & that)"; nothing for another text."""
    if not (condition.startswith("(") and condition.endswith(")")):
        return ()
    depth = 0
    for place, sign in enumerate(condition):
        depth += (sign in "([") - (sign in ")]")
        if depth == 0 and place < len(condition) - 1:
            return ()
        if depth == 1 and condition.startswith(" & ", place):
            return condition[1:place], condition[place + 3 : -1]
    return ()
