"""The demo through the whole house: what was planted is found, and a row keeps its value."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines import run
from pipelines.delivery import unchanged
from pipelines.metrics.catalogue import METRICS
from pipelines.release import basis, reach
from tests.conftest import DemoRun
from tests.soak import small

SEEN = 0.66  # of what can be asked; raised with every step, never lowered
STARTED = "Datum eerste gesprek"  # what this supplier calls start_datum

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


def found(demo: DemoRun) -> set[tuple[str, int, str, str]]:
    """(file, row, rule, severity) of every finding of the run."""
    return {
        (d["file"], row, f["rule"], f["severity"])
        for d in demo.report["deliveries"]
        for f in d["findings"]
        for row in f["rows"]
    }


def test_every_planted_mistake_is_found_and_nothing_else(demo_run: DemoRun) -> None:
    planted = {(m["bestand"], m["rij"], m["regel"], m["ernst"]) for m in demo_run.planted["fouten"]}
    assert len(planted) >= 40
    assert found(demo_run) == planted


def test_every_finding_says_what_where_and_how_to_mend(demo_run: DemoRun) -> None:
    columns = {(m["bestand"], m["regel"]): m["kolom"] for m in demo_run.planted["fouten"]}
    for delivery in demo_run.report["deliveries"]:
        for finding in delivery["findings"]:
            assert finding["message"].endswith("."), finding["rule"]
            assert finding["remedy"], finding["rule"]
            assert columns[delivery["file"], finding["rule"]] in finding["columns"]


def test_rows_in_are_accepted_or_quarantined(demo_run: DemoRun) -> None:
    for delivery in demo_run.report["deliveries"]:
        assert delivery["status"] == "accepted"
        assert delivery["rows_in"] == delivery["accepted"] + delivery["quarantined"]
        assert delivery["rows_in"] > 0


def test_one_registration_through_every_room(demo_run: DemoRun) -> None:
    """From a line in a cp1252 export to the school's cell in the released file."""
    file = demo_run.inbox / "kolibri_smw_trajecten_2023-2024.csv"
    lines = file.read_text("cp1252").splitlines()
    header = lines[0].split(";")
    mistaken = {m["rij"] for m in demo_run.planted["fouten"] if m["bestand"] == file.name}
    number, cells = next(
        (i, dict(zip(header, line.split(";"), strict=True)))
        for i, line in enumerate(lines[1:], start=2)
        if i not in mistaken and line.split(";")[header.index(STARTED)].endswith("2023")
    )
    with duckdb.connect(str(demo_run.workdir / "magazijn.duckdb"), read_only=True) as house:
        row = house.execute(
            "SELECT * FROM smw_trajecten WHERE traject_id = ?", [cells["Dossiernummer"]]
        ).pl()
        assert row.height == 1, f"rij {number}"
        (kept,) = row.to_dicts()
        day, month, year = (int(part) for part in cells[STARTED].split("-"))
        assert (kept["start_datum"].day, kept["start_datum"].month) == (day, month)
        assert kept["start_datum"].year == year
        school_year = f"{year - (month < 8)}/{year - (month < 8) + 1}"
        started = house.execute(
            "SELECT count(*) FROM smw_trajecten WHERE vestigingscode = ?"
            " AND year(start_datum) - (month(start_datum) < 8)::INT = ?",
            [kept["vestigingscode"], int(school_year[:4])],
        ).fetchone()
        assert started is not None
    with duckdb.connect(str(demo_run.release), read_only=True) as released:
        cell = released.execute(
            "SELECT waarde, status FROM cellen WHERE metriek = 'smw_trajecten'"
            " AND niveau = 'vestiging' AND gebied = ? AND schooljaar = ? AND uitsplitsing = ''",
            [kept["vestigingscode"], school_year],
        ).fetchone()
    assert cell is not None
    value, status = cell
    if status == "zichtbaar":
        assert abs(value - started[0]) <= 2
    else:
        assert value is None


def test_every_metric_has_a_figure(demo_run: DemoRun) -> None:
    with duckdb.connect(str(demo_run.release), read_only=True) as released:
        shown = released.execute(
            "SELECT DISTINCT metriek FROM cellen WHERE status = 'zichtbaar'"
        ).fetchall()
    assert {metric for (metric,) in shown} == set(METRICS)


def test_what_can_be_asked_is_seen_at_least_as_often_as_before(demo_run: DemoRun) -> None:
    """Of every metric x level that means something; the aim is `reach.AIM`."""
    with duckdb.connect(str(demo_run.release), read_only=True) as released:
        assert reach.of_release(METRICS, released).share >= SEEN


def test_samenwerkingsverbanden_have_a_name(demo_run: DemoRun) -> None:
    with duckdb.connect(str(demo_run.release), read_only=True) as released:
        named = released.execute(
            "SELECT DISTINCT k.label_nl FROM cellen c LEFT JOIN categorieen k"
            " ON k.uitsplitsing = c.uitsplitsing AND k.code = c.categorie"
            " WHERE c.uitsplitsing = 'samenwerkingsverband'"
        ).fetchall()
    assert named == [("Samenwerkingsverband po 99-01 (Havenrijk, Veenmark)",)]


def test_running_again_gives_the_same_release(
    demo_run: DemoRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Idempotent: nothing is loaded twice and the content has the same name.

    By the same program: a commit that somebody made since the first run is held back.
    """
    with duckdb.connect(str(demo_run.release), read_only=True) as released:
        made_by = released.execute("SELECT git_revisie FROM release").fetchone()
    assert made_by is not None
    monkeypatch.setattr(basis, "revision", lambda: made_by[0])
    copy = tmp_path / "nogmaals"
    shutil.copytree(demo_run.workdir, copy)
    (copy / unchanged.NOTE).unlink()
    again = run.run(copy / "inbox", copy)
    assert not again.unchanged_since
    assert {o.status for o in again.deliveries} == {"unchanged"}
    assert again.release.id == demo_run.report["release"]["id"]


def test_a_bad_file_is_refused_and_everything_else_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.still(monkeypatch.setattr)
    inbox = small.first_files(tmp_path / "inbox")
    sound = run.run(inbox, tmp_path / "zonder").release
    (inbox / "leeg_schorsingen_2024-2025.csv").write_bytes(b"")
    (inbox / "foto.xlsx").write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 100)
    whole = (inbox / "bestuur_schorsingen_2023-2024.csv").read_bytes()
    (inbox / "bestuur_schorsingen_2023-2024_half.csv").write_bytes(whole[: len(whole) // 2])
    report = run.run(inbox, tmp_path / "met")
    refused = {o.file: o for o in report.deliveries if o.status == "refused"}
    assert set(refused) == {
        "leeg_schorsingen_2024-2025.csv",
        "foto.xlsx",
        "bestuur_schorsingen_2023-2024_half.csv",
    }
    assert all(o.message.endswith(".") and o.rows_in == 0 for o in refused.values())
    shown = []
    for release in (sound, report.release):
        with duckdb.connect(str(release.path), read_only=True) as released:
            shown.append(released.execute("SELECT * FROM cellen ORDER BY ALL").pl())
    assert shown[0].height > 0
    assert shown[0].equals(shown[1])
