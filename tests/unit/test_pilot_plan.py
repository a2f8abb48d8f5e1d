"""A plan is written down, dated and hashed; later what came is held against it, field by field."""

from __future__ import annotations

import copy
import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from dashboard.language import speaking, tr
from pipelines.effects.pilots import margin as pilot_margin
from pipelines.effects.pilots.plan import (
    Came,
    PilotPlan,
    PlanUnreadable,
    Read,
    Said,
    deviations,
    read,
    written,
)
from pipelines.errors import UsageError
from pipelines.release import pilots
from tests.browser.fixture_release import build

PLAN = PilotPlan(
    vastgelegd_op=dt.date(2024, 6, 1), publicatie="eerder", hoofduitkomst="zis_m3", scholen=10,
    vergelijkingsscholen=12, leerlingen_per_school=25, maanden_voor=24, maanden_tijdens=24,
    gewenst_effect=30, marge=20_000, marge_bron="raadsbesluit 2024-12",
)  # fmt: skip
BASE = {
    "status": "zichtbaar", "n_scholen": 10, "n_scholen_vergelijking": 12, "n_leerlingen": 250,
    "n_leerlingen_vergelijking": 300, "maanden_voor": 24.0, "maanden_tijdens": 24.0,
}  # fmt: skip
EFFECT = {"status": "zichtbaar", "ontwerp": "VV", "ontwerp_label": "Voor en na", "reden": ""}
CAME = Came(
    release="later", until=dt.date(2026, 7, 31), base=BASE, effect=EFFECT, margin=20_000
)  # fmt: skip


def test_what_was_planned_and_came_can_be_said_in_another_language() -> None:
    """Every part keeps its words and numbers apart; with them filled in it is the Dutch text."""
    for one in deviations(Read(PLAN, intact=True), CAME):
        for said in (one.subject, one.planned, one.came):
            assert isinstance(said, Said)
            again = copy.deepcopy(said)
            assert (again, again.template, again.values) == (said, said.template, said.values)
            with speaking("en"):
                assert tr(said.template) != said.template or said.template in (
                    "{n}",
                    "{n} ({bron})",
                )
    assert Said("peildatum {dag}", dag="31-07-2026") == "peildatum 31-07-2026"
    assert Said("{n}", n=1200.5) == "1.200,5"


def told(
    plan: PilotPlan = PLAN, came: Came = CAME, *, intact: bool = True
) -> dict[str, bool | None]:
    return {one.subject: one.deviates for one in deviations(Read(plan, intact), came)}


@pytest.mark.parametrize("kind", ["yaml", "json"])
def test_a_plan_comes_back_as_it_was_written(kind: str) -> None:
    assert read(written(PLAN, kind)) == Read(PLAN, intact=True)


def test_a_plan_that_was_changed_afterwards_is_seen() -> None:
    body = written(PLAN).replace(b"scholen: 10\n", b"scholen: 9\n")
    found = read(body)
    assert found.plan.scholen == 9
    assert not found.intact
    assert told(found.plan, intact=False)["Plan zelf"] is True


def test_what_came_as_planned_deviates_nowhere() -> None:
    assert set(told().values()) == {False}


@pytest.mark.parametrize(
    ("subject", "change"),
    [
        ("Scholen met Zorg In School", {"n_scholen": 9}),
        ("Vergelijkingsscholen", {"n_scholen_vergelijking": 6}),
        ("Deelnemers", {"n_leerlingen": 240}),
        ("Leerlingen in de vergelijkingsgroep", {"n_leerlingen_vergelijking": 310}),
        ("Maanden gevolgd vóór de start", {"maanden_voor": 12.0}),
        ("Maanden gevolgd na de start", {"maanden_tijdens": 18.0}),
    ],
)
def test_every_number_that_came_otherwise_deviates(subject: str, change: dict[str, float]) -> None:
    found = told(came=replace(CAME, base=BASE | change))
    assert [name for name, deviates in found.items() if deviates] == [subject]


def test_within_the_rounding_of_counts_nothing_deviates() -> None:
    assert told(came=replace(CAME, base=BASE | {"n_leerlingen": 255}))["Deelnemers"] is False


def test_another_outcome_design_or_margin_deviates() -> None:
    for came, subject in (
        (replace(CAME, effect=None), "Hoofduitkomst"),
        (replace(CAME, effect=EFFECT | {"ontwerp": "VN"}), "Hoofduitkomst"),
        (replace(CAME, effect=EFFECT | {"status": "te_klein"}), "Hoofduitkomst"),
        (replace(CAME, margin=30_000.0), "Marge voor kostenneutraal (euro per jaar)"),
        (replace(CAME, margin=None), "Marge voor kostenneutraal (euro per jaar)"),
        (replace(CAME, until=dt.date(2024, 5, 31)), "Vastgelegd vóór de cijfers"),
    ):
        assert [name for name, deviates in told(came=came).items() if deviates] == [subject]
    unplanned = replace(PLAN, marge=None, marge_bron="")
    assert told(unplanned)["Marge voor kostenneutraal (euro per jaar)"] is True


