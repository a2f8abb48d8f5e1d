"""The inbox: which files have come, what they are, and how they are told apart."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath

import polars as pl

from pipelines.contracts import Contracts, Dataset
from pipelines.errors import DeliveryRefused, UsageError
from pipelines.ingest import care_messages, headings, identity, layouts, periods, read, statline
from pipelines.ingest.identity import Door, Listed
from pipelines.ingest.layout import Layout, Match
from pipelines.ingest.periods import NOTHING, Named
from pipelines.ingest.read import TextFrame

PUPIL = "leerling_id"  # a hash
UNKNOWN = "onbekend"  # the supplier that nobody names
_FROM_TOOL = " Kies bij het exporteren (uit LimeSurvey, SPSS, R of Stata) voor CSV of Excel."
_INSTEAD = {  # what to choose for a kind of file that is not read
    **dict.fromkeys((".json", ".html", ".htm", ".dta", ".por", ".rds", ".rdata"), _FROM_TOOL),
    **dict.fromkeys(
        (".doc", ".docx", ".pdf"), " Maak van de tabel een CSV-bestand of een werkboek."
    ),
    ".numbers": " Kies in Numbers: exporteer naar Excel of CSV.",
}


@dataclass(frozen=True)
class Delivery:
    """One table from one supplier about one dataset and period, recognised and past the door.

    `id`: 16 hex digits of the SHA-256 of the bytes (of the file in a zip, where it came in one) and
    the sheet's name. `supplier` and `period` are what layout and names say until the rows have told
    (`warehouse.parts`); `said`: what the names of file and sheet say of its time and part. `door`
    watches a table that is read part by part; None where all of it has passed.
    """

    id: str
    file: str
    dataset: str
    supplier: str
    period: str
    match: Match
    text: TextFrame
    door: Door | None = None
    said: Named = NOTHING

    @property
    def own_id(self) -> str:
        """Tells it from a delivery with the same bytes whose names say something else."""
        said = f"{self.id} {self.dataset} {self.supplier} {self.said}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def parts(self) -> Iterator[pl.DataFrame]:
        """All rows of the text. A table that is read part by part passes the door here: raises
        `DeliveryRefused` behind its last part when something identifying has passed, and what was
        made of its rows is to be thrown away.
        """
        for part in self.text.parts():
            if self.door:
                _refuse_too_wide(self.text, self.match, part)
                self.door.see(part)
            yield part
        if self.door:
            self.door.close()


def inbox(folder: Path) -> list[Path]:
    """Files that look like deliveries, by name; a file left out has an unknown extension."""
    if not folder.is_dir():
        raise UsageError(f"De inbox {folder} bestaat niet of is geen map.")
    found = sorted(p for p in folder.iterdir() if not p.name.startswith((".", "~$")))
    if not found:
        raise UsageError(
            f"De inbox {folder} is leeg. Leg de leveringen erin, of wijs de map aan waarin zij"
            " staan. Er is niets veranderd."
        )
    return found


def in_load_order(
    paths: Sequence[Path], contracts: Contracts, known: Sequence[Layout]
) -> list[Path]:
    """Paths such that a dataset comes after what it refers to, and what calls itself a correction
    after the rest of its dataset; unrecognised files come first."""
    if len(paths) < 2:
        return list(paths)  # not read twice where there is nothing to order
    order = {name: i for i, name in enumerate(contracts.in_load_order())}

    def place(path: Path) -> tuple[int, bool, str]:
        try:
            texts = statline.by_wijk(care_messages.joined(read.read(path, sample=True), known))
            datasets = [layouts.match(t, known, contracts).layout.dataset for t in texts]
        except DeliveryRefused:
            return -1, False, path.name
        first = min(order[d] for d in datasets)
        return first, periods.is_correction(path.stem), path.name

    return sorted(paths, key=place)


def fingerprint(path: Path) -> str:
    """SHA-256 of the bytes; of the name where the bytes cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError:
        digest.update(path.name.encode())
    return digest.hexdigest()


