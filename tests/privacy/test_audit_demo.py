"""`zichtlijn audit` on the demo release: nothing found; and it finds what is planted in a copy."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.audit import attacks, audit, truth
from pipelines.audit.audit import Outcome, quietly
from pipelines.audit.knowledge import Released, topics
from pipelines.audit.linear import Attacker
from pipelines.audit.relations import view
from pipelines.cli import console, protection
from pipelines.release import served, tally
from tests.conftest import DemoRun

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]

KEY = "schooljaar, niveau, gebied, uitsplitsing, categorie"


@pytest.fixture(scope="module")
def outcome(demo_run: DemoRun) -> Outcome:
    return audit.audit(demo_run.workdir, progress=quietly)


def test_nothing_can_be_worked_out(outcome: Outcome) -> None:
    assert outcome.scored_with_truth
    assert [vars(f) for f in outcome.findings] == []
    assert outcome.hidden > 500
    assert outcome.sensitive > 500
    assert min(outcome.visible_share.values()) >= 0.98


def test_what_the_attackers_suppose_agrees_with_the_truth(demo_run: DemoRun) -> None:
    """Otherwise they would attack another table than ours."""
    file = audit.served(demo_run.workdir)
    released = Released.read(file)
    known = truth.read(demo_run.workdir, released.id)
    held = 0
    for topic in topics(released, known.known):
        seen = view(topic, released.parents, known.schools)
        assert Attacker(seen).consistent(), topic.name
        units = {cell: fact.units for cell, fact in known.of(topic).items()}
        held += sum(seen.shown[c].low <= units[c] <= seen.shown[c].high for c in seen.shown)
        assert held
        for cell, told in seen.shown.items():
            assert told.low <= units[cell] <= told.high, topic.name


def test_no_share_is_far_from_the_truth_without_its_interval_showing_it(
    demo_run: DemoRun,
) -> None:
    """Many are more than three points off, most of them of schools, since counts are rounded."""
    file = audit.served(demo_run.workdir)
    counts = demo_run.workdir / tally.FOLDER / file.name
    with duckdb.connect(str(file), read_only=True) as con:
        con.execute(f"ATTACH '{counts}' AS exact (READ_ONLY)")
        shares = con.execute(
            f"SELECT waarde, onder, boven, 100 * t.aantal / n.aantal FROM cellen JOIN metrieken m"
            f" ON m.id = metriek JOIN exact.tellingen t USING (metriek, {KEY})"
            f" JOIN exact.tellingen n USING (metriek, {KEY})"
            " WHERE soort = 'aandeel' AND status = 'zichtbaar' AND maat = '' AND n.aantal > 0"
            " AND t.deel = 'teller' AND n.deel = 'noemer'"
        ).fetchall()
    assert len(shares) > 1_000
    assert all(low - 1e-6 <= true <= high + 1e-6 for _shown, low, high, true in shares)
    assert sum(abs(shown - true) > 3 for shown, _low, _high, true in shares) > 20


def _copy(demo_run: DemoRun, home: Path) -> Path:
    """A work folder with only the release and what the referee reads."""
    home.mkdir()
    shutil.copy(demo_run.workdir / served.POINTER, home)
    for folder in (served.FOLDER, tally.FOLDER):
        shutil.copytree(demo_run.workdir / folder, home / folder)
    return home


def test_a_small_count_that_shows_is_found(demo_run: DemoRun, tmp_path: Path) -> None:
    home = _copy(demo_run, tmp_path / "werkmap")
    file = audit.served(home)
    with duckdb.connect(str(file)) as con:
        con.execute("DELETE FROM cellen WHERE metriek NOT IN ('sch_aantal')")
        con.execute(
            "UPDATE cellen SET status = 'zichtbaar', teller = 3, waarde = 3, n = 3 WHERE rowid ="
            " (SELECT min(rowid) FROM cellen WHERE status = 'afgeschermd')"
        )
    found = audit.audit(home, progress=quietly)
    assert [f.attack for f in found.findings if f.kind == "exact"][:1] == ["getoond"]
    assert not found.clean


def test_a_number_that_is_not_rounded_ends_in_three(
    demo_run: DemoRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = _copy(demo_run, tmp_path / "werkmap")
    file = audit.served(home)
    with duckdb.connect(str(file)) as con:
        con.execute("DELETE FROM cellen WHERE metriek NOT IN ('sch_aantal')")
        con.execute(
            "UPDATE cellen SET teller = teller + 1 WHERE rowid ="
            " (SELECT min(rowid) FROM cellen WHERE status = 'zichtbaar' AND teller >= 10)"
        )
    assert protection.audit_release(home, as_json=True) == console.NOT_ALL_ACCEPTED
    told = json.loads(capsys.readouterr().out)
    assert told["exact"] + told["narrow"] + told["weak"] == len(told["findings"])
    assert told["exact"]


def test_the_names_of_the_two_rooms_agree() -> None:
    """The attackers share no code with the release room, so a name stands twice."""
    assert audit.POINTER == served.POINTER
    assert audit.FOLDER == served.FOLDER
    assert truth.FOLDER == tally.FOLDER
    assert attacks.INSIDER_WIDTH == 3
