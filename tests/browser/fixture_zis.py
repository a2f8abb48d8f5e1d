"""Made-up effects and savings of Zorg In School, for the released file of the page tests.

The saving follows from the made-up volumes by `savings.balance`, so that pages can work it out
again; its intervals are invented.
"""

# ruff: noqa: E501 - tables of made-up rows read best with a row on a line
from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pipelines.effects.savings import arithmetic
from pipelines.effects.savings.arithmetic import Assumptions, CareLine, YearFacts

Rows = list[list[object]]

_THREATS = (
    "Terugkeer naar het gemiddelde: scholen starten vaak na een zwaar jaar. "
    "De groepen verschillen in leerlingen."
)
_TRENDS = (
    "Zonder Zorg In School hadden beide groepen dezelfde ontwikkeling doorgemaakt. "
    "Vóór de start waren de groepen niet aantoonbaar verschillend in ontwikkeling."
)
_CHECKS = "De richting blijft gelijk als telkens één school wordt weggelaten."
_WHO = (
    "Leerlingen met een deelname aan Zorg In School, en de vergelijkingsgroep.",
    "Maanden vóór en na de eigen start.",
    "Leerlingen van scholen zonder Zorg In School.",
)
_LABELS = {
    "VV": "Voor en na de start, vergeleken met de vergelijkingsgroep",
    "VN": "Voor en na de start, alleen deelnemers",
    "GS": "Per startgroep, vergeleken met de vergelijkingsgroep",
    "BS": "Beschrijving van de deelnemers",
    "EN": "Evaluatie onder betrokkenen",
    "AD": "Rekensom met parameters",
}


def _shown(
    effect: str, promise: str, measure: str, design: str, unit: str, numbers: Sequence[float | None],
    level: str, sentence: str, way: str, *, leading: bool = True,
) -> list[object]:  # fmt: skip
    """`numbers`: estimate, standard error, low, high, p, p after Holm."""
    estimate, error, low, high, p, holm = numbers
    return [
        effect, promise, measure, design, _LABELS[design], unit, estimate, error, low, high, p,
        420, 10, 8, level, sentence, _TRENDS, _THREATS, way, "zichtbaar", "", leading, holm, 5040,
        _CHECKS, *_WHO, *_drift(design, level),
    ]  # fmt: skip


def _drift(design: str, level: str) -> tuple[int | None, int | None]:
    """Drift per half-year that would have been seen, and at which the conclusion falls."""
    compared = design in ("VV", "GS")
    return (9 if compared else None, 14 if compared and "aanwijzingen" in level else None)


def _absent(
    effect: str, promise: str, measure: str, design: str, unit: str, status: str, reason: str
) -> list[object]:
    return [
        effect, promise, measure, design, _LABELS[design], unit, *[None] * 8, "beschreven", reason,
        "", _THREATS, "lager", status, reason, True, None, None, "", *_WHO, None, None,
    ]  # fmt: skip


