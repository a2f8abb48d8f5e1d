"""A made-up released file, in the exact shape the dashboard may rely on.

No pipeline is needed: names, schools and figures are invented here, from one fixed seed. The
browser tests and the boundary test open the dashboard on this file; it holds every state a cell
can have, so that each is seen on screen.
"""

# ruff: noqa: E501 - tables of made-up rows read best with a row on a line
from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import duckdb

from tests.browser import fixture_zis

RELEASE_ID = "2026-11-16-demo-3f9c21"
YEARS = ("2021/2022", "2022/2023", "2023/2024", "2024/2025")
TOWNS = (("GM0118", "Hoogeveen", 20), ("GM0599", "Rotterdam", 40))
KINDS = (
    ("bo", "Basisonderwijs"),
    ("sbo", "Speciaal basisonderwijs"),
    ("so", "Speciaal onderwijs"),
    ("vo", "Voortgezet onderwijs"),
)
PROVIDERS = (
    ("kolibri", "Stichting Kolibri", "GM0599"),
    ("de_vaart", "Welzijn De Vaart", "GM0118"),
    ("samen_sterk", "Samen Sterk", "GM0599"),
)
_FIRST = (
    "De Regenboog", "Het Kompas", "De Vlieger", "De Kastanje", "De Bron", "Het Anker", "De Zwaluw",
    "De Wilgen", "Het Palet", "De Horizon", "De Kring", "De Ster", "Het Baken", "De Toren",
    "De Akker", "De Linde", "Het Mozaïek", "De Wissel", "De Springplank", "De Vuurvlinder",
)  # fmt: skip
_SECOND = ("", " Zuid", " Noord")

