"""A table that would tell by its marks what they hide is left out; what is found is not served."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines import run
from pipelines.audit import audit
from pipelines.audit.attacks import differencing, insiders
from pipelines.audit.audit import quietly
from pipelines.audit.knowledge import Population, Topic
from pipelines.audit.linear import Shown, View
from pipelines.cli import console
from pipelines.cli import figures as commands
from pipelines.concerns import Concern
from pipelines.errors import ReleaseRefused
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.compute import Counted, Result
from pipelines.metrics.count.grid import KEY
from pipelines.release import components, publish, served, tally
from pipelines.release.components import Protected, Thresholds
from pipelines.release.disclosure import build_component, certify
from pipelines.release.disclosure import protect as protect_one
from pipelines.release.figures import figures
from tests.soak import small

THRESHOLDS = Thresholds(5, 10, 5)
YEAR = "2024/2025"
KINDS = {"bo": (1, 1, 1, 1, 0, 0), "vo": (20, 14, 31), "so": (8, 12, 9)}


def _counted() -> Counted:
    """Pupils per school and kind of school: four schools with one pupil each, under a kind that has
    four, and others that are large."""
    schools = [(kind, n) for kind, counts in KINDS.items() for n in counts]
    kinds = list(KINDS)
    rows = [("totaal", "", sum(n for _, n in schools), 9)]
    rows += [
        ("onderwijssoort", k, sum(KINDS[k]), sum(n > 0 for n in KINDS[k])) for k in sorted(kinds)
    ]
    rows += [("vestiging", f"99A{i:01X}00", n, min(n, 1)) for i, (_, n) in enumerate(schools)]
    cells = pl.DataFrame(
        [
            {
                "cel": i, "schooljaar": YEAR, "niveau": level, "gebied": area, "uitsplitsing": "",
                "categorie": "", "deel": "", "aantal": n, "kinderen": n, "scholen": held,
            }
            for i, (level, area, n, held) in enumerate(rows)
        ]
    )  # fmt: skip
    first = 1 + len(kinds)
    atoms = pl.DataFrame(
        [
            {"aantal": n, "cellen": [0, 1 + sorted(kinds).index(kind), first + i]}
            for i, (kind, n) in enumerate(schools)
            if n
        ]
    )
    made = cells.select(
        *KEY,
        metriek=pl.lit("smw_leerlingen"),
        teller="cel",
        noemer=pl.lit(None, dtype=pl.Int64),
        complement=pl.lit(value=False),
        bekend=pl.lit(None, dtype=pl.Float64),
    )
    return Counted("smw_leerlingen", "leerlingen", 1, cells, atoms, made)


@pytest.fixture(scope="module")
def protected() -> Protected:
    (found,) = components.protect([_counted()], METRICS, THRESHOLDS)
    return found


def test_a_table_is_left_out_where_marks_would_tell(protected: Protected) -> None:
    cells = protected.counted.cells
    out = cells.filter(pl.col("cel").is_in(list(protected.left_out)))
    assert set(out["niveau"]) == {"onderwijssoort"}
    assert out.height == len(KINDS)
    shown = figures(Result((_counted(),), (), {}), [protected], METRICS, [YEAR], THRESHOLDS).filter(
        pl.col("metriek") == "smw_leerlingen"
    )
    assert set(shown["niveau"]) == {"totaal", "vestiging"}
    named = tally.folded([_counted()], shown).rows()
    assert named == [("smw_leerlingen", "", "onderwijssoort", YEAR)]


def test_what_is_left_out_is_a_whole_table_to_the_checker() -> None:
    counted = _counted()
    component = build_component("proef", counted.cells, counted.atoms, threshold=5)
    protection = protect_one(component)
    assert protection.verdict.safe
    assert protection.verdict.readable_if_told == 0
    assert certify(component, protection).safe
    status = protection.cells["status"].to_list()
    status[protection.folded[0]] = "afgeschermd"
    half = protection.cells.with_columns(status=pl.Series(status))
    changed = certify(component, _with_cells(protection, half))
    assert "een tabel is maar voor een deel weggelaten" in changed.reasons


def _with_cells(protection: object, cells: pl.DataFrame) -> object:
    from dataclasses import replace

    return replace(protection, cells=cells)  # type: ignore[type-var]


def test_a_kind_of_school_with_one_school_tells_that_school_nothing() -> None:
    """Whose number is all there is of an area, learns nothing of others from it."""
    topic = Topic("proef", money=False)
    population = Population("m", "", "None")
    keys = [("vestiging", "99AA00"), ("vestiging", "99AB00"), ("onderwijssoort", "mbo")]
    own, _, area = (topic.cell(population, (YEAR, *key, "", "")) for key in keys)
    seen = View(3, {1: Shown(0, 5)}, sums=[(2, (0, 1))])
    truth = {0: 3, 1: 0, 2: 3}
    told = list(insiders(topic, seen, truth, [area], {}))
    assert [(g.attack, g.cell) for g in told] == [("insider 99AA00", area)]
    assert not list(insiders(topic, seen, truth, [area], {area: [(0, 1)]}))
    assert own == 0


def test_a_part_that_is_nothing_leaves_what_is_shown_itself() -> None:
    topic = Topic("proef", money=False)
    population = Population("m", "", "None")
    for code in ("a", "b"):
        cell = topic.cell(population, (YEAR, "totaal", "", "x", code))
        topic.thresholds[cell] = 10 * (1 + cell)
    for part, found in ((Shown(0, 10), False), (Shown(10, 10), True)):
        topic.shown = {0: Shown(20, 5), 1: part}
        seen = View(2, topic.shown, parts=[(1, 0)])
        assert bool(list(differencing(topic, seen))) == found


# The gate ---------------------------------------------------------------------------------------


def _naive(counted: list[Counted], *_: object, **__: object) -> list[Protected]:
    """Hide what is small, show the rest as it is."""
    return [
        Protected(
            c,
            c.cells.select(
                "cel",
                zichtbaar=~pl.col("aantal").is_between(1, 4),
                gepubliceerd=pl.when(~pl.col("aantal").is_between(1, 4))
                .then("aantal")
                .cast(pl.Float64),
            ),
            0,
            "",
        )
        for c in counted
    ]


def test_a_release_in_which_something_is_found_is_not_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.still(monkeypatch.setattr)
    inbox, home = small.first_files(tmp_path / "inbox"), tmp_path / "werkmap"
    first = run.run(inbox, home).release
    before = (home / served.POINTER).read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(publish.components, "protect", _naive)
        with pytest.raises(ReleaseRefused, match=r"niet gepubliceerd.*herleiden") as refused:
            run.run(small.later_files(tmp_path / "inbox"), home)
    assert "schorsingen" in str(refused.value)
    assert (home / served.POINTER).read_bytes() == before
    assert [f.stem for f in (home / served.FOLDER).glob("r*.duckdb")] == [first.id]
    assert [f.stem for f in (home / tally.FOLDER).glob("*.duckdb")] == [first.id]
    assert small.leftovers(home) == []
    again = run.run(tmp_path / "inbox", home).release
    assert again.id != first.id
    assert audit.audit(home, progress=quietly).clean


def test_a_level_that_tells_too_much_is_left_out_and_the_rest_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two schools with a suspension each, of another kind: a small register is not refused."""
    small.still(monkeypatch.setattr)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    small.write(inbox / "gemeente_scholen_2024-2025.csv", [small.school(n) for n in range(2)])
    kinds = ("schorsing_extern", "schorsing_intern")
    rows = [small.suspension(2024, n, vestigingscode=f"99AA0{n}", soort=kinds[n]) for n in range(2)]
    small.write(inbox / "bestuur_schorsingen_2024-2025.csv", rows)
    run.run(inbox, tmp_path)
    assert audit.audit(tmp_path, progress=quietly).clean