def effects() -> Rows:
    """Rows of `effecten`, in the order of the columns."""
    fewer, unit = "Er zijn minder schorsingen.", "schorsingen per 100 leerlingmaanden"
    cheaper = "Er wordt bespaard op jeugdhulp."
    return [
        _shown("zis_k1", "Kinderen raken minder overprikkeld.", "punten op de prikkelschaal", "VV", "punten op de prikkelschaal", (-0.4, 0.35, -1.1, 0.3, 0.26, 1.0), "theoretisch onderbouwd", "Er is geen duidelijk verschil met de vergelijkingsgroep op de prikkelschaal.", "lager"),
        _absent("zis_k3", "Er is één vast aanspreekpunt.", "procent dat het eens is", "EN", "procent dat het eens is", "niet_geleverd", "Niet te meten: geen van de vragenlijsten vraagt hiernaar. Nodig: een vraag in de jaarlijkse evaluatie."),
        _shown("zis_m3", fewer, "schorsingen", "VV", unit, (-0.62, 0.24, -1.10, -0.15, 0.011, 0.03), "goede aanwijzingen", "Op scholen met Zorg In School daalde het aantal schorsingen met 0,6 per 100 leerlingmaanden meer dan op vergelijkbare scholen. De conclusie houdt stand zolang de groepen per half jaar niet meer dan 14% uiteen liepen.", "lager"),
        _shown("zis_m3", fewer, "schorsingen", "VN", unit, (-0.94, 0.21, -1.36, -0.52, 0.0001, 0.002), "eerste aanwijzingen", "Bij deelnemers daalde het aantal schorsingen na de start met 0,9 per 100 leerlingmaanden.", "lager", leading=False),
        _shown("zis_m3", fewer, "schorsingen", "GS", unit, (-0.7, 0.4, -1.5, 0.1, 0.08, 0.24), "theoretisch onderbouwd", "Er is geen duidelijk verschil per startgroep.", "lager", leading=False),
        _shown("zis_m3", fewer, "schorsingen", "BS", unit, (1.4, None, 1.1, 1.7, None, None), "beschreven", "Bij deelnemers waren er 1,4 schorsingen per 100 leerlingmaanden.", "lager", leading=False),
        _absent("zis_l1", "Er zijn geen thuiszitters meer.", "thuiszitters", "VV", "thuiszitters per 100 deelnemers", "te_klein", "Minder dan 10 leerlingen of minder dan 2 scholen in een van de groepen."),
        _shown("zis_l6", cheaper, "euro netto", "AD", "euro netto, opgeteld over de schooljaren", (11_000.0, None, -150_000.0, 170_000.0, None, None), "theoretisch onderbouwd", "Of de besparing hoger was dan de kosten, is niet te zeggen.", "hoger"),
    ]  # fmt: skip


def series() -> Rows:
    """Rows of `effect_reeks`: both groups, one hidden point, and differences per period."""
    found: Rows = []
    labels = ["−24 tot −18 maanden", "−18 tot −12 maanden", "−12 tot −6 maanden", "−6 tot 0 maanden",
              "0 tot 6 maanden", "6 tot 12 maanden", "12 tot 18 maanden", "18 tot 24 maanden"]  # fmt: skip
    for index, label in enumerate(labels):
        place = index - 4
        base = 2.1 - 0.03 * index + (0.12 if index % 2 else 0)
        after = 0.62 if place >= 0 else 0
        found.append(["zis_m3", "zis", label, place, round(base + 0.25 - after, 2), 1250.0, 210, "zichtbaar", None, None])  # fmt: skip
        if index == 6:
            found.append(["zis_m3", "vergelijking", label, place, None, None, None, "afgeschermd", None, None])  # fmt: skip
        else:
            found.append(["zis_m3", "vergelijking", label, place, round(base, 2), 1240.0, 210, "zichtbaar", None, None])  # fmt: skip
        apart = round(0.1 - after, 2)
        found.append(["zis_m3_per_startgroep", "verschil", label, place, apart, None, 420, "zichtbaar", apart - 0.5, apart + 0.5])  # fmt: skip
    return found


# name, label, value, low, high, unit, distribution, source
PARAMETERS: tuple[tuple[object, ...], ...] = (
    ("uren_per_beschikking", "Uren om een individuele beschikking af te handelen", 8.0, 4.0, 16.0, "uren per beschikking", "driehoek", "aanname"),
    ("uren_per_zorgplan", "Uren om een individueel zorgplan te maken en bij te houden", 6.0, 3.0, 12.0, "uren per zorgplan", "driehoek", "aanname"),
    ("programmakosten_per_jaar", "Kosten van Zorg In School per schooljaar, alle locaties van de proef samen", 172_000.0, 150_000.0, 200_000.0, "euro per schooljaar", "driehoek", "proef in Hoogeveen"),
    ("programmakosten_locaties", "Aantal locaties waarvoor die kosten gelden", 4.0, None, None, "locaties", "vast", "proef in Hoogeveen"),
    ("uurtarief_beschikking", "Uurtarief voor het afhandelen van een beschikking", 75.0, 60.0, 95.0, "euro per uur", "driehoek", "aanname"),
    ("uurtarief_zorgplan", "Uurtarief voor het maken van een zorgplan", 70.0, 55.0, 90.0, "euro per uur", "driehoek", "aanname"),
    ("discontovoet", "Discontovoet", 2.25, 1.6, 2.9, "procent per jaar", "driehoek", "Werkgroep discontovoet 2020"),
    ("aandeel_gemeente_eerste_jaar", "Deel dat de gemeente in het eerste jaar betaalt", 100.0, None, None, "procent", "vast", "proef in Hoogeveen"),
    ("aandeel_gemeente_volgende_jaren", "Deel dat de gemeente vanaf het tweede jaar betaalt", 50.0, None, None, "procent", "vast", "proef in Hoogeveen"),
    ("aandeel_samenwerkingsverband", "Deel van de rest dat het samenwerkingsverband betaalt", 0.0, None, None, "procent", "vast", "aanname"),
    ("aandeel_uitbetaald", "Deel van de besparing dat werkelijk als geld vrijkomt", 70.0, 40.0, 90.0, "procent", "driehoek", "aanname"),
)  # fmt: skip

