"""What was not delivered is not zero: figures of small registers, each with its right value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Any

import polars as pl
import pytest

from pipelines.metrics import publication_plan as plans
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.compute import Counted, count_all
from pipelines.metrics.metric import Context
from pipelines.release.components import Protected, Thresholds
from pipelines.release.figures import figures
from pipelines.warehouse import engine, school_calendar, tables
from pipelines.warehouse.tables import DELIVERY
from tests.houses import PROMISES, YEARS, House, care, pupils, suspension, trajectory

ALL_YEARS = tuple(f"{y}/{y + 1}" for y in YEARS)
Cell = dict[str, Any]


@pytest.fixture
def house() -> Iterator[House]:
    with engine.open_warehouse(None) as con:
        house = House(con)
        areas = [("GM0001", "Een"), ("GM0002", "Twee")]
        rows = [{"gemeente": g, "gemeentenaam": n} for g, n in areas]
        house.deliver("gebieden", "gemeente-een", "", rows)
        yield house


def _shown(counted: Counted) -> Protected:
    cells = counted.cells.select(
        "cel", zichtbaar=pl.lit(value=True), gepubliceerd=pl.col("aantal").cast(pl.Float64)
    )
    return Protected(counted, cells, 0, "")


def told(
    house: House, *metrics: str, levels: Collection[str] = ("totaal", "gemeente")
) -> dict[tuple[str, str, str], Cell]:
    """(metric, first calendar year, area) -> its figure without a breakdown, as if all is shown."""
    chosen = {name: METRICS[name] for name in metrics}
    result = count_all(
        chosen.values(),
        tables.as_ibis(house.con, PROMISES),
        set(tables.filled(house.con, PROMISES)),
        Context(dt.date(YEARS[-1] + 1, 7, 31), PROMISES, ALL_YEARS),
        plans.load(METRICS),
        house.coverage,
    )
    frame = figures(
        result, [_shown(c) for c in result.counted], chosen, ALL_YEARS, Thresholds(1, 1, 1)
    )
    return {
        (row["metriek"], row["schooljaar"][:4], row["gebied"]): row
        for row in frame.iter_rows(named=True)
        if row["uitsplitsing"] == "" and row["niveau"] in levels
    }


def _children(area: str, year: int, count: int) -> list[Cell]:
    """Provisions that run for two years, each of another child."""
    ends = dt.date(year + 2, 7, 1)
    return [
        care(area, year)
        | {"leerling_id": f"{area}{year}{n}", "toewijzing_id": f"{area}{year}-{n}"}
        | {"eind_datum": ends, "hulpvorm": "x", "niveau": 3}
        for n in range(count)
    ]


def _youth_care(house: House, gone: int | None) -> None:
    """Forty new children a year in either municipality; one year of the first is withdrawn."""
    for year in YEARS:
        status = "ingetrokken" if year == gone else "geladen"
        rows = _children("GM0001", year, 40)
        house.deliver("jeugdhulp", "Gemeente Een", f"{year}-{year + 1}", rows, status)
    rows = [row for year in YEARS for row in _children("GM0002", year, 40)]
    house.deliver("jeugdhulp", "Gemeente Twee", "2022-2025", rows)


REASON = "jeugdhulp 2024/2025 van Gemeente Een: de levering is ingetrokken."


def test_a_withdrawn_year_of_youth_care_is_not_delivered_and_the_total_says_what_it_covers(
    house: House,
) -> None:
    """Row 3: cases that began earlier run on, but of that year they are not all there is."""
    _youth_care(house, gone=2024)
    found = told(house, "jh_jeugdigen")
    gone = found["jh_jeugdigen", "2024", "GM0001"]
    assert (gone["status"], gone["waarde"], gone["reden"]) == (
        "niet_geleverd", None, f"Niet geleverd: {REASON}",
    )  # fmt: skip
    total = found["jh_jeugdigen", "2024", ""]
    assert total["waarde"] == found["jh_jeugdigen", "2024", "GM0002"]["waarde"] == 80.0
    assert total["dekking"] == f"Niet meegeteld: Een ({REASON.rstrip('.')})."
    before = found["jh_jeugdigen", "2023", ""]
    assert (before["waarde"], before["dekking"]) == (160.0, "")
    assert total["dekking_kenmerk"] != before["dekking_kenmerk"] == ""


def test_the_first_delivered_year_is_incomplete_and_has_a_mark_of_its_own(house: House) -> None:
    """Row 17: forty children in the first year and eighty in the next is no growth."""
    _youth_care(house, gone=None)
    found = told(house, "jh_jeugdigen", "jh_instroom")
    first, second = (found["jh_jeugdigen", year, "GM0001"] for year in ("2022", "2023"))
    assert (first["waarde"], second["waarde"]) == (40.0, 80.0)
    assert "Eerste geleverde schooljaar" in first["dekking"]
    assert (first["dekking_kenmerk"], second["dekking_kenmerk"]) == ("eerste", "")
    new = found["jh_instroom", "2022", "GM0001"]
    assert (new["waarde"], new["dekking_kenmerk"]) == (40.0, "")


def test_a_withdrawn_year_in_the_middle_is_missed_in_the_year_after_too(house: House) -> None:
    _youth_care(house, gone=2023)
    after = told(house, "jh_jeugdigen")["jh_jeugdigen", "2024", "GM0001"]
    assert after["waarde"] == 40.0
    assert after["dekking"].startswith("Wat in 2023/2024 begon, ontbreekt: Een (jeugdhulp")
    assert after["dekking_kenmerk"] == "eerste"


def _at_home(house: House) -> None:
    """In either municipality of each year five pupils with five weeks of absence in term, two who
    are enrolled nowhere, and an exemption.
    """
    for town, supplier in (("GM0001", "Gemeente Een"), ("GM0002", "Gemeente Twee")):
        rows = [
            {"verzuim_id": f"{town}{year}{n}", "leerling_id": f"{town}{year}{n}"}
            | {"woongemeente": town, "soort": sort, "start_datum": dt.date(year, 9, 4)}
            | {"eind_datum": dt.date(year, 10, 8)}
            for year in YEARS
            for n, sort in enumerate(["relatief"] * 5 + ["absoluut"] * 2 + ["vrijstelling_5a"])
        ]
        house.deliver("thuiszitters", supplier, "2022-2025", rows)


def _regions(house: House, **regions: str | None) -> None:
    rows = [
        {"gemeente": town, "gemeentenaam": name, "vakantieregio": regions[town]}
        for town, name in (("GM0001", "Een"), ("GM0002", "Twee"))
    ]
    house.con.execute("DELETE FROM gebieden")
    house.deliver("gebieden", "gemeente-een", "", rows)


def test_what_lasts_a_number_of_school_days_is_not_told_without_a_holiday_region(
    house: House,
) -> None:
    """Absolute absence alone would be a number that looks whole; of exemptions it makes no odds."""
    _at_home(house)
    _regions(house, GM0001="Noord", GM0002=None)
    metrics = ("thuis_jaar", "thuis_terug", "thuis_vrijstelling")
    found = told(house, *metrics)
    reason = (
        "schooldagen 2023/2024 en 2024/2025: niet te bepalen; vul de vakantieregio in in gebieden"
        " of in scholen."
    )
    for metric in metrics[:2]:
        row = found[metric, "2024", "GM0002"]
        assert (row["status"], row["waarde"]) == ("niet_geleverd", None)
        assert row["reden"] == f"Niet geleverd: {reason}"
        assert found[metric, "2024", ""]["dekking"] == f"Niet meegeteld: Twee ({reason[:-1]})."
    assert found["thuis_jaar", "2024", "GM0001"]["waarde"] == 7.0
    assert found["thuis_jaar", "2024", ""]["waarde"] == 7.0
    assert found["thuis_vrijstelling", "2024", "GM0002"]["waarde"] == 1.0
    _regions(house, GM0001="Noord", GM0002="Zuid")
    whole = told(house, "thuis_jaar")
    assert whole["thuis_jaar", "2024", ""]["waarde"] == 14.0
    assert whole["thuis_jaar", "2024", ""]["dekking"] == ""


def test_school_days_of_a_year_beyond_the_published_holidays_ask_for_a_calendar(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    _at_home(house)
    _regions(house, GM0001="Noord", GM0002="Zuid")
    known = school_calendar.national
    monkeypatch.setattr(
        school_calendar, "national",
        lambda region: {y: d for y, d in known(region).items() if y < "2024"},
    )  # fmt: skip
    found = told(house, "thuis_jaar")
    assert found["thuis_jaar", "2023", ""]["waarde"] == 14.0
    for area in ("", "GM0001"):
        row = found["thuis_jaar", "2024", area]
        assert (row["status"], row["waarde"]) == ("niet_geleverd", None)
        assert "schooldagen 2024/2025: niet te bepalen; lever een schoolkalender" in row["reden"]
    days = [("2024-08-01", "2025-07-31", "lesdagen"), ("2024-12-21", "2025-01-05", "vakantie")]
    for first, last, kind in days:
        own = {"geldt_voor": "land", "gebied": "NL", "soort": kind}
        dates = {"van": dt.date.fromisoformat(first), "tot_en_met": dt.date.fromisoformat(last)}
        house.deliver("schoolkalender", "bestuur-a", "", [own | dates])
    assert told(house, "thuis_jaar")["thuis_jaar", "2024", ""]["waarde"] == 14.0


def test_what_looks_a_year_ahead_needs_that_year(house: House) -> None:
    """Row 3: without the youth care of 2024/2025 nobody of 2023/2024 would seem to get any."""
    _youth_care(house, gone=2024)
    rows = [
        trajectory(school, 2023)
        | {"leerling_id": f"{school}{n}", "traject_id": f"{school}-{n}"}
        | {"start_datum": dt.date(2023, 9, 1), "eind_datum": dt.date(2023, 12, 1)}
        for school in ("A1", "A2", "B1")
        for n in range(20)
    ]
    house.deliver("smw_trajecten", "aanbieder", "2022-2025", rows)
    found = told(house, "smw_geen_tweedelijn", "jh_zwaarder")
    for metric in ("smw_geen_tweedelijn", "jh_zwaarder"):
        assert found[metric, "2023", "GM0001"]["status"] == "niet_geleverd"
        assert REASON in found[metric, "2023", "GM0001"]["reden"]
    assert found["smw_geen_tweedelijn", "2023", "GM0002"]["noemer"] == 20.0
    assert found["smw_geen_tweedelijn", "2023", ""]["noemer"] == 20.0


def test_a_sum_over_schools_says_that_one_is_missing(house: House) -> None:
    """Row 10: a score in quarantine is in no sum; nor is a school whose hours are kept apart."""
    house.deliver("schorsingen", "bestuur-a", "2022-2025", [suspension("A1", 2024)])
    house.con.execute(
        "UPDATE scholen SET samenwerkingsverband = 'PO0001', naam = 'School ' || vestigingscode"
    )
    rows = [{"vestigingscode": s, "jaar": 2024, "score": 100.0} for s in ("A1", "B1")]
    house.deliver("achterstandsscores", "een", "2024-2025", rows[:1])
    before = [{"vestigingscode": "B1", "jaar": 2023, "score": 100.0}]
    scores = house.deliver("achterstandsscores", "twee", "2023-2025", before)
    house.keep_apart(
        scores, "achterstandsscores.score.bereik", '{"vestigingscode":"B1","jaar":2024}'
    )
    rows = [{"vestigingscode": s, "schooljaar": "2024/2025", "uren": 10.0} for s in ("A1", "A2")]
    hours = house.deliver("inzet", "gemeente-een", "2024-2025", rows)
    house.keep_apart(
        hours, "inzet.tot_voor_van", '{"vestigingscode":"A2","schooljaar":"2024/2025"}'
    )
    found = told(house, "middelen_achterstand", "inzet_uren")
    means = found["middelen_achterstand", "2024", ""]
    assert means["status"] == "zichtbaar"
    assert means["dekking"].startswith("Niet meegeteld: School B1 (achterstandsscores 2024/2025")
    assert "een rij van deze school is afgekeurd" in means["dekking"]
    worked = found["inzet_uren", "2024", "GM0001"]
    assert worked["waarde"] == 10.0
    assert worked["dekking"].startswith("Niet meegeteld: School A2 (inzet 2024/2025")


def test_a_school_without_a_row_is_zero_only_where_its_board_delivered(house: House) -> None:
    """The pupils of schools that delivered nothing are in no denominator either."""
    rows = [
        suspension("A1", 2024) | {"schorsing_id": str(n), "leerling_id": str(n)} for n in range(10)
    ]
    house.deliver("schorsingen", "bestuur-a", "2024-2025", rows)
    house.deliver("schorsingen", "bestuur-b", "2022-2024", [suspension("B1", 2022)])
    for supplier, schools in (("een", ("A1", "A2")), ("twee", ("B1",))):
        counted = [pupils(s, year) for s in schools for year in YEARS]
        house.deliver("leerlingaantallen", supplier, "2022-2025", counted)
    found = told(house, "sch_per_1000")
    assert found["sch_per_1000", "2024", "GM0001"]["noemer"] == 200.0
    assert found["sch_per_1000", "2024", ""]["noemer"] == 200.0
    assert found["sch_per_1000", "2024", "GM0002"]["status"] == "niet_geleverd"


def test_zero_is_known_without_the_numbers_of_pupils(house: House) -> None:
    """A school without a suspension has none, whoever counts its pupils."""
    house.deliver("schorsingen", "bestuur-a", "2024-2025", [_sent_home("A1")])
    house.deliver("schorsingen", "bestuur-b", "2022-2025", [suspension("B1", 2022)])
    found = told(house, "sch_aantal", levels=("vestiging",))
    assert found["sch_aantal", "2024", "A1"]["waarde"] == 1.0
    assert found["sch_aantal", "2024", "A2"]["waarde"] == 0.0
    assert found["sch_aantal", "2024", "B1"]["waarde"] == 0.0
    assert found["sch_aantal", "2022", "A2"]["status"] == "niet_geleverd"


def _sent_home(school: str) -> Cell:
    return suspension(school, 2024) | {"soort": "schorsing_extern"}


def test_a_municipality_without_its_list_of_schools_is_not_delivered(house: House) -> None:
    """Its rows count in the total, which alone does not need to know where a school stands."""
    house.deliver("schorsingen", "bestuur-a", "2022-2025", [_sent_home("A1")])
    house.deliver("schorsingen", "bestuur-b", "2022-2025", [_sent_home("B1")])
    (name,) = house.con.execute(
        "SELECT levering FROM register.leveringen WHERE leverancier = 'gemeente-twee'"
    ).fetchone() or ("",)
    house.con.execute(f"DELETE FROM scholen WHERE {DELIVERY} = ?", [name])
    house.con.execute(
        "UPDATE register.leveringen SET status = 'ingetrokken' WHERE levering = ?", [name]
    )
    levels = ("totaal", "gemeente", "vestiging", "onderwijssoort")
    found = told(house, "sch_aantal", levels=levels)
    why = "scholen 2024/2025 van gemeente-twee: de levering is ingetrokken."
    for area in ("GM0002", "B1", "vso"):
        cell = found["sch_aantal", "2024", area]
        assert (cell["status"], cell["reden"]) == ("niet_geleverd", f"Niet geleverd: {why}")
    assert found["sch_aantal", "2024", "bo"]["dekking"] == (
        f"Niet meegeteld: Twee ({why.rstrip('.')})."
    )
    whole = found["sch_aantal", "2024", ""]
    assert (whole["waarde"], whole["dekking"]) == (2.0, "")
    assert found["sch_aantal", "2024", "GM0001"]["dekking"] == ""


def test_a_school_in_no_list_that_was_not_delivered_is_in_no_number_of_pupils(house: House) -> None:
    """It is known by its own code: the total without its hours is without its pupils too."""
    house.deliver("schorsingen", "bestuur-a", "2022-2025", [suspension("A1", 2024)])
    for supplier, schools in (("een", ("A1", "A2")), ("twee", ("C1",))):
        house.deliver(
            "leerlingaantallen", supplier, "2024-2025", [pupils(s, 2024) for s in schools]
        )
    rows = [
        {
            "vestigingscode": s,
            "schooljaar": "2024/2025",
            "uren": 10.0,
            "rol": "SMW",
            "kosten": 500.0,
        }
        for s in ("A1", "A2")
    ]
    house.deliver("inzet", "gemeente-een", "2024-2025", rows)
    rows = [row | {"vestigingscode": s} for row, s in zip(rows, ("C1", "C2"), strict=True)]
    hours = house.deliver("inzet", "gemeente-twee", "2024-2025", rows)
    house.keep_apart(
        hours, "inzet.tot_voor_van", '{"vestigingscode":"C1","schooljaar":"2024/2025"}'
    )
    found = told(house, "inzet_per_100")["inzet_per_100", "2024", ""]
    assert (found["noemer"], found["waarde"]) == (200.0, 10.0)
    assert "Niet meegeteld: C1 (inzet 2024/2025 van gemeente-twee" in found["dekking"]


def test_what_belongs_to_a_trajectory_of_another_year_needs_that_year(house: House) -> None:
    """A referral of a trajectory from the year before, and one that comes a year after."""
    gone, rows = 2023, [trajectory("A1", year) | {"traject_id": str(year)} for year in YEARS]
    for year, row in zip(YEARS, rows, strict=True):
        status = "ingetrokken" if year == gone else "geladen"
        closed = row | {"start_datum": row["aanmeld_datum"], "eind_datum": dt.date(year + 1, 2, 1)}
        house.deliver("smw_trajecten", "aanbieder", f"{year}-{year + 1}", [closed], status)
        referred = {"vestigingscode": "A1", "leerling_id": "x", "traject_id": str(year)}
        day = dt.date(year + 1, 3, 1)
        house.deliver(
            "verwijzingen", "aanbieder", f"{year}-{year + 1}",
            [referred | {"overleg_datum": day, "verwijs_datum": day, "bestemming": "wijkteam"}],
            status,
        )  # fmt: skip
    found = told(house, "smw_toeleidingsdocument", "vw_verwijsgraad")
    assert (
        "Wat in 2023/2024 begon, ontbreekt"
        in (found["smw_toeleidingsdocument", "2024", "GM0001"]["dekking"])
    )
    before = found["vw_verwijsgraad", "2022", "GM0001"]["dekking"]
    assert "Wat in 2023/2024 volgde, ontbreekt" in before


def test_without_a_period_nothing_is_compared_and_the_file_to_mend_is_named(house: House) -> None:
    house.deliver("schorsingen", "bestuur-a", "", [suspension("A1", y) for y in YEARS])
    house.deliver("schorsingen", "bestuur-b", "2022-2025", [suspension("B1", 2022)])
    cell = told(house, "sch_aantal")["sch_aantal", "2024", "GM0001"]
    assert cell["dekking_kenmerk"] == "onbekend"
    assert "Zet ze in de bestandsnaam" in cell["dekking"]
