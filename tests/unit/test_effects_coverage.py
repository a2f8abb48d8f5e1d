"""Effects and savings where deliveries are missing: what was not delivered is never zero.

A made-up pilot in two towns, each with its board: participants in GM0001, comparison in GM0002,
nothing planted. Each test removes a delivery: its rows, and its mark in the table of coverage.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import ibis
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines import contracts
from pipelines.effects.catalogue import SAVINGS
from pipelines.effects.catalogue.long_term import ZIS_L1, ZIS_L2, ZIS_L5, ZIS_L6
from pipelines.effects.catalogue.medium_term import ZIS_M2, ZIS_M3, ZIS_M6
from pipelines.effects.data.kept import Kept as KeptTables
from pipelines.effects.data.observation import observe, observed_for
from pipelines.effects.data.summaries import (
    kept_everyone,
    outcome_by_month,
    outcome_by_slice,
    slices,
)
from pipelines.effects.designs.rates import rate_rows
from pipelines.effects.designs.rows import Given, Row
from pipelines.effects.designs.sums import net_rows
from pipelines.effects.designs.surveys import survey_rows
from pipelines.effects.effect import Effect, Minimum, Observed, Window
from pipelines.effects.outcomes import Events, runs_on
from pipelines.effects.pilots.moments import moments_of_counts
from pipelines.effects.pilots.table import pilot_rows
from pipelines.effects.savings.balance import balances
from pipelines.effects.savings.routes import Savings, saving_rows
from pipelines.warehouse.coverage import SCHEMA, TABLE
from tests.unit.test_effects_compute import YEARS, as_tables, made_up

pytestmark = pytest.mark.xdist_group("effects_coverage")

ASOF = dt.date(2025, 7, 31)
TOWNS = ("GM0001", "GM0002")
PARAMETERS = contracts.load().parameters
DATED = {
    "schorsingen": "start_datum",
    "incidenten": "datum",
    "thuiszitters": "start_datum",
    "jeugdhulp": "start_datum",
}
SCHOOLS = 12
Rows = Mapping[str, list[dict[str, object]]]
Kept = Callable[[dict[str, object]], bool]


def _pilot(pupils: int = 12, seed: int = 4) -> Rows:
    """Six schools with and six without; everything happens as often before as after the start."""
    rng = np.random.default_rng(seed)
    first, length = dt.date(2021, 8, 1), (ASOF - dt.date(2021, 8, 1)).days
    rows: dict[str, list[dict[str, object]]] = {
        name: [] for name in ("zis_deelnames", "scholen", *DATED)
    }
    rows["tarieven"] = [
        {"hulpvorm": "dagbesteding", "niveau": 7, "jaar": 2022, "tarief": 80.0, "eenheid": "16"}
    ]
    for school in range(SCHOOLS):
        town = TOWNS[school >= SCHOOLS // 2]
        code = f"{school:02d}AA00"
        rows["scholen"].append({"vestigingscode": code, "gemeente": town, "onderwijssoort": "so"})
        for number in range(pupils):
            pupil = made_up(f"{school}-{number}")
            about: dict[str, object] = {"leerling_id": pupil, "vestigingscode": code}
            rows["zis_deelnames"].append(
                {
                    **about,
                    "deelname_id": pupil[:12],
                    "groep": "zis" if town == TOWNS[0] else "vergelijking",
                    "start_datum": dt.date(2023, 8, 21),
                }
            )
            for name in ("schorsingen", "incidenten", "thuiszitters"):
                for at in rng.integers(0, length, size=rng.poisson(6)):
                    day = first + dt.timedelta(days=int(at))
                    rows[name].append(
                        {
                            **about,
                            DATED[name]: day,
                            "woongemeente": town,
                            "schooldagen": 1,
                            "soort": "absoluut" if name == "thuiszitters" else "schorsing_intern",
                        }
                    )
            weekly = float(rng.uniform(2, 6))
            for year in 2021 + np.flatnonzero(rng.random(4) < 0.8):
                rows["jeugdhulp"].append(
                    {
                        "toewijzing_id": f"{pupil[:12]}-{year}",
                        "leerling_id": pupil,
                        "woongemeente": town,
                        "hulpvorm": "dagbesteding",
                        "niveau": 7,
                        "start_datum": dt.date(int(year), 8, 1),
                        "eind_datum": dt.date(int(year) + 1, 7, 31),
                        "volume": weekly * float(rng.uniform(0.8, 1.2)),
                        "eenheid": "16",
                        "frequentie": "2",
                    }
                )
    return rows


PILOT = _pilot()


def year_of(day: object) -> str:
    assert isinstance(day, dt.date)
    begun = day.year - (day.month < 8)
    return f"{begun}/{begun + 1}"


def covered(lacking: Mapping[str, Iterable[tuple[str, str]]]) -> ibis.Table:
    """The table of coverage; `lacking`: dataset -> (unit, school year) that was not delivered."""
    schools = {str(one["vestigingscode"]): str(one["gemeente"]) for one in PILOT["scholen"]}
    found = []
    for dataset in DATED:
        by_town = dataset in ("jeugdhulp", "thuiszitters")
        gaps = set(lacking.get(dataset, ()))
        for unit in TOWNS if by_town else schools:
            for year in YEARS:
                before = f"{int(year[:4]) - 1}/{year[:4]}"
                delivered = (unit, year) not in gaps
                found.append(
                    {
                        "dataset": dataset,
                        "onderdeel": dataset,
                        "schooljaar": year,
                        "niveau": "gemeente" if by_town else "vestiging",
                        "eenheid": unit,
                        "leveranciers": f"bron {unit if by_town else schools[unit]}",
                        "geleverd": delivered,
                        "eerste": delivered and (year == YEARS[0] or (unit, before) in gaps),
                        "onbekend": False,
                        "reden": "" if delivered else "er is niets geleverd",
                    }
                )
    return ibis.memtable(pl.DataFrame(found, schema=SCHEMA))


def units_of(dataset: str, town: str) -> list[str]:
    if dataset in ("jeugdhulp", "thuiszitters"):
        return [town]
    return [str(one["vestigingscode"]) for one in PILOT["scholen"] if one["gemeente"] == town]


def given(
    lacking: Mapping[str, Iterable[tuple[str, str]]] | None = None,
    *,
    remove: bool = True,
    rows: Rows = PILOT,
    asof: dt.date = ASOF,
) -> Given:
    """The pilot without what is lacking; None: without a table of coverage at all."""
    gaps = {name: set(pairs) for name, pairs in (lacking or {}).items()}

    def kept(name: str, row: dict[str, object]) -> bool:
        if name not in gaps or not remove:
            return True
        unit = row["woongemeente" if name in ("jeugdhulp", "thuiszitters") else "vestigingscode"]
        return (unit, year_of(row[DATED[name]])) not in gaps[name]

    tables = as_tables({name: [r for r in have if kept(name, r)] for name, have in rows.items()})
    if lacking is not None:
        tables[TABLE] = covered(lacking)
    return Given(tables, frozenset(rows), PARAMETERS, asof)


def estimated(found: Given, effect: Effect) -> dict[str, Row]:
    """Design -> row of the first measure, before/after with and without comparison only."""
    outcome = effect.outcomes[0]
    assert isinstance(outcome, Events)
    rows, _points = rate_rows(found, effect, replace(outcome, designs=("VV", "VN")))
    return {row.design: row for row in rows}


def summed(found: Given, effect: Effect, *, monthly: bool = False) -> pl.DataFrame:
    outcome = effect.outcomes[0]
    assert isinstance(outcome, Events)
    observed = observe(
        found.tables,
        outcome.dataset,
        outcome.date,
        Window(),
        PARAMETERS,
        found.peildatum,
        running=runs_on(outcome),
    )
    assert observed is not None
    if monthly:
        return outcome_by_month(found.tables, outcome, observed, Window(), PARAMETERS)
    cut = slices(Window())
    return outcome_by_slice(found.tables, outcome, observed, Window(), cut, PARAMETERS)


EFFECTS = {
    "schorsingen": ZIS_M3,
    "incidenten": ZIS_M2,
    "thuiszitters": ZIS_L1,
    "jeugdhulp": ZIS_L2,
}


@pytest.mark.parametrize("dataset", ["schorsingen", "jeugdhulp"])
def test_a_last_year_that_a_supplier_did_not_deliver_proves_nothing(dataset: str) -> None:
    lacking = {dataset: [(unit, YEARS[3]) for unit in units_of(dataset, TOWNS[0])]}
    found = given(lacking)
    row = estimated(found, EFFECTS[dataset])["VV"]
    tables = {name: table for name, table in found.tables.items() if name != TABLE}
    fooled = estimated(replace(found, tables=tables), EFFECTS[dataset])["VV"].result
    assert row.result is not None
    assert fooled is not None
    # A register that takes it for zero makes it less by nearly half.
    assert fooled.estimate < min(-1.0, 4 * row.result.estimate)
    assert row.result.interval[0] < 0 < row.result.interval[1]
    assert "geen duidelijk verschil" in row.result.sentence
    told = row.published()["zin"]
    assert f"{dataset} van bron GM0001 over 2024/2025" in told
    assert "2024/2025 telt daardoor voor niemand mee" in told


@pytest.mark.parametrize(
    ("dataset", "year"),
    [("schorsingen", 1), ("incidenten", 0), ("thuiszitters", 3), ("jeugdhulp", 0)],
)
def test_rows_of_a_year_that_was_not_delivered_make_no_difference(dataset: str, year: int) -> None:
    lacking = {dataset: [(unit, YEARS[year]) for unit in units_of(dataset, TOWNS[0])]}
    nobody = {dataset: [(u, YEARS[year]) for town in TOWNS for u in units_of(dataset, town)]}
    found = summed(given(lacking), EFFECTS[dataset])
    assert set(found["groep"]) == {"zis", "vergelijking"}
    assert found.equals(summed(given(lacking, remove=False), EFFECTS[dataset]))
    # The same as a register in which nobody was ever asked for that year.
    assert found.equals(summed(given(nobody), EFFECTS[dataset]))


def test_a_last_year_that_was_not_delivered_is_a_register_that_ends_earlier() -> None:
    lacking = {"schorsingen": [(unit, YEARS[3]) for unit in units_of("schorsingen", TOWNS[1])]}
    shorter = given({}, asof=dt.date(2024, 7, 31))
    for monthly in (False, True):
        found = summed(given(lacking), ZIS_M3, monthly=monthly)
        assert found.equals(summed(shorter, ZIS_M3, monthly=monthly))


def _with_few_at_the_first_school() -> list[dict[str, object]]:
    own = [r for r in PILOT["zis_deelnames"] if r["vestigingscode"] == "00AA00"]
    return [*own[:5], *PILOT["zis_deelnames"][len(own) :]]


def test_one_school_that_stops_is_followed_until_then_and_the_others_on() -> None:
    """Less than a tenth of an arm, so that the year counts for the others."""
    few = _with_few_at_the_first_school()
    lacking = {"schorsingen": [("00AA00", YEARS[3])]}
    found = given(lacking, rows=PILOT | {"zis_deelnames": few})
    left = [
        r | ({"eind_datum": dt.date(2024, 7, 31)} if r["vestigingscode"] == "00AA00" else {})
        for r in few
    ]
    assert summed(found, ZIS_M3).equals(
        summed(given({}, rows=PILOT | {"zis_deelnames": left}), ZIS_M3)
    )
    months = summed(found, ZIS_M3, monthly=True)
    assert months.filter(pl.col("school") == "00AA00")["index"].max() == 54 * 12 + 6  # July 2024
    assert months.filter(pl.col("school") == "01AA00")["index"].max() == 55 * 12 + 6


def test_a_year_in_the_middle_is_a_gap_and_a_pupil_counts_once() -> None:
    lacking = {"schorsingen": [("00AA00", YEARS[1]), ("00AA00", YEARS[2])]}
    few = _with_few_at_the_first_school()
    found = summed(given(lacking, rows=PILOT | {"zis_deelnames": few}), ZIS_M3)
    own = found.filter((pl.col("school") == "00AA00") & (pl.col("division") == "fase"))
    assert own["pupils"].to_list() == [5, 5]
    # Before: 2021/2022 from 24 months before the start; during: 2024/2025.
    assert own["months"].to_list() == pytest.approx(
        [5 * (dt.date(2022, 8, 1) - dt.date(2021, 8, 21)).days / 30.4375, 5 * 365 / 30.4375],
        rel=0.01,
    )


@pytest.mark.parametrize("dataset", ["incidenten", "thuiszitters"])
def test_a_supplier_that_never_delivered_leaves_no_arm_to_compare(dataset: str) -> None:
    def without(town: str) -> dict[str, Row]:
        lacking = {dataset: [(u, year) for u in units_of(dataset, town) for year in YEARS]}
        return estimated(given(lacking), EFFECTS[dataset])

    (only,) = without(TOWNS[0]).values()
    assert (only.status, only.leading) == ("niet_geleverd", True)
    assert only.reason.startswith(
        f"Niet geleverd: {dataset} van bron GM0001 over 2021/2022, 2022/2023, 2023/2024 en"
        " 2024/2025. Daardoor is van deelnemers niemand vóór en na de start te volgen."
    )
    rows = without(TOWNS[1])
    assert rows["VV"].status == "niet_geleverd"
    assert "bron GM0002" in rows["VV"].reason
    assert "van de vergelijkingsgroep niemand" in rows["VV"].reason
    alone = rows["VN"]
    assert (alone.status, alone.leading) == ("zichtbaar", True)
    assert "Ongeveer 70 leerlingen zijn daardoor niet te volgen." in alone.published()["zin"]


def test_what_runs_on_is_not_known_in_the_year_after_a_missing_one() -> None:
    lacking = {"jeugdhulp": [("GM0001", YEARS[1])]}
    found = given(lacking)
    running, events = (
        observe(found.tables, "jeugdhulp", "start_datum", Window(), PARAMETERS, ASOF, running=runs)
        for runs in (True, False)
    )
    assert running is not None
    assert events is not None
    assert (running.resumed, running.out) == (("2023/2024",), ("2022/2023", "2023/2024"))
    assert (events.resumed, events.out) == ((), ("2022/2023",))
    assert [runs_on(o) for o in (*ZIS_L2.outcomes, *ZIS_M6.outcomes) if isinstance(o, Events)] == [
        True,
        False,
        True,
    ]


def test_of_a_file_without_a_period_nothing_is_known() -> None:
    found = given({})
    reason = "bron.csv noemt geen schooljaren."
    vague = (
        found.tables[TABLE]
        .to_polars()
        .with_columns(
            onbekend=(pl.col("dataset") == "schorsingen") & (pl.col("eenheid") < "06"),
            reden=pl.lit(reason),
        )
    )
    tables = {**found.tables, TABLE: ibis.memtable(vague)}
    (row,) = estimated(replace(found, tables=tables), ZIS_M3).values()
    assert row.status == "niet_geleverd"
    assert reason in row.reason


def test_what_is_not_told_for_want_of_school_days_is_not_observed() -> None:
    """Long absence of a town without a holiday region; and late in a year the next one counts."""
    reason = "schooldagen 2023/2024: niet te bepalen; vul de vakantieregio in in gebieden."

    def school_days(*unknown: tuple[str, str]) -> Given:
        found = given({})
        rows = found.tables[TABLE].to_polars()
        own = rows.filter(pl.col("dataset") == "thuiszitters")
        known = [pair not in unknown for pair in own.select("eenheid", "schooljaar").iter_rows()]
        days = own.with_columns(
            dataset=pl.lit("schooldagen"),
            onderdeel=pl.lit("schooldagen"),
            geleverd=pl.Series(known),
            reden=pl.lit(reason),
        )
        tables = {**found.tables, TABLE: ibis.memtable(pl.concat([rows, days]))}
        return replace(found, tables=tables)

    def followed(found: Given) -> Observed:
        known = observed_for(found, ZIS_L1.outcomes[0], Window())  # type: ignore[arg-type]
        assert known is not None
        return known

    nobody = school_days(*((TOWNS[0], year) for year in YEARS))
    row = estimated(nobody, ZIS_L1)["VV"]
    assert (row.status, row.result) == ("niet_geleverd", None)
    assert "GM0001 (schooldagen 2023/2024: niet te bepalen; vul" in row.reason
    assert followed(school_days()) == followed(given({}))
    whole = given({})
    gone = whole.tables[TABLE].to_polars().filter(pl.col("dataset") == "thuiszitters").head(1)
    gone = gone.with_columns(dataset=pl.lit("scholen"), geleverd=pl.lit(value=False))
    rows = pl.concat([whole.tables[TABLE].to_polars(), gone])
    listed = replace(whole, tables={**whole.tables, TABLE: ibis.memtable(rows)})
    assert [one.dataset for one in followed(listed).lacking] == ["scholen"]
    late = followed(school_days(*((town, YEARS[3]) for town in TOWNS)))
    assert late.end == dt.date(2023, 8, 1)
    (about,) = pilot_rows(nobody, [replace(ZIS_L1, outcomes=ZIS_L1.outcomes[:1])])
    assert about["status"] == "niet_geleverd"
    assert "niet te bepalen" in about["reden"]


def test_a_pupil_of_two_towns_is_followed_where_both_delivered() -> None:
    moved = made_up("0-0")
    rows = PILOT | {
        "jeugdhulp": [
            r | ({"woongemeente": "GM0002"} if r["leerling_id"] == moved else {})
            for r in PILOT["jeugdhulp"]
        ],
        "thuiszitters": [r for r in PILOT["thuiszitters"] if r["leerling_id"] != moved],
    }
    lacking = {"jeugdhulp": [("GM0002", year) for year in YEARS]}
    found = summed(given(lacking, remove=False, rows=rows), ZIS_L2)
    pupils = found.filter((pl.col("division") == "fase") & (pl.col("index") == 0))
    assert pupils.select("school", "pupils").rows()[:2] == [("00AA00", 11), ("01AA00", 12)]
    assert set(pupils["groep"]) == {"zis"}


def test_without_anything_missing_the_coverage_changes_nothing() -> None:
    with_it, without = given({}), given()
    known = observe(with_it.tables, "schorsingen", "start_datum", Window(), PARAMETERS, ASOF)
    assert known == Observed(dt.date(2021, 8, 1), dt.date(2025, 8, 1))
    assert summed(with_it, ZIS_M3).equals(summed(without, ZIS_M3))


# --- savings -------------------------------------------------------------------------------------


def saved(found: Given) -> Savings:
    return saving_rows(found, SAVINGS[:1])


def amounts(found: Savings) -> dict[tuple[str, str], float | None]:
    return {(row["schooljaar"], row["route"]): row["bedrag"] for row in found.rows}


def test_a_year_of_care_that_was_not_delivered_has_no_amount() -> None:
    everything = amounts(saved(given({})))
    assert everything["2024/2025", "vergelijking"] is not None
    for town in TOWNS:  # of participants, and of those they are compared with
        found = given({"jeugdhulp": [(town, YEARS[3])]})
        rows = saved(found)
        shown = amounts(rows)
        assert shown.pop(("2024/2025", "basis")) is None
        assert shown == {key: value for key, value in everything.items() if key[0] == "2023/2024"}
        hidden = next(row for row in rows.rows if row["schooljaar"] == "2024/2025")
        assert hidden["status"] == "niet_geleverd"
        assert hidden["reden"] == (
            f"Niet geleverd: jeugdhulp van bron {town} over 2024/2025. Daardoor is er voor"
            " 2024/2025 geen bedrag."
        )
    whole = balances(found, rows, Minimum()).outcome
    assert whole is not None
    assert whole.years == ("2023/2024",)
    assert "2024/2025" in " ".join(whole.left_out)


def test_with_a_year_of_the_programme_missing_nothing_is_said_to_be_earned_back() -> None:
    """Care of 2022/2023 is missing, so 2023/2024 is not known: neither its cost nor its saving."""
    found = given({"jeugdhulp": [(TOWNS[0], YEARS[1])]})
    rows = saved(found)
    named = f"jeugdhulp van bron {TOWNS[0]} over 2022/2023"
    assert all(named in row["zin"] for row in rows.rows)
    balance = balances(found, rows, Minimum())
    parts = {(row["schooljaar"], row["onderdeel"]): row for row in balance.rows if row["leidend"]}
    so_far = parts["2024/2025", "cumulatief"]
    assert (so_far["status"], so_far["waarde"]) == ("niet_geleverd", None)
    assert "Van 2023/2024 is geen jeugdhulp geleverd" in so_far["reden"]
    assert ("2024/2025", "kans_terugverdiend") not in parts
    verdict = parts["totaal", "netto"]["zin"]
    assert "is niet te zeggen zolang 2023/2024 ontbreekt" in verdict
    assert named in verdict
    (whole,) = net_rows(found, ZIS_L6, ZIS_L6.outcomes[0], balance)  # type: ignore[arg-type]
    assert (whole.status, whole.result) == ("niet_geleverd", None)
    assert "zolang 2023/2024 ontbreekt" in whole.reason


def _answered(groups: Iterable[str]) -> list[dict[str, object]]:
    return [
        {
            "ronde": year,
            "antwoord_id": f"{year}-{group}-{school}-{n}",
            "groep": group,
            "vestigingscode": f"{school:02d}AA00",
            "vraag_id": "p04",
            "score": 2 + (group == "school") + (n + school + int(year[:4])) % 2,
        }
        for year in YEARS[2:]
        for group in groups
        for school in range(SCHOOLS // 2)
        for n in range(5)
    ]


def test_a_group_that_did_not_answer_in_both_rounds_is_no_change_of_the_others() -> None:
    """One group less would lower the mean; only who was delivered in both rounds is compared."""
    both = ("school", "smw_aanbieder")

    def row(groups: Iterable[str], gone: Iterable[tuple[str, str]]) -> Row:
        found = given(rows={**PILOT, "evaluatie_antwoorden": _answered(groups)})
        last = [
            answer
            for answer in _answered(groups)
            if (answer["groep"], answer["ronde"]) not in set(gone)
        ]
        tables = as_tables({**PILOT, "evaluatie_antwoorden": last})
        tables[TABLE] = _covered_groups(both, set(gone))
        outcome = ZIS_L5.outcomes[0]
        return survey_rows(replace(found, tables=tables), ZIS_L5, outcome)[0]  # type: ignore[arg-type]

    alone = row(["school"], [])
    missing = row(both, [("smw_aanbieder", YEARS[3])])
    assert alone.result is not None
    assert missing.result is not None
    assert missing.result.estimate == alone.result.estimate
    assert missing.result.lacking == (
        "Niet geleverd: de antwoorden op de evaluatie van smw-aanbieder over 2024/2025. Daarom"
        " tellen alleen de antwoorden van school mee."
    )
    none = row(both, [(group, YEARS[3]) for group in both])
    assert (none.status, none.result) == ("niet_geleverd", None)
    assert "smw-aanbieder over 2024/2025" in none.reason


def _covered_groups(groups: Iterable[str], gone: set[tuple[str, str]]) -> ibis.Table:
    found = [
        {
            "dataset": "evaluatie_antwoorden",
            "onderdeel": "evaluatie_antwoorden",
            "schooljaar": year,
            "niveau": "groep",
            "eenheid": group,
            "leveranciers": "formulieren",
            "geleverd": (group, year) not in gone,
            "eerste": year == YEARS[0],
            "onbekend": False,
            "reden": "er is niets geleverd" if (group, year) in gone else "",
        }
        for group in groups
        for year in YEARS[2:]
    ]
    return ibis.memtable(pl.DataFrame(found, schema=SCHEMA))


def test_without_care_from_before_the_start_there_is_no_amount_at_all() -> None:
    rows = saved(given({"jeugdhulp": [("GM0001", YEARS[0]), ("GM0001", YEARS[1])]}))
    assert {row["status"] for row in rows.rows} == {"niet_geleverd"}
    assert "jeugdhulp van bron GM0001 over 2021/2022 en 2022/2023" in rows.rows[0]["reden"]


def _moments(found: Given, observed: Observed) -> pl.DataFrame:
    outcome = ZIS_M3.outcomes[0]
    assert isinstance(outcome, Events)
    asked = {"zis_m3": outcome}
    return moments_of_counts(found.tables, asked, observed, Window(), PARAMETERS)["zis_m3"]


def test_a_pilot_is_planned_from_observed_time_only() -> None:
    """A stretch cut in two says what the whole says; a year without delivery is in neither."""
    whole = given()
    first, cut, end = (
        (dt.date(year, 8, 1) - dt.date(1970, 1, 1)).days for year in (2021, 2022, 2025)
    )
    units = [str(one["vestigingscode"]) for one in PILOT["scholen"]]
    observed = Observed(dt.date(2021, 8, 1), dt.date(2025, 8, 1))
    parts = tuple((unit, *part) for unit in units for part in ((first, cut), (cut, end)))
    assert_frame_equal(
        _moments(whole, observed),
        _moments(whole, replace(observed, spans=parts)),
    )
    late = tuple((unit, cut, end) for unit in units)
    shorter = _moments(whole, replace(observed, spans=late))
    assert_frame_equal(shorter, _moments(whole, replace(observed, start=dt.date(2022, 8, 1))))
    assert shorter["w"].sum() < _moments(whole, observed)["w"].sum()


def test_what_nobody_delivered_cannot_be_planned_from() -> None:
    lost = {"schorsingen": [(unit, year) for unit in units_of("schorsingen", TOWNS[0])
                            for year in YEARS]}  # fmt: skip
    row = next(r for r in pilot_rows(given(lost), [ZIS_M3]) if r["id"] == "zis_m3")
    assert row["status"] == "niet_geleverd"
    assert row["basis"] is None
    assert "schorsingen" in row["reden"]


def test_what_is_kept_within_a_run_is_what_comes_out_without() -> None:
    found = given({"schorsingen": [(u, "2022/2023") for u in units_of("schorsingen", TOWNS[1])]})
    plain = summed(found, ZIS_M3)
    with kept_everyone(found.tables, found.delivered) as tables:
        within = replace(found, tables=tables)
        assert_frame_equal(summed(within, ZIS_M3), plain)
        assert isinstance(tables, KeptTables)
        made = dict(tables.made)
        assert made
        assert_frame_equal(summed(within, ZIS_M3), plain)
        assert tables.made.keys() == made.keys()
