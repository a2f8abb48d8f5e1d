"""Released figures for the command line: the same file, the same cells, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines import suggest
from pipelines.errors import UsageError
from pipelines.release.planned import NOT_PLANNED
from pipelines.release.served import open_served

COLUMNS = (
    "schooljaar", "niveau", "gebied", "uitsplitsing", "categorie", "maat", "teller", "noemer",
    "waarde", "onder", "boven", "n", "status", "reden", "dekking",
)  # fmt: skip
NOTE = (
    "Aantallen zijn afgerond op vijven en tellen daardoor niet precies op; een punt is een"
    " afgeschermd aantal."
)


@dataclass(frozen=True)
class Found:
    """The released cells of one metric; `rows` follow COLUMNS."""

    metric: str
    label: str
    definition: str
    release: str
    rows: tuple[tuple[Any, ...], ...]
    note: str = NOTE

    def as_dict(self) -> dict[str, Any]:
        return {
            "metric": self.metric,
            "label": self.label,
            "definition": self.definition,
            "release": self.release,
            "note": self.note,
            "cells": [dict(zip(COLUMNS, row, strict=True)) for row in self.rows],
        }


def show(
    workdir: Path, metric: str, *, cut: str = "", year: str | None = None, level: str | None = None
) -> Found:
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
    if not rows:
        raise UsageError(
            f"{NOT_PLANNED}: voor deze combinatie bestaat geen gepubliceerd cijfer. Staat de tabel"
            " wel in 'zichtlijn plan', dan is zij weggelaten om kleine aantallen te beschermen."
        )
    return Found(
        metric, known[metric], definition[0] if definition else "", name_of_release, tuple(rows)
    )


def _unknown(what: str, name: str, known: list[str]) -> str:
    return f"Onbekend {what}: {name}. {suggest.hint(name, known)}"


def _not_planned(metric: str, what: str, name: str, known: list[str]) -> str:
    return f"{NOT_PLANNED}: {metric} voor {what} {name}. {suggest.hint(name, known)}"