SCHEMA = """
CREATE TABLE release (id VARCHAR, gemaakt_op TIMESTAMP, versie_zichtlijn VARCHAR,
    git_revisie VARCHAR, bron VARCHAR, drempel INTEGER, drempel_zwaar INTEGER, afronding INTEGER,
    oordeel VARCHAR, bewijs_hash VARCHAR, peildatum DATE, publicatieplan VARCHAR,
    contracten VARCHAR);
CREATE TABLE metrieken (id VARCHAR, thema VARCHAR, label_nl VARCHAR, label_en VARCHAR,
    definitie VARCHAR, definitie_en VARCHAR, eenheid VARCHAR, soort VARCHAR, teller VARCHAR,
    noemer VARCHAR, richting VARCHAR, norm DOUBLE, norm_eenheid VARCHAR, norm_bron VARCHAR,
    datasets VARCHAR, systeem VARCHAR, versie VARCHAR, geldig_vanaf DATE, klasse BIGINT);
CREATE TABLE gebieden (niveau VARCHAR, code VARCHAR, naam VARCHAR, ouder VARCHAR,
    onderwijssoort VARCHAR);
CREATE TABLE categorieen (uitsplitsing VARCHAR, code VARCHAR, label_nl VARCHAR, label_en VARCHAR,
    volgorde INTEGER);
CREATE TABLE cellen (metriek VARCHAR, schooljaar VARCHAR, niveau VARCHAR, gebied VARCHAR,
    uitsplitsing VARCHAR, categorie VARCHAR, maat VARCHAR, teller DOUBLE, noemer DOUBLE,
    waarde DOUBLE, onder DOUBLE, boven DOUBLE, n DOUBLE, status VARCHAR, reden VARCHAR,
    dekking VARCHAR DEFAULT '', dekking_kenmerk VARCHAR DEFAULT '');
CREATE TABLE bronnen (metriek VARCHAR, dataset VARCHAR, leverancier VARCHAR, geleverd_op DATE,
    periode VARCHAR);
CREATE TABLE effecten (id VARCHAR, belofte VARCHAR, maat VARCHAR, ontwerp VARCHAR,
    ontwerp_label VARCHAR, eenheid VARCHAR, schatting DOUBLE, standaardfout DOUBLE, onder DOUBLE,
    boven DOUBLE, p DOUBLE, n_leerlingen INTEGER, n_scholen INTEGER, n_perioden INTEGER,
    bewijsniveau VARCHAR, zin VARCHAR, aannames VARCHAR, bedreigingen VARCHAR, richting VARCHAR,
    status VARCHAR, reden VARCHAR, leidend BOOLEAN, p_holm DOUBLE, n_maanden INTEGER,
    controles VARCHAR, populatie VARCHAR, blootstelling VARCHAR, vergelijking VARCHAR,
    drift_waarneembaar INTEGER, drift_breekpunt INTEGER);
CREATE TABLE effect_reeks (effect VARCHAR, groep VARCHAR, periode VARCHAR, volgorde INTEGER,
    waarde DOUBLE, noemer DOUBLE, n_leerlingen INTEGER, status VARCHAR, onder DOUBLE, boven DOUBLE);
CREATE TABLE besparing (product VARCHAR, hulpvorm VARCHAR, niveau VARCHAR, schooljaar VARCHAR,
    route VARCHAR, route_label VARCHAR, volume_werkelijk DOUBLE, volume_zonder DOUBLE,
    eenheid VARCHAR, tarief DOUBLE, prijspeil BIGINT, tarief_prijspeil DOUBLE,
    basistarief DOUBLE, uren_per_eenheid DOUBLE,
    bedrag DOUBLE, onder DOUBLE, boven DOUBLE,
    n_leerlingen INTEGER, n_scholen INTEGER, status VARCHAR, reden VARCHAR, zin VARCHAR);
CREATE TABLE besparing_balans (schooljaar VARCHAR, route VARCHAR, onderdeel VARCHAR,
    onderdeel_label VARCHAR, betaler VARCHAR, waarde DOUBLE, onder DOUBLE, midden DOUBLE,
    boven DOUBLE, eenheid VARCHAR, volgorde INTEGER, leidend BOOLEAN, status VARCHAR,
    reden VARCHAR, zin VARCHAR);
CREATE TABLE besparing_gevoeligheid (naam VARCHAR, label VARCHAR, waarde DOUBLE, laag DOUBLE,
    hoog DOUBLE, eenheid VARCHAR, verdeling VARCHAR, bron VARCHAR, netto_laag DOUBLE,
    netto_hoog DOUBLE, volgorde INTEGER);
CREATE TABLE pilotbasis (id VARCHAR, belofte VARCHAR, maat VARCHAR, eenheid VARCHAR, richting
    VARCHAR, soort VARCHAR, schaal DOUBLE, basis DOUBLE, spreiding DOUBLE, spreiding_scholen DOUBLE,
    verschil_scholen DOUBLE, verschil_leerlingen DOUBLE, vertrek_per_jaar DOUBLE, ongelijk DOUBLE,
    n_leerlingen INTEGER, n_scholen INTEGER, n_leerlingen_vergelijking INTEGER,
    n_scholen_vergelijking INTEGER, maanden_voor DOUBLE, maanden_tijdens DOUBLE,
    maanden_overslaan DOUBLE, maanden_rondom DOUBLE, status VARCHAR, reden VARCHAR);
CREATE TABLE leveringen (levering VARCHAR, bestand VARCHAR, dataset VARCHAR, leverancier VARCHAR,
    periode VARCHAR, ontvangen_op DATE, status VARCHAR, bericht VARCHAR);
CREATE TABLE bevindingen (levering VARCHAR, dataset VARCHAR, leverancier VARCHAR, regel VARCHAR,
    ernst VARCHAR, dimensie VARCHAR, kolommen VARCHAR, bericht VARCHAR,
    herstel VARCHAR, aanvaard_tot DATE);
CREATE TABLE bescherming (metriek VARCHAR, uitsplitsing VARCHAR, niveau VARCHAR, cellen INTEGER, zichtbaar INTEGER,
    afgeschermd INTEGER);
"""

HIDDEN = "Te weinig leerlingen om te tonen, of nodig om een ander klein aantal te beschermen."
TOO_SMALL = "Te weinig leerlingen voor een percentage."


@dataclass(frozen=True)
class Area:
    """One place a figure is about; `size` in pupils, `kind` only for schools."""

    level: str
    code: str
    name: str
    parent: str
    size: int
    kind: str = ""


