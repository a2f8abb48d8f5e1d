"""Contract -> neutral checks: one SQL predicate each, true where a row breaks the promise.

A check knows nothing of the engine that runs it. The same list drives the quarantine, the Great
Expectations suite and the feedback, so that none of them can say something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Literal

from pipelines.contracts import Column, Contracts, Dataset, Severity
from pipelines.ingest import questionnaires
from pipelines.ingest.deliveries import UNKNOWN
from pipelines.ingest.marks import Mark
from pipelines.ingest.questionnaires import Item
from pipelines.sql import quoted

ROWS = "{rows}"  # stands for the staged table in a predicate that looks at other rows

Sort = Literal[
    "verplicht", "type", "code", "patroon", "bereik", "uniek", "verwijzing", "regel", "bron"
]

KIND_IN_WORDS: Mapping[str, str] = {
    "geheel": "een geheel getal",
    "getal": "een getal",
    "datum": "een bestaande datum",
    "ja_nee": "J of N",
    "lijst": "een lijst",
    "tekst": "tekst",
}


@dataclass(frozen=True)
class Check:
    """One promise. `id` is `<dataset>.<column>.<sort>` or `<dataset>.<rule>`.

    `fails`: SQL predicate over a staged row `r` (typed columns, `<column>__tekst`, `_nr`, `_rij`);
    null counts as kept. `could_not_run`: why the check cannot be judged here, empty when it can.
    `allowed` and `bounds` say the same as `fails` where the promise is a set or a range.
    """

    id: str
    sort: Sort
    severity: Severity
    dimension: str
    columns: tuple[str, ...]
    fails: str
    message: str
    remedy: str
    owner: str
    could_not_run: str = ""
    allowed: tuple[str, ...] = ()
    bounds: tuple[float | None, float | None] = (None, None)


def checks(
    dataset: Dataset,
    contracts: Contracts,
    *,
    filled: Set[str],
    delivery: str = "",
    supplier: str = "",
    replaces: Sequence[str] = (),
    marks: Sequence[Mark] = (),
) -> tuple[Check, ...]:
    """All checks of a dataset, in the order of the contract.

    `filled`: datasets with at least one loaded row; a reference to any other cannot be judged.
    `delivery` and `replaces`: ids of this delivery and of those it replaces, whose keys are free to
    come back. `supplier`: who gave out its numbers. `marks`: what cleaning has to report about
    this delivery's layout.
    """
    found: list[Check] = []
    for column in dataset.columns:
        own = [mark for mark in marks if mark.column == column.name]
        found += _column_checks(dataset, column, contracts, filled, own)
    if dataset.keys:
        found.append(_unique(dataset))
        found.append(_unique_elsewhere(dataset, (delivery, *replaces), supplier))
    found += [
        Check(
            id=f"{dataset.id}.{rule.id}",
            sort="regel",
            severity=rule.severity,
            dimension=rule.dimension,
            columns=rule.columns,
            fails=rule.fails,
            message=rule.message,
            remedy=rule.remedy,
            owner=rule.owner,
        )
        for rule in dataset.rules
    ]
    return tuple(found)


def _column_checks(
    dataset: Dataset,
    column: Column,
    contracts: Contracts,
    filled: Set[str],
    marks: Sequence[Mark],
) -> list[Check]:
    name = quoted(column.name)
    unread = quoted(f"{column.name}__tekst")
    empty = f"{name} IS NULL" + ("" if column.kind == "tekst" else f" AND {unread} IS NULL")
    found: list[Check] = []

    def add(name: Sort, dimension: str, fails: str, message: str, remedy: str, **more: Any) -> None:
        found.append(
            Check(
                id=f"{dataset.id}.{column.name}.{name}",
                sort=more.pop("sort", name),
                severity="fout",
                dimension=dimension,
                columns=(column.name,),
                fails=fails,
                message=message,
                remedy=remedy,
                owner=dataset.owner,
                **more,
            )
        )

    if column.required:
        add(
            "verplicht",
            "completeness",
            empty,
            f"{column.label} is leeg, maar verplicht.",
            f"Vul {column.name} in.",
        )
    if column.kind != "tekst":
        add(
            "type",
            "conformity",
            " AND NOT ".join([f"{unread} IS NOT NULL", *(m.fails for m in marks if m.explains)]),
            f"{column.label} is niet te lezen als {KIND_IN_WORDS[column.kind]}.",
            f"Lever {column.name} aan als {KIND_IN_WORDS[column.kind]}.",
        )
    if column.codes:
        codes = contracts.codes[column.codes]
        allowed = ", ".join(codes)
        listed = _texts(codes)
        unknown = (
            f"len(list_filter({name}, lambda x: x NOT IN ({listed}))) > 0"
            if column.kind == "lijst"
            else f"{name} NOT IN ({listed})"
        )
        add(
            "code",
            "conformity",
            unknown,
            f"{column.label} bevat een onbekende code. Toegestaan: {allowed}.",
            f"Gebruik een code uit de lijst {column.codes}, of laat uw eigen benaming toevoegen"
            " aan de codelijst of de indeling.",
            allowed=() if column.kind == "lijst" else tuple(codes),
        )
    if column.asked:
        found += question_checks(dataset, column, questionnaires.items())
    if column.pattern:
        add(
            "patroon",
            "conformity",
            f"NOT regexp_matches({name}, '{column.pattern.replace(chr(39), chr(39) * 2)}')",
            f"{column.label} heeft niet de afgesproken vorm.",
            f"Zo hoort {column.name} eruit te zien: {column.description}",
        )
    if column.minimum is not None or column.maximum is not None:
        bounds = [
            f"{name} {sign} {bound}"
            for sign, bound in (("<", column.minimum), (">", column.maximum))
            if bound is not None
        ]
        add(
            "bereik",
            "accuracy",
            " OR ".join(bounds),
            f"{column.label} valt buiten het bereik{_range_in_words(column)}.",
            f"Controleer {column.name} in de bron.",
            bounds=(column.minimum, column.maximum),
        )
    if column.earliest and column.latest:
        add(
            "bereik",
            "accuracy",
            f"{name} NOT BETWEEN DATE '{column.earliest}' AND DATE '{column.latest}'",
            f"{column.label} is geen datum die kan kloppen: hij ligt niet tussen"
            f" {column.earliest:%d-%m-%Y} en {column.latest:%d-%m-%Y}.",
            f"Controleer het jaartal van {column.name} in de bron.",
            sort="regel",
        )
    if column.refers_to:
        other, key = column.refers_to
        add(
            "verwijzing",
            "consistency",
            f"{name} NOT IN (SELECT {quoted(key)} FROM {quoted(other)}"
            f" WHERE {quoted(key)} IS NOT NULL)",
            f"{column.label} komt niet voor in de dataset {other}.",
            f"Controleer {column.name}, of lever {other} opnieuw aan als het daar ontbreekt.",
            could_not_run="" if other in filled else f"de dataset {other} is nog niet geleverd",
        )
    found += [
        Check(
            id=f"{dataset.id}.{column.name}.{mark.sort}",
            sort="bron",
            severity="fout" if mark.is_error else "waarschuwing",
            dimension=mark.dimension,
            columns=(column.name,),
            fails=mark.fails,
            message=mark.message,
            remedy=mark.remedy,
            owner=dataset.owner,
        )
        for mark in marks
    ]
    return found


def question_checks(dataset: Dataset, column: Column, items: Sequence[Item]) -> list[Check]:
    """An answer belongs to a question that was put, to that group and in that round.

    `column` holds the question's number and says which columns are beside it (`asked`). Only an
    answer that was given can be to the wrong question: one left empty breaks nothing.
    """
    if column.asked is None:
        return []
    name, group = quoted(column.name), quoted(column.asked.group)
    when, answer = quoted(column.asked.round), quoted(column.asked.answer)
    groups = sorted({g for item in items for g in item.groups})
    elsewhere = [
        f"{group} = {_text(g)} AND {name} IN ({_texts(i.id for i in items if g not in i.groups)})"
        for g in groups
        if any(g not in item.groups for item in items)
    ]
    outside = [
        f"{name} = {_text(item.id)} AND {when} {sign} {_text(bound)}"
        for item in items
        for sign, bound in (("<", item.first), (">", item.last))
        if bound
    ]

    def check(kind: str, sort: Sort, columns: tuple[str, ...], fails: str, **more: Any) -> Check:
        return Check(
            id=f"{dataset.id}.{column.name}.{kind}",
            sort=sort,
            severity="fout",
            dimension="conformity",
            columns=columns,
            fails=fails,
            owner=dataset.owner,
            **more,
        )

    known = [item.id for item in items]
    found = [
        check(
            "code",
            "code",
            (column.name,),
            f"{name} NOT IN ({_texts(known)})",
            message=f"{column.label} staat in geen vragenlijst. Bekend: {', '.join(known)}.",
            remedy="Gebruik het nummer van de vraag uit de vragenlijst (map vragenlijsten).",
            allowed=tuple(known),
        )
    ]
    if elsewhere:
        found.append(
            check(
                "doelgroep",
                "regel",
                (column.name, column.asked.group),
                f"{answer} IS NOT NULL AND ({' OR '.join(elsewhere)})",
                message="Deze vraag is niet aan deze groep gesteld.",
                remedy=f"Controleer {column.name} en {column.asked.group} met de vragenlijst:"
                " daar staat bij elke vraag voor wie zij is.",
            )
        )
    if outside:
        found.append(
            check(
                "geldigheid",
                "regel",
                (column.name, column.asked.round),
                " OR ".join(outside),
                message="Deze vraag is in deze ronde niet gesteld.",
                remedy=f"Controleer {column.name} en {column.asked.round} met de vragenlijst:"
                " daar staat vanaf en tot en met welk schooljaar een vraag is gesteld.",
            )
        )
    return found


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _texts(values: Iterable[str]) -> str:
    return ", ".join(_text(value) for value in values)


def _range_in_words(column: Column) -> str:
    low = f" vanaf {column.minimum:g}" if column.minimum is not None else ""
    high = f" tot en met {column.maximum:g}" if column.maximum is not None else ""
    return low + high


def _unique(dataset: Dataset) -> Check:
    """Of the rows with one key one is accepted: the first, or the latest where that counts.

    Only rows whose key comes back are put in order, which a large delivery has few of.
    """
    keys = ", ".join(quoted(k) for k in dataset.keys)
    named = " + ".join(dataset.keys)
    order, message, remedy = (
        "_nr",
        f"Deze rij heeft dezelfde {named} als een eerdere rij.",
        "Verwijder de dubbele rij, of geef haar een eigen sleutel.",
    )
    if dataset.latest_by:
        latest = " en ".join(dataset.column(c).label.lower() for c in dataset.latest_by)
        order = ", ".join(f"{quoted(c)} DESC NULLS LAST" for c in dataset.latest_by) + ", _nr DESC"
        message = (
            f"Er is een latere rij met dezelfde {named}; alleen de laatste telt mee (volgens"
            f" {latest}, en bij gelijke stand de onderste rij)."
        )
        remedy = (
            "U hoeft niets te doen als de laatste rij de juiste is. Verwijder anders de rij die"
            " niet meer geldt, of geef haar een eigen sleutel."
        )
    return Check(
        id=f"{dataset.id}.{dataset.keys[0]}.uniek",
        sort="uniek",
        severity="fout",
        dimension="uniqueness",
        columns=dataset.keys,
        fails=(
            f"_nr IN (SELECT _nr FROM {ROWS} WHERE hash({keys}) IN"
            f" (SELECT hash({keys}) FROM {ROWS} GROUP BY 1 HAVING count(*) > 1)"
            f" QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY {order}) > 1)"
        ),
        message=message,
        remedy=remedy,
        owner=dataset.owner,
    )


def _unique_elsewhere(dataset: Dataset, own: tuple[str, ...], supplier: str) -> Check:
    """A key that another delivery holds already. Another supplier may have given the same number to
    something else: that is the same row only when it is about the same pupil and time. Of a
    supplier that nobody names no number is known to be its own.
    """
    keys = ", ".join(quoted(k) for k in dataset.keys)
    filled = " AND ".join(f"{quoted(k)} IS NOT NULL" for k in dataset.keys)
    elsewhere = f"FROM {quoted(dataset.id)} WHERE {filled} AND _levering NOT IN ({_texts(own)})"
    of_supplier = ""
    fails = ""
    if dataset.numbered:
        names = [c.name for c in dataset.columns]
        telling = [*dataset.keys, *(["leerling_id"] if "leerling_id" in names else [])]
        whole = ", ".join(quoted(c) for c in [*telling, *filter(None, [dataset.period_column])])
        fails = f" OR ({whole}) IN (SELECT ({whole}) {elsewhere})"
        if not supplier.startswith(UNKNOWN):
            of_supplier = (
                " AND _levering IN (SELECT levering FROM register.leveringen"
                f" WHERE lower(leverancier) = lower({_text(supplier)}))"
            )
    fails = f"({keys}) IN (SELECT ({keys}) {elsewhere}{of_supplier}){fails}"
    return Check(
        id=f"{dataset.id}.{dataset.keys[0]}.elders",
        sort="uniek",
        severity="fout",
        dimension="uniqueness",
        columns=dataset.keys,
        fails=fails,
        message=(
            f"Deze {' + '.join(dataset.keys)} is al in gebruik in een andere levering"
            " die nog geldt."
        ),
        remedy=(
            "Lever een rij maar één keer aan. Is dit een herstelde levering, geef haar dan"
            " dezelfde leverancier en periode als de eerste: dan vervangt zij die."
        ),
        owner=dataset.owner,
    )
