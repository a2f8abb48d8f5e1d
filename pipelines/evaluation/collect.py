"""Forms that came back: many workbooks become one delivery per target group and round.

Each form on its own would be a supplier of its own. Nothing is judged here but whether a file is a
form that can be counted once; the answers themselves go through ingestion as they are. A file that
is left out is named with the reason.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from pipelines.contracts import Contracts
from pipelines.errors import DeliveryRefused, UsageError
from pipelines.evaluation import rounds
from pipelines.evaluation.returned import Form, read_form
from pipelines.evaluation.round import DATASET
from pipelines.ingest import layout_files, questionnaires

Progress = Callable[[Iterable[Any], str], Iterable[Any]]


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
    known = layout_files.load()

    def read(path: Path) -> Form | LeftOut:
        name = path.relative_to(folder).as_posix()
        try:
            return read_form(path, name, contracts, known)
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
    header = [c.name for c in contracts.dataset(DATASET).columns]
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
    return out / f"{supplier(group)}_{DATASET}_{year.replace('/', '-')}.csv"


def supplier(group: str) -> str:
    """Who delivers the collected forms of a target group."""
    return f"formulieren-{group.replace('_', '-')}"


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