def _areas(rng: random.Random) -> list[Area]:
    schools: list[Area] = []
    for town, _, count in TOWNS:
        for number in range(count):
            name = _FIRST[number % len(_FIRST)] + _SECOND[number // len(_FIRST)]
            kind = KINDS[(0, 0, 0, 0, 0, 1, 2, 3)[number % 8]][0]
            size = rng.randint(700, 1200) if kind == "vo" else rng.randint(45, 460)
            code = f"{len(schools) + 10:02d}{'AB' if town == 'GM0118' else 'KL'}00"
            where = "Hoogeveen" if town == "GM0118" else "Rotterdam"
            schools.append(Area("vestiging", code, f"{name} ({where})", town, size, kind))
    towns = [
        Area("gemeente", code, name, "", sum(s.size for s in schools if s.parent == code))
        for code, name, _ in TOWNS
    ]
    kinds = [
        Area("onderwijssoort", code, name, "", sum(s.size for s in schools if s.kind == code))
        for code, name in KINDS
    ]
    providers = [
        Area("aanbieder", code, name, town, next(t.size for t in towns if t.code == town) // 2)
        for code, name, town in PROVIDERS
    ]
    total = Area("totaal", "", "Alle gemeenten samen", "", sum(s.size for s in schools))
    return [total, *towns, *kinds, *providers, *schools]


CATEGORIES: dict[str, tuple[tuple[str, str, float], ...]] = {
    "rol": (
        ("SMW", "Schoolmaatschappelijk werk", 0.55),
        ("JMW", "Jeugdmaatschappelijk werk", 0.28),
        ("JW", "Jongerenwerk", 0.12),
        ("JP", "Jeugdprofessional", 0.05),
    ),
    "inzetsoort": (("basis", "Basisinzet", 0.86), ("aanvullend", "Aanvullende inzet", 0.14)),
    "werkvorm": (
        ("individueel", "Individueel", 0.58),
        ("gezin", "Met het gezin", 0.21),
        ("groep", "In een groep", 0.17),
        ("online", "Online", 0.04),
    ),
    "as": (
        ("A", "Psychosociaal functioneren", 0.38),
        ("B", "Lichamelijke gezondheid", 0.04),
        ("C", "Vaardigheden en cognitie", 0.09),
        ("D", "Gezin en opvoeding", 0.22),
        ("E", "Jeugdige en omgeving", 0.12),
        ("V", "Veiligheid", 0.07),
        ("Z", "Verzuim", 0.06),
        ("M", "Materieel", 0.02),
    ),
    "problematiek": (
        ("sociaal_emotioneel", "Sociaal-emotioneel", 0.30),
        ("gedrag", "Gedrag", 0.16),
        ("opvoeding", "Opvoedsituatie", 0.13),
        ("scheiding", "Scheiding", 0.11),
        ("pesten", "Pesten", 0.08),
        ("faalangst", "Faalangst", 0.07),
        ("rouw", "Rouw en verlies", 0.05),
        ("huiselijk_geweld", "Huiselijk geweld", 0.02),
        ("armoede", "Armoede", 0.03),
        ("overig", "Overig", 0.05),
    ),
    "afsluitreden": (
        ("volgens_plan", "Volgens plan", 0.66),
        ("in_overeenstemming", "In overeenstemming", 0.14),
        ("eenzijdig_client", "Eenzijdig door de cliënt", 0.12),
        ("extern", "Externe omstandigheden", 0.08),
        ("onbekend", "Onbekend", 0.0),
    ),
    "bestemming": (
        ("wijkteam", "Wijkteam", 0.44),
        ("cjg", "Centrum voor Jeugd en Gezin", 0.18),
        ("ggz", "Jeugd-ggz", 0.14),
        ("huisarts", "Huisarts", 0.08),
        ("informeel", "Informeel netwerk", 0.12),
        ("veilig_thuis", "Veilig Thuis", 0.04),
    ),
    "overleg": (
        ("OZO", "Onderwijs Zorg Overleg", 0.52),
        ("SOT", "Schoolondersteuningsteam", 0.30),
        ("MDO", "Multidisciplinair overleg", 0.18),
    ),
    "categorie": (
        ("absoluut", "Absoluut verzuim", 0.31),
        ("langdurig_relatief", "Langdurig relatief verzuim", 0.46),
        ("vrijstelling_5a", "Vrijstelling 5 onder a", 0.20),
        ("vrijstelling_5c", "Vrijstelling 5 onder c", 0.03),
    ),
    "hulpvorm": (
        ("ambulant", "Ambulante jeugdhulp", 0.30),
        ("begeleiding", "Begeleiding", 0.24),
        ("dagbesteding", "Dagbesteding", 0.22),
        ("gezinsbehandeling", "Gezinsbehandeling", 0.16),
        ("verblijf", "Verblijf", 0.08),
    ),
    "niveau": (
        ("4", "Niveau 4", 0.28),
        ("5", "Niveau 5", 0.36),
        ("6", "Niveau 6", 0.20),
        ("7", "Niveau 7", 0.16),
    ),
}

# id, theme, label, definition, unit, kind, numerator, denominator, direction, norm, norm source
METRICS: tuple[tuple[object, ...], ...] = (
    ("smw_trajecten", "bereik", "Gestarte trajecten", "Het aantal trajecten dat in het schooljaar is gestart.", "trajecten", "aantal", "Trajecten met een startdatum in het schooljaar", "", "", None, ""),
    ("smw_leerlingen", "bereik", "Bereikte leerlingen", "Het aantal verschillende leerlingen met een lopend traject in het schooljaar.", "leerlingen", "aantal", "Verschillende leerlingen met een lopend traject", "", "hoger", None, ""),
    ("smw_bereik", "bereik", "Bereik per 100 leerlingen", "Het aantal bereikte leerlingen per 100 ingeschreven leerlingen.", "per 100 leerlingen", "per_100", "Verschillende leerlingen met een lopend traject", "Ingeschreven leerlingen op 1 oktober", "hoger", None, ""),
    ("smw_problematiek", "bereik", "Hulpvragen", "Het aandeel van de gestarte trajecten met deze hulpvraag als eerste hulpvraag.", "procent", "aandeel", "Trajecten met deze eerste hulpvraag", "Gestarte trajecten met een eerste hulpvraag", "", None, ""),
    ("smw_wachttijd", "proces", "Wachttijd tot start", "Het aantal dagen tussen aanmelding en start van het traject.", "dagen", "mediaan", "Dagen van aanmelding tot start", "Trajecten met een aanmelddatum en een startdatum", "lager", 14.0, "Samenwerkingsafspraken schoolmaatschappelijk werk 2024, artikel 3"),
    ("smw_binnen_norm", "proces", "Gestart binnen de norm", "Het aandeel van de trajecten dat binnen de norm na aanmelding is gestart.", "procent", "aandeel", "Trajecten die binnen de norm zijn gestart", "Trajecten met een aanmelddatum", "hoger", 14.0, "Samenwerkingsafspraken schoolmaatschappelijk werk 2024, artikel 3"),
    ("smw_afsluitreden", "resultaat", "Reden van afsluiten", "Het aandeel van iedere reden in de afgesloten trajecten.", "procent", "aandeel", "Trajecten met deze reden", "Afgesloten trajecten", "", None, ""),
    ("smw_doelrealisatie", "resultaat", "Doelen behaald", "Het aandeel van de gestelde doelen dat bij afsluiting van het traject is behaald.", "procent", "aandeel", "Behaalde doelen", "Gestelde doelen in afgesloten trajecten", "hoger", 70.0, "Samenwerkingsafspraken schoolmaatschappelijk werk 2024, artikel 5"),
    ("vw_start_binnen_norm", "verwijzingen", "Hulp gestart binnen twee weken", "Het aandeel van de verwijzingen waarbij de hulp binnen 14 dagen na het overleg is gestart.", "procent", "aandeel", "Verwijzingen waarbij de hulp binnen 14 dagen is gestart", "Alle verwijzingen na een overleg", "hoger", 80.0, "Voorbeeld de Meierij: hulp start binnen twee weken na het overleg"),
    ("vw_stroom", "verwijzingen", "Van overleg naar bestemming", "Het aantal verwijzingen van ieder overleg naar iedere bestemming.", "verwijzingen", "stroom", "Verwijzingen met dit overleg en deze bestemming", "", "", None, ""),
    ("sch_per_1000", "schorsingen", "Geschorste leerlingen per 1.000", "Het aantal verschillende geschorste leerlingen per 1.000 ingeschreven leerlingen.", "per 1.000 leerlingen", "per_1000", "Verschillende leerlingen met een schorsing", "Ingeschreven leerlingen op 1 oktober", "lager", None, ""),
    ("thuis_jaar", "thuiszitters", "Thuiszitters in het jaar", "Het aantal verschillende leerlingen dat in het schooljaar thuiszat, per categorie.", "leerlingen", "aantal", "Verschillende leerlingen met een thuiszitperiode in het schooljaar", "", "lager", None, ""),
    ("jh_kosten_toegekend", "jeugdhulp", "Toegekende kosten jeugdhulp", "De kosten van toegekende jeugdhulp: volume maal tarief, naar rato van de looptijd in het schooljaar.", "euro", "bedrag", "Toegekend volume maal tarief binnen het schooljaar", "", "lager", None, ""),
)  # fmt: skip

DATASET_OF = {
    "smw": "smw_trajecten",
    "vw": "verwijzingen",
    "sch": "schorsingen",
    "thuis": "verzuim",
    "jh": "jeugdhulp",
}


def _round5(value: float) -> float:
    return float(5 * round(value / 5))


def _cell(
    metric: str, year: str, area: Area, cut: str = "", category: str = "", measure: str = ""
) -> list[object]:
    return [metric, year, area.level, area.code, cut, category, measure]


def _no_value(status: str, reason: str) -> list[object]:
    return [None] * 6 + [status, reason]


def _count(number: float) -> list[object]:
    if 0 < number < 5:
        return _no_value("afgeschermd", HIDDEN)
    rounded = _round5(number)
    return [rounded, None, rounded, None, None, rounded, "zichtbaar", ""]


def _rate(number: float, base: float, per: int, smallest: int) -> list[object]:
    if 0 < number < 5:
        return _no_value("afgeschermd", HIDDEN)
    if base < smallest:
        return _no_value("te_klein", TOO_SMALL)
    number = min(_round5(number), base)
    share = number / base
    spread = 1.96 * math.sqrt(max(share * (1 - share), 0.0004) / base)
    low, high = max(share - spread, 0) * per, (share + spread) * per
    if per == 100:
        high = min(high, 100)
    return [
        number, base, float(round(share * per)), float(math.floor(low)), float(math.ceil(high)),
        base, "zichtbaar", "",
    ]  # fmt: skip


def _cells(areas: Sequence[Area], rng: random.Random) -> Iterator[list[object]]:
    habits = {a.code: rng.gauss(1, 0.22) for a in areas}
    for y, year in enumerate(YEARS):
        for area in areas:
            habit = max(habits[area.code], 0.4) if area.level == "vestiging" else 1.0
            pupils = area.size
            growth = 1 + 0.06 * y
            started = pupils * 0.058 * growth * habit
            reached = started * 1.08
            yield _cell("smw_trajecten", year, area) + _count(started)
            yield _cell("smw_leerlingen", year, area) + _count(reached)
            yield _cell("smw_bereik", year, area) + _rate(reached, _round5(pupils), 100, 20)
            yield (
                _cell("smw_doelrealisatie", year, area)
                + _rate(started * (0.61 + 0.03 * y), _round5(started), 100, 20)
            )
            if area.level != "vestiging":
                yield (
                    _cell("smw_binnen_norm", year, area)
                    + _rate(started * (0.52 + 0.03 * y), _round5(started), 100, 20)
                )
                yield (
                    _cell("vw_start_binnen_norm", year, area)
                    + _rate(started * 0.4 * (0.55 + 0.04 * y), _round5(started * 0.4), 100, 20)
                )
            yield (
                _cell("sch_per_1000", year, area)
                + _rate(
                    pupils * 0.011 * (1.15 - 0.07 * y) * habit * (3 if area.kind == "vo" else 1),
                    _round5(pupils), 1000, 100,
                )
            )  # fmt: skip
            if area.level != "vestiging":
                yield _cell("thuis_jaar", year, area) + _count(pupils * 0.006 * (1.1 - 0.03 * y))
            yield from _splits(year, y, area, started, pupils)


def _splits(year: str, y: int, area: Area, started: float, pupils: int) -> Iterator[list[object]]:
    """The breakdowns: none per school, as in the publication plan."""
    if area.level == "vestiging":
        return
    for cut in ("rol", "inzetsoort", "werkvorm"):
        for code, _, share in CATEGORIES[cut]:
            yield _cell("smw_trajecten", year, area, cut, code) + _count(started * share)
    for cut in ("as", "problematiek"):
        for code, _, share in CATEGORIES[cut]:
            yield (
                _cell("smw_problematiek", year, area, cut, code)
                + _rate(started * share, _round5(started), 100, 20)
            )
    for code, _, share in CATEGORIES["afsluitreden"]:
        yield (
            _cell("smw_afsluitreden", year, area, "afsluitreden", code)
            + _rate(started * 0.8 * share, _round5(started * 0.8), 100, 20)
        )
    for code, _, share in CATEGORIES["rol"]:
        part = started * share
        yield (
            _cell("smw_doelrealisatie", year, area, "rol", code)
            + _rate(part * (0.58 + share / 4), _round5(part), 100, 20)
        )
    for code, _, share in CATEGORIES["bestemming"]:
        part = started * 0.4 * share
        yield (
            _cell("vw_start_binnen_norm", year, area, "bestemming", code)
            + _rate(part * (0.85 - share * 0.6 + 0.02 * y), _round5(part), 100, 20)
        )
        for source, _, weight in CATEGORIES["overleg"]:
            yield (
                _cell("vw_stroom", year, area, "overleg_bestemming", f"{source}>{code}")
                + _count(part * weight)
            )
    for code, _, share in CATEGORIES["categorie"]:
        yield (
            _cell("thuis_jaar", year, area, "categorie", code)
            + _count(pupils * 0.006 * share * (1.1 - 0.03 * y))
        )
    if area.level in {"totaal", "gemeente"}:
        for measure, days in (
            () if area.level == "totaal" else (("mediaan", 19.0 - 2 * y), ("p90", 47.0 - 3 * y))
        ):
            n = _round5(started)
            yield [
                *_cell("smw_wachttijd", year, area, measure=measure),
                None, None, days, days - 2, days + 2, n, "zichtbaar", "",
            ]  # fmt: skip
        yield from _costs(year, y, area, pupils)


def _costs(year: str, y: int, area: Area, pupils: int) -> Iterator[list[object]]:
    total = pupils * 410 * (1 + 0.04 * y)
    rounded = round(total, -4)
    yield [
        *_cell("jh_kosten_toegekend", year, area),
        rounded, None, rounded, None, None, _round5(pupils * 0.07), "zichtbaar", "",
    ]  # fmt: skip
    for cut in ("hulpvorm", "niveau"):
        for code, _, share in CATEGORIES[cut]:
            key = _cell("jh_kosten_toegekend", year, area, cut, code)
            if code in {"verblijf"} and area.code == "GM0118":
                yield key + _no_value("afgeschermd", HIDDEN)
                continue
            part = round(total * share, -4)
            yield [*key, part, None, part, None, None, _round5(pupils * 0.07 * share),
                   "zichtbaar", ""]  # fmt: skip


_DELIVERIES: tuple[tuple[object, ...], ...] = (
    ("kolibri_smw_2024-2025", "kolibri_smw_2024-2025.xlsx", "smw_trajecten", "Stichting Kolibri", "2024-2025", dt.date(2026, 9, 14), "geladen", ""),
    ("de_vaart_smw_2024-2025", "de_vaart_smw_2024-2025.csv", "smw_trajecten", "Welzijn De Vaart", "2024-2025", dt.date(2026, 9, 21), "geladen", ""),
    ("samen_sterk_smw_2024-2025", "samen_sterk_smw_2024-2025.csv", "smw_trajecten", "Samen Sterk", "2024-2025", dt.date(2026, 9, 28), "vervangen", "Vervangen door de levering van 5 oktober 2026."),
    ("samen_sterk_smw_2024-2025_2", "samen_sterk_smw_2024-2025_v2.csv", "smw_trajecten", "Samen Sterk", "2024-2025", dt.date(2026, 10, 5), "geladen", ""),
    ("servicepunt_verwijzingen_2024-2025", "servicepunt_verwijzingen_2024-2025.csv", "verwijzingen", "Servicepunt", "2024-2025", dt.date(2026, 9, 30), "geladen", ""),
    ("schoolbesturen_schorsingen_2024-2025", "schoolbesturen_schorsingen_2024-2025.ods", "schorsingen", "Gezamenlijke schoolbesturen", "2024-2025", dt.date(2026, 10, 2), "geladen", ""),
    ("leerplicht_verzuim_2024-2025", "leerplicht_verzuim_2024-2025.csv", "verzuim", "Leerplicht", "2024-2025", dt.date(2026, 10, 7), "geladen", ""),
    ("gemeente_jeugdhulp_2021-2025", "gemeente_jeugdhulp_2021-2025.csv", "jeugdhulp", "Gemeente Hoogeveen", "2021-2025", dt.date(2026, 10, 9), "geladen", ""),
    ("palet_schorsingen_2024-2025", "palet_schorsingen_2024-2025.csv", "schorsingen", "Scholengroep Palet", "2024-2025", dt.date(2026, 10, 10), "ingetrokken", "Ingetrokken."),
    ("school_schorsingen_2023-2024", "schorsingen met namen.xlsx", "schorsingen", "Onbekend", "2023-2024", dt.date(2026, 10, 11), "geweigerd", "Een kolom bevat geboortedata. De levering is in haar geheel geweigerd; er is niets bewaard."),
)  # fmt: skip

_FINDINGS: tuple[tuple[object, ...], ...] = (
    ("kolibri_smw_2024-2025", "smw_trajecten", "Stichting Kolibri", "smw_trajecten.eind_na_start", "fout", "consistentie", "datum_start, datum_einde", "De einddatum ligt voor de startdatum.", "Herstel de einddatum in de registratie en lever opnieuw.", None),
    ("kolibri_smw_2024-2025", "smw_trajecten", "Stichting Kolibri", "smw_trajecten.rol.code", "fout", "geldigheid", "rol", "De rol komt niet voor in de codelijst.", "Gebruik SMW, JMW, JW of JP.", None),
    ("kolibri_smw_2024-2025", "smw_trajecten", "Stichting Kolibri", "smw_trajecten.doelen_gesteld", "waarschuwing", "volledigheid", "doelen_gesteld", "Er zijn geen doelen vastgelegd.", "Leg minimaal één SMART-doel vast.", dt.date(2099, 7, 31)),
    ("samen_sterk_smw_2024-2025_2", "smw_trajecten", "Samen Sterk", "smw_trajecten.vestiging.verwijzing", "fout", "consistentie", "vestiging", "De vestiging staat niet in de levering van vestigingen.", "Controleer de vestigingscode (zes tekens, bijvoorbeeld 00AP00).", None),
    ("servicepunt_verwijzingen_2024-2025", "verwijzingen", "Servicepunt", "verwijzingen.datum_overleg.verplicht", "fout", "volledigheid", "datum_overleg", "De datum van het overleg ontbreekt.", "Vul de datum van het overleg in.", None),
    ("gemeente_jeugdhulp_2021-2025", "jeugdhulp", "Gemeente Hoogeveen", "jeugdhulp.tarief.bereik", "waarschuwing", "geldigheid", "tarief", "Het tarief ligt buiten het verwachte bereik.", "Controleer het tarief in de beschikking.", dt.date(2026, 7, 31)),
)  # fmt: skip


def _norm_unit(metric: str, unit: str) -> str:
    """A norm in days is a target for days, and a part of the definition for a share."""
    return "kalenderdagen" if metric in {"smw_wachttijd", "smw_binnen_norm"} else unit


def _insert(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[object]]) -> None:
    if not rows:
        return
    marks = ", ".join("?" for _ in rows[0])
    con.executemany(f"INSERT INTO {table} VALUES ({marks})", [list(row) for row in rows])


def build(workdir: Path, release_id: str = RELEASE_ID, *, metrics: int | None = None) -> Path:
    """Write a release into `workdir` and point to it; gives the released file.

    `metrics` keeps only the first so many metrics (another release, or a poor one).
    """
    rng = random.Random(20261116)
    areas = _areas(rng)
    kept = METRICS[:metrics]
    ids = {row[0] for row in kept}
    target = workdir / "releases" / f"{release_id}.duckdb"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    cells = [row for row in _cells(areas, rng) if row[0] in ids]
    savings, balance, drivers = fixture_zis.saving()
    with duckdb.connect(str(target)) as con:
        con.execute(SCHEMA)
        con.begin()
        _insert(con, "release", [[
            release_id, dt.datetime(2026, 11, 16, 9, 30, tzinfo=dt.UTC).replace(tzinfo=None), "0.1.0", "1228b1d", "demo", 5, 10, 5,
            "gecertificeerd", "9f2c4e71aa03", dt.date(2026, 10, 15), "3", "5b1e",
        ]])  # fmt: skip
        _insert(con, "metrieken", [
            [i, theme, label, label, definition, definition, unit, kind, top, bottom, way, norm,
             _norm_unit(str(i), str(unit)) if norm is not None else "", source, DATASET_OF[str(i).split("_")[0]],
             "1", "1.0.0", dt.date(2021, 8, 1), 1]
            for i, theme, label, definition, unit, kind, top, bottom, way, norm, source in kept
        ])  # fmt: skip
        _insert(
            con, "gebieden", [[a.level, a.code, a.name, a.parent, a.kind] for a in areas if a.code]
        )
        _insert(con, "categorieen", [
            [cut, code, label, label, order]
            for cut, codes in CATEGORIES.items()
            for order, (code, label, _) in enumerate(codes, start=1)
            if cut != "overleg"
        ] + [
            ["overleg_bestemming", f"{a}>{b}", f"{first} → {last}", f"{first} → {last}", order]
            for order, ((a, first, _), (b, last, _)) in enumerate(
                product(CATEGORIES["overleg"], CATEGORIES["bestemming"]), start=1
            )
        ])  # fmt: skip
        _insert(con, "bronnen", [
            [i, d[2], d[3], d[5], d[4]]
            for i in ids for d in _DELIVERIES
            if d[2] == DATASET_OF[str(i).split("_")[0]] and d[6] == "geladen"
        ] + [
            [i, d[2], d[3], d[5], d[4]]
            for i, dataset in (("zis_k1", "schorsingen"), ("zis_m3", "schorsingen"), ("zis_l1", "verzuim"), ("zis_l6", "jeugdhulp"), ("besparing", "jeugdhulp"))
            for d in _DELIVERIES
            if d[2] == dataset and d[6] == "geladen"
        ])  # fmt: skip
        _insert(con, "effecten", fixture_zis.effects())
        _insert(con, "effect_reeks", fixture_zis.series())
        _insert(con, "besparing", savings)
        _insert(con, "besparing_balans", balance)
        _insert(con, "besparing_gevoeligheid", drivers)
        _insert(con, "pilotbasis", fixture_zis.pilot_base())
        _insert(con, "leveringen", _DELIVERIES)
        _insert(con, "bevindingen", _FINDINGS)
        con.commit()
        _insert_cells(con, cells)
        con.execute(
            "INSERT INTO bescherming SELECT metriek, uitsplitsing, niveau, count(*), "
            "count(*) FILTER (status = 'zichtbaar'), count(*) FILTER (status = 'afgeschermd') "
            "FROM cellen GROUP BY ALL"
        )
    point_to(workdir, release_id)
    return target


def beside(workdir: Path) -> None:
    """What an organisation may put beside a release: boundaries for the map, and events."""
    squares = [
        {
            "type": "Feature",
            "properties": {"gemeentecode": code, "gemeentenaam": name},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [[x, 52.5], [x + 0.1, 52.5], [x + 0.1, 52.57], [x, 52.57], [x, 52.5]]
                ],
            },
        }
        for x, (code, name, _) in zip((3.4, 3.5), TOWNS, strict=True)
    ]
    told = json.dumps({"type": "FeatureCollection", "features": squares})
    (workdir / "grenzen.geojson").write_text(told, "utf-8")
    (workdir / "gebeurtenissen.yaml").write_text(
        "gebeurtenissen:\n"
        "  - schooljaar: 2023/2024\n"
        "    tekst: Nieuwe afspraken over aanmelden in alle gemeenten\n",
        "utf-8",
    )


