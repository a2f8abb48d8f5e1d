"""Making the folder of an organisation, and holding one against the program as it is now."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from pipelines import codes, contracts, organisation, parameters, suggest
from pipelines.errors import UsageError, UserError
from pipelines.ingest import layout_files, questionnaires
from pipelines.organisation import FILE, FILES, FOLDERS, Organisation
from pipelines.warehouse import calendar

READ_ME, EXAMPLES = "LEESMIJ.md", "organisatie"


@dataclass(frozen=True)
class Remark:
    """Something about a folder, as a Dutch sentence. `wrong`: nothing works until it is mended."""

    text: str
    wrong: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {"text": self.text, "wrong": self.wrong}


def make(folder: Path, name: str) -> list[str]:
    """Make the folder with an example of every part; names of the files that were written.

    Raises `UsageError` where something stands there already: nothing is ever written over.
    """
    if not name.strip():
        raise UsageError("Geef met --naam de naam van de organisatie, als --naam 'Servicepunt X'.")
    examples = sorted((files("data_contracts") / EXAMPLES).iterdir(), key=lambda f: f.name)
    texts = {f.name: f.read_text("utf-8") for f in examples}
    said = yaml.safe_dump({"naam": name.strip()}, allow_unicode=True, width=1000)
    texts[FILE] = texts[FILE].replace("naam: ''\n", said)
    there = [one for one in (*texts, *FOLDERS) if (folder / one).exists()]
    if there:
        raise UsageError(
            f"In {folder} staat al {there[0]}; er is niets gemaakt. Kijk een map die er al is na"
            f" met 'zichtlijn init --check {folder}'."
        )
    try:
        for one in FOLDERS:
            (folder / one).mkdir(parents=True)
            (folder / one / ".gitkeep").touch()
        for one, text in texts.items():
            (folder / one).write_text(text, "utf-8", newline="\n")
    except OSError as problem:
        raise UsageError(
            f"In {folder} kan niet worden geschreven ({type(problem).__name__})."
        ) from problem
    return [*texts, *(f"{one}/" for one in FOLDERS)]


def check(folder: Path) -> tuple[Organisation, list[Remark]]:
    """The organisation, and what in its folder is unknown, out of date or contradicts the program;
    each with file and line. Raises `UserError` where the folder is none."""
    own = organisation.read(folder.resolve())
    wrong = [Remark(said, wrong=True) for said in _wrong(own)]
    return own, [*wrong, *map(Remark, _not_read(own)), *map(Remark, _out_of_date(own))]


def _wrong(own: Organisation) -> Iterator[str]:
    """The first mistake of every file, and those between files."""
    found = [said for step in _steps(own) if (said := _refusal(step))]
    yield from dict.fromkeys(found)


def _steps(own: Organisation) -> Iterator[Callable[[], object]]:
    lists = contracts.of(None).codes
    for path in own.listed(organisation.CODES):
        name = own.shown(path)
        yield lambda p=path, n=name: codes.with_own_spellings(lists, p, n)  # type: ignore[misc]
    if listed := own.file(organisation.PARAMETERS):
        yield lambda: _own_parameters(listed)
    yield lambda: contracts.of(own)
    for path in own.listed(organisation.LAYOUTS):
        yield lambda p=path: layout_files.own_layout(own, p)  # type: ignore[misc]
    yield lambda: layout_files.of(own)
    yield lambda: questionnaires.of(own)
    yield lambda: calendar.of(own)
    if events := own.file(organisation.EVENTS):
        yield lambda: organisation.document(events, organisation.EVENTS)


def _refusal(step: Callable[[], object]) -> str:
    try:
        step()
    except UserError as mistake:
        return str(mistake)
    return ""


def _not_read(own: Organisation) -> Iterator[str]:
    known = [*FILES, *FOLDERS]
    for path in sorted(own.folder.iterdir()):
        if path.name.startswith(".") or path.name in (*known, READ_ME):
            continue
        yield f"{path.name} wordt niet gelezen. {suggest.hint(path.name, known)}"
    for folder, suffix in FOLDERS.items():
        read = own.listed(folder)
        for path in sorted((own.folder / folder).glob("*")):
            if path.name.endswith(organisation.PROPOSAL):
                yield (
                    f"{folder}/{path.name} is een voorstel en geldt nog niet; klopt het, geef het"
                    f" dan een naam op {suffix}."
                )
            elif path not in read and not path.name.startswith("."):
                yield f"{folder}/{path.name} wordt niet gelezen; hier horen bestanden op {suffix}."


def _out_of_date(own: Organisation) -> Iterator[str]:
    ours = {layout.id for layout in layout_files.of(None)}
    for path in own.listed(organisation.LAYOUTS):
        if not _refusal(lambda p=path: layout_files.own_layout(own, p)):  # type: ignore[misc]
            layout = layout_files.own_layout(own, path)
            if layout.id in ours:
                yield f"{own.shown(path)} komt in de plaats van {layout.id} van Zichtlijn."
    listed = own.file(organisation.PARAMETERS)
    if not listed or _refusal(lambda: _own_parameters(listed)):
        return
    text = contracts.own_parameters(listed)
    for mine, our, replaced in parameters.own_parameters(_our_parameters(), text, _today()):
        where = f"{organisation.PARAMETERS}, regel {mine.line}: {mine.name}"
        later = [e for e in our.entries if mine.valid_from < e.valid_from]
        if not math.isnan(replaced) and replaced != our.value:
            yield (
                f"{where} verving {replaced:g}, en Zichtlijn rekent nu met {our.value:g}. Bekijk of"
                f" {mine.value:g} nog klopt en pas 'vervangt' aan."
            )
        elif mine.value == our.value and (mine.low, mine.high) == (our.low, our.high):
            yield f"{where} is gelijk aan de waarde van Zichtlijn; deze regel kan weg."
        if later and mine.valid_to is None:
            new = min(later, key=lambda e: e.valid_from)
            yield (
                f"{where} geldt zonder einde, maar Zichtlijn heeft vanaf"
                f" {new.valid_from.isoformat()} een nieuwe waarde ({new.value:g})."
            )


def _own_parameters(path: Path) -> None:
    parameters.with_own(_our_parameters(), contracts.own_parameters(path), _today())


def _our_parameters() -> str:
    return (files("data_contracts") / parameters.PARAMETERS).read_text("utf-8")


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()
