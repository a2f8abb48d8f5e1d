"""Which units were delivered when: small registers of deliveries, each with its right answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from pipelines.errors import ContractError
from pipelines.warehouse import answering, engine
from pipelines.warehouse.coverage import Coverage
from tests.houses import PROMISES, YEARS, House, care, pupils, suspension, trajectory


@pytest.fixture
def house() -> Iterator[House]:
    with engine.open_warehouse(None) as con:
        yield House(con)


def missing(found: Coverage, name: str) -> set[tuple[str, str]]:
    return {(year[:4], unit) for year, unit, *_ in found.missing(name).iter_rows()}


def delivered(found: Coverage, name: str) -> set[tuple[str, str]]:
    return {(year[:4], unit) for year, unit in found.delivered(name).iter_rows()}


def reason(found: Coverage, name: str, unit: str, year: int) -> str:
    rows = found.of(name).to_dicts()
    (row,) = [r for r in rows if (r["eenheid"], r["schooljaar"][:4]) == (unit, str(year))]
    return str(row["reden"])


def test_a_withdrawn_year_of_a_municipality_is_not_delivered(house: House) -> None:
    for year in YEARS:
        gone = "ingetrokken" if year == 2024 else "geladen"
        house.deliver("jeugdhulp", "een", f"{year}-{year + 1}", [care("GM0001", year)], gone)
    house.deliver("jeugdhulp", "twee", "2022-2025", [care("GM0002", y) for y in YEARS])
    found = house.coverage
    assert missing(found, "jeugdhulp") == {("2024", "GM0001")}
    assert reason(found, "jeugdhulp", "GM0001", 2024) == (
        "jeugdhulp 2024/2025 van een: de levering is ingetrokken."
    )


def test_a_municipality_that_never_delivered_is_seen(house: House) -> None:
    house.deliver("jeugdhulp", "twee", "2023-2025", [care("GM0002", 2023)])
    found = house.coverage
    assert missing(found, "jeugdhulp") == {("2023", "GM0001"), ("2024", "GM0001")}
    assert delivered(found, "jeugdhulp") == {("2023", "GM0002"), ("2024", "GM0002")}
    assert reason(found, "jeugdhulp", "GM0001", 2023) == (
        "jeugdhulp 2023/2024: hiervan is van niemand een levering bekend."
    )


def test_a_board_answers_for_its_schools_and_a_school_without_a_row_has_zero(house: House) -> None:
    """A2 never had a suspension; that is zero where Bestuur A delivered, and not where not."""
    house.deliver("schorsingen", "bestuur-a", "2022-2023", [suspension("A1", 2022)])
    house.deliver("schorsingen", "bestuur-a", "2024-2025", [suspension("A1", 2024)])
    house.deliver("schorsingen", "bestuur-b", "2022-2025", [suspension("B1", 2022)])
    found = house.coverage
    assert missing(found, "schorsingen") == {("2023", "A1"), ("2023", "A2")}
    assert reason(found, "schorsingen", "A2", 2023) == (
        "schorsingen 2023/2024 van bestuur-a: er is niets geleverd."
    )


def test_a_supplier_that_stops_is_missed_and_one_that_is_taken_over_is_not(house: House) -> None:
    house.deliver("smw_trajecten", "oud", "2022-2023", [trajectory("A1", 2022)])
    house.deliver("smw_trajecten", "nieuw", "2023-2025", [trajectory("A1", 2023)])
    house.deliver("smw_trajecten", "stopt", "2022-2024", [trajectory("A2", 2022)])
    house.deliver("smw_trajecten", "blijft", "2022-2025", [trajectory("B1", 2022)])
    assert missing(house.coverage, "smw_trajecten") == {("2024", "A2")}


def test_two_suppliers_side_by_side_are_both_needed(house: House) -> None:
    for year in YEARS:
        house.deliver("smw_trajecten", "x", f"{year}-{year + 1}", [trajectory("A1", year)])
    house.deliver("smw_trajecten", "y", "2022-2024", [trajectory("A1", 2022)])
    assert ("2024", "A1") in missing(house.coverage, "smw_trajecten")
    assert ("2023", "A1") in delivered(house.coverage, "smw_trajecten")


def test_the_provider_is_known_from_its_other_datasets(house: House) -> None:
    rows = [{"vestigingscode": "A1", "schooljaar": "2023/2024"}]
    house.deliver("schoolafspraken", "x", "2023-2025", rows)
    house.deliver("smw_trajecten", "y", "2023-2025", [trajectory("B1", 2023)])
    assert reason(house.coverage, "smw_trajecten", "A1", 2023) == (
        "smw_trajecten 2023/2024 van x: er is niets geleverd."
    )


def test_a_merged_school_owes_nothing_once_it_has_no_pupils(house: House) -> None:
    counted = [pupils(s, y) for s in ("A1", "A2") for y in YEARS if (s, y) != ("A2", 2024)]
    house.deliver("leerlingaantallen", "gemeente-een", "2022-2025", counted)
    house.deliver("schorsingen", "bestuur-a", "2022-2025", [suspension("A1", 2022)])
    found = house.coverage
    for name in ("leerlingaantallen", "schorsingen"):
        assert ("2024", "A2") not in {
            (y[:4], u) for y, u in found.of(name)["schooljaar", "eenheid"].iter_rows()
        }
    assert missing(found, "leerlingaantallen") == {(str(y), "B1") for y in YEARS}


def test_a_row_that_is_owed_and_kept_apart_is_missing(house: House) -> None:
    house.deliver("schorsingen", "bestuur-a", "2023-2025", [suspension("A1", 2023)])
    rows = [{"vestigingscode": "A1", "jaar": 2023, "score": 1.0},
            {"vestigingscode": "A1", "jaar": 2024, "score": 1.0}]  # fmt: skip
    scores = house.deliver("achterstandsscores", "een", "2023-2025", rows)
    rows = [{"vestigingscode": "B1", "jaar": 2023, "score": 1.0}]
    scores = house.deliver("achterstandsscores", "twee", "2023-2025", rows)
    house.keep_apart(
        scores, "achterstandsscores.score.bereik", '{"vestigingscode":"B1","jaar":2024}'
    )
    found = house.coverage
    assert missing(found, "achterstandsscores") == {("2024", "B1")}
    assert "afgekeurd" in reason(found, "achterstandsscores", "B1", 2024)


def test_a_sum_of_hours_without_a_row_is_not_whole_and_a_second_row_changes_nothing(
    house: House,
) -> None:
    house.deliver("schorsingen", "bestuur-a", "2023-2025", [suspension("A1", 2023)])
    rows = [{"vestigingscode": s, "schooljaar": "2023/2024", "uren": 9.0} for s in ("A1", "A2")]
    hours = house.deliver("inzet", "gemeente-een", "2023-2024", rows)
    house.keep_apart(
        hours, "inzet.financier.code", '{"vestigingscode":"A1","schooljaar":"2023/2024"}'
    )
    house.keep_apart(hours, "inzet.rij.uniek", '{"vestigingscode":"A2","schooljaar":"2023/2024"}')
    assert delivered(house.coverage, "inzet") == {("2023", "A2")}


def test_without_a_period_it_is_not_known_what_is_missing(house: House) -> None:
    house.deliver("schorsingen", "bestuur-a", "", [suspension("A1", 2023)])
    row = house.coverage.of("schorsingen").filter(eenheid="A2").row(0, named=True)
    assert (row["geleverd"], row["onbekend"]) == (True, True)
    assert row["reden"] == (
        "bestuur-a_schorsingen.csv (schorsingen van bestuur-a) noemt geen schooljaren, zodat niet"
        " te zien is wat ontbreekt en wat nul is. Zet ze in de bestandsnaam, zoals"
        " schorsingen_2023-2024."
    )


def _months(house: House, months: range, year: int) -> None:
    """Files of one month each, with a suspension where the month is even."""
    for number in months:
        calendar_year, month = year + (number - 1) // 12, (number - 1) % 12 + 1
        day = dt.date(calendar_year, month, 5)
        rows = [suspension("A1", year) | {"start_datum": day}] if month % 2 == 0 else []
        house.deliver("schorsingen", "bestuur-a", "", rows, month=f"{calendar_year}-{month:02d}")


def test_months_are_a_delivered_year_when_all_are_there(house: House) -> None:
    """A month without a suspension is known by its name; a month that lacks is no zero."""
    _months(house, range(8, 20), 2022)
    _months(house, range(8, 11), 2024)
    assert delivered(house.coverage, "schorsingen") >= {("2022", "A1"), ("2022", "A2")}
    assert ("2024", "A2") in delivered(house.coverage, "schorsingen")  # the newest year still runs


def test_a_year_of_which_months_lack_was_not_delivered(house: House) -> None:
    house.deliver("schorsingen", "bestuur-b", "2022-2025", [suspension("B1", 2024)])
    _months(house, range(8, 12), 2022)
    _months(house, range(13, 20), 2022)
    row = house.coverage.of("schorsingen").filter(eenheid="A2", schooljaar="2022/2023")
    assert row.select("geleverd", "onbekend").row(0) == (False, False)
    assert row["reden"].to_list() == [
        "schorsingen 2022/2023 van bestuur-a: van december 2022 is niets geleverd."
    ]
    _months(house, range(8, 9), 2023)
    later = house.coverage.of("schorsingen").filter(eenheid="A2", schooljaar="2023/2024")
    assert "van 11 van de 12 maanden is niets geleverd" in later["reden"].to_list()[0]


def test_the_first_delivered_year_is_known(house: House) -> None:
    house.deliver("jeugdhulp", "een", "2022-2025", [care("GM0001", 2022)])
    house.deliver("jeugdhulp", "twee", "2023-2025", [care("GM0002", 2023)])
    first = house.coverage.of("jeugdhulp").filter("eerste").select("schooljaar", "eenheid")
    assert set(first.iter_rows()) == {("2022/2023", "GM0001"), ("2023/2024", "GM0002")}


def test_youth_work_is_told_from_group_work(house: House) -> None:
    """Both come in `activiteiten`; a wijk and a school stand for their municipality."""
    day = dt.date(2023, 9, 1)
    groups = [{"vestigingscode": "A1", "vorm": "themagroep", "datum": day}]
    house.deliver("activiteiten", "aanbieder", "2023-2024", groups)
    outside = [{"wijkcode": "WK000201", "vorm": "sport_spel", "datum": day}]
    house.deliver("activiteiten", "jongerenwerk", "2023-2024", outside)
    house.deliver("schorsingen", "bestuur-a", "2023-2024", [])
    found = house.coverage
    assert delivered(found, "jongerenwerk") == {("2023", "GM0002")}
    assert delivered(found, "groepsaanbod") == {("2023", "A1")}
    assert set(found.of("activiteiten")["onderdeel"]) == {"jongerenwerk", "groepsaanbod"}


def test_units_survive_in_the_register_and_are_read_from_the_rows_of_older_deliveries(
    house: House,
) -> None:
    house.deliver("jeugdhulp", "een", "2023-2024", [care("GM0001", 2023)])
    before = house.coverage.units
    house.con.execute("DELETE FROM register.eenheden")
    assert house.coverage.units.equals(before)


def test_own_days_off_of_a_board_are_those_of_its_schools(house: House) -> None:
    days = {"van": dt.date(2023, 10, 2), "tot_en_met": dt.date(2023, 10, 2), "soort": "studiedag"}
    rows = [days | {"geldt_voor": "bestuur", "gebied": "Bestuur A"}]
    house.deliver("schoolkalender", "bestuur-a", "2022-2024", rows, "ingetrokken")
    rows = [days | {"geldt_voor": "vakantieregio", "gebied": "Noord"}]
    house.deliver("schoolkalender", "regio", "2022-2024", rows)
    house.deliver("schorsingen", "bestuur-a", "2022-2025", [])
    assert {unit for _year, unit in missing(house.coverage, "schoolkalender")} == {"A1", "A2"}
    assert set(house.coverage.of("schoolkalender")["eenheid"]) == {"A1", "A2"}


def test_every_engine_gets_it_as_a_table(house: House) -> None:
    house.deliver("jeugdhulp", "een", "2023-2024", [care("GM0001", 2023)])
    found = house.coverage
    assert found.as_ibis().count().to_pyarrow().as_py() == found.units.height


def test_every_dataset_says_who_answers_for_what() -> None:
    named = {line.dataset for line in answering.answering().values()}
    assert named >= set(PROMISES.datasets)
    for line in answering.answering().values():
        for column in line.columns:
            PROMISES.dataset(line.dataset).column(column)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "dekking: {inzet: []}",
        "dekking: {inzet: {niveau: vestiging, leeg: nul, verplicht: ja}}",
        "dekking: {inzet: {kolommen: [x], niveau: wijk, leeg: nul, verplicht: ja}}",
        "dekking: {inzet: {kolommen: [x], niveau: totaal, leeg: soms, verplicht: ja}}",
        "dekking: {inzet: {kolommen: [x], niveau: totaal, leeg: nul, verplicht: ja, met: [y]}}",
    ],
)
def test_a_line_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(ContractError, match=r"leveringskalender\.yaml"):
        answering.parse(text)
