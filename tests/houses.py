"""A warehouse in memory with three schools, filled delivery by delivery, and rows for it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb

from pipelines import contracts
from pipelines.delivery import intake
from pipelines.warehouse import coverage, units
from pipelines.warehouse.coverage import Coverage
from pipelines.warehouse.tables import DELIVERY

PROMISES = contracts.load()
SCHOOLS = (  # school, board, municipality, kind
    ("A1", "Bestuur A", "GM0001", "bo"),
    ("A2", "Bestuur A", "GM0001", "so"),
    ("B1", "Bestuur B", "GM0002", "bo"),
)
YEARS = (2022, 2023, 2024)


class House:
    """A warehouse in memory with the three schools, filled delivery by delivery."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self._number = 0
        intake.prepare(con, PROMISES)
        for supplier, areas in (("gemeente-een", "GM0001"), ("gemeente-twee", "GM0002")):
            self.deliver(
                "scholen",
                supplier,
                "",
                [
                    {"vestigingscode": s, "bevoegd_gezag": b, "gemeente": g, "onderwijssoort": k}
                    for s, b, g, k in SCHOOLS
                    if g == areas
                ],
            )

    def deliver(
        self,
        dataset: str,
        supplier: str,
        period: str,
        rows: list[dict[str, Any]],
        status: str = "geladen",
        month: str = "",
    ) -> str:
        """A delivery on record with its rows; of one that is not loaded any more none are left.

        `month`: written in the name of its file, such as 2024-09.
        """
        self._number += 1
        name = f"d{self._number}"
        file = f"{'_'.join(filter(None, (supplier, dataset, month)))}.csv"
        self.con.execute(
            "INSERT INTO register.leveringen (levering, bestand, dataset, leverancier, periode,"
            " volgnummer, status) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                name,
                file,
                dataset,
                supplier,
                period,
                self._number,
                status,
            ],
        )
        for row in rows:
            columns = [*row, DELIVERY]
            marks = ", ".join("?" for _ in columns)
            self.con.execute(
                f"INSERT INTO {dataset} ({', '.join(columns)}) VALUES ({marks})",
                [*row.values(), name],
            )
        units.record(self.con, PROMISES, dataset, name)
        if status != "geladen":
            self.con.execute(f"DELETE FROM {dataset} WHERE {DELIVERY} = ?", [name])
        return name

    def keep_apart(self, delivery: str, rule: str, content: str) -> None:
        self.con.execute(
            "INSERT INTO register.quarantaine VALUES (?, 1, [?], ?)", [delivery, rule, content]
        )

    @property
    def coverage(self) -> Coverage:
        return coverage.coverage(self.con, PROMISES)


def suspension(school: str, year: int) -> dict[str, Any]:
    return {"leerling_id": "x", "vestigingscode": school, "start_datum": dt.date(year, 9, 1)}


def care(area: str, year: int) -> dict[str, Any]:
    return {"leerling_id": "x", "woongemeente": area, "start_datum": dt.date(year, 9, 1)}


def trajectory(school: str, year: int) -> dict[str, Any]:
    return {"leerling_id": "x", "vestigingscode": school, "aanmeld_datum": dt.date(year, 9, 1)}


def pupils(school: str, year: int) -> dict[str, Any]:
    return {"vestigingscode": school, "schooljaar": f"{year}/{year + 1}", "leerlingen": 100}
