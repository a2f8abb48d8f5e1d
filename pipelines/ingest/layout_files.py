"""Files of layouts -> layouts: what may stand in one, and what is refused."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from pipelines import documents, organisation, suggest
from pipelines.contracts import Dataset
from pipelines.contracts import load as load_contracts
from pipelines.errors import ContractError, UsageError
from pipelines.ingest import questionnaires
from pipelines.ingest.headings import NEVER, Unpivot, normal
from pipelines.ingest.layout import Edit, Layout
from pipelines.ingest.notation import DATE_FORMATS, EMPTY_WORDS
from pipelines.organisation import LAYOUTS, Organisation

SYMBOL_MEANINGS = ("afgeschermd", "onbekend", "geheim", "nihil")


def load() -> tuple[Layout, ...]:
    """All layouts of `data_contracts/sources/`, by name of file, and then the organisation's own,
    which take the place of those with the same id."""
    return of(organisation.current())


@cache
def of(own: Organisation | None) -> tuple[Layout, ...]:
    mine = tuple(own_layout(own, path) for path in own.listed(LAYOUTS)) if own else ()
    instead = {layout.id for layout in mine}
    known = (*(layout for layout in _ours() if layout.id not in instead), *mine)
    refuse_twins(known)
    return known


def own_layout(own: Organisation, path: Path) -> Layout:
    """A layout of an organisation; raises `ContractError` naming file and line."""
    return from_file(path, own.shown(path))


def from_file(path: Path, shown: str) -> Layout:
    """A layout of somebody's own, held against the contracts: a column or code that does not exist
    is refused with the nearest that does. `shown`: what messages call the file."""
    item, lines = organisation.document(path, shown)
    layout = _parse(shown, item)
    contracts = load_contracts()

    def refuse(place: tuple[str, ...], wrong: str) -> ContractError:
        near = next((lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), 1)
        return ContractError(f"{shown}, regel {near}: {wrong}")

    if layout.dataset not in contracts.datasets:
        hint = suggest.hint(layout.dataset, contracts.datasets)
        raise refuse(("dataset",), f"er is geen dataset {layout.dataset!r}. {hint}")
    dataset = contracts.dataset(layout.dataset)
    columns = [c.name for c in dataset.columns]
    for place, name in _named_columns(layout, item):
        if name not in columns:
            hint = suggest.hint(name, columns)
            raise refuse(place, f"{dataset.id} heeft geen kolom {name!r}. {hint}")
    for name, pairs in layout.codes.items():
        listed = dataset.column(name).codes
        known = ("J", "N") if listed is None else tuple(contracts.codes[listed])
        for label, code in pairs.items():
            if code not in known:
                hint = suggest.hint(code, known)
                raise refuse(("codes", name, label), f"{name} heeft geen code {code!r}. {hint}")
    return layout


def chosen(name: str) -> Layout:
    """The layout that somebody asks for: a file of it, or the id of a known one."""
    path = Path(name)
    if path.is_file():
        return from_file(path, path.name)
    known = {layout.id: layout for layout in load()}
    if name not in known:
        raise UsageError(
            f"Er is geen bestand en geen indeling {name!r}. {suggest.hint(name, known)}"
        )
    return known[name]


def _named_columns(
    layout: Layout, item: Mapping[str, Any]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """(place in the file, column of the contract) of everything that names one."""
    yield from ((("kolommen", str(h)), c) for h, c in layout.columns.items())
    yield from ((("koppatronen", str(p)), str(c)) for p, c in item.get("koppatronen", {}).items())
    yield from ((("codes", c), c) for c in layout.codes)
    yield from ((("vast", c), c) for c in layout.constants)
    yield from ((("bewerk", c), c) for c in layout.edits)
    yield from ((("bewerk", c), e.after) for c, e in layout.edits.items() if e.after)
    for key in ("datums", "leeg"):
        if isinstance(of_column := item.get(key), Mapping):
            yield from (((key, str(c)), str(c)) for c in of_column)
    if wide := layout.unpivot:
        into = {"naam_naar": wide.name_to, "waarde_naar": wide.value_to}
        into |= {"nvt_naar": wide.not_applicable_to or ""}
        yield from ((("ontvouw", key), name) for key, name in into.items() if name)


@cache
def _ours() -> tuple[Layout, ...]:
    folder = files("data_contracts") / "sources"
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return tuple(parse(f.name, f.read_text("utf-8")) for f in found)


def refuse_twins(layouts: Sequence[Layout]) -> None:
    """Raise `ContractError` where two layouts cannot be told apart by their headers."""
    seen: dict[tuple[object, ...], Layout] = {}
    for layout in layouts:
        twin = seen.setdefault(layout.fingerprint, layout)
        if twin is not layout:
            raise ContractError(
                f"Indelingen {twin.id} (versie {twin.version}) en {layout.id} (versie"
                f" {layout.version}) hebben dezelfde kolomkoppen en zijn dus niet te"
                " onderscheiden. Voeg ze samen, of vraag de leverancier om een eigen kop."
            )


def parse(name: str, text: str) -> Layout:
    """One layout from the text of its YAML file; `name` is the file's, for messages."""
    try:
        item = documents.read(text)
    except yaml.YAMLError as problem:
        raise ContractError(f"sources/{name} is geen geldige YAML.") from problem
    if not isinstance(item, dict):
        raise ContractError(f"sources/{name} is geen indeling.")
    return _parse(f"sources/{name}", item)


