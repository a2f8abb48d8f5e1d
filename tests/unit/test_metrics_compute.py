"""Counting held to a plain recount, and what disclosure control relies on."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

import ibis
import ibis.expr.types as ir
import polars as pl
import pytest
from ibis import _

from pipelines import contracts
from pipelines.contracts import Contracts
from pipelines.errors import ContractError
from pipelines.metrics import publication_plan as plans
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.compute import Counted, Result, _with_base, count, count_all
from pipelines.metrics.count.grid import KEY
from pipelines.metrics.metric import (
    Context,
    Count,
    Flow,
    Form,
    Mean,
    Measure,
    Metric,
    Quantiles,
    Quotient,
    Share,
    Split,
    Tables,
    Total,
)
from pipelines.metrics.statistics.quantiles import kaplan_meier

PEILDATUM = dt.date(2025, 7, 31)
SCHOOLS = {"S1": ("G1", "W1", "bo"), "S2": ("G1", "W2", "vo"), "S3": ("G2", "W3", "bo")}
COLUMNS = ("schooljaar", "leerling_id", "vestiging", "soort", "punten", "goed", "wijk")


@pytest.fixture(scope="module")
def known() -> Contracts:
    return contracts.load()


@pytest.fixture
def backend() -> Iterator[ibis.BaseBackend]:
    made = ibis.duckdb.connect()
    yield made
    made.disconnect()


def _rows(tables: Tables, _context: Context) -> ir.Table:
    return tables["eenheden"]


LEVELS = ("totaal", "gemeente", "wijk", "vestiging", "onderwijssoort")
UNITS = Measure("eenheden", "trajecten", ("eenheden",), _rows, LEVELS)
PUPILS = Measure("leerlingen", "leerlingen", ("eenheden",), _rows, LEVELS, distinct="leerling_id")


def metric(name: str, form: Form, measure: Measure = UNITS, **more: object) -> Metric:
    made = Metric(
        id=name,
        theme="proef",
        label_nl="Proef",
        label_en="Trial",
        definition="Proef.",
        definition_en="Trial.",
        unit="eenheden",
        numerator="eenheden",
        measure=measure,
        form=form,
        system="school_en_wijk",
    )
    return replace(made, **more)  # type: ignore[arg-type]


def planned(metrics: Sequence[Metric]) -> plans.Plan:
    text = "tabellen:\n"
    for m in metrics:
        text += f"  {m.id}:\n    zonder: [totaal, gemeente, wijk, vestiging, onderwijssoort]\n"
        text += "".join(f"    {b}: [totaal, gemeente, onderwijssoort]\n" for b in m.breakdowns)
    return plans.parse(text, {m.id: m for m in metrics})


def register(seed: int, size: int) -> list[dict[str, object]]:
    chance = random.Random(seed)
    found: list[dict[str, object]] = []
    for _number in range(size):
        school = chance.choice([*SCHOOLS, None])
        areas = SCHOOLS[school] if school else (None, None, None)
        found.append(
            {
                "schooljaar": chance.choice(["2023/2024", "2024/2025"]),
                "leerling_id": f"kind{chance.randrange(size // 2)}",
                "vestiging": school,
                "gemeente": areas[0],
                "wijk": areas[1],
                "onderwijssoort": areas[2],
                "soort": chance.choice(["x", "y", None]),
                "vorm": chance.choice(["p", "q"]),
                "punten": chance.randrange(5),
                "goed": chance.choice([True, False, None]),
            }
        )
    return found


def world(
    backend: ibis.BaseBackend, known: Contracts, rows: list[dict[str, object]]
) -> tuple[Tables, Context]:
    schools = pl.DataFrame(
        [
            {"vestigingscode": s, "gemeente": g, "wijkcode": w, "onderwijssoort": o}
            for s, (g, w, o) in SCHOOLS.items()
        ]
    )
    enrolled = pl.DataFrame(
        {"vestigingscode": ["S1", "S2"], "schooljaar": ["2024/2025"] * 2, "leerlingen": [40, 60]}
    )
    made = {
        "eenheden": backend.create_table("eenheden", pl.DataFrame(rows).to_arrow()),
        "scholen": backend.create_table("scholen", schools.to_arrow()),
        "leerlingaantallen": backend.create_table("leerlingaantallen", enrolled.to_arrow()),
    }
    own = contracts.Dataset("eenheden", "", "", "1", "", None, (), ())
    return made, Context(PEILDATUM, replace(known, datasets={**known.datasets, "eenheden": own}))


def places(row: dict[str, object], breakdowns: dict[str, str]) -> Iterator[tuple[str, ...]]:
    """Keys of the cells that a row counts in, worked out the plain way."""
    year = str(row["schooljaar"])
    areas = {"totaal": "", **{v: row[v] for v in LEVELS[1:]}}
    for level, area in areas.items():
        if area is None:
            continue
        yield (year, level, str(area), "", "")
        if level in ("totaal", "gemeente", "onderwijssoort"):
            for name, category in breakdowns.items():
                yield (year, level, str(area), name, category)


def recounted(rows: list[dict[str, object]], *, pupils: bool) -> Counter[tuple[str, ...]]:
    found: dict[tuple[str, ...], set[object]] = defaultdict(set)
    for number, row in enumerate(rows):
        breakdowns = {
            "soort": str(row["soort"] or "onbekend"),
            "soort_vorm": f"{row['soort'] or 'onbekend'}>{row['vorm']}",
        }
        for key in places(row, breakdowns):
            found[key].add(row["leerling_id"] if pupils else number)
    return Counter({key: len(units) for key, units in found.items()})


def cells(component: Counted, column: str = "aantal") -> dict[tuple[str, ...], int]:
    return {
        tuple(row[k] for k in KEY): row[column] for row in component.cells.iter_rows(named=True)
    }


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("measure", [UNITS, PUPILS], ids=lambda m: m.id)
def test_counts_equal_a_plain_recount(
    backend: ibis.BaseBackend, known: Contracts, seed: int, measure: Measure
) -> None:
    rows = register(seed, 60)
    made, context = world(backend, known, rows)
    wanted = metric("proef", Count(), measure, cuts=("soort", "soort*vorm"))
    (component,) = count([wanted], made, context, planned([wanted]))

    expected = recounted(rows, pupils=measure is PUPILS)
    found = cells(component)
    assert {k: v for k, v in found.items() if v} == expected
    children = recounted(rows, pupils=True)
    assert {k: v for k, v in cells(component, "kinderen").items() if v} == children
    assert component.atoms["aantal"].sum() == len(
        {(r["schooljaar"], r["leerling_id"]) for r in rows} if measure is PUPILS else rows
    )


def test_no_atom_spans_two_years(backend: ibis.BaseBackend, known: Contracts) -> None:
    made, context = world(backend, known, register(1, 80))
    wanted = metric("proef", Count(), PUPILS, cuts=("soort",))
    (component,) = count([wanted], made, context, planned([wanted]))
    years = component.cells["schooljaar"].to_list()
    for cellen in component.atoms["cellen"].to_list():
        assert cellen == sorted(set(cellen))
        assert len({years[c] for c in cellen}) == 1


def test_metrics_over_one_measure_share_cells(backend: ibis.BaseBackend, known: Contracts) -> None:
    rows = [{**r, "goed": r["goed"] or False} for r in register(2, 60)]
    made, context = world(backend, known, rows)
    plain = metric("alle", Count(), cuts=("soort",))
    share = metric("goede", Share(_.goed))
    split = metric("verdeling", Split(), cuts=("soort",))
    wanted = [plain, share, split]
    (component,) = count(wanted, made, context, planned(wanted))

    figures = {
        (f["metriek"], *(f[k] for k in KEY)): f for f in component.figures.iter_rows(named=True)
    }
    total = ("2024/2025", "totaal", "", "", "")
    part = ("2024/2025", "totaal", "", "soort", "x")
    assert figures["goede", *total]["noemer"] == figures["alle", *total]["teller"]
    assert figures["verdeling", *part]["noemer"] == figures["alle", *total]["teller"]
    assert figures["verdeling", *part]["teller"] == figures["alle", *part]["teller"]
    assert figures["goede", *total]["complement"]
    assert not figures["alle", *total]["complement"]
    number = component.cells["aantal"].to_list()
    good = sum(r["goed"] is True for r in rows if r["schooljaar"] == "2024/2025")
    assert number[figures["goede", *total]["teller"]] == good


def test_a_restricted_denominator_has_a_cell_of_its_own(
    backend: ibis.BaseBackend, known: Contracts
) -> None:
    rows = register(3, 60)
    made, context = world(backend, known, rows)
    plain = metric("alle", Count())
    share = metric("goede", Share(_.goed), where=_.goed.notnull())
    (component,) = count([plain, share], made, context, planned([plain, share]))
    both = component.figures.filter(
        pl.col("schooljaar") == "2024/2025", pl.col("niveau") == "totaal"
    ).sort("metriek")
    number = component.cells["aantal"].to_list()
    of_year = [r for r in rows if r["schooljaar"] == "2024/2025"]
    assert number[both["teller"][0]] == len(of_year)
    assert number[both["noemer"][1]] == sum(r["goed"] is not None for r in of_year)


def test_sums_are_a_component_of_their_own_with_the_largest_two(
    backend: ibis.BaseBackend, known: Contracts
) -> None:
    rows = register(4, 60)
    made, context = world(backend, known, rows)
    total = metric("som", Total("punten"))
    mean = metric("gemiddeld", Mean("punten", scale=10))
    wanted = [total, mean]
    by_name = {c.measure: c for c in count(wanted, made, context, planned(wanted))}
    assert set(by_name) == {"eenheden", "eenheden.punten"}

    per_child: Counter[object] = Counter()
    for row in rows:
        if row["schooljaar"] == "2024/2025":
            per_child[row["leerling_id"]] += int(str(row["punten"]))
    top = [amount for _child, amount in per_child.most_common(2)]
    row = by_name["eenheden.punten"].cells.row(
        by_predicate=(pl.col("schooljaar") == "2024/2025") & (pl.col("niveau") == "totaal"),
        named=True,
    )
    assert row["aantal"] == sum(per_child.values())
    assert [row["grootste"], row["tweede"]] == top

    sums = by_name["eenheden.punten"].figures.filter(pl.col("metriek") == "gemiddeld")
    counts = by_name["eenheden"].figures.filter(pl.col("metriek") == "gemiddeld")
    assert sums["teller"].is_not_null().all()
    assert sums["noemer"].is_null().all()
    assert counts["noemer"].is_not_null().all()
    assert counts["teller"].is_null().all()


def test_only_the_asked_years_are_counted(backend: ibis.BaseBackend, known: Contracts) -> None:
    made, context = world(backend, known, register(5, 40))
    wanted = metric("proef", Count())
    one_year = replace(context, schooljaren=("2024/2025",))
    (component,) = count([wanted], made, one_year, planned([wanted]))
    assert component.cells["schooljaar"].unique().to_list() == ["2024/2025"]


def test_nothing_to_count_gives_no_cells(backend: ibis.BaseBackend, known: Contracts) -> None:
    made, context = world(backend, known, register(5, 10))
    wanted = metric("proef", Count(), cuts=("soort",))
    nothing = replace(context, schooljaren=("1999/2000",))
    (component,) = count([wanted], made, nothing, planned([wanted]))
    assert component.cells.is_empty()
    assert component.atoms.is_empty()
    assert component.figures.is_empty()


def test_what_was_not_delivered_is_named(backend: ibis.BaseBackend, known: Contracts) -> None:
    made, context = world(backend, known, register(6, 20))
    wanted = [metric("een", Count()), metric("twee", Quotient("een", "een"))]
    found: Result = count_all(wanted, made, {"scholen"}, context, planned(wanted))
    assert found.not_delivered == {"een": ("eenheden",), "twee": ("eenheden",)}
    assert found.counted == ()


def test_counting_twice_gives_the_same_bytes(backend: ibis.BaseBackend, known: Contracts) -> None:
    made, context = world(backend, known, register(7, 60))
    wanted = [metric("stroom", Flow("soort", "vorm"), PUPILS), metric("alle", Count(), PUPILS)]
    first, second = (count(wanted, made, context, planned(wanted))[0] for _ in range(2))
    for name in ("cells", "atoms", "figures"):
        assert getattr(first, name).equals(getattr(second, name))


def test_metrics_over_different_measures_are_refused(
    backend: ibis.BaseBackend, known: Contracts
) -> None:
    made, context = world(backend, known, register(8, 10))
    wanted = [metric("een", Count()), metric("twee", Count(), PUPILS)]
    with pytest.raises(ValueError, match="different measures"):
        count(wanted, made, context, planned(wanted))


@pytest.mark.parametrize("form", [Quantiles("punten", "gemeente"), Quotient("een", "twee")])
def test_what_is_not_counted_by_cell_is_refused(
    backend: ibis.BaseBackend, known: Contracts, form: Form
) -> None:
    made, context = world(backend, known, register(8, 10))
    wanted = metric("proef", form)
    with pytest.raises(ValueError, match="cell by cell"):
        count([wanted], made, context, plans.Plan("1", ()))


def test_an_unknown_norm_is_named(known: Contracts) -> None:
    with pytest.raises(ContractError, match="norm_smw_start_dagen"):
        Context(PEILDATUM, known).norm("norm_onbekend")


def test_a_rate_of_which_nothing_was_counted_has_no_denominator(known: Contracts) -> None:
    """Every row of a delivery may be refused."""
    nothing = pl.DataFrame(schema=dict.fromkeys(KEY, pl.String))
    context = Context(PEILDATUM, known)
    found = _with_base(METRICS["sch_per_1000"], nothing, nothing, {}, context, None)
    assert found.columns == [*KEY, "bekend"]
    assert found.is_empty()


def test_kaplan_meier_of_the_published_remission_times() -> None:
    """Gehan (1965), 6-MP arm: 21 patients, 9 events; the median is 23 weeks."""
    ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    running = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    frame = pl.DataFrame(
        {
            "_waarde": [*ended, *running],
            "_open": [False] * len(ended) + [True] * len(running),
            "n": [1] * 21,
        }
    )
    assert kaplan_meier(frame, 0.5) == 23
    assert kaplan_meier(frame, 0.1) == 6
    assert kaplan_meier(frame, 0.9) is None