ASSUMED = Assumptions(
    hours_per_order=8.0, rate_order=75.0, hours_per_plan=6.0, rate_plan=70.0,
    programme_cost=172_000.0, programme_locations=4.0, municipality_first_year=100.0, municipality_later=50.0,
    partnership_share=0.0, cash_share=70.0, discount_rate=2.25,
)  # fmt: skip

ROUTES = {
    "basis": ("Het gebruik van vóór de start loopt gelijk door", 700.0),
    "vergelijking": ("Het gebruik volgt de vergelijkingsgroep", 1100.0),
    "trend": ("De eigen ontwikkeling van vóór de start loopt door", 500.0),
}
_YEARS = ("2023/2024", "2024/2025")
_ACTUAL, _TARIFF = 4300.0, 86.4
PARTICIPANTS = 240


def facts(route: str) -> tuple[YearFacts, ...]:
    """The aggregates of both school years along one route."""
    return tuple(
        YearFacts(
            year,
            (CareLine("dagbesteding niveau 7", _ACTUAL + ROUTES[route][1] * (1 + 0.5 * n), _ACTUAL,
                      Decimal(str(_TARIFF + 4 * n)), Decimal(str(_TARIFF))),),
            avoided_orders=160 if n == 0 else 0, avoided_plans=205 if n == 0 else 0,
            locations=4, first=n == 0,
        )
        for n, year in enumerate(_YEARS)
    )  # fmt: skip


def saving() -> tuple[Rows, Rows, Rows]:
    """Rows of `besparing`, `besparing_balans` and `besparing_gevoeligheid`."""
    products: Rows = []
    balance: Rows = []
    nets = []
    for route, (label, _) in ROUTES.items():
        whole = arithmetic.balance(facts(route), ASSUMED, PARTICIPANTS)
        nets.append(float(whole.net))
        for year in facts(route):
            care = year.care[0]
            worth = float(arithmetic.saving(care.without, care.actual, care.tariff))
            products.append([care.product, "dagbesteding", "7", year.schooljaar, route, label, care.actual, care.without, "dagdelen", float(care.tariff), 2024, float(care.tariff), float(care.base_tariff), care.hours, worth, worth - 60_000, worth + 60_000, 35, 4, "zichtbaar", "", f"In {year.schooljaar} was het verschil naar schatting € {worth:,.0f} waard.".replace(",", ".")])  # fmt: skip
        balance += _balance(route, whole, facts(route))
    middle = nets[1]
    drivers: Rows = [
        ["steekproef", "Welke scholen meedoen", None, None, None, "", "", "hertrekking", middle - 160_000, middle + 160_000, 0],
        ["route", "Gekozen vergelijking", None, None, None, "", "", "de routes naast elkaar", min(nets), max(nets), 1],
    ]  # fmt: skip
    for n, (name, *rest) in enumerate(PARAMETERS, start=2):
        swing = (
            20_000.0 - 2_000 * n if rest[2] is not None and name != "aandeel_uitbetaald" else 0.0
        )
        drivers.append([name, *rest, middle - swing, middle + swing, n])
    return products, balance, drivers


