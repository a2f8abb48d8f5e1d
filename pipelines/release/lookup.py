"""Released figures for the command line: the same file, the same cells, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines import nearest, suggest
from pipelines.errors import UsageError
from pipelines.nearest import Area, Near, Place
from pipelines.release.served import POINTER, open_served

COLUMNS = (
    "schooljaar", "niveau", "gebied", "uitsplitsing", "categorie", "maat", "teller", "noemer",
    "waarde", "onder", "boven", "n", "status", "reden", "dekking",
)  # fmt: skip
NOT_PLANNED = "Niet in het publicatieplan"
NOTE = (
    "Aantallen zijn afgerond op vijven en tellen daardoor niet precies op; een punt is een"
    " afgeschermd aantal."
)


@dataclass(frozen=True)
class FoundCells:
    """The released cells of one metric; `rows` follow COLUMNS.

    `instead`: per row that has no number, what shows nearest to it, in Dutch; '' where nothing.
    """

    metric: str
    label: str
    definition: str
    release: str
    rows: tuple[tuple[Any, ...], ...]
    instead: tuple[str, ...] = ()
    note: str = NOTE

    def as_dict(self) -> dict[str, Any]:
        return {
            "metric": self.metric,
            "label": self.label,
            "definition": self.definition,
            "release": self.release,
            "note": self.note,
            "cells": [
                dict(zip(COLUMNS, row, strict=True)) | {"instead": near}
                for row, near in zip(self.rows, self.instead, strict=True)
            ],
        }


def show(
    workdir: Path, metric: str, *, cut: str = "", year: str | None = None, level: str | None = None
) -> FoundCells:
    """Cells of a metric; with `cut` broken down, else as a whole. Unknown names list near ones."""
    with open_served(workdir) as (name_of_release, con):
        known = dict(con.execute("SELECT id, label_nl FROM metrieken ORDER BY id").fetchall())
        if metric not in known:
            raise UsageError(_unknown("cijfer", metric, list(known)))
        cuts = [
            c
            for (c,) in con.execute(
                "SELECT DISTINCT uitsplitsing FROM cellen WHERE metriek = ? ORDER BY 1", [metric]
            ).fetchall()
        ]
        if cut and cut not in cuts:
            raise UsageError(_not_planned(metric, "uitsplitsing", cut, [c for c in cuts if c]))
        chosen = cut if cut or "" in cuts else cuts[0] if cuts else ""
        for name, column, what in ((year, "schooljaar", "schooljaar"), (level, "niveau", "niveau")):
            found = con.execute(
                f"SELECT DISTINCT {column} FROM cellen WHERE metriek = ? AND uitsplitsing = ?"
                " ORDER BY 1",
                [metric, chosen],
            ).fetchall()
            listed = [v for (v,) in found]
            if name is not None and name not in listed:
                raise UsageError(
                    _not_planned(metric, what, name, listed)
                    if column == "niveau"
                    else _unknown(what, name, listed)
                )
        definition = con.execute(
            "SELECT definitie FROM metrieken WHERE id = ?", [metric]
        ).fetchone()
        rows = con.execute(
            f"SELECT {', '.join(COLUMNS)} FROM cellen WHERE metriek = ? AND uitsplitsing = ?"
            " AND coalesce(schooljaar = ?, true) AND coalesce(niveau = ?, true) ORDER BY ALL",
            [metric, chosen, year, level],
        ).fetchall()
        instead = _instead(con, metric, rows)
    if not rows:
        raise UsageError(
            f"{NOT_PLANNED}: voor deze combinatie bestaat geen gepubliceerd cijfer. Staat de tabel"
            " wel in 'zichtlijn plan', dan is zij weggelaten om kleine aantallen te beschermen."
        )
    said = definition[0] if definition else ""
    return FoundCells(metric, known[metric], said, name_of_release, tuple(rows), instead)


def of_place(workdir: Path, metric: str, year: str, level: str, area: str) -> str:
    """Why the release has no number for a metric at a place, and what shows nearest to it, in
    Dutch; '' where it has one, or where nothing is served."""
    if not (workdir / POINTER).exists():
        return ""
    with open_served(workdir) as (_, con):
        rows = con.execute(
            f"SELECT {', '.join(COLUMNS)} FROM cellen WHERE metriek = ? AND schooljaar = ?"
            " AND niveau = ? AND gebied = ? AND uitsplitsing = '' ORDER BY maat",
            [metric, year, level, area],
        ).fetchall()
        if not rows:
            return f"{NOT_PLANNED}."
        reason = dict(zip(COLUMNS, rows[0], strict=True))["reden"]
        return " ".join(filter(None, (reason, *_instead(con, metric, rows[:1]))))


def _instead(
    con: duckdb.DuckDBPyConnection, metric: str, rows: list[tuple[Any, ...]]
) -> tuple[str, ...]:
    """What shows nearest to each row without a number, from this release and nothing else."""
    names = ", ".join(nearest.COLUMNS)
    listed = con.execute(
        f"SELECT {names}, waarde FROM cellen WHERE metriek = ? AND status = 'zichtbaar'"
        " AND waarde IS NOT NULL",
        [metric],
    ).fetchall()
    shown = {Place(*place): value for *place, value in listed}
    known = con.execute("SELECT niveau, code, naam, ouder, onderwijssoort FROM gebieden").fetchall()
    areas = {(level, code): Area(parent, kind) for level, code, _, parent, kind in known}
    labels = {(level, code): name for level, code, name, *_ in known}
    told: list[str] = []
    for row in rows:
        cell = dict(zip(COLUMNS, row, strict=True))
        place = Place(*(cell[name] for name in nearest.COLUMNS))
        near = None if place in shown else nearest.nearest(place, shown, areas)
        told.append("" if near is None else _named(near, labels, shown[near.place]))
    return tuple(told)


def _named(near: Near, labels: Mapping[tuple[str, str], str], value: float) -> str:
    place = near.place
    words = ["alle gemeenten samen" if place.niveau == "totaal" else ""]
    if place.gebied:
        words = [f"{place.niveau} {labels.get((place.niveau, place.gebied), place.gebied)}"]
    if near.whole:
        words.append("zonder uitsplitsing")
    if near.folded:
        words.append(f"alleen naar {place.uitsplitsing}: {place.categorie}")
    number = f"{value:.10g}".replace(".", ",")
    return f"Wel te zien: {', '.join(words)}: {number}."


def _unknown(what: str, name: str, known: list[str]) -> str:
    return f"Onbekend {what}: {name}. {suggest.hint(name, known)}"


def _not_planned(metric: str, what: str, name: str, known: list[str]) -> str:
    return f"{NOT_PLANNED}: {metric} voor {what} {name}. {suggest.hint(name, known)}"
