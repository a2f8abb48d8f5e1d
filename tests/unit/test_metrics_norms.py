"""Norms with dates: which value holds when, and what is refused with the line to mend."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir
import pytest

from pipelines import contracts
from pipelines.errors import ContractError
from pipelines.metrics import derive
from pipelines.metrics.metric import Context
from pipelines.parameters import parse_parameters

TODAY = dt.date(2025, 6, 1)
HEAD = "# normen\nparameters:\n"


def entry(
    value: object = 14, source: str = "afspraak", since: str = "2020-08-01", until: str = ""
) -> str:
    return (
        f"  - naam: norm_dagen\n    label: Norm\n    waarde: {value}\n    eenheid: dagen\n"
        f"    bron: {source}\n    geldig_vanaf: '{since}'\n    geldig_tot: '{until}'\n"
    )


TWO = HEAD + entry(21, until="2024-07-31") + entry(14, since="2024-08-01")


def refused(text: str, today: dt.date = TODAY) -> str:
    with pytest.raises(ContractError) as problem:
        parse_parameters(text, today)
    return str(problem.value)


def test_the_value_of_a_day_is_that_of_its_entry() -> None:
    norm = parse_parameters(TWO, TODAY)["norm_dagen"]
    assert norm.value == 14
    assert norm.on(dt.date(2024, 7, 31)).value == 21
    assert norm.on(dt.date(2024, 8, 1)).value == 14
    assert parse_parameters(TWO, dt.date(2024, 7, 31))["norm_dagen"].value == 21


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + entry(source=""), "regel 7: norm_dagen heeft geen bron"),
        (HEAD + entry(source="'  '"), "regel 7: norm_dagen heeft geen bron"),
        (HEAD + entry(value="veertien"), "regel 5: norm_dagen heeft geen getal"),
        (HEAD + entry(since=""), "regel 8: norm_dagen heeft geen 'geldig_vanaf'"),
        (HEAD + entry(since="1 augustus"), "regel 8: norm_dagen heeft een datum"),
        (HEAD + entry(until="2019-01-01"), "regel 9: norm_dagen heeft een 'geldig_tot'"),
        (HEAD + entry() + entry(), "regel 10: norm_dagen heeft op 2020-08-01 ook al"),
        (
            HEAD + entry(until="2022-07-31") + entry(since="2023-08-01"),
            "geen waarde tussen 2022-07-31 (regel 3) en 2023-08-01",
        ),
        (HEAD + entry(until="2025-05-31"), "regel 3: norm_dagen heeft geen waarde op 2025-06-01"),
        (HEAD + entry(since="2025-06-02"), "regel 3: norm_dagen heeft geen waarde op 2025-06-01"),
        (HEAD + "  - norm_dagen\n", "regel 3: hier hoort een parameter"),
        ("parameters: 14\n", "er is geen lijst"),
    ],
)
def test_a_norm_that_cannot_be_used_is_refused_with_its_line(text: str, said: str) -> None:
    assert refused(text).startswith("parameters.yaml")
    assert said in refused(text)


@pytest.mark.parametrize(
    ("least", "base", "told"),
    [
        (5, 10, "regel 3: drempel is 5; dat moet een veelvoud zijn van afronding (10)"),
        (12, 5, "regel 3: drempel is 12; dat moet een veelvoud zijn van afronding (5)"),
        (0, 5, "regel 3: drempel is 0"),
        (5, 2.5, "een veelvoud zijn van afronding (2.5), een heel getal"),
    ],
)
def test_what_may_show_is_a_multiple_of_the_rounding(least: float, base: float, told: str) -> None:
    limits = entry(least).replace("norm_dagen", "drempel")
    rounding = entry(base).replace("norm_dagen", "afronding")
    assert told in refused(HEAD + limits + rounding)


def context(text: str, *years: str) -> Context:
    known = contracts.load()
    made = contracts.Contracts(
        known.datasets, known.codes, parse_parameters(text, TODAY), known.fingerprint
    )
    return Context(TODAY, made, years or None)


def read(expression: ir.Value) -> object:
    backend = ibis.duckdb.connect()
    try:
        return backend.to_pyarrow(expression).as_py()
    finally:
        backend.disconnect()


@pytest.mark.parametrize(
    ("day", "value"),
    [((2024, 7, 31), 21), ((2024, 8, 1), 14), ((1999, 1, 1), 21), ((2030, 1, 1), 14)],
)
def test_a_norm_follows_the_date_of_the_row(day: tuple[int, int, int], value: int) -> None:
    date = ibis.literal(dt.date(*day))
    assert read(derive.by_norm(context(TWO), "norm_dagen", date, ibis.literal)) == value


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [((2024, 2, 29), 12, (2025, 2, 28)), ((2024, 8, 31), 3, (2024, 11, 30))],
)
def test_months_later_end_on_the_last_day_that_exists(
    day: tuple[int, int, int], months: int, later: tuple[int, int, int]
) -> None:
    found = derive.plus_months(ibis.literal(dt.date(*day)), months).cast("string")
    assert read(found) == dt.date(*later).isoformat()


def test_a_school_year_outside_the_dates_of_a_norm_is_refused() -> None:
    assert [e.value for e in context(TWO, "2020/2021", "2024/2025").norms("norm_dagen")] == [21, 14]
    with pytest.raises(ContractError, match="regel 3, 10: norm_dagen heeft geen waarde op 2019"):
        context(TWO, "2019/2020").norms("norm_dagen")


def test_an_unknown_norm_lists_near_ones() -> None:
    with pytest.raises(ContractError, match="norm_dagen"):
        context(TWO).norm("norm_dag")
