"""A planted mistake: the rows that may carry it, what changes, and the finding it must give."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from pipelines.contracts import Severity
from pipelines.demo.layouts import Raw, Value

Row = Mapping[str, Value]


Change = Value | Raw | Callable[[Row], Value]
FOUT: Severity = "fout"
WAARSCHUWING: Severity = "waarschuwing"


@dataclass(frozen=True)
class Mistake:
    """What to spoil. `rule` without the dataset; `where`: rows that come into question.

    `changes`: canonical column -> what is written there; the first names the finding's column
    unless `column` does. `extra`: spoil a copy at the end of the file and leave the row itself.
    """

    file: str
    rule: str
    changes: Mapping[str, Change]
    severity: Severity = FOUT
    where: pl.Expr | None = None
    column: str | None = None
    extra: bool = False


def days(column: str, count: int) -> Callable[[Row], Value]:
    def shifted(row: Row) -> Value:
        date = row[column]
        return date + dt.timedelta(days=count) if isinstance(date, dt.date) else None

    return shifted


def same(column: str) -> Callable[[Row], Value]:
    def copied(row: Row) -> Value:
        return row[column]

    return copied


def one_more(column: str) -> Callable[[Row], Value]:
    def raised(row: Row) -> Value:
        count = row[column]
        return count + 1 if isinstance(count, int) else None

    return raised


def cut(column: str, length: int) -> Callable[[Row], Value]:
    def shortened(row: Row) -> Value:
        return str(row[column])[:length]

    return shortened
