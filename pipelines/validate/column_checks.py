"""Checks on one column of a contract: one function per sort, in the order they are reported.

Each gets the column beside what it is judged with, and gives nothing where the contract does not
promise that sort.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any

from pipelines.contracts import Column, Contracts, Dataset
from pipelines.ingest import questionnaires
from pipelines.ingest.marks import Mark
from pipelines.sql import literal, literals, quoted
from pipelines.validate.check import KIND_IN_WORDS, Check, Sort
from pipelines.validate.question_checks import question_checks


@dataclass(frozen=True)
class Judged:
    """A column, and what its checks need to know.

    `filled`: datasets with at least one loaded row; a reference to any other cannot be judged.
    `marks`: what cleaning has to report about this column in this delivery's layout.
    """

    dataset: Dataset
    column: Column
    contracts: Contracts
    filled: Set[str]
    marks: Sequence[Mark]

    @property
    def name(self) -> str:
        """The typed column in SQL."""
        return quoted(self.column.name)

    @property
    def unread(self) -> str:
        """The column in SQL that keeps the text of what could not be read as its type."""
        return quoted(f"{self.column.name}__tekst")

    def check(
        self, sort: Sort, dimension: str, fails: str, message: str, remedy: str, **more: Any
    ) -> Check:
        """A check of this column; its id ends in `sort`, or in `named` where two share a sort."""
        return Check(
            id=f"{self.dataset.id}.{self.column.name}.{more.pop('named', sort)}",
            sort=sort,
            severity=more.pop("severity", "fout"),
            dimension=dimension,
            columns=(self.column.name,),
            fails=fails,
            message=message,
            remedy=remedy,
            owner=self.dataset.owner,
            **more,
        )


def required(judged: Judged) -> Iterator[Check]:
    """Filled in; what was there and could not be read is the check on the type."""
    column = judged.column
    if not column.required:
        return
    of_type = "" if column.kind == "tekst" else f" AND {judged.unread} IS NULL"
    yield judged.check(
        "verplicht",
        "completeness",
        f"{judged.name} IS NULL{of_type}",
        f"{column.label} is leeg, maar verplicht.",
        f"Vul {column.name} in.",
    )


def typed(judged: Judged) -> Iterator[Check]:
    """Readable as its type, unless cleaning says more exactly what is wrong."""
    column = judged.column
    if column.kind == "tekst":
        return
    explained = (mark.fails for mark in judged.marks if mark.explains)
    yield judged.check(
        "type",
        "conformity",
        " AND NOT ".join([f"{judged.unread} IS NOT NULL", *explained]),
        f"{column.label} is niet te lezen als {KIND_IN_WORDS[column.kind]}.",
        f"Lever {column.name} aan als {KIND_IN_WORDS[column.kind]}.",
    )


def coded(judged: Judged) -> Iterator[Check]:
    """A code of its list; of a column that holds lists every code."""
    column = judged.column
    if not column.codes:
        return
    codes = judged.contracts.codes[column.codes]
    outside = f"NOT IN ({literals(codes)})"
    yield judged.check(
        "code",
        "conformity",
        f"len(list_filter({judged.name}, lambda x: x {outside})) > 0"
        if column.kind == "lijst"
        else f"{judged.name} {outside}",
        f"{column.label} bevat een onbekende code. Toegestaan: {', '.join(codes)}.",
        f"Gebruik een code uit de lijst {column.codes}, of laat uw eigen benaming toevoegen"
        " aan de codelijst of de indeling.",
        allowed=() if column.kind == "lijst" else tuple(codes),
    )


def asked(judged: Judged) -> Iterator[Check]:
    """A question that was put; see `question_checks`."""
    if judged.column.asked:
        yield from question_checks(judged.dataset, judged.column, questionnaires.items())


def patterned(judged: Judged) -> Iterator[Check]:
    """The form that was agreed, as a regular expression."""
    column = judged.column
    if not column.pattern:
        return
    yield judged.check(
        "patroon",
        "conformity",
        f"NOT regexp_matches({judged.name}, {literal(column.pattern)})",
        f"{column.label} heeft niet de afgesproken vorm.",
        f"Zo hoort {column.name} eruit te zien: {column.description}",
    )


def in_range(judged: Judged) -> Iterator[Check]:
    """A number within its bounds, both included."""
    column = judged.column
    bounds = [
        f"{judged.name} {sign} {bound}"
        for sign, bound in (("<", column.minimum), (">", column.maximum))
        if bound is not None
    ]
    if not bounds:
        return
    low = f" vanaf {column.minimum:g}" if column.minimum is not None else ""
    high = f" tot en met {column.maximum:g}" if column.maximum is not None else ""
    yield judged.check(
        "bereik",
        "accuracy",
        " OR ".join(bounds),
        f"{column.label} valt buiten het bereik{low}{high}.",
        f"Controleer {column.name} in de bron.",
        bounds=(column.minimum, column.maximum),
    )


def plausible(judged: Judged) -> Iterator[Check]:
    """A date that can be right; both ends included."""
    column = judged.column
    if not (column.earliest and column.latest):
        return
    yield judged.check(
        "regel",
        "accuracy",
        f"{judged.name} NOT BETWEEN DATE '{column.earliest}' AND DATE '{column.latest}'",
        f"{column.label} is geen datum die kan kloppen: hij ligt niet tussen"
        f" {column.earliest:%d-%m-%Y} en {column.latest:%d-%m-%Y}.",
        f"Controleer het jaartal van {column.name} in de bron.",
        named="bereik",
    )


def referring(judged: Judged) -> Iterator[Check]:
    """A key that the other dataset knows; not to be judged before that was delivered."""
    column = judged.column
    if not column.refers_to:
        return
    other, key = column.refers_to
    known = f"SELECT {quoted(key)} FROM {quoted(other)} WHERE {quoted(key)} IS NOT NULL"
    yield judged.check(
        "verwijzing",
        "consistency",
        f"{judged.name} NOT IN ({known})",
        f"{column.label} komt niet voor in de dataset {other}.",
        f"Controleer {column.name}, of lever {other} opnieuw aan als het daar ontbreekt.",
        could_not_run="" if other in judged.filled else f"de dataset {other} is nog niet geleverd",
    )


def marked(judged: Judged) -> Iterator[Check]:
    """What cleaning found in the notation of this column."""
    for mark in judged.marks:
        yield judged.check(
            "bron",
            mark.dimension,
            mark.fails,
            mark.message,
            mark.remedy,
            named=mark.sort,
            severity="fout" if mark.is_error else "waarschuwing",
        )


SORTS: tuple[Callable[[Judged], Iterator[Check]], ...] = (
    required, typed, coded, asked, patterned, in_range, plausible, referring, marked,
)  # fmt: skip
"""Every sort of check on one column, in the order of a report."""


def column_checks(judged: Judged) -> list[Check]:
    """All checks of one column, in the order of `SORTS`."""
    return [check for sort in SORTS for check in sort(judged)]