def _of_release(low: float, high: float) -> Came:
    """Two years at 2%: an amount of every year is 1 + 1 / 1.02 = 1.98 together."""
    balance = [
        {"leidend": True, "schooljaar": year, "onderdeel": part, "waarde": value, "onder": low,
         "boven": high}
        for year, part, value in (
            ("2023/2024", "netto", 1.0), ("2024/2025", "netto", 1.0),
            ("totaal", "netto_toets", 5_000.0), ("totaal", "marge", 30_000 * (1 + 1 / 1.02)),
        )
    ]  # fmt: skip
    money = pilot_margin.evaluated(balance, [{"naam": "discontovoet", "waarde": 2.0}])
    return replace(CAME, margin=money.margin, net=money.net)


def test_the_margin_of_the_plan_is_what_cost_neutral_is_tested_with() -> None:
    """EUR 20,000 a year over two years is EUR 39,608: the release's own 30,000 plays no part."""
    inside, outside = _of_release(-30_000, 39_000), _of_release(-30_000, 41_000)
    said = pilot_margin.neutral(Read(PLAN, True), inside)
    assert "is aangetoond dat het kostenneutraal is" in said
    assert "€ 20.000 per jaar" in said
    assert "over 2 schooljaren, contant gemaakt, is dat € 40.000" in said
    assert said.endswith("Bron van de marge: raadsbesluit 2024-12.")
    assert "is dat niet aangetoond" in pilot_margin.neutral(Read(PLAN, True), outside)
    wider = replace(PLAN, marge=21_000)
    assert "is aangetoond" in pilot_margin.neutral(Read(wider, True), outside)
    (margin,) = [d for d in deviations(Read(PLAN, True), inside) if d.subject.startswith("Marge")]
    assert (margin.came, margin.deviates) == ("30.000", True)


def test_a_margin_that_was_not_declared_beforehand_is_not_tested() -> None:
    came = _of_release(-1_000, 1_000)
    for found, one in (
        (Read(PLAN, False), came),
        (Read(PLAN, True), replace(came, until=dt.date(2024, 5, 31))),
        (Read(PLAN, True), replace(came, release="eerder")),
    ):
        assert "niet vooraf vastgelegd" in pilot_margin.neutral(found, one)
    without = Read(replace(PLAN, marge=None, marge_bron=""), True)
    assert pilot_margin.neutral(without, came) == pilot_margin.NOT_PLANNED
    assert pilot_margin.neutral(Read(PLAN, True), CAME) == pilot_margin.NO_NET


def test_what_cannot_be_said_is_no_deviation_and_no_agreement() -> None:
    found = told(came=replace(CAME, base=None))
    assert found["Deelnemers"] is None
    assert found["Scholen met Zorg In School"] is None
    assert told(came=replace(CAME, release="eerder"))["Vastgelegd vóór de cijfers"] is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"marge_bron": " "}, "Bij een marge hoort de bron"),
        ({"scholen": 1}, "ten minste 2 scholen"),
        ({"vergelijkingsscholen": 1}, "ten minste 2 scholen"),
        ({"maanden_voor": 0.0}, "getallen boven 0"),
        ({"gewenst_effect": 0.0}, "boven 0"),
        ({"marge": -1.0}, "boven 0"),
    ],
)
def test_a_plan_that_cannot_be_is_one_sentence(change: dict[str, object], said: str) -> None:
    with pytest.raises(PlanUnreadable, match=said) as problem:
        replace(PLAN, **change)
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"\xff\xfe\x00", "geen pilotplan"),
        (b"[1, 2", "geen pilotplan"),
        (b"soort: iets\n", "geen pilotplan"),
        (b"", "geen pilotplan"),
        (b"x" * 20_001, "te groot"),
        (written(PLAN).replace(b"versie: 1", b"versie: 9"), "andere versie"),
        (written(PLAN) + b"extra: 1\n", "iets onbekends: extra"),
        (written(PLAN).replace(b"maanden_voor: 24\n", b""), "ontbreekt iets: maanden_voor"),
        (written(PLAN).replace(b"scholen: 10\n", b"scholen: tien\n"), "scholen geen getal"),
        (written(PLAN).replace(b"scholen: 10\n", b"scholen: 9.5\n"), "geen heel getal"),
        (written(PLAN).replace(b"2024-06-01", b"gisteren"), "geen datum"),
        (written(PLAN).replace(b"marge: 20000", b"marge: .nan"), "marge geen getal"),
    ],
)
def test_a_file_that_is_no_plan_is_one_sentence(body: bytes, said: str) -> None:
    with pytest.raises(PlanUnreadable, match=said) as problem:
        read(body)
    assert "\n" not in str(problem.value)


