"""Contract files -> frozen dataclasses.

A dataset's contract is an ODCS 3.1 file in `data_contracts/datasets/`. What ODCS has no place for
stands in `customProperties`, with Dutch names, so that any ODCS tool still reads the file. From
one contract follow the staged table, the checks, the Great Expectations suite, the warehouse
table and the documentation; nothing about a column is said twice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

import yaml

from pipelines import documents, organisation
from pipelines.codes import Code, read_codes, with_own_spellings
from pipelines.errors import ContractError
from pipelines.organisation import Organisation
from pipelines.parameters import PARAMETERS, Parameter, day_of, read_parameters

Kind = Literal["tekst", "geheel", "getal", "datum", "ja_nee", "lijst"]
Severity = Literal["fout", "waarschuwing"]
_KIND_OF_LOGICAL_TYPE: Mapping[str, Kind] = {
    "string": "tekst",
    "integer": "geheel",
    "number": "getal",
    "date": "datum",
    "boolean": "ja_nee",
    "array": "lijst",
}
_SEVERITY: Mapping[str, Severity] = {"error": "fout", "warning": "waarschuwing"}
_PARAMETER = re.compile(r"\{([a-z_]+)\}")
_COUNT_QUERY = re.compile(r"^\s*SELECT COUNT\(\*\) FROM \{object\} WHERE (?P<fails>.+)$", re.S)


@dataclass(frozen=True)
class Asked:
    """Columns beside a question's number: who answered, in which round (school year), and what."""

    group: str
    round: str
    answer: str


@dataclass(frozen=True)
class Column:
    """One promised column. `codes` names a code list; `refers_to` is (dataset, column); `asked`
    says that it holds the numbers of questions of the questionnaires; `filled_at_end` that it stays
    empty while what the row is about still runs, and so more often in the newest year. `earliest`
    and `latest` bound a date that can be true; `hours`: the number counts hours; `own_number`: its
    supplier gives it out, and another supplier may give the same number to something else.
    """

    name: str
    label: str
    description: str
    kind: Kind
    required: bool
    unique: bool
    key: bool
    codes: str | None
    pattern: str | None
    minimum: float | None
    maximum: float | None
    refers_to: tuple[str, str] | None
    asked: Asked | None = None
    filled_at_end: bool = False
    earliest: dt.date | None = None
    latest: dt.date | None = None
    hours: bool = False
    own_number: bool = False


@dataclass(frozen=True)
class Rule:
    """A promise about a row beyond types. `fails` is a SQL predicate: true where a row breaks it.

    `message`: what is wrong and what is allowed; `remedy`: what the supplier can do.
    """

    id: str
    severity: Severity
    dimension: str
    message: str
    remedy: str
    owner: str
    columns: tuple[str, ...]
    fails: str


