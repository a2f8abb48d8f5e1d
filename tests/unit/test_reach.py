"""Every metric x level is in the plan or has a reason, and what is to be seen is counted right."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from pipelines.cli import figures
from pipelines.errors import ContractError
from pipelines.metrics import absent
from pipelines.metrics import publication_plan as plans
from pipelines.metrics.catalogue import METRICS
from pipelines.release import reach
from pipelines.release.figure import SCHEMA

PAGE = Path(__file__).parents[2] / "docs" / "bereik.md"
PLAN = """
tabellen:
  sch_aantal:
    zonder: [totaal, gemeente, wijk, vestiging, onderwijssoort]
  sch_gemeld:
    zonder: [totaal]
"""
REASONS = """
redenen:
  geen_aanbieder: {betekenis: false, zin: Er is geen aanbieder.}
  te_weinig: {betekenis: true, zin: Het zijn te weinig mensen.}
per_maat:
  schorsingen: {aanbieder: geen_aanbieder}
per_metriek:
  sch_gemeld: {gemeente: te_weinig, wijk: te_weinig, vestiging: te_weinig,
    onderwijssoort: te_weinig}
"""
TWO = {name: METRICS[name] for name in ("sch_aantal", "sch_gemeld")}


def read(text: str) -> tuple[absent.Absence, ...]:
    return absent.parse(text, TWO, plans.parse(PLAN, TWO))


def test_every_metric_and_level_is_in_the_plan_or_has_a_reason() -> None:
    plan = plans.load(METRICS)
    planned = {(t.metric, t.level) for t in plan.tables}
    told = {(a.metric, a.level) for a in absent.load(METRICS, plan)}
    assert planned | told == {(m, level) for m in METRICS for level in absent.LEVELS}
    assert not planned & told


COUNTED_ELSEWHERE = {"smw_bereik", "xtra_spreiding"}
"""What is counted there for other figures, and means nothing for these."""


def test_a_level_at_which_the_catalogue_counts_means_something() -> None:
    for gone in absent.load(METRICS, plans.load(METRICS)):
        if not gone.meaningful and gone.metric not in COUNTED_ELSEWHERE:
            assert gone.level not in METRICS[gone.metric].measure.levels, gone


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("gemeente: te_weinig, ", "", "sch_gemeld per gemeente staat niet in het publicatieplan"),
        ("{gemeente:", "{totaal: te_weinig, gemeente:", "staat in het publicatieplan"),
        ("schorsingen: {", "schorsingen: {wijk: te_weinig, ", "schorsingen per wijk"),
        ("wijk: te_weinig", "wijk: te_wenig", "Bedoelt u te_weinig"),
        ("sch_gemeld: {", "sch_gemelt: {", "Bedoelt u sch_gemeld"),
        ("wijk: te_weinig", "wijken: te_weinig", "Bedoelt u wijk"),
    ],
)
def test_an_absence_without_reason_and_a_reason_without_absence_are_refused(
    old: str, new: str, said: str
) -> None:
    assert len(read(REASONS)) == 6
    with pytest.raises(ContractError, match=said):
        read(REASONS.replace(old, new, 1))


def cell(metric: str, year: str, level: str, area: str, status: str, cut: str = "") -> dict:
    return {
        "metriek": metric, "schooljaar": year, "niveau": level, "gebied": area,
        "uitsplitsing": cut, "status": status,
    }  # fmt: skip


def seen(*cells: dict) -> dict[tuple[str, str], tuple[int | None, int | None]]:
    areas = pl.DataFrame(
        [
            {"niveau": "vestiging", "code": f"99A{i}00", "onderwijssoort": kind}
            for i, kind in enumerate(["bo", "bo", "bo", "mbo", "mbo"])
        ]
    )
    found = reach.reach(METRICS, pl.DataFrame(list(cells), schema_overrides=SCHEMA), areas)
    return {(c.metric, c.level): (c.units, c.visible) for c in found.asked if c.units}


def test_a_unit_is_seen_by_any_number_of_the_newest_year_that_has_something() -> None:
    old, new = "2023/2024", "2024/2025"
    found = seen(
        cell("sch_aantal", old, "wijk", "a", "zichtbaar"),
        cell("sch_aantal", new, "wijk", "a", "afgeschermd"),
        cell("sch_aantal", new, "wijk", "b", "afgeschermd"),
        cell("sch_aantal", new, "wijk", "b", "zichtbaar", "soort"),
        cell("sch_aantal", new, "wijk", "c", "nvt"),
        cell("jh_zwaarder", old, "gemeente", "a", "zichtbaar"),
        cell("jh_zwaarder", new, "gemeente", "a", "nvt"),
    )
    assert found == {("sch_aantal", "wijk"): (2, 1), ("jh_zwaarder", "gemeente"): (1, 1)}


def test_a_kind_of_two_schools_is_no_unit() -> None:
    found = seen(
        cell("sch_aantal", "2024/2025", "onderwijssoort", "bo", "zichtbaar"),
        cell("sch_aantal", "2024/2025", "onderwijssoort", "mbo", "afgeschermd"),
        cell("sch_aantal", "2024/2025", "vestiging", "99A300", "zichtbaar"),
    )
    assert found[("sch_aantal", "onderwijssoort")] == (1, 1)
    assert found[("sch_aantal", "vestiging")] == (1, 1)


def test_what_shows_for_too_few_units_is_not_answered() -> None:
    one = reach.Combination("m", "M", "wijk", units=10, visible=9)
    two = reach.Combination("m", "M", "vestiging", units=10, visible=8)
    left_out = reach.Combination("m", "M", "aanbieder", reason="te_weinig", because="Zo.")
    found = reach.Reach((one, two, left_out), ())
    assert found.answered == (one,)
    assert list(reach.missing(found)) == [two, left_out]


def test_the_command_says_what_is_missing_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert figures.publication_plan(missing=True, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert all(c["because"].endswith(".") for c in told["combinations"] if c["reason"])
    absences = absent.load(METRICS, plans.load(METRICS))
    assert told["asked"] - told["answered"] == sum(a.meaningful and not a.instead for a in absences)
    assert figures.publication_plan(missing=True) == 0
    assert f"zijn er {told['answered']} te zien" in capsys.readouterr().err


def test_the_page_is_about_the_plan_as_it_is() -> None:
    """What the demo shows is measured there after a run; what is absent follows from the plan."""
    absences = absent.load(METRICS, plans.load(METRICS))
    reasons = {(a.metric, a.level): a.instead or a.reason for a in absences}
    rows = [line.strip("| ").split(" | ") for line in PAGE.read_text("utf-8").splitlines()]
    told = {row[0].strip("`"): row[1:] for row in rows if len(row) == 7 and row[0][0] == "`"}
    assert list(told) == list(METRICS)
    for metric, cells in told.items():
        for level, shown in zip(absent.LEVELS, cells, strict=True):
            reason = reasons.get((metric, level))
            assert f"`{reason}`" in shown if reason else "`" not in shown, (metric, level)