def test_a_file_holds_the_date_and_the_hash() -> None:
    for kind, parse in (("yaml", yaml.safe_load), ("json", json.loads)):
        found = parse(written(PLAN, kind))
        assert str(found["vastgelegd_op"]) == "2024-06-01"
        assert found["kenmerk"] == PLAN.hash


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> pilots.Known:
    home = tmp_path_factory.mktemp("pilot")
    build(home)
    return pilots.known(home)


def _given(**change: object) -> dict[str, object]:
    usual: dict[str, object] = {
        "hoofduitkomst": "zis_m2", "scholen": 10, "vergelijkingsscholen": 10,
        "leerlingen_per_school": 25, "maanden_voor": 24, "maanden_tijdens": 24,
        "gewenst_effect": 25.0,
    }  # fmt: skip
    return usual | change


def test_every_promise_has_a_forecast_or_a_reason(known: pilots.Known) -> None:
    found = pilots.forecasts(known.bases, pilots.plan(known, **_given()), guard=0)
    assert [one.id for one in found] == [row["id"] for row in known.bases]
    for one in found:
        assert (one.smallest is None) == bool(one.reason), one.id
    main = next(one for one in found if one.id == "zis_m2")
    assert main.schools is not None
    assert 0 < (main.smallest or 0) < 100
    assert "%" in main.smallest_told
    assert main.guarded == main.smallest, "no months are left out"
    (guarded,) = [
        one
        for one in pilots.forecasts(known.bases, pilots.plan(known, **_given()), guard=6)
        if one.id == main.id
    ]
    assert (guarded.guarded or 0) > (main.smallest or 0)
    assert guarded.smallest == main.smallest
    assert guarded.guarded_told.endswith("% minder")
    none = pilots.forecasts(known.bases, pilots.plan(known, **_given()), guard=24)
    assert {one.guarded_told for one in none if one.guarded_told} == {"te weinig maanden"}


def test_months_around_the_start_are_taken_from_those_there_are(known: pilots.Known) -> None:
    made = pilots.plan(known, **_given())
    usual = pilots.forecasts(known.bases, made)
    assert usual == pilots.forecasts(known.bases, made, pilots.guard_of(known.bases))
    assert pilots.months_told(made, pilots.guard_of(known.bases)) == (
        "Zonder 3 maanden aan elke kant van de start tellen van de 24 maanden ervoor 21 en van de"
        " 24 maanden erna 21."
    )
    assert pilots.months_told(made, 24).endswith("blijven er geen maanden over.")
    skipping = [
        row | ({"maanden_overslaan": 3.0} if row["maanden_overslaan"] is not None else {})
        for row in known.bases
    ]
    counts = [
        (one.guarded, other.smallest, other.guarded)
        for one, other in zip(usual, pilots.forecasts(skipping, made), strict=True)
        if one.kind == "aantal" and not one.reason
    ]
    assert counts
    assert all(one == other == again for one, other, again in counts)


def test_more_schools_find_a_smaller_effect(known: pilots.Known) -> None:
    few, many = (
        next(
            one.smallest
            for one in pilots.forecasts(known.bases, pilots.plan(known, **_given(scholen=n)))
            if one.id == "zis_m3"
        )
        for n in (6, 24)
    )
    assert few is not None
    assert many is not None
    assert many < few


def test_without_a_comparison_group_it_says_what_can_be_claimed(known: pilots.Known) -> None:
    without = pilots.claim(pilots.plan(known, **_given(vergelijkingsscholen=0)))
    assert "hoogstens laten zien dat er iets veranderde" in without
    assert "niet aantoonbaar anders" in pilots.claim(pilots.plan(known, **_given()))


def test_too_few_schools_say_so_in_place_of_a_number(known: pilots.Known) -> None:
    found = pilots.forecasts(known.bases, pilots.plan(known, **_given(scholen=4)))
    assert all(one.smallest is None and one.reason for one in found)


def test_an_unknown_outcome_is_named_with_what_there_is(known: pilots.Known) -> None:
    with pytest.raises(UsageError, match="geen uitkomst zis_x9; wel: zis_k1"):
        pilots.plan(known, **_given(hoofduitkomst="zis_x9"))


def test_a_plan_that_was_saved_is_never_written_over(known: pilots.Known, tmp_path: Path) -> None:
    made, path = pilots.plan(known, **_given()), tmp_path / "plan.yaml"
    pilots.save(made, path)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="bestaat al"):
        pilots.save(replace(made, scholen=12), path)
    assert path.read_bytes() == before
    assert pilots.load(path) == Read(made, intact=True)
    with pytest.raises(UsageError, match=r"\.yaml of \.json"):
        pilots.save(made, tmp_path / "plan.txt")


def test_a_release_is_held_against_a_plan(known: pilots.Known) -> None:
    made = pilots.plan(known, **_given(hoofduitkomst="zis_m3"))
    found = {one.subject: one for one in pilots.held_against(Read(made, True), known)}
    assert found["Vergelijkingsscholen"].deviates is True
    assert found["Vergelijkingsscholen"].came == "12"
    assert found["Scholen met Zorg In School"].deviates is False