def _insert_cells(con: duckdb.DuckDBPyConnection, cells: Sequence[Sequence[object]]) -> None:
    """Many rows at once, by columns."""
    import polars as pl

    names = [row[0] for row in con.execute("DESCRIBE cellen").fetchall()]
    numbers = {"teller", "noemer", "waarde", "onder", "boven", "n"}
    frame = pl.DataFrame(
        [[*row, "", ""] for row in cells],
        schema={name: pl.Float64 if name in numbers else pl.String for name in names},
        orient="row",
    )
    con.register("cell_frame", frame)
    con.execute("INSERT INTO cellen SELECT * FROM cell_frame")
    con.unregister("cell_frame")


@contextmanager
def edited(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Change a release as if it had been published so."""
    with duckdb.connect(str(path)) as con:
        yield con
    point_to(path.parents[1], path.stem)


def point_to(workdir: Path, release_id: str) -> None:
    """Switch the pointer, whole or not at all."""
    pointer = workdir / "release.json"
    fresh = pointer.with_suffix(".new")
    file = f"releases/{release_id}.duckdb"
    digest = hashlib.sha256((workdir / file).read_bytes()).hexdigest()
    fresh.write_text(
        json.dumps({"id": release_id, "file": file, "sha256": digest}), encoding="utf-8"
    )
    fresh.replace(pointer)
