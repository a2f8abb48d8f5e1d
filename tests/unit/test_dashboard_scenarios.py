"""A scenario starts from the published balance, to the cent, or does not start at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.exhibits import balances, scenarios
from dashboard.exhibits.scenarios import Basis, ScenarioUnreadable
from dashboard.release import released
from dashboard.release.released import Released
from pipelines.effects.savings import arithmetic
from tests import pages
from tests.browser import fixture_zis
from tests.browser.fixture_release import build, edited

CHANGES = [
    "UPDATE besparing_balans SET waarde = waarde + 1 "
    "WHERE onderdeel = 'netto' AND schooljaar = 'totaal' AND leidend",
    "UPDATE besparing SET tarief_prijspeil = tarief_prijspeil + 0.01 "
    "WHERE schooljaar = '2024/2025'",
    "DELETE FROM besparing_gevoeligheid WHERE naam = 'discontovoet'",
    "UPDATE besparing SET status = 'te_klein' WHERE route = 'trend'",
    "UPDATE besparing SET basistarief = basistarief + 1 WHERE schooljaar = '2024/2025'",
    "UPDATE besparing_balans SET waarde = waarde + 5 "
    "WHERE onderdeel = 'aantal_beschikkingen' AND schooljaar = '2023/2024'",
    "UPDATE besparing_balans SET waarde = 2 WHERE onderdeel = 'programmajaar'",
]


def _current(home: Path, monkeypatch: pytest.MonkeyPatch) -> Released:
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(home))
    found = released.current()
    assert found is not None
    return found


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Basis:
    build(tmp_path)
    found = scenarios.basis(_current(tmp_path, monkeypatch))
    assert found is not None
    return found


def test_basis_is_the_published_calculation(base: Basis) -> None:
    for route in fixture_zis.ROUTES:
        mine = base.worked_out(route, base.usual)
        theirs = arithmetic.balance(
            fixture_zis.facts(route), fixture_zis.ASSUMED, fixture_zis.PARTICIPANTS
        )
        assert mine.net == theirs.net
        assert mine.break_even == theirs.break_even
        assert [year.cost for year in mine.years] == [year.cost for year in theirs.years]
    assert base.leading == "vergelijking"


def test_nothing_is_guessed(base: Basis) -> None:
    """Tariffs, counts and the first year are those published."""
    for route in fixture_zis.ROUTES:
        assert base.facts[route] == fixture_zis.facts(route)
    assert base.participants_known


def test_a_count_that_may_not_be_told_counts_as_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with edited(build(tmp_path)) as con:
        con.execute(
            "UPDATE besparing_balans SET waarde = NULL, status = 'te_klein', "
            "reden = 'Minder dan 10 leerlingen.' WHERE onderdeel = 'deelnemers'"
        )
    found = scenarios.basis(_current(tmp_path, monkeypatch))
    assert found is not None
    assert not found.participants_known
    text = _page("scenario", tmp_path, monkeypatch)
    assert "Netto per deelnemer" not in text
    assert "Minder dan 10" not in text


@pytest.mark.parametrize("change", CHANGES)
def test_no_scenario_on_figures_that_do_not_add_up(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with edited(build(tmp_path)) as con:
        con.execute(change)
    assert scenarios.basis(_current(tmp_path, monkeypatch)) is None


def test_a_moved_assumption_moves_the_net(base: Basis) -> None:
    values = base.usual | {"programmakosten_per_jaar": 200_000.0, "discontovoet": 0.0}
    whole = base.worked_out("vergelijking", values)
    assert whole.net == whole.gross - 400_000
    wider = base.worked_out("vergelijking", values | {"programmakosten_locaties": 8.0})
    assert wider.cost == 200_000
    half = base.worked_out("vergelijking", base.usual | {scenarios.VOLUMES: 50.0})
    usual = base.worked_out("vergelijking", base.usual)
    assert [year.care * 2 for year in half.years] == [year.care for year in usual.years]


def test_uncertainty_moves_along_and_is_not_made_up(base: Basis) -> None:
    usual = float(base.worked_out("vergelijking", base.usual).net)
    assert base.limits("vergelijking", base.usual) == pytest.approx(base.sampling)
    limits = base.limits("vergelijking", base.usual | {scenarios.VOLUMES: 200.0})
    assert limits is not None
    assert limits[1] - limits[0] == pytest.approx(2 * 320_000)
    assert usual == pytest.approx(sum(base.sampling or ()) / 2)
    assert base.limits("basis", base.usual) is None


def test_a_file_comes_back_as_it_went(base: Basis) -> None:
    values = base.usual | {"aandeel_uitbetaald": 40.0}
    loaded = scenarios.read(scenarios.written("uitgave", "basis", values, "Netto"), base)
    assert loaded.values == values
    assert (loaded.route, loaded.release) == ("basis", "uitgave")


def _file(base: Basis, **changed: Any) -> bytes:
    told = json.loads(scenarios.written("uitgave", "basis", base.usual))
    return json.dumps(told | changed).encode()


def test_a_wrong_file_is_told_in_dutch(base: Basis) -> None:
    high = base.usual | {"discontovoet": 1e9}
    word = base.usual | {"discontovoet": "veel"}
    yes = base.usual | {"discontovoet": True}
    endless = base.usual | {"discontovoet": float("nan")}
    for body, told in (
        (b"", "geen scenariobestand"),
        (b"\xff\xfe\x00", "geen scenariobestand"),
        (b"[1, 2]", "geen scenariobestand"),
        (b"[" * 9_000, "geen scenariobestand"),
        (b"{}", "geen scenariobestand"),
        (b" " * 30_000, "te groot"),
        (_file(base, versie=99), "andere versie"),
        (_file(base, route="zomaar"), "niet voorkomt"),
        (_file(base, route=["basis"]), "niet voorkomt"),
        (_file(base, waarden={}), "ontbreken aannames"),
        (_file(base, waarden=base.usual | {"extra": 1}), "niet bestaan"),
        (_file(base, waarden=high), "buiten het bereik van 0 tot"),
        (_file(base, waarden=word), "geen getal"),
        (_file(base, waarden=yes), "geen getal"),
        (_file(base, waarden=endless), "geen getal"),
    ):
        with pytest.raises(ScenarioUnreadable, match=told):
            scenarios.read(body, base)


def _page(name: str, home: Path, monkeypatch: pytest.MonkeyPatch, **query: str) -> str:
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(home))
    text = pages.text(pages.look(name, **query))
    assert 'role="alert"' not in text
    return text


def test_scenario_page_takes_assumptions_from_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path)
    assert "zoals gepubliceerd" in _page("scenario", tmp_path, monkeypatch)
    text = _page("scenario", tmp_path, monkeypatch, programmakosten_per_jaar="100000")
    whole = arithmetic.balance(
        fixture_zis.facts("vergelijking"),
        arithmetic.Assumptions(**(vars(fixture_zis.ASSUMED) | {"programme_cost": 100_000.0})),
    )
    shown = f"€ {round(float(whole.net), -3):,.0f}".replace(",", ".")
    assert f"<strong>{shown}</strong> (gepubliceerd: € 83.000)" in text
    assert "geen meting" in text


def test_one_name_is_one_interval(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The uncertainty about schools alone, of the scenario, is not called what the published
    interval is called."""
    build(tmp_path)
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(tmp_path))
    told = {name: pages.text(pages.look(name)) for name in ("besparing", "scenario")}
    assert "95%-scholeninterval" in told["scenario"]
    assert "95%-scholeninterval" not in told["besparing"]
    once = "95%-interval op de pagina Besparing"
    assert told["scenario"].count("95%-interval") == told["scenario"].count(once) == 1


