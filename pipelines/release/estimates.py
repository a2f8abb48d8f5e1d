"""Released effects and savings for the command line: the released file, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.release.served import open_served

_VISIBLE = "zichtbaar"
_TOTAL = "totaal"
# What the balance is worked out from, the same along every route.
_COUNTS = (
    "programmajaar",
    "deelnemers",
    "aantal_beschikkingen",
    "aantal_tegengesproken",
    "aantal_niet_na_te_gaan",
    "aantal_zorgplannen",
)

Record = Mapping[str, Any]


@dataclass(frozen=True)
class ReleasedEstimates:
    """The rows that effects and savings were published in; `release` is its id."""

    release: str
    effects: tuple[Record, ...]
    savings: tuple[Record, ...]
    balance: tuple[Record, ...]
    sensitivity: tuple[Record, ...]


def read(workdir: Path) -> ReleasedEstimates:
    """The served release in `workdir`; `UsageError` when there is none or it cannot be read."""
    with open_served(workdir) as (name, con):
        return ReleasedEstimates(
            release=name,
            effects=_rows(con, "effecten"),
            savings=_rows(con, "besparing"),
            balance=_rows(con, "besparing_balans"),
            sensitivity=_rows(con, "besparing_gevoeligheid"),
        )


def _rows(con: duckdb.DuckDBPyConnection, table: str) -> tuple[Record, ...]:
    found = con.execute(f"SELECT * FROM {table}")
    names = [column[0] for column in found.description or ()]
    return tuple(dict(zip(names, row, strict=True)) for row in found.fetchall())


def effects(released: ReleasedEstimates) -> list[dict[str, Any]]:
    """One object per promise (zis_k1, ...): its leading estimate, and every other one beside it."""
    promises: dict[str, list[Record]] = {}
    for row in released.effects:
        # zis_m3_dagen is a second measure of the promise zis_m3.
        promises.setdefault("_".join(str(row["id"]).split("_")[:2]), []).append(row)
    return [
        _object(identity, _leading(identity, rows), rows, released.release)
        for identity, rows in promises.items()
    ]


def _leading(identity: str, rows: list[Record]) -> Record:
    """The leading row of the main measure."""
    own = [row for row in rows if row["id"] == identity]
    return next(row for row in own if row["leidend"])


def _object(identity: str, leading: Record, rows: list[Record], release: str) -> dict[str, Any]:
    return {
        "id": identity,
        "belofte": leading["belofte"],
        **_estimate(leading),
        "population": leading["populatie"],
        "exposure": leading["blootstelling"],
        "comparison": leading["vergelijking"],
        "threats": leading["bedreigingen"],
        "other": [{"id": row["id"], **_estimate(row)} for row in rows if row is not leading],
        "release": release,
    }


def _estimate(row: Record) -> dict[str, Any]:
    shown = row["status"] == _VISIBLE and row["schatting"] is not None
    return {
        "measure": row["maat"],
        "unit": row["eenheid"],
        "estimate": row["schatting"] if shown else None,
        "reason": "" if shown else row["reden"],
        "interval": [row["onder"], row["boven"]] if shown else None,
        "standard_error": row["standaardfout"],
        "p": row["p"],
        "p_holm": row["p_holm"],
        "drift_per_half_year": {
            "detectable_percent": row["drift_waarneembaar"],
            "breakdown_percent": row["drift_breekpunt"],
        },
        "n": {
            "pupils": row["n_leerlingen"],
            "schools": row["n_scholen"],
            "pupil_months": row["n_maanden"],
            "periods": row["n_perioden"],
        },
        "design": row["ontwerp"],
        "design_label": row["ontwerp_label"],
        "evidence": row["bewijsniveau"],
        "sentence": row["zin"],
        "assumptions": row["aannames"],
        "checks": row["controles"],
        "promised": row["richting"],
        "leading": row["leidend"],
        "status": row["status"],
    }


def savings(released: ReleasedEstimates) -> dict[str, Any]:
    """The whole calculation: per product, per year and route, in total, and what moves it."""
    years: dict[str, dict[str, list[dict[str, Any]]]] = {}
    counts: dict[str, dict[str, Any]] = {}
    for row in sorted(released.balance, key=lambda r: r["volgorde"]):
        if row["onderdeel"] in _COUNTS:
            counts.setdefault(row["schooljaar"], {})[row["onderdeel"]] = {
                "label": row["onderdeel_label"],
                "value": row["waarde"],
                "unit": row["eenheid"],
                "reason": row["reden"],
            }
            continue
        line = {
            "part": row["onderdeel"],
            "label": row["onderdeel_label"],
            "payer": row["betaler"] or None,
            "value": row["waarde"],
            "interval": None if row["onder"] is None else [row["onder"], row["boven"]],
            "median": row["midden"],
            "unit": row["eenheid"],
            "reason": row["reden"],
        }
        years.setdefault(row["route"], {}).setdefault(row["schooljaar"], []).append(line)
    leading = next((row["route"] for row in released.balance if row["leidend"]), None)
    return {
        "release": released.release,
        "leading_route": leading,
        "sentence": verdict(released),
        "counts": counts,
        "products": [dict(row) for row in released.savings],
        "routes": {
            route: {
                "years": {year: lines for year, lines in found.items() if year != _TOTAL},
                "total": found.get(_TOTAL, []),
            }
            for route, found in years.items()
        },
        "sensitivity": [
            dict(row) for row in sorted(released.sensitivity, key=lambda r: r["volgorde"])
        ],
    }


def verdict(released: ReleasedEstimates) -> str:
    """The sentence on the net over all years, along the leading route."""
    return next(
        (
            str(row["zin"])
            for row in released.balance
            if row["leidend"] and (row["schooljaar"], row["onderdeel"]) == (_TOTAL, "netto")
        ),
        "Er is nog niets over kosten en besparing samen te zeggen.",
    )
