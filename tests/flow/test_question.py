"""A question outside the plan: answered beside all that ever left, and remembered."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from pipelines import run
from pipelines.audit import audit
from pipelines.audit.audit import quietly
from pipelines.cli import console
from pipelines.cli import main as cli
from pipelines.delivery import lifecycle
from pipelines.errors import UsageError
from pipelines.metrics.catalogue import METRICS
from pipelines.release import ledger, question
from tests.soak import small

SCHOOLS = 6
KINDS = ("schorsing_extern", "schorsing_intern")
REASONS = ("geweld_leerling", "verbaal_geweld", "pesten", "diefstal", "verzuim", "overig")


def _reason(school: int, row: int) -> str:
    if (school, row) == (0, 39):
        return "wapenbezit"
    return REASONS[row // 2] if row < 2 * len(REASONS) else "storend_gedrag"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six schools of one kind, each with many suspensions of both kinds for one reason, and two for
    each of six others; one in all for an eighth."""
    home = tmp_path_factory.mktemp("vraag")
    inbox = home / "inbox"
    inbox.mkdir()
    small.write(inbox / "gemeente_scholen_2024-2025.csv", [small.school(n) for n in range(SCHOOLS)])
    rows = [
        small.suspension(
            2024,
            100 * n + i,
            vestigingscode=f"99AA0{n}",
            soort=KINDS[i % 2],
            reden=_reason(n, i),
        )
        for n in range(SCHOOLS)
        for i in range(40 + 3 * n)
    ]
    small.write(inbox / "bestuur_schorsingen_2024-2025.csv", rows)
    with pytest.MonkeyPatch.context() as patch:
        small.still(patch.setattr)
        run.run(inbox, home)
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    small.still(monkeypatch.setattr)
    shutil.copytree(made, tmp_path / "werkmap")
    return tmp_path / "werkmap"


def test_a_table_of_large_counts_may_be_shown_and_is_remembered(home: Path) -> None:
    found = lifecycle.question(home, "sch_aantal", "soort", "vestiging", book=True)
    assert found.verdict == "mag"
    shown = found.cells.filter(pl.col("status") == "zichtbaar")
    assert set(shown["gebied"]) == {f"99AA0{n}" for n in range(SCHOOLS)}
    assert set(shown["waarde"] % 5) == {0}
    (page,) = (p for p in ledger.pages(home) if p.id == found.booked)
    assert page.figures.height == shown.height
    again = lifecycle.question(home, "sch_aantal", "soort", "vestiging", book=True)
    assert again.booked == found.booked
    run.run(home / "inbox", home)
    pointer = json.loads((home / "release.json").read_text("utf-8"))
    assert pointer["grootboek"] == ledger.mark(home, pointer["id"])
    assert audit.audit(home, progress=quietly).clean


def test_who_only_asks_leaves_nothing(home: Path) -> None:
    booked = [page.id for page in ledger.pages(home)]
    assert lifecycle.question(home, "sch_aantal", "soort", "vestiging", book=False).verdict == "mag"
    assert [page.id for page in ledger.pages(home)] == booked


def test_a_table_of_small_counts_is_answered_with_a_coarser_one(home: Path) -> None:
    """Two suspensions per school for six reasons: half of the cells would be a mark."""
    found = lifecycle.question(home, "sch_aantal", "reden", "vestiging", book=True)
    assert (found.verdict, found.level) == ("mag zo", "wijk")
    assert "te klein" in found.why
    assert set(found.cells["niveau"]) == {"wijk"}
    assert found.booked in {page.id for page in ledger.pages(home)}


def test_an_answer_holds_no_small_number_and_none_that_is_hidden(home: Path) -> None:
    """One suspension in all for one reason: that is a mark, and the others are rounded."""
    found = lifecycle.question(home, "sch_aantal", "reden", "onderwijssoort", book=True)
    cells = found.cells
    assert not cells.is_empty()
    numbers = cells.filter(pl.col("status") == "zichtbaar")["teller"]
    assert set(numbers % 5) == {0}
    hidden = cells.filter(pl.col("status") != "zichtbaar").select("teller", "noemer", "waarde")
    assert hidden.height > 0
    assert hidden.null_count().row(0) == (hidden.height,) * 3
    told = json.dumps(found.as_dict())
    assert "kinderen" not in told


def test_a_table_of_the_plan_needs_no_question(home: Path) -> None:
    found = lifecycle.question(home, "sch_aantal", "soort", "onderwijssoort", book=True)
    assert (found.verdict, found.booked) == ("mag", "")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("sch_aantl", "", "totaal"), "Bedoelt u sch_aantal"),
        (("sch_aantal", "redn", "totaal"), "Bedoelt u reden"),
        (("sch_aantal", "", "aanbieder"), "niet per aanbieder"),
        (("smw_wachttijd", "", "totaal"), "geen som van cellen"),
    ],
)
def test_names_that_do_not_exist(asked: tuple[str, str, str], told: str, home: Path) -> None:
    with pytest.raises(UsageError, match=told):
        lifecycle.question(home, *asked, book=False)


def test_the_command_answers(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def asked(*more: str) -> int:
        line = ["vraag", "sch_aantal", *more, "--workdir", str(home)]
        return cli.guarded(lambda: cli.app(line, standalone_mode=False))

    table = ("--uitsplitsing", "soort", "--level", "vestiging")
    assert asked(*table, "--only-ask", "--json") == console.OK
    told = json.loads(capsys.readouterr().out)
    assert (told["verdict"], told["cells"], told["booked"]) == ("mag", [], "")
    assert asked(*table) == console.OK
    assert "Dat mag." in capsys.readouterr().out


def test_a_question_counts_all_that_is_proved_as_one_system() -> None:
    """Cases are asked about beside pupils and days of the same suspensions."""
    measures = {METRICS[name].measure.id for name in ("sch_aantal", "sch_per_1000", "sch_dagen")}
    for name in ("sch_aantal", "sch_per_1000"):
        assert question._about_the_same(METRICS[name]) >= measures
    assert len(question._about_the_same(METRICS["vw_aantal"])) == 1