@dataclass(frozen=True)
class Dataset:
    """One dataset's contract. `period_column` is the date or school year that places a row in time.

    `person_level`: its rows are about children (it has a `leerling_id`). `latest_by`: of rows with
    one key the last by these columns counts, and then the last in the file; without, the first.
    """

    id: str
    title: str
    description: str
    version: str
    owner: str
    period_column: str | None
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    latest_by: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns if c.key)

    @property
    def numbered(self) -> bool:
        """Whether its key is a supplier's own number, so that only its supplier gives it once."""
        return any(c.key and c.own_number for c in self.columns)

    @property
    def person_level(self) -> bool:
        return any(c.name == "leerling_id" for c in self.columns)

    def column(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise ContractError(f"Contract {self.id} kent geen kolom {name}.")


@dataclass(frozen=True)
class Contracts:
    """Everything `data_contracts/` promises about what comes in.

    `parameters`: per name the entry that is valid today, with the others in it.
    """

    datasets: Mapping[str, Dataset]
    codes: Mapping[str, Mapping[str, Code]]
    parameters: Mapping[str, Parameter]
    fingerprint: str

    def dataset(self, name: str) -> Dataset:
        try:
            return self.datasets[name]
        except KeyError:
            known = ", ".join(sorted(self.datasets))
            raise ContractError(f"Er is geen dataset {name!r}; wel: {known}.") from None

    def in_load_order(self) -> tuple[str, ...]:
        """Dataset names such that what is referred to comes before what refers to it, and the
        lists that others refer to before all the rest."""
        ordered: list[str] = []
        lists = {c.refers_to[0] for d in self.datasets.values() for c in d.columns if c.refers_to}

        def visit(name: str, above: tuple[str, ...]) -> None:
            if name in above:
                raise ContractError(f"Verwijzingen in een kring: {' -> '.join((*above, name))}.")
            for column in self.dataset(name).columns:
                if column.refers_to:
                    visit(column.refers_to[0], (*above, name))
            if name not in ordered:
                ordered.append(name)

        for name in sorted(self.datasets, key=lambda d: (d not in lists, d)):
            visit(name, ())
        return tuple(ordered)


def load() -> Contracts:
    """All contracts that come with the installed package, with what the organisation has of its
    own."""
    return of(organisation.current())


@cache
def of(own: Organisation | None) -> Contracts:
    """All contracts, with what an organisation has of its own; raises `ContractError` naming file
    and line where that is unknown or contradicts ours."""
    root = files("data_contracts")
    codes: dict[str, Mapping[str, Code]] = {
        _stem(f): read_codes(f) for f in _listing(root / "codes") if f.name.endswith(".csv")
    }
    for path in own.listed(organisation.CODES) if own else ():
        codes = with_own_spellings(codes, path, f"{organisation.CODES}/{path.name}")
    mine = own.file(organisation.PARAMETERS) if own else None
    parameters = read_parameters(root / PARAMETERS, own_parameters(mine) if mine else None)
    datasets = {
        d.id: d
        for d in (
            _with_parameters(_read_dataset(f), parameters)
            for f in _listing(root / "datasets")
            if f.name.endswith(".odcs.yaml")
        )
    }
    contracts = Contracts(
        datasets=datasets,
        codes=codes,
        parameters=parameters,
        fingerprint=_fingerprint(root, own),
    )
    _check_whole(contracts)
    return contracts


def own_parameters(path: Path) -> str:
    """The text of an organisation's parameters, of which every key stands there once."""
    organisation.document(path, organisation.PARAMETERS)
    return organisation.text_of(path, organisation.PARAMETERS)


def _yaml(file: Traversable) -> Any:
    return documents.read(file.read_text("utf-8"))


def _listing(folder: Traversable) -> list[Traversable]:
    return sorted((f for f in folder.iterdir() if f.is_file()), key=lambda f: f.name)


def _stem(file: Traversable) -> str:
    return file.name.split(".", 1)[0]


def _fingerprint(root: Traversable, own: Organisation | None) -> str:
    """SHA-256 over what decides a check's outcome: datasets, codes, layouts, questionnaires, the
    parameters that rules name and the organisation's own.
    """
    digest = hashlib.sha256((root / PARAMETERS).read_bytes().replace(b"\r\n", b"\n"))
    for folder in ("codes", "datasets", "sources", "vragenlijsten"):
        for file in _listing(root / folder):
            digest.update(f"{folder}/{file.name}\0".encode())
            digest.update(file.read_bytes().replace(b"\r\n", b"\n"))
    digest.update(organisation.fingerprint(own))
    return digest.hexdigest()


def _custom(item: Mapping[str, Any]) -> dict[str, Any]:
    return {p["property"]: p["value"] for p in item.get("customProperties", [])}


def _read_dataset(file: Traversable) -> Dataset:
    try:
        document = _yaml(file)
        table = document["schema"][0]
        own = _custom(document)
        return Dataset(
            id=table["name"],
            title=document["name"],
            description=document["description"]["purpose"].strip(),
            version=str(document["version"]),
            owner=own["eigenaar"],
            period_column=own.get("periode_kolom"),
            columns=tuple(_read_column(p) for p in table["properties"]),
            rules=tuple(_read_rule(q, own["eigenaar"]) for q in table.get("quality", [])),
            latest_by=tuple(own.get("laatste_telt_volgens", ())),
        )
    except (KeyError, TypeError, IndexError, yaml.YAMLError) as problem:
        raise ContractError(
            f"Contractbestand {file.name} is niet te lezen: {type(problem).__name__} bij {problem}."
        ) from problem


def _read_column(item: Mapping[str, Any]) -> Column:
    own = _custom(item)
    options = item.get("logicalTypeOptions", {})
    refers = own.get("verwijst_naar")
    dataset, _, column = refers.partition(".") if refers else ("", "", "")
    asked = own.get("vraag_met")
    is_date = item["logicalType"] == "date"
    return Column(
        name=item["name"],
        label=item["businessName"],
        description=item["description"].strip(),
        kind=_KIND_OF_LOGICAL_TYPE[item["logicalType"]],
        required=bool(item.get("required", False)),
        unique=bool(item.get("unique", False)),
        key=bool(item.get("primaryKey", False)),
        codes=own.get("codelijst"),
        pattern=options.get("pattern"),
        minimum=None if is_date else options.get("minimum"),
        maximum=None if is_date else options.get("maximum"),
        refers_to=(dataset, column) if refers else None,
        asked=Asked(asked["groep"], asked["ronde"], asked["antwoord"]) if asked else None,
        filled_at_end=bool(own.get("leeg_tot_het_einde", False)),
        earliest=day_of(options.get("minimum")) if is_date else None,
        latest=day_of(options.get("maximum")) if is_date else None,
        hours=own.get("eenheid") == "uren",
        own_number=own.get("uniek_binnen") == "leverancier",
    )


def _read_rule(item: Mapping[str, Any], owner: str) -> Rule:
    own = _custom(item)
    match = _COUNT_QUERY.match(item["query"])
    if match is None:
        raise ContractError(
            f"Regel {item['id']}: de query begint niet met 'SELECT COUNT(*) FROM {{object}} WHERE'."
        )
    return Rule(
        id=item["id"],
        severity=_SEVERITY[item["severity"]],
        dimension=item["dimension"],
        message=item["description"].strip(),
        remedy=own["herstel"].strip(),
        owner=own.get("eigenaar", owner),
        columns=tuple(own["kolommen"]),
        fails=match["fails"].strip(),
    )


def _with_parameters(dataset: Dataset, parameters: Mapping[str, Parameter]) -> Dataset:
    """Rules with the value of today in place of a `{parameter}`, in predicate and message."""

    def filled(text: str) -> str:
        def value(found: re.Match[str]) -> str:
            if found[1] not in parameters:
                raise ContractError(
                    f"Contract {dataset.id}: parameter {found[1]} ontbreekt in {PARAMETERS}."
                )
            return f"{parameters[found[1]].value:g}"

        return _PARAMETER.sub(value, text)

    rules = tuple(
        replace(rule, fails=filled(rule.fails), message=filled(rule.message))
        for rule in dataset.rules
    )
    return replace(dataset, rules=rules)


def _check_whole(contracts: Contracts) -> None:
    """Names that one file uses and another must have."""
    for dataset in contracts.datasets.values():
        for column in dataset.columns:
            if column.codes and column.codes not in contracts.codes:
                raise ContractError(
                    f"Contract {dataset.id}, kolom {column.name}: codelijst {column.codes}"
                    " bestaat niet in data_contracts/codes."
                )
            if column.refers_to:
                contracts.dataset(column.refers_to[0]).column(column.refers_to[1])
            if column.asked:
                for name in (column.asked.group, column.asked.round, column.asked.answer):
                    dataset.column(name)
        for rule in dataset.rules:
            for name in rule.columns:
                dataset.column(name)
        for name in dataset.latest_by:
            dataset.column(name)
    contracts.in_load_order()