def _balance(route: str, whole: arithmetic.Balance, published: Sequence[YearFacts]) -> Rows:
    rows: Rows = []

    def add(year: str, part: str, label: str, value: object, spread: float | None = None,
            payer: str = "", unit: str = "euro", sentence: str = "") -> None:  # fmt: skip
        number = float(str(value))
        ends = (None, None, None) if spread is None else (number - spread, number, number + spread)
        rows.append([year, route, part, label, payer, number, *ends, unit, len(rows),
                     route == "vergelijking", "zichtbaar", "", sentence])  # fmt: skip

    for n, one in enumerate(published):
        add(one.schooljaar, "programmajaar", "Jaar van het programma", n + 1, unit="jaar")
        add(one.schooljaar, "locaties", "Locaties die meedoen", one.locations, unit="locaties")
        add(one.schooljaar, "deelnemers", "Deelnemers", 210, unit="leerlingen")
        add(
            one.schooljaar,
            "aantal_beschikkingen",
            "Aantal vermeden beschikkingen",
            one.avoided_orders,
            unit="leerlingen",
        )
        add(
            one.schooljaar,
            "aantal_zorgplannen",
            "Aantal vermeden zorgplannen",
            one.avoided_plans,
            unit="leerlingen",
        )
    add("totaal", "deelnemers", "Deelnemers", PARTICIPANTS, unit="leerlingen")
    add("totaal", "prijspeil", "Bedragen in prijzen van", 2024, unit="kalenderjaar")
    for year, present in zip(whole.years, whole.present, strict=True):
        y = year.schooljaar
        add(y, "jeugdhulp", "Minder jeugdhulp", year.care, 60_000)
        add(y, "volume", "waarvan minder uren", year.volume)
        add(y, "mix", "waarvan andere soorten hulp", year.mix)
        add(y, "prijs", "waarvan tarieven die anders stegen dan de prijzen", year.price)
        add(y, "beschikkingen", "Vermeden beschikkingen", year.orders)
        add(y, "zorgplannen", "Vermeden zorgplannen", year.plans)
        add(y, "bruto", "Bruto besparing", year.gross, 80_000)
        for payer, amount in year.cost:
            add(y, "programmakosten", "Kosten van het programma", amount, payer=payer)
        add(y, "netto", "Netto besparing", year.net, 90_000)
        for payer, amount in year.payers:
            add(y, "netto_betaler", "Netto voor deze betaler", amount, payer=payer)
        add(y, "netto_contant", "Netto besparing, contant gemaakt", present.net, 90_000)
        add(y, "kans_terugverdiend", "Kans dat de kosten vanaf dit schooljaar zijn terugverdiend", 54, unit="procent")  # fmt: skip
        add(y, "cumulatief", "Netto tot en met dit schooljaar, contant gemaakt", year.cumulative, 120_000)  # fmt: skip
        add(y, "vrijkomend", "Deel van de jeugdhulp dat echt als geld vrijkomt", year.cash)
        add(y, "kans_kostenneutraal", "Kans dat het kostenneutraal is", 55, unit="procent")
    total, every = "totaal", whole.total
    add(total, "jeugdhulp", "Minder jeugdhulp, contant gemaakt", every.care, 100_000)
    add(total, "volume", "waarvan minder uren, contant gemaakt", every.volume)
    add(total, "mix", "waarvan andere soorten hulp, contant gemaakt", every.mix)
    add(
        total,
        "prijs",
        "waarvan tarieven die anders stegen dan de prijzen, contant gemaakt",
        every.price,
    )
    add(total, "beschikkingen", "Vermeden beschikkingen, contant gemaakt", every.orders, sentence="Bij ongeveer 160 leerlingen met een vermeden beschikking begon na de start volgens het register geen nieuwe toewijzing; alleen die tellen als geld.")  # fmt: skip
    add(total, "zorgplannen", "Vermeden zorgplannen, contant gemaakt", every.plans)
    add(total, "bruto", "Bruto besparing, contant gemaakt", whole.gross, 130_000)
    for payer, amount in every.cost:
        add(total, "programmakosten", "Kosten van het programma, contant gemaakt", amount, payer=payer)  # fmt: skip
    for payer, amount in every.payers:
        add(total, "netto_betaler", "Netto voor deze betaler, contant gemaakt", amount, 100_000, payer=payer)  # fmt: skip
    sentence = "Over 2023/2024 tot en met 2024/2025 samen is niet te zeggen of Zorg In School zichzelf heeft terugverdiend."
    add(total, "netto", "Netto besparing, contant gemaakt", whole.net, 160_000, sentence=sentence)
    add(total, "vrijkomend", "Deel van de jeugdhulp dat echt als geld vrijkomt, contant gemaakt", every.cash)  # fmt: skip
    add(total, "per_deelnemer", "Netto per deelnemer, contant gemaakt", round(float(whole.per_participant or 0), -1), 650)  # fmt: skip
    add(total, "kans_binnen_marge", "Kans dat het netto binnen de marge ligt", 31, unit="procent")
    add(total, "euro_per_euro", "Opbrengst per euro", round(whole.per_euro or 0, 2), 0.38, unit="euro per euro")  # fmt: skip
    add(total, "kans_kostenneutraal", "Kans dat het kostenneutraal is", 54, unit="procent")
    return rows


