"""What goes back to a supplier after a run, and findings that stay accepted until they expire."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from pipelines import contracts
from pipelines.audit import seal
from pipelines.cli import console
from pipelines.delivery import intake, lifecycle
from pipelines.delivery.deliver import deliver
from pipelines.delivery.outcome import Outcome
from pipelines.errors import UsageError
from pipelines.ingest import layout_files
from pipelines.release import reference
from pipelines.validate.feedback import folder
from pipelines.warehouse import acceptances, engine, history, tables
from pipelines.warehouse.acceptances import Acceptance
from tests.commands import zichtlijn
from tests.conftest import DemoRun, pseudonym
from tests.flow.test_delivery import SCHOOL, suspension, write

PROMISES = contracts.load()
TODAY = dt.datetime.now().astimezone().date()
LATER = TODAY + dt.timedelta(days=30)
FILE = "bestuur_schorsingen_2023-2024.csv"
TOO_LONG = "schorsingen.schorsing_te_lang"


@pytest.fixture
def house() -> Iterator[duckdb.DuckDBPyConnection]:
    with engine.open_warehouse(None) as con:
        tables.create(con, PROMISES)
        history.create(con)
        acceptances.create(con)
        yield con


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    """A work folder in which a school and one board's suspensions were delivered."""
    home = tmp_path / "werkmap"
    with engine.open_warehouse(home) as con:
        intake.prepare(con, PROMISES)
        school = write(tmp_path / "gemeente_scholen_2023-2024.csv", [SCHOOL])
        rows = [suspension(1), suspension(2, schooldagen="7")]
        for file in (school, write(tmp_path / FILE, rows)):
            deliver(con, file, PROMISES, layout_files.load(), gate=False)
    return home


def take_in(con: duckdb.DuckDBPyConnection, path: Path, back: Path, **more: Any) -> Outcome:
    more = {"gate": False, "feedback": back} | more
    (outcome,) = deliver(con, path, PROMISES, layout_files.load(), **more)
    return outcome


def agreed(rule: str, **changes: Any) -> Acceptance:
    known: dict[str, Any] = {
        "rule": rule,
        "supplier": "bestuur",
        "column": "",
        "reason": "bekend bij de Inspectie",
        "by": "A. Analist",
        "until": LATER,
    }
    return Acceptance(**(known | changes))


def words(file: Path) -> str:
    book = openpyxl.load_workbook(file)
    return " ".join(str(c.value) for s in book for line in s.iter_rows() for c in line if c.value)