def test_the_analyst_is_told_which_table_is_left_out_and_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small.still(monkeypatch.setattr)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    schools = [(kind, n) for kind, counts in KINDS.items() for n in counts]
    codes = [f"99A{chr(65 + i)}00" for i in range(len(schools))]
    listed = [
        small.school(0) | {"vestigingscode": code, "naam": code, "onderwijssoort": kind}
        for code, (kind, _) in zip(codes, schools, strict=True)
    ]
    rows = [
        small.suspension(2024, 100 * i + n, vestigingscode=codes[i])
        for i, (_, count) in enumerate(schools)
        for n in range(count)
    ]
    small.write(inbox / "gemeente_scholen_2024-2025.csv", listed)
    small.write(inbox / "bestuur_schorsingen_2024-2025.csv", rows)
    report = run.run(inbox, tmp_path)
    assert audit.audit(tmp_path, progress=quietly).clean
    assert ("sch_aantal", "", "onderwijssoort", YEAR) in report.folded
    assert report.unproved == ""
    assert run.run(inbox, tmp_path).folded == report.folded  # of a release that stays served
    assert commands.publication_plan(workdir=tmp_path) == console.OK
    told = capsys.readouterr()
    assert "sch_aantal per onderwijssoort (2024/2025)" in told.err
    assert "Weggelaten" not in told.out
    with duckdb.connect(str(report.release.path), read_only=True) as con:
        tables = {name for (name,) in con.execute("SHOW TABLES").fetchall()}
    assert "weggelaten" not in tables
    (tmp_path / tally.FOLDER / f"{report.release.id}.duckdb").unlink()
    assert tally.folded_of(tmp_path, report.release.id) == ()


