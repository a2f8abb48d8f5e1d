"""From tables to released rows, on a made-up register with planted effects."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import ibis
import numpy as np
import polars as pl
import pytest

from pipelines import contracts
from pipelines.effects.catalogue import SAVINGS
from pipelines.effects.catalogue.medium_term import ZIS_M3
from pipelines.effects.compute import compute
from pipelines.effects.data.summaries import (
    Slice,
    days,
    observed_days,
    outcome_by_slice,
    participants,
    slices,
)
from pipelines.effects.designs.rows import EFFECT_REEKS, EFFECTEN
from pipelines.effects.effect import Observed, Window
from pipelines.effects.savings import care_inputs, price_level, resampling
from pipelines.effects.savings.route_rows import BESPARING

# One worker, so that the planted pilot is worked out once.
pytestmark = pytest.mark.xdist_group("planted")

DELIVERED = {"zis_deelnames", "schorsingen", "jeugdhulp", "tarieven", "leerlingaantallen"}
# Without a price level no amount can be told; all else has its default.
PRICES = {
    name: parameter
    for name, parameter in contracts.load().parameters.items()
    if name == price_level.LEVEL or name.startswith("indexatie_")
}
_TYPES = {
    "tekst": pl.String,
    "geheel": pl.Int64,
    "getal": pl.Float64,
    "datum": pl.Date,
    "ja_nee": pl.Boolean,
    "lijst": pl.List(pl.String),
}
YEARS = ["2021/2022", "2022/2023", "2023/2024", "2024/2025"]


def as_tables(rows: Mapping[str, list[dict[str, object]]]):
    """Typed ibis tables with the contracts' columns, for every dataset."""
    connection = ibis.duckdb.connect()
    tables = {}
    for name, dataset in contracts.load().datasets.items():
        schema = {c.name: _TYPES[c.kind] for c in dataset.columns} | {"_levering": pl.String}
        given = [{column: row.get(column) for column in schema} for row in rows.get(name, [])]
        tables[name] = connection.create_table(name, pl.DataFrame(given, schema=schema))
    return tables