def open_file(path: Path, contracts: Contracts, known: Sequence[Layout]) -> list[Delivery]:
    """The deliveries in a file: one, or one per recognised worksheet or file in a zip, in the order
    in which they can be loaded.

    Raises `DeliveryRefused` when nothing in it is recognised, or when any table, recognised or
    not, holds identifying data.
    """
    if path.suffix.lower() not in read.SUFFIXES:
        instead = _INSTEAD.get(path.suffix.lower(), "")
        raise DeliveryRefused(
            "bestand.soort",
            f"Bestanden van de soort {path.suffix or '(zonder extensie)'} worden niet gelezen."
            f" Toegestaan: {', '.join(sorted(read.SUFFIXES))}.{instead}",
        )
    found: list[Delivery] = []
    unknown: DeliveryRefused | None = None
    for text in statline.by_wijk(care_messages.taken_in(read.stream(path), known)):
        try:
            match = layouts.match(text, known, contracts)
        except DeliveryRefused as refusal:
            identity.guard(text, person_level=True)
            unknown = unknown or refusal
            continue
        dataset = contracts.dataset(match.layout.dataset)
        door = Door(
            text,
            person_level=dataset.person_level,
            header_row=match.header_row,
            mapped=match.places.values(),
            wide=match.unpivoted,
            random=_drawn_by_lot(text, match),
            listed=_listed(match, dataset, contracts),
        )
        if text.rest is None:
            door.see(text.frame)
            door.close()
        name = PurePosixPath(text.member or path.name)
        _refuse_wrong_name(name, dataset.id, contracts)
        _refuse_too_wide(text, match, text.frame)
        key = f"{text.digest}#{text.sheet}"
        file = f"{path.name}/{text.member}" if text.member else path.name
        supplier, said = said_by(file, text.sheet, dataset.id, match.layout)
        found.append(
            Delivery(
                id=(hashlib.sha256(key.encode()).hexdigest() if text.sheet else text.digest)[:16],
                file=file,
                dataset=dataset.id,
                supplier=supplier,
                period=said.period,
                match=match,
                text=text,
                door=door if text.rest else None,
                said=said,
            )
        )
    if not found:
        raise unknown or DeliveryRefused("bestand.leeg", "Het bestand bevat geen tabel.")
    order = list(contracts.in_load_order())
    return sorted(found, key=lambda delivery: order.index(delivery.dataset))


def _drawn_by_lot(text: TextFrame, match: Match) -> frozenset[str]:
    """The headers of numbers that the system draws by lot, as `headings.normal` makes them."""
    cells = dict(text.head(layouts.HEADER_WITHIN)).get(match.header_row, [])
    return frozenset(headings.normal(h) for h in cells if h and match.layout.is_random(h))


def _listed(match: Match, dataset: Dataset, contracts: Contracts) -> dict[str, Listed]:
    """Cell -> what it may hold, of every column but names of schools and areas."""
    wide = match.layout.unpivot
    cells = dict(match.places)
    found = {}
    for column in dataset.columns:
        if column.name == PUPIL or column.name not in cells:
            continue
        if column.kind in ("tekst", "lijst") and not (column.codes or column.pattern):
            if not column.name.endswith("naam"):  # schools and areas are named after people
                found[cells[column.name]] = Listed(free=True)
            continue
        codes = contracts.codes[column.codes].values() if column.codes else ()
        words = {w for code in codes for w in (code.code, code.label_nl, *code.spellings)}
        words |= {*match.layout.codes.get(column.name, {})}
        # A supplier's own number may have nearly any form: also that of a name.
        pattern = "" if column.own_number else column.pattern or ""
        found[cells[column.name]] = Listed(frozenset(map(headings.normal, words)), pattern)
    if wide:
        answers = frozenset({*wide.values, *wide.not_applicable})
        found |= dict.fromkeys(match.unpivoted, Listed(answers))
    return found


def _refuse_wrong_name(path: PurePath, dataset: str, contracts: Contracts) -> None:
    named = [d for d in contracts.datasets if d in path.stem.lower()]
    if named and dataset not in named:
        raise DeliveryRefused(
            "bestand.naam",
            f"De bestandsnaam noemt {named[0]}, maar de kolommen horen bij {dataset}."
            " Controleer of het juiste bestand is meegestuurd, of pas de naam aan.",
        )


def _refuse_too_wide(text: TextFrame, match: Match, part: pl.DataFrame) -> None:
    """A CSV row wider than the header: cells have shifted. Beside a table in a workbook a remark
    may stand."""
    rows = text.wider_than(match.header_row, part) if text.origin == "csv" else ()
    if rows:
        more = f" en nog {len(rows) - 10} andere" if len(rows) > 10 else ""
        raise DeliveryRefused(
            "bestand.kolommen",
            f"Rij {', '.join(str(r) for r in rows[:10])}{more} heeft meer kolommen dan de kopregel:"
            " waarschijnlijk staat er een scheidingsteken in de tekst zonder aanhalingstekens."
            " Exporteer opnieuw met aanhalingstekens rond tekst.",
        )


def said_by(file: str, sheet: str, dataset: str, layout: Layout) -> tuple[str, Named]:
    """What layout and names say of the supplier, and of time and part: `<supplier>_<dataset>_...`.

    `file`: the name of a file, or `<zip>/<file in it>`. Messages have names of their own: each such
    file is a supplier of its own, or the next message would replace it.
    """
    stem = PurePosixPath(file.rpartition("/")[2]).stem
    before, found, _ = stem.partition(dataset)
    supplier = before.strip("_- ") if found else ""
    supplier = unicodedata.normalize("NFC", supplier)  # a Mac writes the accents of a name apart
    if not supplier:
        supplier = f"{UNKNOWN} ({stem})" if layout.id == care_messages.LAYOUT else UNKNOWN
    return layout.supplier or supplier, periods.named(sheet, stem)
