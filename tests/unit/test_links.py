"""The one list of relations between counts is whole: nothing published stands outside it."""

from __future__ import annotations

from importlib.resources import files

import polars as pl
import pytest
import yaml

from pipelines.metrics import links
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.compute import Counted
from pipelines.metrics.count import terms
from pipelines.metrics.metric import Summary
from pipelines.release.linked import rounds


def _named_by_links() -> set[str]:
    measures = {name.partition(".")[0] for x in links.LINKS for name in (x.less, x.more)}
    figures = {name.partition(".")[0] for b in links.BALANCES for _, name, _, _ in b.terms}
    return measures | {METRICS[name].measure.id for name in figures}


def test_every_measure_with_people_behind_it_is_related_or_says_why_not() -> None:
    people = {m.measure.id for m in METRICS.values() if not m.measure.public}
    related, alone = _named_by_links(), set(links.ALONE)
    assert people - related - alone == set()
    assert related & alone == set()
    assert related | alone <= people
    assert all(links.ALONE.values())


def _numbers() -> dict[str, set[str]]:
    """Per released table the columns of its contract that hold numbers."""
    found = {}
    for file in (files("data_contracts") / "released").iterdir():
        if not file.name.endswith(".odcs.yaml"):
            continue
        (table,) = yaml.safe_load(file.read_text("utf-8"))["schema"]
        columns = table["properties"]
        found[table["name"]] = {
            c["name"] for c in columns if c["logicalType"] in {"integer", "number"}
        }
    return found


def test_every_number_of_every_released_table_says_what_it_tells() -> None:
    told = links.TABLES
    assert _numbers() == {name: {*t.counts, *t.others} for name, t in told.items()}
    assert all(t.because and not {*t.counts} & {*t.others} for t in told.values())


def test_every_link_names_counts_that_are_published() -> None:
    sums = {
        f"{m.measure.id}.{part.weight}"
        for m in METRICS.values()
        if not isinstance(m.form, Summary) and not m.measure.public and hasattr(m.form, "weight")
        for part in terms.of(m)
        if part.weight
    }
    measures = {m.measure.id for m in METRICS.values()} | sums
    for link in links.LINKS:
        assert {link.less, link.more} <= measures, link
        assert link.people or link.times, link
        assert link.because


@pytest.mark.parametrize(
    ("metric", "narrowest", "also"),
    [
        ("sch_gemeld", 1, "_.soort.isin(['schorsing_intern', 'schorsing_extern'])"),
        ("vw_stroom", 0, ""),
    ],
)
def test_units_that_meet_two_conditions_meet_each(metric: str, narrowest: int, also: str) -> None:
    part = terms.of(METRICS[metric])[narrowest]
    assert also in links.conditions(part)
    assert links.conditions(part)[-1] == links.ANY


def test_nobody_answers_more_questions_than_were_put() -> None:
    (link,) = (x for x in links.LINKS if x.less == "antwoorden")
    assert link.times is not None
    whole = link.times("2024/2025", "", "")
    assert link.times("2024/2025", "vraag", "p01") == 1
    assert 1 < link.times("2024/2025", "evaluatiethema", "bereikbaarheid") < whole


def _counted(measure: str) -> Counted:
    empty = pl.DataFrame(schema={"metriek": pl.String})
    return Counted(measure, "trajecten", 1, empty, empty, empty)


def test_what_tells_of_people_is_protected_before_the_count_of_those_people() -> None:
    people = (m for m in METRICS.values() if not m.measure.public)
    measures = sorted({m.measure.id for m in people} | {x.less for x in links.LINKS})
    counted = [_counted(name) for name in measures]
    found = rounds(counted)
    assert sorted(i for these in found for system in these for i in system) == [
        *range(len(counted))
    ]
    at = {measures[i]: n for n, these in enumerate(found) for system in these for i in system}
    apart = [x for x in links.LINKS if x.people and not x.together]
    assert apart
    assert all(at[x.less] < at[x.more] for x in apart)
