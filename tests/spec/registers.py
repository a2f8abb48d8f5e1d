"""Random registers from the contracts: every dataset, every column, valid types and codes.

Small pools of pupils, schools and days make overlaps, repeats and boundaries frequent.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from engines import ARROW

from pipelines.contracts import Column, Contracts
from pipelines.ingest import questionnaires

Rows = list[dict[str, Any]]
Register = dict[str, Rows]

SCHOOLS = {
    "00AA00": ("GM0118", "WK011801", "bo", "PO3001"),
    "00AB00": ("GM0118", "WK011802", "bo", "PO3001"),
    "00AC00": ("GM0118", "WK011801", "vo", None),
    "00BA00": ("GM0599", "WK059901", "so", "PO3002"),
    "00BB00": ("GM0599", None, "bo", "PO3002"),
    "00CA00": ("GM0014", "WK001401", "vo", None),
}
# Own board and holiday region of a school; that of 00AB00 and 00AC00 follows from the wijk, that of
# 00BB00 from the other school of the municipality, and that of 00CA00 from nothing.
BOARDS = {
    "00AA00": ("A", "Noord"), "00AB00": ("A", None), "00AC00": (None, None),
    "00BA00": ("B", "Zuid"), "00BB00": ("A", None), "00CA00": ("B", None),
}  # fmt: skip
REGIONS = {"WK011801": "Noord", "WK011802": "Noord", "WK059901": None, "WK001401": None}
WIJKEN = ("WK011801", "WK011802", "WK059901", "WK001401")
YEARS = ("2022/2023", "2023/2024", "2024/2025", "2025/2026")
SIZES = {
    "smw_trajecten": 130,
    "verwijzingen": 90,
    "schorsingen": 60,
    "thuiszitters": 60,
    "jeugdhulp": 70,
    "inzet": 50,
    "schoolafspraken": 30,
    "activiteiten": 50,
    "evaluatie_antwoorden": 120,
    "overgangen": 50,
    "achterstandsscores": 14,
}
# Days at which something changes: school years, counting days, leap days, ends of months.
EDGES = tuple(
    dt.date.fromisoformat(day)
    for day in (
        "2023-07-31", "2023-08-01", "2023-10-01", "2024-01-01", "2024-02-28", "2024-02-29",
        "2024-03-01", "2024-04-01", "2024-07-31", "2024-08-01", "2024-10-01", "2024-11-30",
        "2025-02-28", "2025-04-01", "2025-07-31", "2025-08-01",
    )
)  # fmt: skip
# In this order within a row, where both are there.
_ORDER = {
    "smw_trajecten": ("aanmeld_datum", "start_datum", "eind_datum"),
    "verwijzingen": (
        "overleg_datum", "verwijs_datum", "acceptatie_datum", "start_hulp_datum",
    ),
    "thuiszitters": ("start_datum", "eind_datum"),
    "jeugdhulp": ("start_datum", "eind_datum"),
}  # fmt: skip
_NUMBERS = {"niveau": 8, "leeftijd": 20, "doelen_gesteld": 4, "deelnemers": 6, "schooldagen": 5}


def random_register(known: Contracts, seed: int) -> Register:
    chance = random.Random(seed)
    found: Register = {
        "scholen": [
            {
                "vestigingscode": school, "naam": school, "gemeente": area[0],
                "wijkcode": area[1], "onderwijssoort": area[2], "samenwerkingsverband": area[3],
                "bevoegd_gezag": BOARDS[school][0], "vakantieregio": BOARDS[school][1],
            }
            for school, area in SCHOOLS.items()
        ],
        "gebieden": [
            {
                "gemeente": f"GM{wijk[2:6]}", "gemeentenaam": wijk, "wijk": wijk, "wijknaam": wijk,
                "vakantieregio": REGIONS[wijk],
            }
            for wijk in WIJKEN
        ],
        "leerlingaantallen": [
            {"vestigingscode": s, "schooljaar": y, "leerlingen": chance.randrange(20, 400)}
            for s in SCHOOLS
            for y in YEARS
            if chance.random() < 0.8
        ],
    }  # fmt: skip
    for name, size in SIZES.items():
        columns = known.dataset(name).columns
        found[name] = [
            _ordered(name, {c.name: _value(chance, known, name, c, n) for c in columns}, chance)
            for n in range(size)
        ]
    found["schoolkalender"] = [_own_days(chance) for _ in range(40)]
    return found


def _own_days(chance: random.Random) -> dict[str, Any]:
    scope, area = chance.choice(
        (("land", "NL"), ("vakantieregio", "Noord"), ("gemeente", "GM0599"), ("bestuur", "A"),
         ("school", "00AB00"), ("school", "00CA00"))
    )  # fmt: skip
    first = _day(chance)
    last = first + dt.timedelta(days=chance.choice([0, 0, 0, 4, 11]))
    kind = chance.choice(["studiedag", "vakantie", "lesdagen"])
    return {"geldt_voor": scope, "gebied": area, "van": first, "tot_en_met": last, "soort": kind}


def _ordered(name: str, row: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    dates = [c for c in _ORDER.get(name, ()) if row[c] is not None]
    for column, day in zip(dates, sorted(row[c] for c in dates), strict=True):
        row[column] = day
    if name == "smw_trajecten":
        row["afsluitreden"] = "nog_open" if row["eind_datum"] is None else row["afsluitreden"]
        if row["doelen_gesteld"] is not None and row["doelen_behaald"] is not None:
            row["doelen_behaald"] = chance.randrange(row["doelen_gesteld"] + 1)
    if name == "evaluatie_antwoorden" and row["score"] is not None:
        row["nvt"] = None
    return row


def _value(chance: random.Random, known: Contracts, name: str, column: Column, n: int) -> Any:
    if not column.required and chance.random() < 0.25:
        return None
    text = _text(chance, name, column, n)
    if text is not None:
        return text
    if column.codes:
        codes = list(known.codes[column.codes])
        if column.kind == "lijst":
            return [c for c in codes if chance.random() < 0.4]
        picked = chance.choice(codes)
        return int(picked) if column.kind == "geheel" else picked
    match column.kind:
        case "geheel":
            return chance.randrange(1, _NUMBERS.get(column.name, 5) + 1)
        case "getal":
            return chance.randrange(1, 400) / 4
        case "datum":
            return _day(chance)
        case "ja_nee":
            return chance.random() < 0.5
        case _:
            return None if not column.required else f"{column.name}{n}"


def _text(chance: random.Random, name: str, column: Column, n: int) -> Any:
    """Columns that point somewhere, or that have a form of their own."""
    match column.name:
        case "leerling_id":
            return f"kind{chance.randrange(30)}"
        case "traject_id":
            return f"t{n}" if column.key else f"t{chance.randrange(SIZES['smw_trajecten'])}"
        case "antwoord_id":
            return f"r{chance.randrange(20)}"
        case "vestigingscode" | "van_vestigingscode" | "naar_vestigingscode":
            return chance.choice(list(SCHOOLS))
        case "woongemeente":
            return chance.choice(["GM0118", "GM0599", "GM0014"])
        case "wijkcode":
            return chance.choice(WIJKEN)
        case "schooljaar" | "ronde":
            return chance.choice(YEARS)
        case "jaar":
            return chance.choice([2023, 2024])
        case "score" if name == "achterstandsscores":
            return chance.choice([0.1, 0.2, 0.7, 30.5])
        case "vraag_id":
            return chance.choice(
                [i.id for q in questionnaires.load().values() for i in q.items][:6]
            )
        case "aanbieder":
            return chance.choice(["Kolibri", "Vlieger"])
        case "frequentie":
            return chance.choice(["1", "2", "4", "6"])
        case "eenheid":
            return chance.choice(["04", "83", "16"])
        case _:
            return None


def _day(chance: random.Random) -> dt.date:
    if chance.random() < 0.4:
        return chance.choice(EDGES) + dt.timedelta(days=chance.choice([-28, -14, -1, 0, 1, 14, 28]))
    return dt.date(2023, 6, 1) + dt.timedelta(days=chance.randrange(850))


def as_tables(
    backend: ibis.BaseBackend, known: Contracts, register: Mapping[str, Sequence[dict[str, Any]]]
) -> dict[str, ir.Table]:
    """The register as tables of the engine; datasets it does not have are empty."""
    found = {}
    for name, dataset in known.datasets.items():
        rows = register.get(name, ())
        columns = {
            c.name: pa.array([row.get(c.name) for row in rows], type=ARROW[c.kind])
            for c in dataset.columns
        }
        found[name] = backend.create_table(name, pa.table(columns), overwrite=True)
    return found
