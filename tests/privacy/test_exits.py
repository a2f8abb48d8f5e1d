"""Every way in which a figure leaves, named; and none of them knows more than the release.

What prints or writes figures is run twice: in the work folder as it is, and in one that holds the
release and nothing else. It has to say the same: nothing but the release can have been used.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest
from typer.main import get_command

from dashboard.access.scope import EVERYTHING
from dashboard.release import opening, released
from dashboard.release.released import Released
from pipelines.cli import console
from pipelines.cli import main as cli
from pipelines.metrics.catalogue import METRICS
from pipelines.release import lookup, served
from pipelines.release.served import open_served
from tests.commands import zichtlijn
from tests.conftest import DemoRun

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]

# Figures leave by these commands. The pages are in test_dashboard_boundary.py and
# test_role_matrix.py (with every download), notebooks in tests/docs/test_notebooks.py.
FIGURES = {"show", "effects", "savings", "pilot", "report"}
PAGES = {"dashboard", "demo"}
# These print no figure about children: why, in a few words.
NO_FIGURES = {
    "demo-data": "made-up deliveries",
    "check": "findings by place in the supplier's own file",
    "run": "counts of rows and findings; the id of the release",
    "accept": "findings by rule",
    "anonymise": "treatments by column",
    "init": "files of an organisation, and what is wrong in them",
    "withdraw": "deliveries",
    "deliveries": "deliveries",
    "differences": "counts of rows in two deliveries, for who delivers",
    "calendar": "deliveries that are expected",
    "metrics": "definitions",
    "ledger": "names and days of releases",
    "restore": "number of deliveries",
    "plan": "tables that may be published, without figures",
    "audit": "places and shares of cells, never a number",
    "bewijs": "how many counts of a release have worlds",
    "health": "whether a release is served",
    "layout": "columns of a file",
    "evaluation": "empty forms, and forms that came back as a delivery",
}
NUMBERS = ("teller", "noemer", "waarde", "onder", "boven")
# Rows of the warehouse, one by one, for the analyst who keeps that warehouse; see its own test.
INSIDE = {"explain"}
# Protected numbers beside the release, booked as if they were one: tests/flow/test_question.py.
ANSWERED = {"vraag"}


def test_every_command_is_listed() -> None:
    known = set(get_command(cli.app).commands)  # type: ignore[attr-defined]
    assert known == FIGURES | PAGES | INSIDE | ANSWERED | set(NO_FIGURES)


@pytest.fixture(autouse=True)
def _closed_again() -> Iterator[None]:
    """DuckDB opens a file in one way at a time: the pages let go of it when a test is done."""
    yield
    released._answer.cache_clear()
    opening.whole.cache_clear()


@pytest.fixture(scope="module")
def bare(demo_run: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A work folder that holds the release and nothing else."""
    home = tmp_path_factory.mktemp("kaal")
    shutil.copy(demo_run.workdir / served.POINTER, home)
    (home / served.FOLDER).mkdir()
    shutil.copy(demo_run.release, home / served.FOLDER)
    return home


@pytest.mark.parametrize("command", ["effects", "savings", "pilot"])
def test_estimates_come_from_the_release(demo_run: DemoRun, bare: Path, command: str) -> None:
    whole, alone = (
        zichtlijn(command, "--workdir", home, "--json") for home in (demo_run.workdir, bare)
    )
    assert whole.returncode == console.OK
    assert whole == alone


def test_show_knows_only_the_release(demo_run: DemoRun, bare: Path) -> None:
    with open_served(bare) as (_, con):
        tables = con.execute("SELECT DISTINCT metriek, uitsplitsing FROM cellen ORDER BY ALL")
        asked = tables.fetchall()[::2]
    shown = hidden = 0
    for metric, cut in asked:
        whole, alone = (lookup.show(home, metric, cut=cut) for home in (demo_run.workdir, bare))
        assert whole == alone, metric
        for row in alone.rows:
            told = dict(zip(lookup.COLUMNS, row, strict=True))
            if told["status"] == "zichtbaar":
                shown += 1
                continue
            hidden += 1
            assert {told[name] for name in NUMBERS} == {None}, metric
    assert shown > 2_500
    assert hidden > 250


@pytest.mark.parametrize(
    ("form", "kind"),
    [("xlsx", "jaarevaluatie"), ("pptx", "bestuur"), ("docx", "bestuur"), ("opendata", "")],
    ids=str,
)
def test_reports_come_from_the_release(
    demo_run: DemoRun, bare: Path, tmp_path: Path, form: str, kind: str
) -> None:
    made = []
    for home in (demo_run.workdir, bare):
        out = tmp_path / home.name / f"uit.{form}"
        out.parent.mkdir(exist_ok=True)
        asked = ["report", "--workdir", home, "--format", form, "--out", out]
        done = zichtlijn(*asked, *(["--kind", kind] if kind else []))
        assert done.returncode == console.OK, done.stderr
        written = [out] if out.is_file() else sorted(p for p in out.rglob("*") if p.is_file())
        made.append({p.name: p.read_bytes() for p in written})
    assert made[0] == made[1]
    assert all(made[0].values())


# What the pages ask ------------------------------------------------------------------------------


def _open(home: Path) -> Released:
    seen = released.of(home, EVERYTHING)
    assert seen is not None
    return seen


def _answers(seen: Released) -> Iterator[pl.DataFrame]:
    """Every choice that the filters offer, through the data access of the pages."""
    for metric in seen.metrics:
        for cut in ["", *seen.cuts(metric)]:
            for level in seen.levels_of(metric, cut):
                for area in seen.areas_of(level) or [None]:
                    code = area.code if area else ""
                    yield seen.over_years(metric, level, code, cut)
                    if cut:
                        yield seen.by_category(metric, cut, seen.years[0], level, code)
                if not cut:
                    for year in seen.years:
                        yield seen.by_area(metric, year, level)


KEY = ["metriek", "schooljaar", "niveau", "gebied", "uitsplitsing", "categorie", "maat"]
THRESHOLD = 5
# Sums of days and marks, and figures without any.
NOT_COUNTED = ("gemiddelde", "mediaan")
TOLD = ["status", "teller", "noemer", "waarde", "onder", "boven", "n"]


@pytest.fixture(scope="module")
def asked(bare: Path) -> pl.DataFrame:
    return pl.concat([found.select(*KEY, *TOLD) for found in _answers(_open(bare)) if found.height])


def test_a_cell_is_the_same_whichever_way_it_is_asked(asked: pl.DataFrame) -> None:
    ways = asked.group_by(KEY).agg(pl.len().alias("keer"), pl.struct(TOLD).n_unique().alias("wat"))
    assert ways.filter(pl.col("wat") > 1).height == 0
    assert ways.filter(pl.col("keer") > 1).height > 5_000


def test_no_two_answers_differ_by_a_small_number(asked: pl.DataFrame) -> None:
    """An area less another, a year less a category: never 1 to 4 children apart."""
    counts = asked.unique(KEY).filter(
        pl.col("status") == "zichtbaar",
        ~pl.col("metriek").is_in([m.id for m in METRICS.values() if m.measure.public]),
        ~pl.col("metriek").is_in([m.id for m in METRICS.values() if m.kind in NOT_COUNTED]),
    )
    apart = 0
    for values in counts.group_by("metriek").agg(pl.col("teller").drop_nulls().unique())["teller"]:
        for one, other in combinations(values.to_list(), 2):
            apart += 1
            assert not 0 < abs(one - other) < THRESHOLD
    assert apart > 1_000
