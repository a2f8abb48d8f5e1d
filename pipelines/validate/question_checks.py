"""Checks on answers of the evaluation: put to that group, and in that round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pipelines.contracts import Column, Dataset
from pipelines.ingest.questionnaires import Item
from pipelines.sql import literal, literals, quoted
from pipelines.validate.check import Check, Sort


def question_checks(dataset: Dataset, column: Column, items: Sequence[Item]) -> Iterator[Check]:
    """An answer belongs to a question that was put, to that group and in that round.

    `column` holds the question's number and says which columns are beside it (`asked`). Only an
    answer that was given can be to the wrong question: one left empty breaks nothing.
    """
    if column.asked is None:
        return
    group, when = column.asked.group, column.asked.round

    def check(named: str, sort: Sort, columns: tuple[str, ...], fails: str, **more: Any) -> Check:
        return Check(
            id=f"{dataset.id}.{column.name}.{named}",
            sort=sort,
            severity="fout",
            dimension="conformity",
            columns=columns,
            fails=fails,
            owner=dataset.owner,
            **more,
        )

    known = [item.id for item in items]
    yield check(
        "code",
        "code",
        (column.name,),
        f"{quoted(column.name)} NOT IN ({literals(known)})",
        message=f"{column.label} staat in geen vragenlijst. Bekend: {', '.join(known)}.",
        remedy="Gebruik het nummer van de vraag uit de vragenlijst (map vragenlijsten).",
        allowed=tuple(known),
    )
    if elsewhere := _not_of_group(quoted(column.name), quoted(group), items):
        yield check(
            "doelgroep",
            "regel",
            (column.name, group),
            f"{quoted(column.asked.answer)} IS NOT NULL AND ({' OR '.join(elsewhere)})",
            message="Deze vraag is niet aan deze groep gesteld.",
            remedy=f"Controleer {column.name} en {group} met de vragenlijst:"
            " daar staat bij elke vraag voor wie zij is.",
        )
    if outside := _not_in_round(quoted(column.name), quoted(when), items):
        yield check(
            "geldigheid",
            "regel",
            (column.name, when),
            " OR ".join(outside),
            message="Deze vraag is in deze ronde niet gesteld.",
            remedy=f"Controleer {column.name} en {when} met de vragenlijst:"
            " daar staat vanaf en tot en met welk schooljaar een vraag is gesteld.",
        )


def _not_of_group(question: str, group: str, items: Sequence[Item]) -> list[str]:
    """Predicates: a question that was not put to this group; `question`, `group`: SQL columns."""
    return [
        f"{group} = {literal(one)} AND {question} IN ({literals(others)})"
        for one in sorted({g for item in items for g in item.groups})
        if (others := [item.id for item in items if one not in item.groups])
    ]


def _not_in_round(question: str, when: str, items: Sequence[Item]) -> list[str]:
    """Predicates: a question before its first or after its last round."""
    return [
        f"{question} = {literal(item.id)} AND {when} {sign} {literal(bound)}"
        for item in items
        for sign, bound in (("<", item.first), (">", item.last))
        if bound
    ]
