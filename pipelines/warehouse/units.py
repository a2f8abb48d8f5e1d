"""The units that deliveries hold rows about, as far as the register knows them.

A delivery's units are kept when it is loaded, so that they are known after its rows were replaced,
withdrawn or past the term; they are codes of areas, schools and groups, never of a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from pipelines.contracts import Contracts, Dataset
from pipelines.ingest import periods
from pipelines.sql import quoted
from pipelines.warehouse import calendar, tables
from pipelines.warehouse.answering import Answering, answering

_STORE = """
CREATE SCHEMA IF NOT EXISTS register;
CREATE TABLE IF NOT EXISTS register.eenheden (
    levering VARCHAR, onderdeel VARCHAR, eenheid VARCHAR, jaar BIGINT);
"""
_UNIQUE = ".uniek"  # rules that keep a second row apart: what it says is there already


def create(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(_STORE)


def record(con: duckdb.DuckDBPyConnection, contracts: Contracts, dataset: str, by: str) -> None:
    """Keep the units and school years of the accepted rows of a delivery, in its transaction."""
    con.execute("DELETE FROM register.eenheden WHERE levering = ?", [by])
    for line in _lines_of(dataset):
        query = _accepted(line, contracts.dataset(dataset), contracts)
        con.execute(
            f"INSERT INTO register.eenheden {query} AND {tables.DELIVERY} = ? ORDER BY ALL", [by]
        )


@dataclass(frozen=True)
class Receipt:
    """A delivery on record. `years`: first calendar years of the school years it covers; `month`:
    year and month, where it is about one month of a school year alone.
    """

    delivery: str
    file: str
    dataset: str
    supplier: str
    status: str
    years: frozenset[int]
    dated: bool
    month: tuple[int, int] | None = None


@dataclass(frozen=True)
class Register:
    """`rows`: delivery, line -> unit and year of accepted rows; year None without a period column.

    `apart`: of the loaded deliveries about no person, the same of rows that were kept apart.
    `months`: dataset, supplier and year that were delivered by month -> the months that lack, in
    Dutch.
    """

    years: tuple[int, ...]
    receipts: tuple[Receipt, ...]
    rows: Mapping[tuple[str, str], frozenset[tuple[str, int | None]]]
    apart: Mapping[str, frozenset[tuple[str, int | None]]]
    schools: Mapping[str, Mapping[str, str]]
    municipalities: frozenset[str]
    groups: frozenset[str]
    months: Mapping[tuple[str, str, int], tuple[str, ...]]

    def loaded(self, dataset: str, supplier: str) -> tuple[Receipt, ...]:
        return tuple(
            r
            for r in self.receipts
            if (r.dataset, r.supplier, r.status) == (dataset, supplier, "geladen")
        )

    def like(self, line: Answering, unit: str) -> tuple[str, ...]:
        """Schools for which the same supplier answers as for a school."""
        group = self.schools.get(unit, {}).get(line.together)
        found = ((s, about[line.together]) for s, about in self.schools.items())
        return tuple(school for school, own in found if group and own == group)

    def placed(self, line: Answering, code: str) -> tuple[str, ...]:
        """The units that a code stands for: a board or municipality stands for its schools.

        A holiday region stands for none: what is said of it is nobody's to deliver.
        """
        if line.level != "vestiging" or code in self.schools:
            return (self.place(line, code),)
        found = tuple(
            school
            for school, about in self.schools.items()
            if code in (about["bevoegd_gezag"], about["gemeente"])
        )
        return found or ((code,) if line.required else ())

    def place(self, line: Answering, code: str) -> str:
        """The unit that a code stands for: a school or wijk lies in a municipality."""
        if line.level != "gemeente" or code.startswith("GM"):
            return code
        if code.startswith("WK"):
            return f"GM{code[2:6]}"
        return self.schools.get(code, {}).get("gemeente", "")


def read(con: duckdb.DuckDBPyConnection, contracts: Contracts) -> Register:
    receipts: list[Receipt] = []
    for delivery, file, name, supplier, period, status in con.execute(
        "SELECT levering, bestand, dataset, leverancier, periode, status FROM register.leveringen"
        " WHERE dataset <> '' ORDER BY volgnummer"
    ).fetchall():
        if name not in contracts.datasets:
            continue
        dataset = contracts.dataset(name)
        month = None if period else periods.of_file(file).month
        years = calendar.covered_years(con, dataset, delivery, period)
        if month:
            years = {periods.first_of(month)}
        dated = bool(period or month)
        receipts.append(
            Receipt(delivery, file, name, supplier, status, frozenset(years), dated, month)
        )
    covered = {
        year
        for r in receipts
        if r.status != "geweigerd" and contracts.dataset(r.dataset).person_level
        for year in r.years
    }
    schools = {
        code: {"bevoegd_gezag": board or code, "gemeente": area or "", "onderwijssoort": kind or ""}
        for code, board, area, kind in con.execute(
            "SELECT vestigingscode, bevoegd_gezag, gemeente, onderwijssoort FROM scholen"
        ).fetchall()
    }
    areas = con.execute("SELECT DISTINCT gemeente FROM gebieden").fetchall()
    return Register(
        years=tuple(sorted(covered)),
        receipts=tuple(receipts),
        rows=_accepted_rows(con, contracts, receipts),
        apart=_kept_apart(con, contracts),
        schools=schools,
        municipalities=frozenset(
            {area for (area,) in areas if area} | {s["gemeente"] for s in schools.values()} - {""}
        ),
        groups=frozenset(contracts.codes["evaluatiegroep"]),
        months=_months_that_lack(
            [r for r in receipts if r.status == "geladen"], max(covered or {0})
        ),
    )


def _months_that_lack(
    receipts: Iterable[Receipt], newest: int
) -> dict[tuple[str, str, int], tuple[str, ...]]:
    """Of years that are delivered by month. The newest year still runs: up to its last month."""
    loaded = [receipt for receipt in receipts if receipt.status == "geladen"]
    whole = {(r.dataset, r.supplier, year) for r in loaded if r.month is None for year in r.years}
    come: dict[tuple[str, str, int], set[tuple[int, int]]] = {}
    for one in loaded:
        if one.month is not None:
            key = one.dataset, one.supplier, periods.first_of(one.month)
            come.setdefault(key, set()).add(one.month)
    found = {}
    for key, months in come.items():
        due = periods.months_of(key[2])
        last = max(months) if key[2] == newest else due[-1]
        lacking = [month for month in due if month <= last and month not in months]
        if lacking and key not in whole:
            found[key] = tuple(periods.month_name(month) for month in lacking)
    return found


def _accepted_rows(
    con: duckdb.DuckDBPyConnection, contracts: Contracts, receipts: Iterable[Receipt]
) -> dict[tuple[str, str], frozenset[tuple[str, int | None]]]:
    """From the register, and from the rows of deliveries loaded before it kept units."""
    found: dict[tuple[str, str], set[tuple[str, int | None]]] = {}
    kept = con.execute("SELECT * FROM register.eenheden").fetchall()
    known = {delivery for delivery, *_ in kept}
    before = {r.dataset for r in receipts if r.status == "geladen" and r.delivery not in known}
    for line in answering().values():
        if line.dataset in before:
            query = _accepted(line, contracts.dataset(line.dataset), contracts)
            kept += [row for row in con.execute(query).fetchall() if row[0] not in known]
    for delivery, name, unit, year in kept:
        found.setdefault((delivery, name), set()).add((unit, year))
    return {key: frozenset(rows) for key, rows in found.items()}


def _lines_of(dataset: str) -> list[Answering]:
    return [line for line in answering().values() if line.dataset == dataset]


def _accepted(line: Answering, dataset: Dataset, contracts: Contracts) -> str:
    """SQL: delivery, line, unit and year of the rows that stand in the dataset's table."""
    columns = ", ".join(quoted(column) for column in line.columns)
    unit = f"coalesce({columns})" if columns else "''"
    forms = [
        code
        for code, found in contracts.codes["vorm"].items()
        if line.forms and found.extra.get("groep") == line.forms
    ]
    only = f" AND vorm IN ({', '.join(map(repr, forms))})" if forms else ""
    return (
        f"SELECT DISTINCT {tables.DELIVERY}, '{line.name}',"
        f" {unit}, {_year(dataset)} FROM {quoted(dataset.id)} WHERE {unit} IS NOT NULL{only}"
    )


def _year(dataset: Dataset) -> str:
    return f"({calendar.first_year(dataset)})::BIGINT" if dataset.period_column else "NULL::BIGINT"


def _kept_apart(
    con: duckdb.DuckDBPyConnection, contracts: Contracts
) -> dict[str, frozenset[tuple[str, int | None]]]:
    found: dict[str, set[tuple[str, int | None]]] = {}
    for line in answering().values():
        dataset = contracts.dataset(line.dataset)
        if not line.needs_whole or line.level != "vestiging":
            continue
        texts = [f"inhoud->>'$.{c}'" for c in (*line.columns, dataset.period_column or "")]
        for unit, when in con.execute(
            f"SELECT DISTINCT coalesce({', '.join(texts[:-1])}), left({texts[-1]}, 4)"
            " FROM register.quarantaine JOIN register.leveringen USING (levering)"
            " WHERE dataset = ? AND status = 'geladen'"
            f" AND NOT list_bool_and(list_transform(regels, lambda r: r LIKE '%{_UNIQUE}'))",
            [dataset.id],
        ).fetchall():
            year = int(when) if when and when.isdigit() else None
            found.setdefault(line.name, set()).add((unit, year))
    return {name: frozenset(rows) for name, rows in found.items()}