def pilot_base() -> Rows:
    """Rows of `pilotbasis`: two of pupils' own scores and counts, one untested, one too small."""
    return [
        [
            "zis_k1",
            "De leerling raakt minder overprikkeld.",
            "punten op de prikkelschaal",
            "punten op de prikkelschaal",
            "lager",
            "gemiddelde",
            1.0,
            6.5,
            1.3,
            0.21,
            None,
            None,
            None,
            0.082,
            240,
            10,
            295,
            12,
            None,
            None,
            None,
            None,
            "zichtbaar",
            "",
        ],
        [
            "zis_m2",
            "Er zijn minder incidenten.",
            "incidenten",
            "incidenten per 100 leerlingmaanden",
            "lager",
            "aantal",
            100.0,
            7.81,
            1.0,
            0.0,
            0.076,
            0.43,
            0.026,
            0.052,
            270,
            10,
            330,
            12,
            24.0,
            23.0,
            0.0,
            3.0,
            "zichtbaar",
            "",
        ],
        [
            "zis_m3",
            "Er zijn minder schorsingen.",
            "schorsingen",
            "schorsingen per 100 leerlingmaanden",
            "lager",
            "aantal",
            100.0,
            2.39,
            0.94,
            0.087,
            0.27,
            0.81,
            0.026,
            0.052,
            270,
            10,
            330,
            12,
            24.0,
            23.0,
            0.0,
            3.0,
            "zichtbaar",
            "",
        ],
        [
            "zis_m4",
            "Er zijn geen individuele zorgplannen meer nodig.",
            "euro aan werktijd",
            "euro aan werktijd",
            "hoger",
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            "nvt",
            "Deze belofte wordt niet getoetst: de uitkomst is een rekensom of een rondvraag, en hangt niet af van het aantal scholen.",
        ],
        [
            "zis_m10_dagbesteding_7",
            "Zorg In School is vanaf het tweede jaar kostenneutraal, door minder dagbesteding niveau 7, begeleiding niveau 5 en gezinsbehandeling niveau 5.",
            "dagdelen dagbesteding niveau 7",
            "dagdelen dagbesteding niveau 7 per 100 leerlingmaanden",
            "lager",
            "aantal",
            100.0,
            832.0,
            18.0,
            0.0,
            0.0,
            0.95,
            0.026,
            0.052,
            270,
            10,
            330,
            12,
            24.0,
            23.0,
            0.0,
            3.0,
            "zichtbaar",
            "",
        ],
        [
            "zis_l1",
            "Er zijn geen thuiszitters meer.",
            "begonnen perioden als thuiszitter",
            "begonnen perioden als thuiszitter per 100 leerlingjaren",
            "lager",
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            "te_klein",
            "Te weinig scholen om te weten hoe scholen verschillen: nodig zijn er 6.",
        ],
    ]