_KEYS = frozenset(
    [
        "id",
        "versie",
        "leverancier",
        "dataset",
        "omschrijving",
        "kolommen",
        "koppatronen",
        "verzonden",
        "negeer",
        "willekeurig",
        "codes",
        "datums",
        "decimaal",
        "lijst_scheiding",
        "vast",
        "bewerk",
        "ontvouw",
        "totaalregel",
        "symbolen",
        "leeg",
        "geldig_vanaf",
        "geldig_tot",
    ]
)


def _parse(name: str, item: Mapping[str, Any]) -> Layout:
    unknown = sorted(set(item) - _KEYS)
    if unknown:
        raise ContractError(f"{name}: onbekende sleutels {', '.join(unknown)}.")
    try:
        layout = Layout(
            id=item["id"],
            version=int(item["versie"]),
            supplier=item["leverancier"],
            dataset=item["dataset"],
            columns=dict(item["kolommen"]),
            ignored=frozenset([*item.get("negeer", ()), *item.get("willekeurig", ())]),
            random=frozenset(item.get("willekeurig", ())),
            codes={
                column: {str(k): str(v) for k, v in pairs.items()}
                for column, pairs in item.get("codes", {}).items()
            },
            dates=item.get("datums", "jjjj-mm-dd"),
            decimal=item.get("decimaal", "punt"),
            list_separator=item.get("lijst_scheiding", "|"),
            constants={k: str(v) for k, v in item.get("vast", {}).items()},
            edits={
                column: Edit(
                    prefix=str(e.get("voorvoegsel", "")),
                    width=int(e.get("breedte", 0)),
                    after=str(e.get("kolom_ervoor", "")),
                )
                for column, e in item.get("bewerk", {}).items()
            },
            unpivot=_parse_unpivot(item["ontvouw"]) if "ontvouw" in item else None,
            totals_row=item.get("totaalregel"),
            symbols={str(k): str(v) for k, v in item.get("symbolen", {}).items()},
            empty=_parse_empty(item.get("leeg", EMPTY_WORDS)),
            valid_from=_day(item.get("geldig_vanaf")),
            valid_to=_day(item.get("geldig_tot")),
            patterns={re.compile(p): str(c) for p, c in item.get("koppatronen", {}).items()},
            sent=tuple(item.get("verzonden", ())),
        )
        of_columns = layout.dates if isinstance(layout.dates, Mapping) else [""]
        forms = {form for column in of_columns for form in layout.date_forms(column)}
    except (KeyError, TypeError, ValueError, AttributeError, re.error) as problem:
        raise ContractError(
            f"{name} is niet te lezen: {type(problem).__name__} bij {problem}."
        ) from problem
    if wrong := sorted(forms - set(DATE_FORMATS)):
        raise ContractError(f"{name}: datumvorm {wrong[0]} is onbekend.")
    if wrong := sorted(set(layout.symbols.values()) - set(SYMBOL_MEANINGS)):
        raise ContractError(
            f"{name}: betekenis {wrong[0]} van een symbool is onbekend;"
            f" wel: {', '.join(SYMBOL_MEANINGS)}."
        )
    if any(re.fullmatch(r"[+-]?\d+([.,]\d+)?|\s*", s) for s in layout.symbols):
        raise ContractError(f"{name}: een getal of een lege cel kan geen symbool zijn.")
    return layout


def _parse_empty(item: Any) -> tuple[str, ...] | dict[str, tuple[str, ...]]:
    """`leeg`: a list, or a list per column; YAML reads a bare `NULL` or `~` as nothing."""
    if isinstance(item, Mapping):
        return {str(column): _words(words) for column, words in item.items()}
    return _words(item)


def _words(words: Any) -> tuple[str, ...]:
    if isinstance(words, str):
        raise TypeError("leeg")
    return tuple("NULL" if word is None else str(word) for word in words)


def _parse_unpivot(item: Mapping[str, Any]) -> Unpivot:
    pattern = re.compile(item["patroon"]) if "patroon" in item else NEVER
    if "vragenlijst" not in item:
        return Unpivot(pattern, item["naam_naar"], item["waarde_naar"])
    asked = questionnaires.find(item["vragenlijst"])
    group = item.get("groep")
    by_text = {
        normal(question.text): question.id
        for question in asked.items
        if group is None or group in question.groups
    }
    return Unpivot(
        pattern,
        item["naam_naar"],
        item["waarde_naar"],
        names=by_text | {question.id: question.id for question in asked.items},
        values={normal(label): str(score) for score, label in asked.scale.items()},
        not_applicable=tuple(normal(label) for label in asked.not_applicable),
        not_applicable_to=item["nvt_naar"],
        incomplete_counts=asked.incomplete_counts,
    )


def _day(text: object) -> dt.date | None:
    if text is None or isinstance(text, dt.date):
        return text
    return dt.date.fromisoformat(str(text))


def canonical(dataset: Dataset) -> Layout:
    """The layout of a file that already uses the contract's column names."""
    return Layout(
        id=f"zichtlijn_{dataset.id}",
        version=1,
        supplier=None,
        dataset=dataset.id,
        columns={c.name: c.name for c in dataset.columns},
    )
