"""The first boundary: what the released file holds, read as an outsider would."""

from __future__ import annotations

import json
import re

import duckdb
import pytest

from pipelines.metrics.catalogue import METRICS
from tests.conftest import DemoRun

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]

# Numbers that count no children: schools, cells, positions, parameters, prices.
NOT_CHILDREN = {
    ("release", "drempel"),
    ("release", "drempel_zwaar"),
    ("release", "afronding"),
    ("metrieken", "norm"),
    ("metrieken", "klasse"),
    ("categorieen", "volgorde"),
    ("effect_reeks", "volgorde"),
    ("effecten", "n_scholen"),
    ("effecten", "n_perioden"),
    ("besparing", "n_scholen"),
    *(("besparing", c) for c in ("tarief", "prijspeil", "tarief_prijspeil")),
    *(("besparing", c) for c in ("basistarief", "uren_per_eenheid")),
    *(("besparing_balans", c) for c in ("waarde", "onder", "midden", "boven", "volgorde")),
    *(("besparing_gevoeligheid", c) for c in ("waarde", "laag", "hoog", "volgorde")),
    *(("besparing_gevoeligheid", c) for c in ("netto_laag", "netto_hoog")),
    *(("pilotbasis", c) for c in ("n_scholen", "n_scholen_vergelijking", "schaal")),
    *(("pilotbasis", c) for c in ("maanden_voor", "maanden_tijdens")),
    *(("pilotbasis", c) for c in ("maanden_overslaan", "maanden_rondom")),
    ("bescherming", "cellen"),
    ("bescherming", "zichtbaar"),
    ("bescherming", "afgeschermd"),
}
# Rates, shares, days and estimates: worked out from published counts, never counts themselves.
RATIOS = {
    ("effecten", "schatting"),
    ("effecten", "standaardfout"),
    ("effecten", "onder"),
    ("effecten", "boven"),
    ("effecten", "p"),
    ("effecten", "p_holm"),
    ("effecten", "drift_waarneembaar"),
    ("effecten", "drift_breekpunt"),
    *(("pilotbasis", c) for c in ("basis", "spreiding", "spreiding_scholen", "verschil_scholen")),
    *(("pilotbasis", c) for c in ("verschil_leerlingen", "vertrek_per_jaar", "ongelijk")),
    ("effect_reeks", "waarde"),
    ("effect_reeks", "onder"),
    ("effect_reeks", "boven"),
    ("cellen", "onder"),
    ("cellen", "boven"),
}
COUNTING = ("aantal", "stroom", "bedrag")
# Hours, activities, agreements and money: no person stands behind a unit, so nothing is rounded.
OPEN = {m.id for m in METRICS.values() if m.measure.public}
PER_FTE = {"smw_caseload"}  # its denominator is a number of jobs
THRESHOLD = 5


def numeric_columns(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return con.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE data_type IN"
        " ('DOUBLE', 'BIGINT', 'INTEGER', 'HUGEINT', 'UINTEGER', 'SMALLINT')"
    ).fetchall()


def test_no_count_from_one_up_to_the_threshold(demo_run: DemoRun) -> None:
    with duckdb.connect(str(demo_run.release), read_only=True) as con:
        looked_at = 0
        for table, column in numeric_columns(con):
            if (table, column) in NOT_CHILDREN | RATIOS:
                continue
            where = f"{column} > 0 AND {column} < {THRESHOLD}"
            if (table, column) == ("cellen", "waarde"):
                kinds = ", ".join(f"'{k}'" for k in COUNTING)
                where += f" AND metriek IN (SELECT id FROM metrieken WHERE soort IN ({kinds}))"
            if table == "cellen":
                exempt = OPEN | PER_FTE if column in ("noemer", "n") else OPEN
                where += f" AND NOT list_contains({sorted(exempt)}, metriek)"
            row = con.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()
            assert row == (0,), f"{table}.{column}"
            looked_at += 1
    assert looked_at >= 10


def test_counts_are_rounded(demo_run: DemoRun) -> None:
    with duckdb.connect(str(demo_run.release), read_only=True) as con:
        odd = con.execute(
            "SELECT count(*) FROM cellen c JOIN metrieken m ON m.id = c.metriek"
            " WHERE c.teller IS NOT NULL AND m.soort <> 'gemiddelde' AND c.teller % 5 <> 0"
            f" AND NOT list_contains({sorted(OPEN)}, c.metriek)"
        ).fetchone()
    assert odd == (0,)


def test_a_figure_that_is_not_shown_holds_no_number_and_says_why(demo_run: DemoRun) -> None:
    with duckdb.connect(str(demo_run.release), read_only=True) as con:
        leaking = con.execute(
            "SELECT count(*) FROM cellen WHERE status <> 'zichtbaar' AND (reden = '' OR"
            " coalesce(teller, noemer, waarde, onder, boven, n) IS NOT NULL)"
        ).fetchone()
        hidden = con.execute("SELECT count(*) FROM cellen WHERE status = 'afgeschermd'").fetchone()
    assert leaking == (0,)
    assert hidden is not None
    assert hidden[0] > 0


def test_no_pseudonym_and_no_identifier_leaves(demo_run: DemoRun) -> None:
    with duckdb.connect(str(demo_run.workdir / "magazijn.duckdb"), read_only=True) as house:
        pupils = {p for (p,) in house.execute("SELECT leerling_id FROM smw_trajecten").fetchall()}
        cases = {c for (c,) in house.execute("SELECT traject_id FROM smw_trajecten").fetchall()}
    raw = demo_run.release.read_bytes()
    assert not [p for p in pupils if p.encode() in raw]
    with duckdb.connect(str(demo_run.release), read_only=True) as con:
        tables = [t for (t,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        text = "".join(str(con.execute(f"SELECT * FROM {t}").fetchall()) for t in tables)
        (hashes,) = con.execute("SELECT bewijs_hash, contracten FROM release").fetchall()
    assert set(re.findall(r"\b[0-9a-f]{64}\b", text)) <= set(hashes)
    assert not cases & set(re.findall(r"[A-Za-z0-9._:/-]+", text))


def test_the_report_of_a_run_holds_no_pseudonym(demo_run: DemoRun) -> None:
    assert not re.search(r"[0-9a-f]{64}", json.dumps(demo_run.report))


def test_the_tables_are_those_of_the_contracts(demo_run: DemoRun) -> None:
    from importlib.resources import files

    import yaml

    promised = {}
    for file in (files("data_contracts") / "released").iterdir():
        if file.name.endswith(".odcs.yaml"):
            table = yaml.safe_load(file.read_text("utf-8"))["schema"][0]
            promised[table["name"]] = [p["name"] for p in table["properties"]]
    with duckdb.connect(str(demo_run.release), read_only=True) as con:
        rows = con.execute(
            "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns()"
            " WHERE NOT internal GROUP BY table_name"
        ).fetchall()
    assert dict(rows) == promised


def test_no_number_of_rows_and_no_number_of_hidden_cells_by_reason_leaves(
    demo_run: DemoRun,
) -> None:
    """A school that delivers its own file has as many rows as children behind its cells, and who
    knows that nothing was hidden for others reads every hidden cell as 1 to T-1."""
    with duckdb.connect(str(demo_run.release), read_only=True) as con:
        columns = {
            (table, column)
            for table, column in numeric_columns(con)
            if table in ("leveringen", "bevindingen", "release")
        }
        messages = [m for (m,) in con.execute("SELECT bericht FROM leveringen").fetchall()]
    assert columns == {("release", c) for c in ("drempel", "drempel_zwaar", "afronding")}
    assert not [message for message in messages if re.search(r"\d+ rij", message)]
