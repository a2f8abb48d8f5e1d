"""Forms that came back: many workbooks become one delivery per target group and round.

Each form on its own would be a supplier of its own. Nothing is judged here but whether a file is a
form that can be counted once; the answers themselves go through ingestion as they are. A file that
is left out is named with the reason.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.contracts import Column, Contracts
from pipelines.errors import DeliveryRefused, UsageError
from pipelines.evaluation import forms, rounds
from pipelines.ingest import deliveries, layouts, questionnaires
from pipelines.ingest.deliveries import Delivery
from pipelines.ingest.layouts import Layout

WORDS = "?"  # in place of words where a code or a number belongs
_FORMS = {"geheel": r"-?\d{1,6}([.,]\d{1,6})?", "ja_nee": "[JN]"}

LAYOUT = "formulier_evaluatie_antwoorden"
SENDER = "formulieren"  # supplier of what is collected, with the target group behind it

Progress = Callable[[Iterable[Any], str], Iterable[Any]]
Answers = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Form:
    """One form: `rows` holds the contract's columns in their order, one row per question."""

    file: str
    number: str
    group: str
    year: str
    place: str
    rows: Answers
    answered: bool

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the sender may want to ask about; the form is in the delivery all the same."""
        found = []
        if self.answered and not self.place:
            found.append("geen school of wijk gekozen; telt alleen in het totaal")
        if any(WORDS in row for row in self.rows):
            found.append("woorden waar een cijfer of een code hoort; die cellen gaan niet mee")
        return tuple(found)


@dataclass(frozen=True)
class LeftOut:
    """A file of which nothing is in a delivery, and why."""

    file: str
    reason: str


@dataclass(frozen=True)
class Bundle:
    """One delivery: the forms of a target group in a round."""

    path: Path
    group: str
    year: str
    forms: tuple[Form, ...]

    def as_dict(self) -> dict[str, object]:
        return {
            "file": str(self.path),
            "group": self.group,
            "year": self.year,
            "forms": len(self.forms),
            "answered": sum(f.answered for f in self.forms),
            "remarks": [{"file": f.file, "remark": r} for f in self.forms for r in f.remarks],
        }


@dataclass(frozen=True)
class Collected:
    """`repeated`: files that hold a form that is in a delivery already; nothing is lost."""

    bundles: tuple[Bundle, ...]
    left_out: tuple[LeftOut, ...]
    repeated: tuple[LeftOut, ...]

    def as_dict(self) -> dict[str, object]:
        return {
            "files": [b.as_dict() for b in self.bundles],
            "left_out": [{"file": f.file, "reason": f.reason} for f in self.left_out],
            "repeated": [{"file": f.file, "reason": f.reason} for f in self.repeated],
        }


def collect(
    folder: Path, out: Path, contracts: Contracts, *, progress: Progress = lambda items, _: items
) -> Collected:
    """Write the forms in `folder`, and in the folders in it, to one CSV file per group and round.

    Raises `UsageError` when there is nothing to collect, and before anything is written when a form
    of an earlier collection would disappear from its delivery.
    """
    files = _files(folder, out)
    known = layouts.load()

    def read(path: Path) -> Form | LeftOut:
        name = path.relative_to(folder).as_posix()
        try:
            return _form(path, name, contracts, known)
        except DeliveryRefused as refusal:
            return LeftOut(name, str(refusal))

    with ThreadPoolExecutor(os.cpu_count()) as readers:  # each reads in a process of its own
        reading = [readers.submit(read, path) for path in files]
        outcomes = [one.result() for one in progress(reading, "Formulieren lezen")]
    found = [one for one in outcomes if isinstance(one, Form)]
    left_out = [one for one in outcomes if isinstance(one, LeftOut)]
    single, repeated, disputed = _single(found)
    bundles = _bundles(single, out)
    for bundle in bundles:
        _refuse_loss(bundle)
    header = [c.name for c in contracts.dataset(rounds.DATASET).columns]
    for bundle in bundles:
        _write(bundle, header)
    left_out = sorted([*left_out, *disputed], key=lambda f: f.file)
    return Collected(bundles, tuple(left_out), tuple(repeated))


def _files(folder: Path, out: Path) -> list[Path]:
    """What may be a form: all but hidden files and what `evaluation new` puts beside the forms."""
    if not folder.is_dir():
        raise UsageError(f"De map {folder} bestaat niet of is geen map.")
    if out.resolve().is_relative_to(folder.resolve()):
        raise UsageError(
            f"De map {out} ligt in {folder}. Kies met --out een map daarbuiten: wat al is"
            " verzameld, mag niet nog eens worden gelezen."
        )
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not path.name.startswith((".", "~$"))
        and path.name != rounds.READ_ME
        and path.suffix.lower() != ".lss"
    )
    if not found:
        raise UsageError(
            f"In {folder} staat geen bestand. Zet er de formulieren in die zijn teruggekomen."
        )
    return found


def _form(path: Path, name: str, contracts: Contracts, known: Sequence[Layout]) -> Form:
    """Raises `DeliveryRefused` for whatever is not one whole form."""
    if path.suffix.lower() == ".zip":
        raise DeliveryRefused("formulier.zip", "Pak het zipbestand eerst uit.")
    found = deliveries.open_file(path, contracts, known)
    delivery = found[0]
    if len(found) != 1 or delivery.match.layout.id != LAYOUT:
        raise DeliveryRefused(
            "formulier.anders",
            "Dit is geen formulier van 'zichtlijn evaluation new', maar een levering van"
            f" {delivery.dataset}. Zet haar zelf in de inbox.",
        )
    columns = contracts.dataset(delivery.dataset).columns
    places = delivery.match.places
    rows = tuple(
        tuple(_kept(column, row[places[column.name]] or "") for column in columns)
        for row in _question_rows(delivery)
    )
    at = {column.name: place for place, column in enumerate(columns)}

    def only(column: str) -> str:
        values = {row[at[column]] for row in rows}
        return values.pop() if len(values) == 1 else ""

    number, group, year = only("antwoord_id"), only("groep"), only("ronde")
    if not number or group not in questionnaires.GROUPS or not _is_school_year(year):
        raise DeliveryRefused(
            "formulier.beschadigd",
            "Het formulier is beschadigd: formuliernummer, doelgroep of schooljaar ontbreekt of is"
            " niet overal gelijk. Vraag de invuller een nieuw, ongewijzigd formulier te gebruiken.",
        )
    answered = any(row[at["score"]] or row[at["nvt"]] for row in rows)
    return Form(
        name, number, group, year, only("vestigingscode") or only("wijkcode"), rows, answered
    )


def _kept(column: Column, text: str) -> str:
    """What may be passed on of a cell: a code or a number.

    Over a list words can be pasted, and words can be about somebody. Ingestion sets the row apart
    by the sign that stands in their place.
    """
    text = text.strip()
    form = _FORMS.get(column.kind) or column.pattern or ""
    return text if not text or re.fullmatch(form, text) or column.codes else WORDS


def _question_rows(delivery: Delivery) -> list[dict[str, str | None]]:
    """The rows of the questions.

    Raises `DeliveryRefused` when an answer was chosen but the formulas behind it were never worked
    out: the form would count as empty.
    """
    match = delivery.match
    frame = delivery.text.frame
    number = pl.col(match.places["vraag_id"]).str.strip_chars().fill_null("")
    rows = frame.filter((pl.col("rij") > match.header_row) & (number != "")).to_dicts()
    header = frame.filter(pl.col("rij") == match.header_row).to_dicts()[0]
    seen = next(
        (cell for cell, text in header.items() if isinstance(text, str) and _is_answer(text)), None
    )
    if seen is None or not rows:
        raise DeliveryRefused(
            "formulier.beschadigd",
            f"De kolom '{forms.SEEN[forms.ANSWER]}' of de vragen zijn weg. Vraag de invuller een"
            " nieuw, ongewijzigd formulier te gebruiken.",
        )
    said = (match.places["score"], match.places["nvt"])
    if any(row[seen] and not any(row[cell] for cell in said) for row in rows):
        raise DeliveryRefused(
            "formulier.niet_berekend",
            "Er zijn antwoorden gekozen, maar de formules erachter zijn niet uitgerekend. Open het"
            " formulier in Excel of LibreOffice, bewaar het, en verzamel opnieuw.",
        )
    return rows


def _is_answer(text: str) -> bool:
    return layouts.normal(text) == layouts.normal(forms.SEEN[forms.ANSWER])


def _is_school_year(text: str) -> bool:
    try:
        return rounds.school_year(text) == text
    except UsageError:
        return False


def _single(found: Sequence[Form]) -> tuple[list[Form], list[LeftOut], list[LeftOut]]:
    """Every number once: the forms, the files that add nothing, and those that contradict.

    An empty form beside a filled one is the one that was sent out. Where two filled ones differ
    nobody can say which counts, so neither does.
    """
    single: list[Form] = []
    repeated: list[LeftOut] = []
    disputed: list[LeftOut] = []
    by_number = sorted(found, key=lambda f: (f.number, not f.answered, not f.place, f.file))
    for _, same in groupby(by_number, key=lambda f: f.number):
        kept, *others = same
        rivals = [f.file for f in others if f.answered and f.rows != kept.rows]
        if rivals:
            disputed += [
                LeftOut(
                    file,
                    "Hetzelfde formulier is twee keer verschillend ingevuld, ook in"
                    f" {kept.file if file != kept.file else rivals[0]}. Laat alleen het goede"
                    " staan. Vulden twee mensen het in? Geef de tweede een eigen formulier.",
                )
                for file in (kept.file, *rivals)
            ]
            repeated += [
                LeftOut(f.file, f"Dubbel: hetzelfde formulier als {kept.file}.")
                for f in others
                if f.file not in rivals
            ]
            continue
        single.append(kept)
        repeated += [
            LeftOut(
                f.file,
                f"Dubbel: gelijk aan {kept.file}, dat telt."
                if f.rows == kept.rows
                else f"Leeg: hetzelfde formulier als {kept.file}, dat telt.",
            )
            for f in others
        ]
    return single, repeated, disputed


def _bundles(found: Iterable[Form], out: Path) -> tuple[Bundle, ...]:
    ordered = sorted(found, key=lambda f: (f.year, questionnaires.GROUPS.index(f.group), f.number))
    return tuple(
        Bundle(_path(out, group, year), group, year, tuple(own))
        for (year, group), own in groupby(ordered, key=lambda f: (f.year, f.group))
    )


def _path(out: Path, group: str, year: str) -> Path:
    """Named as a delivery is: supplier, dataset and period."""
    sender = f"{SENDER}-{group.replace('_', '-')}"
    return out / f"{sender}_{rounds.DATASET}_{year.replace('/', '-')}.csv"


def _refuse_loss(bundle: Bundle) -> None:
    """Raise `UsageError` when a form of the file that is there now is not among those found."""
    if not bundle.path.exists():
        return
    with bundle.path.open(encoding="utf-8", newline="") as file:
        earlier = {row.get("antwoord_id") or "" for row in csv.DictReader(file, delimiter=";")}
    gone = sorted(earlier - {f.number for f in bundle.forms})
    if gone:
        raise UsageError(
            f"In {bundle.path} staan {len(gone)} formulieren die nu niet zijn gevonden, zoals"
            f" {gone[0]}. Er is niets geschreven. Zet alle teruggekomen formulieren bij elkaar, of"
            f" haal {bundle.path.name} eerst weg als die formulieren niet meer tellen."
        )


def _write(bundle: Bundle, header: Sequence[str]) -> None:
    """Whole or not at all."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(header)
    writer.writerows(row for form in bundle.forms for row in form.rows)
    bundle.path.parent.mkdir(parents=True, exist_ok=True)
    partly = bundle.path.with_name(f".{bundle.path.name}.deel")
    partly.write_text(text.getvalue(), "utf-8", newline="")
    partly.replace(bundle.path)