def test_a_child_of_two_schools_is_one_child_and_cannot_be_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seven pupils were suspended at two schools: with the number of each school and the total of
    distinct pupils nobody knows which, and the register is not refused."""
    small.still(monkeypatch.setattr)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    small.write(inbox / "gemeente_scholen_2024-2025.csv", [small.school(n) for n in range(4)])
    pupils = [small.school(n) | {"schooljaar": YEAR, "leerlingen": "200"} for n in range(4)]
    keys = ("vestigingscode", "schooljaar", "leerlingen")
    small.write(
        inbox / "duo_leerlingaantallen_2024-2025.csv", [{k: row[k] for k in keys} for row in pupils]
    )
    rows = [small.suspension(2024, n) for n in range(60)]
    rows += [
        small.suspension(2024, n, schorsing_id=f"T{n}", vestigingscode=f"99AA0{(n + 1) % 4}")
        for n in range(7)
    ]
    small.write(inbox / "bestuur_schorsingen_2024-2025.csv", rows)
    report = run.run(inbox, tmp_path)
    assert audit.audit(tmp_path, progress=quietly).clean
    with duckdb.connect(str(report.release.path), read_only=True) as con:
        shown = dict(
            con.execute(
                "SELECT metriek, teller FROM cellen WHERE niveau = 'totaal' AND uitsplitsing = ''"
                " AND metriek IN ('sch_aantal', 'sch_per_1000')"
            ).fetchall()
        )
    assert shown == {"sch_aantal": 65, "sch_per_1000": 60}


def test_only_the_level_of_a_count_in_a_year_is_left_out() -> None:
    cells = pl.DataFrame(
        {
            "metriek": ["sch_aantal", "sch_aantal", "sch_aantal", "smw_trajecten"],
            "schooljaar": [YEAR, YEAR, "2023/2024", YEAR],
            "niveau": ["wijk", "totaal", "wijk", "wijk"],
        }
    )
    concern = Concern(f"schorsingen {YEAR}", f"{YEAR} wijk WK1", "te nauw")
    assert publish._without(cells, [concern]).equals(cells[1:])


def test_a_release_without_a_single_count_can_be_audited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.still(monkeypatch.setattr)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    small.write(inbox / "gemeente_scholen_2023-2024.csv", [small.school(n) for n in range(4)])
    run.run(inbox, tmp_path)
    assert audit.audit(tmp_path, progress=quietly).clean