def test_saving_page_tells_the_published_balance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path)
    text = _page("besparing", tmp_path, monkeypatch)
    assert "Zoals de vergelijkingsgroep (voorop)" in text
    assert "€ 83.000 (€ −77.000 tot € 243.000)" in text
    assert "Van bruto naar netto, alle schooljaren samen, contant gemaakt" in text
    assert "Later geld telt minder" not in text, "one basis per table"
    assert "Netto voor de gemeente" in text
    assert "niet te zeggen" in text
    assert "Kosten terugverdiend vanaf" in text
    assert "niet alle zijn met zekerheid van nul te onderscheiden" in text
    assert "De drie schattingen van het netto" in text
    assert "Niet te berekenen" not in text
    assert "Minder jeugdhulp samen: € 241.000 (€ 141.000 tot € 341.000)." in text
    year = _page("besparing", tmp_path, monkeypatch, periode="2023/2024")
    assert "Van bruto naar netto, 2023/2024" in year
    assert "2023/2024, contant" not in year


def test_one_estimate_says_that_others_are_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a comparison group and with one year before the start."""
    with edited(build(tmp_path)) as con:
        con.execute("DELETE FROM besparing_balans WHERE route <> 'basis'")
        con.execute("UPDATE besparing_balans SET leidend = true")
        con.execute("DELETE FROM besparing WHERE route <> 'basis'")
    text = _page("besparing", tmp_path, monkeypatch)
    assert "Niet te berekenen: zoals de vergelijkingsgroep, zoals de eigen ontwikkeling." in text
    assert "schattingen van het netto" not in text
    assert "zoals gepubliceerd" in _page("scenario", tmp_path, monkeypatch)


@pytest.mark.parametrize("name", ["besparing", "scenario"])
def test_no_balance_gives_its_reason(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with edited(build(tmp_path)) as con:
        con.execute("DELETE FROM besparing_balans WHERE onderdeel <> 'netto' OR NOT leidend")
        con.execute(
            "UPDATE besparing_balans SET waarde = NULL, status = 'niet_geleverd', "
            "reden = 'Niet geleverd: tarieven.'"
        )
        con.execute("DELETE FROM besparing_gevoeligheid")
    assert "Niet geleverd: tarieven." in _page(name, tmp_path, monkeypatch)


def test_no_break_even_year_where_the_interval_holds_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path)
    found = balances.read(_current(tmp_path, monkeypatch))
    for route in found.routes:
        net = found.at(balances.TOTAL, route, "netto")
        assert net is not None
        assert net.low is not None
        assert net.low < 0
        assert found.break_even(route) is None, "no year where the interval holds zero"
        whole = arithmetic.balance(fixture_zis.facts(route), fixture_zis.ASSUMED)
        assert found.cost(balances.TOTAL, route) == float(whole.cost)
    assert found.routes[0] == "vergelijking"


def test_promise_from_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path)
    text = _page("zorg_in_school", tmp_path, monkeypatch)
    assert "Er zijn minder schorsingen: schatting per opzet" in text, "best evidence first"
    assert "Verschil met de vergelijkingsgroep per periode" in text
    assert "Niet te meten: geen van de vragenlijsten" in text
    chosen = "Er wordt bespaard op jeugdhulp (euro netto)"
    text = _page("zorg_in_school", tmp_path, monkeypatch, belofte=chosen)
    assert "Er wordt bespaard op jeugdhulp: schatting per opzet" in text


@pytest.mark.parametrize("state", ["te_klein", "niet_geleverd", "afgeschermd"])
def test_promises_without_any_number(
    state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with edited(build(tmp_path)) as con:
        con.execute(
            "UPDATE effecten SET schatting = NULL, standaardfout = NULL, onder = NULL, "
            "boven = NULL, p = NULL, p_holm = NULL, n_leerlingen = NULL, n_scholen = NULL, "
            "n_perioden = NULL, n_maanden = NULL, status = ?",
            [state],
        )
    text = _page("zorg_in_school", tmp_path, monkeypatch)
    assert "Er is nog geen belofte met een uitkomst." in text
    assert "None" not in text
