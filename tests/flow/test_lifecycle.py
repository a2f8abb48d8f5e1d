"""What happens to a delivery after it came: unchanged work, withdrawal, calendar, retention."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import contracts, run
from pipelines.cli import console
from pipelines.cli import main as cli
from pipelines.delivery import intake, lifecycle, unchanged
from pipelines.errors import ContractError, UsageError
from pipelines.metrics import publication_plan as plans
from pipelines.release import basis, publish
from pipelines.warehouse import calendar, engine, history, retention
from tests.soak import small

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lifecycle")]

FIRST = "bestuur_schorsingen_2023-2024.csv"
SECOND = "bestuur_schorsingen_2023-2024_v2.csv"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    small.still(monkeypatch.setattr)


def again(home: Path, *, sure: bool = False) -> run.RunReport:
    return run.run(home / "inbox", home, sure=sure)


def status(report: run.RunReport) -> dict[str, str]:
    return {o.file: o.status for o in report.deliveries}


def holds(home: Path, text: str) -> bool:
    """Whether a text stands anywhere in the warehouse's file."""
    return text.encode() in (home / engine.FILE).read_bytes()


# Nothing changed ---------------------------------------------------------------------------------


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one every time the figures are worked out."""
    times: list[int] = []
    count_all: Callable[..., Any] = publish.counting.count_all

    def counting(*arguments: Any) -> Any:
        times.append(1)
        return count_all(*arguments)

    monkeypatch.setattr(publish.counting, "count_all", counting)
    return times


def _parameter(monkeypatch: pytest.MonkeyPatch) -> None:
    promises = contracts.load()
    changed = dataclasses.replace(promises.parameters["norm_smw_start_dagen"], value=21.0)
    parameters = {**promises.parameters, changed.name: changed}
    changed_promises = dataclasses.replace(promises, parameters=parameters)
    monkeypatch.setattr(contracts, "load", lambda: changed_promises)


def _contract(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = dataclasses.replace(contracts.load(), fingerprint="ander contract")
    monkeypatch.setattr(contracts, "load", lambda: changed)


def _plan(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = plans.load(publish.METRICS)
    shorter = dataclasses.replace(whole, tables=whole.tables[:-1])
    monkeypatch.setattr(plans, "load", lambda _: shorter)


def _code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(basis, "code", lambda: "andere code")


def _revision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(basis, "revision", lambda: "anders")


def _year(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "school_years", lambda *_: ["2023/2024"])


def test_nothing_is_worked_out_again_when_nothing_changed(house: Path, counted: list[int]) -> None:
    before = (house / "release.json").read_bytes()
    report = again(house)
    assert set(status(report).values()) == {"unchanged", "replaced", "refused"}
    assert counted == []
    assert (house / "release.json").read_bytes() == before
    assert report.release.path.exists()


@pytest.mark.parametrize("change", [_parameter, _contract, _plan, _code, _revision, _year])
def test_what_changes_is_worked_out_again(
    house: Path,
    counted: list[int],
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[pytest.MonkeyPatch], None],
) -> None:
    change(monkeypatch)
    (house / unchanged.NOTE).unlink(missing_ok=True)  # which looks at files, and these stay
    again(house)
    assert counted == [1]
    again(house)
    assert counted == [1]


def test_a_new_delivery_or_a_lost_release_is_worked_out(house: Path, counted: list[int]) -> None:
    first = again(house).release
    first.path.unlink()
    assert again(house).release.id == first.id
    assert counted == [1]
    small.write(house / "inbox/ander_schorsingen_2024-2025.csv", [small.suspension(2024, 900)])
    assert again(house).release.id != first.id
    assert counted == [1, 1]


def test_the_code_is_known_by_its_files() -> None:
    assert len(basis.code()) == 64


# Withdrawal --------------------------------------------------------------------------------------


def test_a_withdrawn_delivery_is_gone_and_stays_gone(house: Path) -> None:
    only_there = small.pseudonym(700)
    extra = house / "inbox/ander_schorsingen_2024-2025.csv"
    small.write(extra, [small.suspension(2024, 700), small.suspension(2024, 701, soort="straf")])
    with_it = again(house)
    assert holds(house, small.pseudonym(701)) or holds(house, only_there)
    gone, release = lifecycle.withdraw(house, extra.name, "verkeerde export")
    assert release.id != with_it.release.id
    assert small.pointer(house) == release.id
    assert not holds(house, only_there)
    assert not holds(house, small.pseudonym(701))
    assert not list((house / "terugkoppeling").glob(f"*_{gone.delivery}"))
    for name, rows in small.content(house).items():
        kept = {"register.leveringen", "register.intrekkingen", "register.eenheden"}
        if name not in kept:  # that it came, and about which schools
            assert gone.delivery not in str(rows), name
    report = again(house)
    assert status(report)[extra.name] == "withdrawn"
    assert report.release.id == release.id
    (line,) = [e for e in lifecycle.entries(house) if e.delivery == gone.delivery]
    assert (line.status, line.rows_in, line.accepted, line.quarantined, line.reason) == (
        "ingetrokken", 2, 1, 1, "verkeerde export",
    )  # fmt: skip
    assert line.withdrawn is not None
    assert lifecycle.withdraw(house, gone.delivery)[1].id == release.id


def test_what_a_withdrawn_delivery_replaced_counts_again(house: Path) -> None:
    """It lies in the inbox still, and nothing is in its place any more (R1)."""
    lifecycle.withdraw(house, SECOND)
    assert len(small.content(house)["main.schorsingen"]) == 39
    report = again(house)
    assert status(report)[SECOND] == "withdrawn"
    assert status(report)[FIRST] == "accepted"
    assert len(small.content(house)["main.schorsingen"]) == 39 + 59
    assert status(again(house)) == status(report) | {
        FIRST: "unchanged",
        "bestuur_schorsingen_2024-2025.csv": "unchanged",
    }
    lifecycle.undo_withdrawal(house, SECOND)
    both = again(house)
    assert (status(both)[SECOND], status(both)[FIRST]) == ("accepted", "replaced")
    with pytest.raises(UsageError, match="niet ingetrokken"):
        lifecycle.undo_withdrawal(house, SECOND)


def test_only_a_known_delivery_can_be_withdrawn(house: Path) -> None:
    with pytest.raises(UsageError, match="niet bekend"):
        lifecycle.withdraw(house, "weg.csv")
    with pytest.raises(UsageError, match="geweigerd"):
        lifecycle.withdraw(house, "leeg_schorsingen_2024-2025.csv")
    changed = house / "inbox" / SECOND
    small.write(changed, small.suspensions(2023, 45))
    again(house)
    with pytest.raises(UsageError, match="Meer dan een"):
        lifecycle.withdraw(house, SECOND)
    with pytest.raises(UsageError, match="geen magazijn"):
        lifecycle.withdraw(house / "elders", SECOND)


# Differences -------------------------------------------------------------------------------------


def test_a_delivery_is_told_from_the_one_it_replaced(house: Path) -> None:
    entry, found, questions = lifecycle.differences(house, SECOND)
    assert found is not None
    assert found.file == "bestuur_schorsingen_2023-2024.csv"
    assert (found.counts["verdwenen"], found.same, found.total) == (10, 49, 10)
    assert {key[0][:5] for key in (r.key for r in found.rows)} == {"S2023"}
    assert questions == ()
    first = lifecycle.differences(house, "bestuur_schorsingen_2023-2024.csv")
    assert first[0].status == "vervangen"
    assert first[1] is None
    with pytest.raises(UsageError, match="niets om te vergelijken"):
        lifecycle.differences(house, "leeg_schorsingen_2024-2025.csv")
    lifecycle.withdraw(house, entry.delivery)
    assert lifecycle.differences(house, entry.delivery)[1:] == (None, ())


def test_the_loaded_one_of_more_with_one_name_is_compared(house: Path) -> None:
    small.write(house / "inbox" / SECOND, small.suspensions(2023, 45))
    again(house)
    entry, found, _ = lifecycle.differences(house, SECOND)
    assert entry.rows_in == 45
    assert found is not None
    assert (found.file, found.counts["verdwenen"]) == (SECOND, 5)


def test_differences_name_no_key_on_the_command_line(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [*small.suspensions(2023, 45), small.suspension(2023, 950)]
    rows[3] |= {"reden": "overig"}
    small.write(house / "inbox" / SECOND, rows)
    for line in (["run", str(house / "inbox")], ["differences", SECOND]):
        code = cli.guarded(
            lambda line=line: cli.app([*line, "--workdir", str(house)], standalone_mode=False)
        )
        assert code in (console.OK, console.NOT_ALL_ACCEPTED)
    said = capsys.readouterr()
    assert "5 verdwenen, 1 nieuw [rij 47], 1 gewijzigd [rij 5], 43 gelijk" in said.err
    assert "Gewijzigde cellen per kolom: reden 1." in said.err
    assert [line.split()[:3] for line in said.out.splitlines()[1:]] == [
        ["verdwenen", "5", "-"],
        ["nu", "apart", "gehouden"],
        ["nieuw", "1", "47"],
        ["hersteld", "0", "-"],
        ["gewijzigd", "1", "5"],
    ]
    assert "S2023" not in said.out + said.err


# Calendar ----------------------------------------------------------------------------------------


def test_the_calendar_says_what_is_late(house: Path) -> None:
    lines = lifecycle.owed(house, dt.date(2026, 10, 2))
    board = {d.period: (d.state, d.due) for d in lines if d.supplier == "bestuur"}
    assert board == {
        "2023/2024": ("geleverd", dt.date(2024, 10, 1)),
        "2024/2025": ("geleverd", dt.date(2025, 10, 1)),
        "2025/2026": ("te laat", dt.date(2026, 10, 1)),
        "2026/2027": ("verwacht", dt.date(2027, 10, 1)),
    }
    (schools,) = [d for d in lines if d.dataset == "scholen"]
    assert (schools.state, schools.period, schools.due) == ("geleverd", "", None)
    on_the_day = lifecycle.owed(house, dt.date(2026, 10, 1))
    assert "te laat" not in {d.state for d in on_the_day}
    lifecycle.withdraw(house, SECOND)
    late = {d.period for d in lifecycle.owed(house, dt.date(2026, 10, 1)) if d.state == "te laat"}
    assert late == {"2023/2024"}


def test_of_a_round_of_answers_nobody_is_awaited_by_name(tmp_path: Path) -> None:
    promises = contracts.load()
    with engine.open_warehouse(tmp_path) as con:
        intake.prepare(con, promises)
        for number, period in enumerate(("2023-2024", "2023-2024", "2024-2025")):
            con.execute(
                "INSERT INTO register.leveringen (levering, dataset, leverancier, periode,"
                " volgnummer, status) VALUES (?, 'evaluatie_antwoorden', ?, ?, ?, 'geladen')",
                [f"d{number}", f"formulier {number}", period, number],
            )
        lines = calendar.calendar(con, promises, dt.date(2026, 10, 2))
    assert [(d.supplier, d.period, d.state) for d in lines] == [
        (calendar.EVERYBODY, "2023/2024", "geleverd"),
        (calendar.EVERYBODY, "2024/2025", "geleverd"),
        (calendar.EVERYBODY, "2025/2026", "te laat"),
        (calendar.EVERYBODY, "2026/2027", "verwacht"),
    ]


def test_every_dataset_of_the_calendar_has_a_contract() -> None:
    assert set(calendar.agreements()) - {""} == set(contracts.load().datasets)


@pytest.mark.parametrize(
    "text",
    [
        "datasets: {}",
        "{standaard: {rol: x, per: schooljaar, uiterlijk: '31-12'}, datasets: {}}",
        "{standaard: {rol: x, per: maand, uiterlijk: '10-01'}, datasets: {}}",
    ],
)
def test_a_wrong_calendar_is_refused(text: str) -> None:
    with pytest.raises(ContractError, match=r"leveringskalender\.yaml"):
        calendar.parse(text)


# Retention ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "first"),
    [(dt.date(2026, 7, 31), 2015), (dt.date(2026, 8, 1), 2016), (dt.date(2026, 11, 22), 2016)],
)
def test_the_oldest_school_year_that_is_kept(today: dt.date, first: int) -> None:
    """2015/2016 ended on 31 July 2016: ten years later to the day it is still kept."""
    assert retention.first_kept_year(contracts.load(), today) == first


def test_rows_past_the_term_are_nowhere_any_more(house: Path) -> None:
    old = house / "inbox/oud_schorsingen_2012-2013.csv"
    rows = [
        small.suspension(2012, 800),
        small.suspension(2012, 801, soort="straf"),
        small.suspension(2012, 802, start_datum="2031-02-30"),
        small.suspension(2024, 803),
    ]
    small.write(old, rows)
    before = small.pointer(house)
    with pytest.raises(
        UsageError, match=r"zou 1 goedgekeurde .*oud_schorsingen_2012-2013.csv \(1\)"
    ):
        again(house)
    assert small.pointer(house) == before
    with pytest.raises(UsageError, match="--ja"):
        again(house)  # it keeps asking: nothing is deleted without an answer
    assert small.pseudonym(800) in str(small.content(house))
    report = again(house, sure=True)
    assert (house / f"releases/{before}.duckdb").exists()
    (outcome,) = [o for o in report.deliveries if o.file == old.name]
    assert (outcome.rows_in, outcome.accepted, outcome.quarantined) == (4, 2, 2)
    everything = str(small.content(house))
    for number in (800, 801, 802):
        assert small.pseudonym(number) not in everything
        assert not holds(house, small.pseudonym(number))
    assert small.pseudonym(803) in everything
    (line,) = [e for e in lifecycle.entries(house) if e.file == old.name]
    assert line.expired == 3
    assert [r[1:3] for r in small.content(house)["register.verlopen"]] == [(1, 2)]
    assert not list((house / "terugkoppeling").glob(f"*_{line.delivery}"))
    assert (outcome.expired, outcome.feedback) == (True, ""), "what is gone is not named"
    (later,) = [o for o in again(house).deliveries if o.file == old.name]
    assert (later.status, later.expired, later.feedback) == ("unchanged", True, "")
    assert small.leftovers(house) == []
    with engine.open_warehouse(house) as con:
        assert history.unbalanced(con, contracts.load()) == {}
        con.execute("UPDATE register.verlopen SET geaccepteerd = 0")
        assert set(history.unbalanced(con, contracts.load())) == {line.delivery}


def test_a_year_past_the_term_is_not_published_as_zero(house: Path) -> None:
    small.write(house / "inbox/oud_schorsingen_2012-2013.csv", [small.suspension(2012, 800)])
    again(house, sure=True)
    with engine.open_warehouse(house) as con:
        assert publish.school_years(con, contracts.load()) == ["2023/2024", "2024/2025"]


def test_a_run_with_a_wrong_date_or_a_wrong_term_stops_and_what_it_deleted_comes_back(
    house: Path,
) -> None:
    promises = contracts.load()
    before = small.content(house)
    future = dt.date(2040, 9, 1)
    with engine.open_warehouse(house) as con:
        with pytest.raises(UsageError, match="01-09-2040"):
            retention.refuse_odd_date(con, promises, future)
        with pytest.raises(UsageError, match="voor de dag"):
            retention.refuse_odd_date(con, promises, dt.date(2020, 1, 1))
        retention.refuse_odd_date(con, promises, small.NOW.date())
        with pytest.raises(UsageError, match="niets verwijderd"):
            retention.refuse_surprise(con, promises, future)
        retention.refuse_surprise(con, promises, small.NOW.date())
        assert retention.expire(con, promises, future)
    back = again(house)
    assert "accepted" in status(back).values()
    after = small.content(house)
    held = [table for table in before if table.startswith("main.")]
    assert {t: after[t] for t in held} == {t: before[t] for t in held}
    loaded = {entry.delivery for entry in lifecycle.entries(house) if entry.status == "geladen"}
    assert not loaded & {row[0] for row in after["register.verlopen"]}


def test_rates_without_what_they_divide_by_are_not_delivered(tmp_path: Path) -> None:
    """A school list and one suspension, and no number of pupils for any year."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    small.write(inbox / "havenrijk_scholen.csv", [small.school(1)])
    small.write(inbox / "bestuur_schorsingen_2024-2025.csv", [small.suspension(2024, 1)])
    report = run.run(inbox, tmp_path)
    assert set(status(report).values()) == {"accepted"}
    with duckdb.connect(str(tmp_path / f"releases/{report.release.id}.duckdb")) as con:
        statuses = con.execute(
            "SELECT DISTINCT status, reden FROM cellen WHERE metriek = 'sch_per_1000_schorsingen'"
            " AND schooljaar = '2024/2025'"
        ).fetchall()
    assert statuses == [("niet_geleverd", "Niet geleverd: leerlingaantallen.")]


# The commands ------------------------------------------------------------------------------------


def test_the_commands_give_json(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def told(*arguments: str) -> Any:
        line = [*arguments, "--workdir", str(house), "--json"]
        assert cli.guarded(lambda: cli.app(line, standalone_mode=False)) == console.OK
        return json.loads(capsys.readouterr().out)

    listed = told("deliveries")["deliveries"]
    assert {d["status"] for d in listed} == {"geladen", "vervangen", "geweigerd"}
    assert {d["state"] for d in told("calendar")["calendar"]} >= {"geleverd", "verwacht"}
    assert told("differences", SECOND)["differences"]["gone"] == 10
    assert told("withdraw", SECOND, "--reason", "proef", "--ja")["status"] == "withdrawn"
    for command in ("deliveries", "calendar"):
        line = [command, "--workdir", str(house)]
        assert cli.guarded(lambda line=line: cli.app(line, standalone_mode=False)) == console.OK
        assert "schorsingen" in capsys.readouterr().out