def made_up(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


@dataclass(frozen=True)
class Planted:
    """A register: schools per arm, pupils per school, and what happens after the start."""

    participants: int = 16
    comparison: int = 16
    pupils: int = 12
    suspensions: float = 0.6
    suspensions_elsewhere: float = 0.95
    care: float = 0.75
    seed: int = 1


def register(planted: Planted):
    """Suspensions 6 per 100 months; dagbesteding 7 for most pupils, 4 dagdelen a week before."""
    rng = np.random.default_rng(planted.seed)
    rows: dict[str, list[dict[str, object]]] = {
        "leerlingaantallen": [
            {"vestigingscode": "00AA00", "schooljaar": year, "leerlingen": 100} for year in YEARS
        ],
        "tarieven": [
            {"hulpvorm": "dagbesteding", "niveau": 7, "jaar": y, "tarief": 80.0, "eenheid": "16"}
            for y in (2021, 2022)
        ]
        + [
            {"hulpvorm": "dagbesteding", "niveau": 7, "jaar": 2024, "tarief": 90.0, "eenheid": "16"}
        ],
        "zis_deelnames": [],
        "schorsingen": [],
        "jeugdhulp": [],
    }
    first, last = dt.date(2021, 8, 1), dt.date(2025, 7, 31)
    for school in range(planted.participants + planted.comparison):
        zis = school < planted.participants
        level = rng.gamma(10, 0.1)
        for number in range(planted.pupils):
            pupil = made_up(f"{school}-{number}")
            start = dt.date(2023, 8, 21) + dt.timedelta(days=int(rng.integers(0, 60)))
            rows["zis_deelnames"].append(
                {
                    "deelname_id": f"D{school}-{number}",
                    "leerling_id": pupil,
                    "vestigingscode": f"{school:02d}AA00",
                    "groep": "zis" if zis else "vergelijking",
                    "start_datum": start,
                }
            )
            change = planted.suspensions if zis else planted.suspensions_elsewhere
            for begin, end, factor in ((first, start, 1.0), (start, last, change)):
                length = (end - begin).days
                mean = 0.06 * level * factor * length / 30.4375
                for day in rng.integers(0, length, size=rng.poisson(mean)):
                    rows["schorsingen"].append(
                        {
                            "schorsing_id": f"S{len(rows['schorsingen'])}",
                            "leerling_id": pupil,
                            "vestigingscode": f"{school:02d}AA00",
                            "soort": "schorsing_extern",
                            "start_datum": begin + dt.timedelta(days=int(day)),
                            "schooldagen": int(rng.integers(1, 4)),
                        }
                    )
            if rng.random() < 0.7:
                weekly = float(rng.uniform(2, 6))
                after = weekly * (planted.care if zis else 1.0) * float(rng.uniform(0.9, 1.1))
                for begin, end, volume in (
                    (first, start - dt.timedelta(days=1), weekly),
                    (start, None, after),
                ):
                    rows["jeugdhulp"].append(
                        {
                            "toewijzing_id": f"T{len(rows['jeugdhulp'])}",
                            "leerling_id": pupil,
                            "hulpvorm": "dagbesteding",
                            "niveau": 7,
                            "start_datum": begin,
                            "eind_datum": end,
                            "volume": volume,
                            "eenheid": "16",
                            "frequentie": "2",
                        }
                    )
    # A late grant to somebody else, so that the register is known to run until July.
    rows["jeugdhulp"].append(
        {"toewijzing_id": "TL", "leerling_id": made_up("x"), "start_datum": dt.date(2025, 7, 1)}
    )
    return as_tables(rows)


@pytest.fixture(scope="module")
def planted():
    return compute(register(Planted()), DELIVERED, PRICES)


def test_frames_have_the_released_columns(planted):
    assert planted.effecten.schema == pl.Schema(EFFECTEN)
    assert planted.effect_reeks.schema == pl.Schema(EFFECT_REEKS)
    assert planted.besparing.schema == pl.Schema(BESPARING)


def test_planted_suspensions_are_recovered(planted):
    leading = planted.effecten.row(
        by_predicate=(pl.col("id") == "zis_m3") & pl.col("leidend"), named=True
    )
    truth = 6 * (0.6 - 0.95)
    assert leading["ontwerp"] == "VV"
    assert leading["status"] == "zichtbaar"
    assert leading["onder"] < truth < leading["boven"] < 0
    # A third less is clear, yet a drift that the years before could have hidden would explain it.
    assert leading["bewijsniveau"] == "eerste aanwijzingen"
    assert "Gaat het verloop van vóór de start" in leading["zin"]
    assert "De conclusie houdt stand zolang de groepen per half jaar" in leading["zin"]
    assert 1 <= leading["drift_breekpunt"] < leading["drift_waarneembaar"] < 30
    assert leading["n_leerlingen"] == 380  # 192 and 192, each to the nearest 5
    assert leading["n_scholen"] == 32
    assert "verschil" in leading["zin"]
    assert "minder" in leading["zin"]
    beside = planted.effecten.row(
        by_predicate=(pl.col("id") == "zis_m3") & (pl.col("ontwerp") == "VN"), named=True
    )
    assert beside["ontwerp"] == "VN"
    assert beside["onder"] < 6 * (0.6 - 1) < beside["boven"]
    assert beside["bewijsniveau"] == "eerste aanwijzingen"
    assert "verandering" in beside["zin"]
    assert "effect" not in leading["zin"] + beside["zin"]


def test_days_are_a_second_row_of_the_same_promise(planted):
    day_rows = planted.effecten.filter(pl.col("id") == "zis_m3_dagen")
    assert day_rows["belofte"].unique().to_list() == [ZIS_M3.promise]
    assert day_rows["schatting"].to_list() < [0.0, 0.0]
    assert day_rows.filter("leidend").height == 1


def test_series_shows_protected_points(planted):
    points = planted.effect_reeks.filter(pl.col("effect") == "zis_m3")
    shown = points.filter(pl.col("status") == "zichtbaar")
    assert set(shown["groep"]) == {"zis", "vergelijking"}
    assert shown["noemer"].min() >= 100
    assert (shown["n_leerlingen"] % 5 == 0).all()
    own = shown.filter(pl.col("groep") == "zis")
    assert own.filter(pl.col("volgorde") < 0)["waarde"].mean() == pytest.approx(6, abs=1)
    assert own.filter(pl.col("volgorde") >= 0)["waarde"].mean() == pytest.approx(3.6, abs=1)
    assert (points.filter(pl.col("status") != "zichtbaar")["waarde"].is_null()).all()


def test_planted_saving_is_recovered_along_each_route(planted):
    year = planted.besparing.filter(
        (pl.col("schooljaar") == "2024/2025") & (pl.col("niveau") == "7")
    )
    assert year["route"].to_list() == ["basis", "vergelijking", "trend"]
    assert (year["status"] == "zichtbaar").all()
    assert (year["tarief"] == 90).all()
    assert year["volume_werkelijk"].n_unique() == 1
    for row in year.iter_rows(named=True):
        planted_saving = 0.25 * row["volume_zonder"] * 90
        assert row["onder"] < planted_saving < row["boven"]
        assert row["bedrag"] == pytest.approx((row["volume_zonder"] - row["volume_werkelijk"]) * 90)
        assert row["volume_zonder"] * 0.75 == pytest.approx(row["volume_werkelijk"], rel=0.07)
    own = planted.besparing.filter(pl.col("niveau") == "7")
    assert set(own["schooljaar"]) == {"2023/2024", "2024/2025"}
    others = planted.besparing.filter(pl.col("niveau") == "5")
    assert set(others["reden"]) == {
        "Er is geen tarief voor begeleiding niveau 5 geleverd.",
        "Er is geen tarief voor gezinsbehandeling niveau 5 geleverd.",
    }


def test_nothing_delivered_says_so():
    tables = as_tables({})
    found = compute(tables, set(), {})
    assert set(found.effecten["status"]) == {"niet_geleverd"}
    assert found.effecten["leidend"].all()
    assert set(found.besparing["status"]) == {"niet_geleverd"}
    m3 = found.effecten.row(by_predicate=pl.col("id") == "zis_m3", named=True)
    assert m3["reden"].startswith("Niet geleverd: schorsingen, zis_deelnames. Nodig: de schorsing")
    assert found.effect_reeks.is_empty()
    empty = compute(tables, DELIVERED, {})
    assert set(empty.effecten["status"]) == {"te_klein", "niet_geleverd"}
    assert empty.effecten["schatting"].null_count() == len(empty.effecten)


def test_too_few_pupils_hide_every_number():
    found = compute(register(Planted(participants=2, comparison=8, pupils=4)), DELIVERED, PRICES)
    numbers = ["schatting", "standaardfout", "onder", "boven", "p", "n_leerlingen", "n_scholen"]
    assert set(found.effecten["status"]) == {"te_klein", "niet_geleverd"}
    assert found.effecten.select(numbers).null_count().sum_horizontal()[0] == 7 * len(
        found.effecten
    )
    reasons = found.effecten.filter(pl.col("id") == "zis_m3")["reden"]
    assert "ten minste 10 leerlingen op 2 scholen" in reasons[0]
    assert found.besparing["bedrag"].null_count() == len(found.besparing)
    assert found.effect_reeks.filter(pl.col("groep") == "zis")["waarde"].null_count() == len(
        found.effect_reeks.filter(pl.col("groep") == "zis")
    )


def test_without_comparison_group_before_after_leads():
    found = compute(register(Planted(comparison=0)), DELIVERED, PRICES)
    own = found.effecten.filter(pl.col("id") == "zis_m3")
    assert own.filter("leidend")["ontwerp"].to_list() == ["VN"]
    hidden = own.filter(pl.col("ontwerp").is_in(["VV", "GS"]))
    assert set(hidden["status"]) == {"te_klein"}
    assert "geen vergelijkingsgroep" in hidden["reden"][0]
    assert "vergelijking" not in set(found.besparing["route"])


def test_a_small_pilot_claims_no_direction():
    found = compute(register(Planted(participants=2, comparison=3, pupils=14)), DELIVERED, PRICES)
    shown = found.effecten.filter(pl.col("status") == "zichtbaar")
    assert len(shown)
    assert set(shown["bewijsniveau"]) == {"indicatief"}
    assert shown["zin"].str.starts_with("Indicatief").all()
    assert shown["zin"].str.contains("95%-interval").all()


def test_nothing_planted_is_not_found():
    same = Planted(suspensions=0.95, care=1.0, seed=5)
    found = compute(register(same), DELIVERED, PRICES)
    leading = found.effecten.row(
        by_predicate=(pl.col("id") == "zis_m3") & pl.col("leidend"), named=True
    )
    assert leading["onder"] < 0 < leading["boven"]
    assert leading["bewijsniveau"] == "theoretisch onderbouwd"
    assert "geen duidelijk verschil" in leading["zin"]


def test_the_same_register_gives_the_same_release(planted):
    again = compute(register(Planted()), DELIVERED, PRICES)
    assert again.effecten.equals(planted.effecten)
    assert again.effect_reeks.equals(planted.effect_reeks)
    assert again.besparing.equals(planted.besparing)


def test_every_count_follows_the_base_to_which_counts_are_rounded():
    ten = replace(contracts.load().parameters["afronding"], value=10)
    found = compute(register(Planted()), DELIVERED, PRICES | {"afronding": ten})
    told = [found.effecten, found.effect_reeks, found.besparing, found.pilotbasis]
    counts = [
        frame[column].drop_nulls()
        for frame in told
        for column in frame.columns
        if column.startswith("n_leerlingen")
    ]
    assert sum(map(len, counts)) > 20
    assert all((column % 10 == 0).all() for column in counts)
    assert any((column % 20 != 0).any() for column in counts)


# --- summaries by hand -------------------------------------------------------------------------

KNOWN = Observed(dt.date(2021, 8, 1), dt.date(2025, 8, 1))


def _one_pupil(**spell):
    return {
        "deelname_id": "D1",
        "leerling_id": made_up("a"),
        "vestigingscode": "01AA00",
        "groep": "zis",
        "start_datum": dt.date(2023, 8, 1),
    } | spell


def _suspended(day, pupil="a", **more):
    return {
        "leerling_id": made_up(pupil),
        "soort": "schorsing_intern",
        "start_datum": day,
        "schooldagen": 2,
    } | more


def test_events_fall_in_the_slice_of_their_day():
    tables = as_tables(
        {
            "zis_deelnames": [_one_pupil(eind_datum=dt.date(2024, 7, 31))],
            "schorsingen": [
                _suspended(dt.date(2021, 7, 31)),  # before anything is known
                _suspended(dt.date(2021, 8, 1)),
                _suspended(dt.date(2023, 7, 31)),
                _suspended(dt.date(2023, 8, 1)),  # the start itself is during
                _suspended(dt.date(2024, 7, 31)),
                _suspended(dt.date(2024, 8, 1)),  # after the end
                _suspended(dt.date(2023, 9, 1), soort="verwijdering"),
                _suspended(dt.date(2023, 9, 1), pupil="b"),
            ],
        }
    )
    cut = [s for s in slices(Window()) if s.division == "fase"]
    suspensions, lost_days = ZIS_M3.outcomes
    found = outcome_by_slice(tables, suspensions, KNOWN, Window(), cut, {})
    assert found.select("groep", "index", "pupils", "total", "pupils_with_event").rows() == [
        ("zis", 0, 1, 2.0, 1),
        ("zis", 1, 1, 2.0, 1),
    ]
    assert found["months"].to_list() == pytest.approx([730 / 30.4375, 366 / 30.4375])
    lost = outcome_by_slice(tables, lost_days, KNOWN, Window(), cut, {})
    assert lost["total"].to_list() == [4.0, 4.0]


def test_who_counts_and_where():
    spells = [
        _one_pupil(),
        _one_pupil(deelname_id="D2", vestigingscode="02AA00", start_datum=dt.date(2024, 8, 1)),
        # Compared first, took part later: a participant from the later start.
        _one_pupil(deelname_id="D3", leerling_id=made_up("b"), groep="vergelijking"),
        _one_pupil(deelname_id="D4", leerling_id=made_up("b"), start_datum=dt.date(2024, 2, 1)),
        # Too little is known before, and after.
        _one_pupil(deelname_id="D5", leerling_id=made_up("c"), start_datum=dt.date(2021, 9, 1)),
        _one_pupil(deelname_id="D6", leerling_id=made_up("d"), eind_datum=dt.date(2023, 9, 1)),
    ]
    found = participants(as_tables({"zis_deelnames": spells}), KNOWN, Window()).to_polars()
    epoch = dt.date(1970, 1, 1)
    starts = {
        row["leerling_id"]: (row["school"], row["groep"], epoch + dt.timedelta(days=row["start"]))
        for row in found.iter_rows(named=True)
    }
    assert starts == {
        made_up("a"): ("01AA00", "zis", dt.date(2023, 8, 1)),
        made_up("b"): ("01AA00", "zis", dt.date(2024, 2, 1)),
    }


def test_slices_meet_without_gap_or_overlap():
    for division in ("periode", "jaar"):
        chosen = [s for s in slices(Window()) if s.division == division]
        for earlier, later in pairwise(chosen):
            assert earlier.end == later.first
        assert Slice(division, -1, -days(6 if division == "periode" else 12), 0) in chosen


def test_observed_stretch_runs_over_the_summer_to_whole_school_years():
    rows = [_suspended(dt.date(2021, 9, 6)), _suspended(dt.date(2025, 6, 27))]
    found = observed_days(as_tables({"schorsingen": rows}), "schorsingen", "start_datum")
    assert found == KNOWN
    rows = [_suspended(dt.date(2022, 1, 10)), _suspended(dt.date(2025, 3, 3))]
    tables = as_tables({"schorsingen": rows})
    assert observed_days(tables, "schorsingen", "start_datum") == Observed(
        dt.date(2022, 1, 1), dt.date(2025, 4, 1)
    )
    capped = observed_days(tables, "schorsingen", "start_datum", dt.date(2024, 7, 31))
    assert capped is not None
    assert capped.end == dt.date(2024, 8, 1)


@pytest.mark.parametrize(
    ("eenheid", "frequentie", "volume", "eind", "dagdelen"),
    [
        ("16", "1", 1.0, None, 365.0),
        ("16", "2", 3.0, None, 3 * 365 / 7),
        ("16", "4", 10.0, None, 10 * 365 / 30.4375),
        ("16", "6", 100.0, dt.date(2025, 7, 31), 50.0),
        ("16", "6", 100.0, None, 0.0),
        ("04", "2", 8.0, None, 2 * 365 / 7),
        ("01", "2", 480.0, None, 2 * 365 / 7),
        ("14", "2", 3.0, None, 0.0),
        ("16", "9", 3.0, None, 0.0),
    ],
)
def test_volume_granted_inside_a_school_year(eenheid, frequentie, volume, eind, dagdelen):
    care = {
        "leerling_id": made_up("a"),
        "hulpvorm": "dagbesteding",
        "niveau": 7,
        # 730 days until the end of July 2025, of which 365 in 2024/2025 (2024 has a leap day).
        "start_datum": dt.date(2023, 8, 2),
        "eind_datum": eind,
        "volume": volume,
        "eenheid": eenheid,
        "frequentie": frequentie,
    }
    tables = as_tables({"zis_deelnames": [_one_pupil()], "jeugdhulp": [care]})
    found = care_inputs.per_school(tables, SAVINGS[0], "16", KNOWN, Window())
    year = found.years.row(by_predicate=pl.col("schooljaar") == "2024/2025", named=True)
    assert year["actual"] == pytest.approx(dagdelen)
    assert year["carried_on"] == 0
    assert year["months"] == pytest.approx(365 / 30.4375)


def test_total_saving_is_the_sum_over_schools():
    tables = register(Planted(participants=5, comparison=5, pupils=8))
    given = care_inputs.per_school(tables, SAVINGS[0], "16", KNOWN, Window())
    own = given.years.filter((pl.col("groep") == "zis") & (pl.col("schooljaar") == "2024/2025"))
    price = care_inputs.tariffs(tables, SAVINGS[0], YEARS)["2024/2025"].amount
    drawn = resampling.resampling([given], seed=1, draws=10)
    whole = resampling.routes(given, "2024/2025", price, drawn)["basis"]
    assert whole.without - whole.actual == pytest.approx((own["carried_on"] - own["actual"]).sum())


def test_parameters_replace_defaults():
    @dataclass(frozen=True)
    class Set:
        value: float

    window = Window().with_parameters({"effect_maanden_voor": Set(12.0)})
    assert window == replace(Window(), voor=12.0)