def test_a_supplier_gets_all_failing_rows_and_the_second_count(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    rows = [suspension(n, schooldagen="0" if n % 2 else "1") for n in range(40)]
    file = write(tmp_path / FILE, rows)
    outcome = take_in(house, file, tmp_path / "terug", gate=True)
    place = Path(outcome.feedback)
    assert place == tmp_path / "terug" / f"{FILE}_{outcome.delivery}"
    own = openpyxl.load_workbook(place / folder.WORKBOOK)["Uw rijen"]
    told = [[c.value for c in line] for line in own.iter_rows(min_row=2)]
    assert [line[0] for line in told] == [n + 2 for n in range(40) if n % 2]
    assert [line[2] for line in told] == [f"S{n}" for n in range(40) if n % 2]
    html = (place / folder.PAGE).read_text("utf-8")
    assert "onafhankelijk nageteld" in html
    assert pseudonym(1) not in html
    record = json.loads((place / folder.RECORD).read_text("utf-8"))
    assert record["verwachtingen"]
    assert folder.MADE_BY_GX not in record
    assert f'href="{folder.DOCS}"' in html
    docs = (place / folder.DOCS).read_text("utf-8")
    assert "20 afwijkende waarden gevonden, 50% van 40 rijen." in docs

    again = take_in(house, file, tmp_path / "terug", gate=True)
    assert again.status == "unchanged"
    html = (place / folder.PAGE).read_text("utf-8")
    assert "onafhankelijk nageteld" in html
    assert f'href="{folder.DOCS}"' in html
    assert (place / folder.DOCS).read_text("utf-8") == docs


def test_identifying_data_are_not_in_the_feedback(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    row = suspension(1) | {"naam leerling": "Verzonnen Persoon"}
    outcome = take_in(house, write(tmp_path / FILE, [row]), tmp_path / "terug")
    place = Path(outcome.feedback)
    assert outcome.status == "refused"
    assert sorted(p.name for p in place.iterdir()) == [folder.PAGE, folder.WORKBOOK]
    said = words(place / folder.WORKBOOK) + (place / folder.PAGE).read_text("utf-8")
    assert "herleidbare persoonsgegevens" in said
    assert "Verzonnen Persoon" not in said
    assert pseudonym(1) not in said


def test_a_file_that_is_no_table_gets_its_sentence(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "brief.pdf").write_bytes(b"%PDF-1.7")
    outcome = take_in(house, tmp_path / "brief.pdf", tmp_path / "terug")
    assert outcome.message in words(Path(outcome.feedback) / folder.WORKBOOK)


def test_a_replaced_delivery_asks_nothing(house: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    old = write(tmp_path / FILE, [suspension(1)])
    new = write(tmp_path / "bestuur_schorsingen_2023-2024_v2.csv", [suspension(1), suspension(2)])
    for file in (old, new):
        take_in(house, file, tmp_path / "eerst")
    outcome = take_in(house, old, tmp_path / "terug")
    assert (outcome.status, outcome.feedback) == ("replaced", "")
    assert not (tmp_path / "terug").exists()


def test_feedback_that_cannot_be_written_does_not_stop_the_run(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "terug").write_text("geen map", "utf-8")
    outcome = take_in(house, write(tmp_path / FILE, [suspension(1)]), tmp_path / "terug")
    assert (outcome.status, outcome.feedback) == ("accepted", "")


def test_an_accepted_error_keeps_its_row_apart_but_is_no_longer_reported(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    rule = "schorsingen.schooldagen.bereik"
    rows = [suspension(1), suspension(2, schooldagen="0"), suspension(3, soort="straf")]
    file = write(tmp_path / FILE, rows)
    open_still = take_in(house, file, tmp_path / "terug", accepted=[agreed(rule)])
    assert not open_still.clean
    assert open_still.quarantined == 2
    marks = {f["rule"]: f["accepted"] for f in open_still.findings}
    assert marks[rule] == {
        "reason": "bekend bij de Inspectie",
        "by": "A. Analist",
        "until": LATER.isoformat(),
    }
    assert marks["schorsingen.soort.code"] is None
    own = openpyxl.load_workbook(Path(open_still.feedback) / folder.WORKBOOK)["Uw rijen"]
    assert [c.value for c in own["A"]][1:] == [4]

    both = [agreed(rule), agreed("schorsingen.soort.code", column="soort")]
    assert take_in(house, file, tmp_path / "terug", accepted=both).clean
    assert not take_in(
        house, file, tmp_path / "terug", accepted=[agreed(rule), agreed(TOO_LONG)]
    ).clean


@pytest.mark.parametrize(
    "other",
    [{"supplier": "ander bestuur"}, {"column": "soort"}, {"rule": "schorsingen.soort.code"}],
)
def test_an_acceptance_covers_nothing_else(other: dict[str, Any]) -> None:
    found = {"rule": TOO_LONG, "columns": ["schooldagen"], "outcome": "gevonden"}
    assert agreed(TOO_LONG).covers(found, "Bestuur")
    assert not agreed(**({"rule": TOO_LONG} | other)).covers(found, "bestuur")
    assert not agreed(TOO_LONG).covers(found | {"outcome": "niet_gecontroleerd"}, "bestuur")


def test_an_acceptance_holds_until_its_last_day(house: duckdb.DuckDBPyConnection) -> None:
    now = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - the register keeps UTC without a zone
    until = dt.date(2026, 7, 31)
    acceptances.store(house, agreed(TOO_LONG, until=until), now)
    day = dt.timedelta(days=1)
    assert acceptances.holding(house, until) == (agreed(TOO_LONG, until=until),)
    assert acceptances.holding(house, until + day) == ()
    acceptances.store(house, agreed(TOO_LONG, supplier="Bestuur", until=until + day), now)
    assert [a.until for a in acceptances.holding(house, until)] == [until + day]
    kept = house.execute("SELECT count(*) FROM register.aanvaard").fetchone()
    assert kept == (2,)


def test_an_acceptance_can_be_taken_back(workdir: Path) -> None:
    lifecycle.accept(workdir, agreed(TOO_LONG, reason="eerst"))
    lifecycle.accept(workdir, agreed(TOO_LONG))
    lifecycle.accept(workdir, agreed(TOO_LONG, column="schooldagen"))
    back = lifecycle.take_back(workdir, TOO_LONG, "Bestuur", "", reason="toch niet", by="B. Ander")
    assert back == agreed(TOO_LONG)
    assert lifecycle.accepted(workdir) == (agreed(TOO_LONG, column="schooldagen"),), (
        "no older one revives"
    )
    with engine.open_warehouse(workdir) as con:
        told = con.execute(
            "SELECT i.reden, i.door, a.reden FROM register.aanvaard_ingetrokken i"
            " JOIN register.aanvaard a USING (volgnummer)"
        ).fetchall()
    assert told == [("toch niet", "B. Ander", "bekend bij de Inspectie")]
    lifecycle.accept(workdir, agreed(TOO_LONG, reason="opnieuw"))
    assert {a.reason for a in lifecycle.accepted(workdir)} == {"opnieuw", "bekend bij de Inspectie"}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"rule": "schorsingen.soort.code"}, "niets in te trekken"),
        ({"supplier": "ander"}, "niets in te trekken"),
        ({"column": "schooldagen"}, "voor kolom schooldagen"),
        ({"reason": " "}, "--reason"),
        ({"by": ""}, "--by"),
    ],
)
def test_only_what_is_accepted_can_be_taken_back(
    workdir: Path, changes: dict[str, str], says: str
) -> None:
    lifecycle.accept(workdir, agreed(TOO_LONG))
    asked = {"rule": TOO_LONG, "supplier": "bestuur", "column": "", "reason": "x", "by": "y"}
    with pytest.raises(UsageError, match=says):
        lifecycle.take_back(workdir, **(asked | changes))
    assert lifecycle.accepted(workdir) == (agreed(TOO_LONG),)


