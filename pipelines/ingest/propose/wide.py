"""Headers that differ in a year only, or that are questions of a questionnaire, become rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pipelines.contracts import Dataset
from pipelines.ingest import questionnaires
from pipelines.ingest.headings import normal
from pipelines.ingest.layouts import shown
from pipelines.ingest.propose.cells import YEAR, Cells, cells_of
from pipelines.ingest.propose.proposal import Unfold
from pipelines.ingest.propose.scores import (
    LIKELY,
    POSSIBLE,
    SURE,
    Scores,
    assigned_columns,
    plain_words,
)

NAME, VALUE = "naam", "waarde"  # places of what the wide columns become
YEAR_COLUMNS = ("schooljaar", "jaar")
_MATRIX = r"[A-Za-z0-9]+\[([a-z0-9_]+)\]"  # a question of a matrix, as LimeSurvey writes it


@dataclass(frozen=True)
class Wide:
    """Columns that may be one: `stem` is what the headers share, `names` what tells them apart."""

    places: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    stem: str = ""
    pattern: str = ""
    questionnaire: str = ""


NOT_WIDE = Wide()


def years_of(headers: Mapping[str, str], cells: Mapping[str, Cells]) -> Wide | None:
    """The most headers that differ in a year only, over cells that are numbers."""
    groups: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for place, header in headers.items():
        found = list(YEAR.finditer(header))
        if len(found) == 1 and shown(header) == header and cells[place].number >= 0.5:
            (year,) = found
            rest = re.sub(r"\d", r"\\d", year[2] or "")
            key = header[: year.start()], rest, header[year.end() :]
            groups.setdefault(key, []).append((place, year[1]))
    groups = {k: g for k, g in groups.items() if len({y for _, y in g}) == len(g) > 1}
    if not groups:
        return None
    (before, rest, after), group = max(groups.items(), key=lambda item: len(item[1]))
    return Wide(
        places=tuple(place for place, _ in group),
        names=tuple(year for _, year in group),
        stem=f"{before} {after}".strip(" _-()[]"),
        pattern=f"{re.escape(before)}(\\d{{4}}){rest}{re.escape(after)}",
    )


def questions_of(headers: Mapping[str, str]) -> Wide | None:
    """Headers that are the text or the number of a question, when there are three or more."""
    for asked in questionnaires.load().values():
        ids = {item.id for item in asked.items}
        names = {normal(item.text): item.id for item in asked.items} | {i: i for i in ids}
        plain = {p: names[normal(h)] for p, h in headers.items() if normal(h) in names}
        if len(plain) > 2:
            return Wide(tuple(plain), tuple(plain.values()), questionnaire=asked.id)
        number = "|".join(sorted(map(re.escape, ids)))
        shared = re.compile(rf"(?P<before>.*[^a-z0-9])(?P<id>{number})(?P<after>[^a-z0-9]?)", re.I)
        parts = {p: m for p, h in headers.items() if (m := shared.fullmatch(h.strip()))}
        around = {(m["before"], m["after"]) for m in parts.values()}
        pattern = _MATRIX if all(re.fullmatch(_MATRIX, m[0]) for m in parts.values()) else ""
        if not pattern and len(around) == 1:
            ((before, after),) = around
            pattern = f"{re.escape(before)}([a-z0-9_]+){re.escape(after)}"
        if pattern and len(parts) > 2:
            numbers = tuple(m["id"] for m in parts.values())
            return Wide(tuple(parts), numbers, pattern=pattern, questionnaire=asked.id)
    return None


def narrowed_by(
    wide: Wide, headers: Mapping[str, str], cells: Mapping[str, Cells], body: pl.DataFrame
) -> tuple[dict[str, str], dict[str, Cells]]:
    """Headers and cells with the wide columns as one of names and one of values."""
    kept = {place: header for place, header in headers.items() if place not in wide.places}
    seen = {place: cells[place] for place in kept}
    if wide.places:
        kept[VALUE] = wide.stem
        seen[NAME] = cells_of(pl.Series(wide.names, dtype=pl.String))
        seen[VALUE] = cells_of(pl.concat([body[place] for place in wide.places]))
    return kept, seen


def with_wide(scores: Scores, wide: Wide, dataset: Dataset) -> Scores:
    """What the wide columns can become: a year and a number, or a question and its answer."""
    if not wide.places:
        return scores
    none = {c.name: (0.0, "") for c in dataset.columns}
    if wide.questionnaire:
        asked = [(c.name, c.asked.answer) for c in dataset.columns if c.asked]
        rows = {NAME: dict(none), VALUE: dict(none)}
        for name, answer in asked:
            rows[NAME][name] = rows[VALUE][answer] = (1.0, "vragen van de vragenlijst")
        return scores | rows
    years = [c.name for c in dataset.columns if c.name in YEAR_COLUMNS][:1]
    numbers = [
        c.name
        for c in dataset.columns
        if c.kind in ("geheel", "getal") and c.name not in YEAR_COLUMNS
    ]
    values = none | {name: scores[VALUE][name] for name in numbers}
    if not plain_words(wide.stem) and len(numbers) == 1:
        values[numbers[0]] = (POSSIBLE, "de enige kolom met getallen")
    named = none | dict.fromkeys(years, (1.0, "jaren in de koppen"))
    return scores | {NAME: named, VALUE: values}


def takes_wide(scores: Scores, dataset: Dataset) -> bool:
    """Whether a dataset has a place for what the wide columns become."""
    found = assigned_columns(scores, dataset)
    return all(place in found and found[place][1] >= POSSIBLE for place in (NAME, VALUE))


def unfold_of(
    wide: Wide, found: Mapping[str, tuple[str, float, str]], dataset: Dataset
) -> Unfold | None:
    if any(found.get(place, ("", 0.0, ""))[1] < POSSIBLE for place in (NAME, VALUE)):
        return None
    score = found[VALUE][1]
    what = "de vragen van de vragenlijst" if wide.questionnaire else "met een jaar"
    return Unfold(
        pattern=wide.pattern,
        questionnaire=wide.questionnaire,
        name_to=found[NAME][0],
        value_to=found[VALUE][0],
        not_applicable_to=next(
            (c.name for c in dataset.columns if wide.questionnaire and c.kind == "ja_nee"), ""
        ),
        headers=len(wide.places),
        certainty="zeker" if score >= SURE else "waarschijnlijk" if score >= LIKELY else "onzeker",
        why=f"{len(wide.places)} koppen {what}",
    )
