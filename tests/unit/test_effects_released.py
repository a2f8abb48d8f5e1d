"""`zichtlijn effects` and `zichtlijn savings`: every promise, from the released file only."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines import contracts
from pipelines.cli import console
from pipelines.effects.compute import compute
from pipelines.errors import UsageError
from pipelines.release import estimates, lookup
from pipelines.release.served import POINTER
from pipelines.release.writing import write
from tests.commands import zichtlijn
from tests.unit.test_effects_compute import DELIVERED, Planted, register

PROMISES = (
    [f"zis_k{n}" for n in range(1, 4)]
    + [f"zis_m{n}" for n in range(1, 11)]
    + [f"zis_l{n}" for n in range(1, 7)]
)

# One worker, so that the made-up pilot is worked out once.
pytestmark = pytest.mark.xdist_group("released")


@pytest.fixture(scope="module")
def workdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of a made-up pilot of eight schools in either arm."""
    found = compute(
        register(Planted(participants=8, comparison=8)),
        DELIVERED,
        contracts.load().parameters,
        dt.date(2025, 7, 31),
    )
    content = {
        "effecten": found.effecten,
        "effect_reeks": found.effect_reeks,
        "besparing": found.besparing,
        "besparing_balans": found.balans,
        "besparing_gevoeligheid": found.gevoeligheid,
        "pilotbasis": found.pilotbasis,
    }
    folder = tmp_path_factory.mktemp("uitgave")
    limits = {"drempel": 5, "drempel_zwaar": 10, "afronding": 5}
    write(folder, content, {"bron": "demo", **limits})
    return folder


def test_every_promise_is_there_once_with_a_number_or_a_reason(workdir: Path) -> None:
    found = estimates.effects(estimates.read(workdir))
    assert [promise["id"] for promise in found] == PROMISES
    for promise in found:
        assert promise["sentence"], promise["id"]
        assert promise["threats"]
        assert promise["evidence"]
        if promise["estimate"] is None:
            assert promise["reason"].endswith("."), promise["id"]
            assert promise["interval"] is None
            assert promise["n"]["pupils"] is None
        else:
            low, high = promise["interval"]
            assert low <= promise["estimate"] <= high
            assert promise["n"]["pupils"] % 5 == 0
            assert promise["reason"] == ""


def test_what_is_not_delivered_is_named_with_what_would_be_needed(workdir: Path) -> None:
    by_id = {p["id"]: p for p in estimates.effects(estimates.read(workdir))}
    assert by_id["zis_k1"]["reason"].startswith("Niet geleverd: metingen. Nodig: ")
    assert "voormeting" in by_id["zis_k1"]["reason"]
    assert "Nodig: een vraag daarover" in by_id["zis_k3"]["reason"]
    assert by_id["zis_m3"]["design"] == "VV"
    assert {o["design"] for o in by_id["zis_m3"]["other"]} >= {"VN", "GS", "TR"}


def test_savings_hold_the_whole_calculation_and_add_up(workdir: Path) -> None:
    released = estimates.read(workdir)
    found = estimates.savings(released)
    assert found["leading_route"] == "vergelijking"
    assert set(found["routes"]) == {"basis", "vergelijking", "trend"}
    for route, told in found["routes"].items():
        net = Decimal(0)
        for year, lines in told["years"].items():
            value = {(line["part"], line["payer"]): Decimal(str(line["value"])) for line in lines}
            care = value["jeugdhulp", None]
            assert value["volume", None] + value["mix", None] + value["prijs", None] == care
            gross = care + value["beschikkingen", None] + value["zorgplannen", None]
            assert value["bruto", None] == gross
            spent = sum(v for (part, _), v in value.items() if part == "programmakosten")
            assert value["netto", None] == gross - spent
            shown = sum(
                Decimal(str(row["bedrag"]))
                for row in found["products"]
                if row["route"] == route and row["schooljaar"] == year and row["bedrag"]
            )
            assert care == shown
            net += value["netto", None]
        total = {line["part"]: line for line in told["total"]}
        low, high = total["netto"]["interval"]
        assert low < total["netto"]["value"] < high
        assert abs(Decimal(str(total["netto"]["value"])) - net) < abs(net) * Decimal("0.03")
    years = {year for told in found["routes"].values() for year in told["years"]}
    assert years | {"totaal"} == set(found["counts"])
    for count in (count for told in found["counts"].values() for count in told.values()):
        if count["value"] is None:
            assert count["reason"].startswith("Minder dan 10 leerlingen")
        elif count["unit"] == "leerlingen":
            assert count["value"] % 5 == 0
            assert count["value"] >= 10
    names = [row["naam"] for row in found["sensitivity"]]
    assert {"steekproef", "route", "programmakosten_per_jaar", "uren_per_zorgplan"} <= set(names)
    widths = [abs(row["netto_hoog"] - row["netto_laag"]) for row in found["sensitivity"]]
    assert widths == sorted(widths, reverse=True)
    assert "95%-interval" in found["sentence"]


@pytest.mark.parametrize("command", ["effects", "savings"])
def test_the_commands_print_json_or_dutch(workdir: Path, command: str) -> None:
    done = zichtlijn(command, "--workdir", workdir, "--json")
    assert (done.returncode, done.stderr) == (console.OK, "")
    released = estimates.read(workdir)
    whole = estimates.effects(released) if command == "effects" else estimates.savings(released)
    assert json.loads(done.stdout) == json.loads(json.dumps(whole, default=str))
    told = zichtlijn(command, "--workdir", workdir)
    assert told.returncode == console.OK
    assert released.release in told.stdout
    assert ("Bewijsniveau" if command == "effects" else "Kosten van het programma") in told.stdout


@pytest.mark.parametrize("command", ["effects", "savings"])
def test_without_a_release_it_says_what_to_do(tmp_path: Path, command: str) -> None:
    said = zichtlijn(command, "--workdir", tmp_path / "leeg")
    assert said.returncode == console.USAGE
    assert "nog geen publicatie" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_damaged_or_older_release_is_refused_in_dutch(tmp_path: Path) -> None:
    (tmp_path / "r.duckdb").write_bytes(b"geen database")
    for text in ("{", '{"id": "r"}', '{"id": "r", "file": "r.duckdb"}', '{"id": "r", "file": 3}'):
        (tmp_path / POINTER).write_text(text, "utf-8")
        with pytest.raises(UsageError, match="niet te lezen"):
            estimates.read(tmp_path)
        with pytest.raises(UsageError, match="niet te lezen"):
            lookup.show(tmp_path, "leerlingen_met_traject")