def test_a_release_says_until_when_a_finding_is_accepted(workdir: Path) -> None:
    def published() -> dict[str, dt.date | None]:
        with engine.open_warehouse(workdir) as con:
            table = reference.findings_table(con)
        return {str(r["regel"]): r["aanvaard_tot"] for r in table.to_dicts()}

    assert published() == {TOO_LONG: None}
    lifecycle.accept(workdir, agreed(TOO_LONG, supplier="Bestuur", column="schooldagen"))
    assert published() == {TOO_LONG: LATER}
    lifecycle.take_back(workdir, TOO_LONG, "bestuur", "schooldagen", reason="x", by="y")
    assert published() == {TOO_LONG: None}
    lifecycle.accept(workdir, agreed("schorsingen.soort.code"))
    assert published() == {TOO_LONG: None}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"rule": "schorsingen.schorsing_te_lan"}, "Bedoelt u schorsingen.schorsing_te_lang"),
        ({"rule": "identiteit.herleidbaar"}, "bestaat niet"),
        ({"column": "soort_hulp"}, "wel over"),
        ({"supplier": "bestuurtje"}, "is niet bekend"),
        ({"until": TODAY - dt.timedelta(days=1)}, "al voorbij"),
        ({"reason": " "}, "--reason"),
    ],
)
def test_an_acceptance_that_could_never_apply_is_refused(
    workdir: Path, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        lifecycle.accept(workdir, agreed(**({"rule": TOO_LONG} | changes)))
    assert lifecycle.accepted(workdir) == ()


def test_accept_on_the_command_line_and_check_with_it(workdir: Path) -> None:
    options = ("--supplier", "bestuur", "--reason", "bekend", "--by", "A. Analist", "--until")
    home = ("--workdir", workdir)
    done = zichtlijn("accept", TOO_LONG, *options, f"{LATER:%d-%m-%Y}", *home)
    assert (done.returncode, done.stdout) == (console.OK, "")
    listed = zichtlijn("accept", "--list", *home, "--json")
    (held,) = json.loads(listed.stdout)["accepted"]
    assert (held["rule"], held["until"]) == (TOO_LONG, LATER.isoformat())
    assert TOO_LONG in zichtlijn("accept", "--list", *home).stdout

    file, back = workdir.parent / FILE, workdir.parent / "terug"
    checked = zichtlijn("check", file, *home, "--feedback", back)
    assert checked.returncode == console.OK
    assert "Aanvaard en niet meer gemeld: 1 bevinding" in checked.stderr
    assert "langer dan vijf" not in checked.stderr
    assert str(back) in checked.stderr.replace("\n", "")
    (place,) = back.iterdir()
    assert "bekend" in words(place / folder.WORKBOOK)

    told = (TOO_LONG, "--supplier", "bestuur", "--withdraw", "--reason", "toch niet", "--by", "B")
    undone = zichtlijn("accept", *told, *home)
    assert (undone.returncode, undone.stdout) == (console.OK, "")
    assert json.loads(zichtlijn("accept", "--list", *home, "--json").stdout) == {"accepted": []}
    assert zichtlijn("check", file, *home).returncode == console.OK, "a warning alone stops nothing"

    for arguments in (
        ("accept",),
        ("accept", TOO_LONG, *options, "morgen"),
        ("accept", *told),
        ("accept", TOO_LONG, "--withdraw"),
    ):
        assert zichtlijn(*arguments, *home).returncode == console.USAGE
    nowhere = zichtlijn("accept", "--list", "--workdir", workdir.parent / "leeg")
    assert nowhere.returncode == console.USAGE
    assert not (workdir.parent / "leeg").exists()


def test_what_differs_from_the_replaced_delivery_goes_back(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    old = [suspension(1), suspension(2), suspension(3), suspension(4, schorsing_id="=S4")]
    take_in(house, write(tmp_path / FILE, old), tmp_path / "terug")
    rows = [suspension(1), suspension(2, reden="overig"), suspension(5)]
    file = write(tmp_path / "bestuur_schorsingen_2023-2024_v2.csv", rows)
    for status in ("accepted", "unchanged"):
        outcome = take_in(house, file, tmp_path / "terug")
        assert outcome.status == status
        place = Path(outcome.feedback)
        sheet = openpyxl.load_workbook(place / folder.WORKBOOK)["Verschillen"]
        told = [[c.value for c in line] for line in sheet.iter_rows()]
        assert told == [
            ["Verschil", "Rij in uw bestand", "schorsing_id", "Gewijzigde kolommen"],
            ["Verdwenen", None, "S3", None],
            ["Nieuw", 4, "S5", None],
            ["Gewijzigd", 3, "S2", "reden"],
        ]
        html = (place / folder.PAGE).read_text("utf-8")
        assert "Verschillen met de vorige levering" in html
        assert f"vervangt {FILE}" in html
        assert ">S3<" not in html, "the page holds no rows"
    assert "Gewijzigde cellen per kolom: reden 1." in words(place / folder.WORKBOOK)


def test_an_unusual_count_is_asked_about_until_somebody_answers(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    take_in(house, write(tmp_path / "gemeente_scholen_2023-2024.csv", [SCHOOL]), tmp_path / "t")
    before = [suspension(n, start_datum="2023-03-04") for n in range(100, 200)]
    take_in(house, write(tmp_path / "bestuur_schorsingen_2022-2023.csv", before), tmp_path / "t")
    file = write(tmp_path / FILE, [suspension(n) for n in range(40)])
    asked = take_in(house, file, tmp_path / "terug")
    place = Path(asked.feedback)
    assert asked.clean
    for said in (words(place / folder.WORKBOOK), (place / folder.PAGE).read_text("utf-8")):
        assert "Er zijn 40 rijen; over 2022-2023 waren dat er 100 (60% minder)." in said
        assert "geen bevindingen. Er is 1 vraag." in said
        assert "U hoeft niets te doen." not in said
    answer = agreed("schorsingen.aantal_rijen", reason="twee scholen gesloten")
    known = take_in(house, file, tmp_path / "terug", accepted=[answer])
    assert [bool(q.accepted) for q in known.questions] == [True]
    for said in (words(place / folder.WORKBOOK), (place / folder.PAGE).read_text("utf-8")):
        assert "door A. Analist: twee scholen gesloten" in said
        assert "Er is 1 vraag." not in said


@pytest.mark.xdist_group("demo")
def test_a_run_tells_every_supplier_and_publishes_none_of_it(demo_run: DemoRun) -> None:
    back = demo_run.workdir / folder.NAME
    told = {Path(d["feedback"]) for d in demo_run.report["deliveries"]}
    assert told == set(back.iterdir())
    for delivery in demo_run.report["deliveries"]:
        failing = {r for f in delivery["findings"] for r in f["rows"]}
        book = openpyxl.load_workbook(Path(delivery["feedback"]) / folder.WORKBOOK)
        shown = {c.value for c in book["Uw rijen"]["A"]} if failing else {"Rij in uw bestand"}
        assert shown == {"Rij in uw bestand", *failing}, delivery["file"]
        for sheet in book:
            assert all(c.data_type != "f" for line in sheet.iter_rows() for c in line)
    published = (".duckdb", seal.SUFFIX)
    assert all(p.name.endswith(published) for p in (demo_run.workdir / "releases").iterdir())
