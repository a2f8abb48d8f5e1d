"""Text -> typed: one SQL expression per column, from the contract and the layout.

The staged rows hold for every contract column `k` its typed value under its own name and, where
the type is not text, the cleaned text under `k__tekst`: text without a typed value is how a check
sees that "31-02-2024" is not a date. Codes are brought to the contract's spelling; what is not
known stays as it was, so that the check can name it. What was done to a cell, or why the source
gives none, stands in a column of its own (`marks`), so that nothing is mended in silence.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from pipelines.contracts import Code, Column, Contracts, Dataset, Kind
from pipelines.errors import DeliveryRefused
from pipelines.ingest.layouts import DATE_FORMATS, Layout, Match
from pipelines.ingest.read import TextFrame

SQL_TYPE: Mapping[Kind, str] = {
    "tekst": "VARCHAR",
    "geheel": "BIGINT",
    "getal": "DOUBLE",
    "datum": "DATE",
    "ja_nee": "BOOLEAN",
    "lijst": "VARCHAR[]",
}
SPACES = "' ' || chr(9) || chr(160)"  # SQL: space, tab, no-break space
WIDE = 100_000  # more wide columns than any file has: keeps numbers of unpivoted rows apart
YES = ("j", "ja", "y", "yes", "1", "true", "waar", "x")
SERIAL = "[2-5][0-9]{4}([.]0+)?"  # 20000 is 1954-10-03, 59999 is 2064-04-07
DAY_MONTH = r"^\s*(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}"
SCHOOL_YEARS = ("schooljaar", "ronde")
SOURCE_SAYS: Mapping[str, tuple[str, str]] = {
    "afgeschermd": (
        "is door de bron zelf afgeschermd: er staat een symbool in plaats van een getal.",
        "U hoeft niets te herstellen; de bron geeft dit getal niet vrij.",
    ),
    "geheim": (
        "is volgens de bron geheim: er staat een symbool in plaats van een getal.",
        "U hoeft niets te herstellen; de bron geeft dit getal niet vrij.",
    ),
    "onbekend": (
        "is volgens de bron onbekend: er staat een symbool in plaats van een getal.",
        "Lever opnieuw aan als de bron het getal later wel geeft.",
    ),
    "nihil": (
        "is volgens de bron nihil: er staat een streepje en geen 0.",
        "U hoeft niets te herstellen; nihil wordt niet als 0 geteld.",
    ),
}
NO = ("n", "nee", "no", "0", "false", "onwaar")


@dataclass(frozen=True)
class Mark:
    """Something to report about a column's cells; `fails` is true where it holds.

    `sort`: last part of the rule's id. `is_error`: the row cannot be used. `explains`: the cell
    has no typed value for this reason and no other.
    """

    sort: str
    column: str
    fails: str
    dimension: str
    message: str
    remedy: str
    is_error: bool = False
    explains: bool = False


def marks(match: Match, dataset: Dataset) -> tuple[Mark, ...]:
    """What is to be reported about the staged rows, beyond the promises of the contract."""
    found: list[Mark] = []
    placed = {*match.places, *([match.layout.unpivot.value_to] if match.layout.unpivot else [])}
    for column in dataset.columns:
        if column.name not in placed:
            continue
        name = column.name
        if _has_symbols(column, match.layout):
            for meaning in sorted(set(match.layout.symbols.values())):
                says, remedy = SOURCE_SAYS[meaning]
                found.append(
                    Mark(
                        sort=f"{meaning}_bron",
                        column=name,
                        fails=f"coalesce({quoted(name + '__bron')} = {_q(meaning)}, false)",
                        dimension="completeness",
                        message=f"{column.label} {says}",
                        remedy=remedy,
                        is_error=column.required,
                        explains=True,
                    )
                )
        if _pads(column, match.layout):
            width = match.layout.edits[name].width
            found.append(
                Mark(
                    sort="hersteld",
                    column=name,
                    fails=quoted(f"{name}__hersteld"),
                    dimension="conformity",
                    message=f"{column.label} had minder dan {width} tekens; de weggevallen nullen"
                    " zijn ervoor gezet.",
                    remedy=f"Exporteer {name} als tekst, dan blijven de nullen staan.",
                )
            )
        if _has_serials(column, match):
            found.append(
                Mark(
                    sort="excel_datum",
                    column=name,
                    fails=quoted(f"{name}__serieel"),
                    dimension="conformity",
                    message=f"{column.label} staat in het werkblad als getal (dagen sinds 1900) en"
                    " is gelezen als datum.",
                    remedy="Geef de kolom in Excel de opmaak datum en controleer de datums.",
                )
            )
    return tuple(found)


def _has_symbols(column: Column, layout: Layout) -> bool:
    return bool(layout.symbols) and column.kind in ("geheel", "getal")


def _pads(column: Column, layout: Layout) -> bool:
    return column.name in layout.edits and layout.edits[column.name].width > 0


def _has_serials(column: Column, match: Match) -> bool:
    return column.kind == "datum" and match.origin == "werkblad"


def refuse_month_first(text: TextFrame, match: Match, dataset: Dataset) -> None:
    """Refuse dates that are, or may be, month-first where the layout says day-first.

    `03-04-2024` is a date either way: only the other dates of its column can tell. Raises
    `DeliveryRefused` with counts and row numbers, never with a value.
    """
    problems: list[str] = []
    for column in dataset.columns:
        forms = match.layout.date_forms(column.name)
        if column.kind != "datum" or not any(form.startswith("dd") for form in forms):
            continue
        if place := match.places.get(column.name):
            header = match.headers.get(column.name, column.name)
            if problem := _month_first(text.frame, place, match.header_row):
                problems.append(f"{header}: {problem}")
    if problems:
        raise DeliveryRefused(
            "indeling.datum",
            "Dag en maand zijn niet zeker uit elkaar te houden. De indeling verwacht eerst de dag,"
            f" maar dat klopt niet voor {'; '.join(problems)}. Er is niets omgedraaid en niets"
            " geladen. Exporteer de datums als jjjj-mm-dd, of als dd-mm-jjjj.",
        )


def _month_first(frame: pl.DataFrame, place: str, header_row: int) -> str:
    """The evidence against day-first in one column, in words; empty when there is none."""
    first = pl.col(place).str.extract(DAY_MONTH, 1).cast(pl.Int64)
    second = pl.col(place).str.extract(DAY_MONTH, 2).cast(pl.Int64)
    found = (
        frame.filter(pl.col("rij") > header_row)
        .select("rij", a=first, b=second)
        .filter(pl.col("a").is_between(1, 31) & pl.col("b").is_between(1, 31))
    )
    day_only = found.filter((pl.col("a") > 12) & (pl.col("b") <= 12)).height
    month_only = found.filter((pl.col("a") <= 12) & (pl.col("b") > 12))["rij"].to_list()
    both = found.filter((pl.col("a") <= 12) & (pl.col("b") <= 12)).height
    if not month_only:
        return ""
    rows = ", ".join(str(r) for r in month_only[:10]) + (" ..." if len(month_only) > 10 else "")
    return (
        f"{len(month_only)} keer past alleen maand-dag (rij {rows}), {day_only} keer alleen"
        f" dag-maand en {both} keer allebei"
    )


def staged_select(match: Match, dataset: Dataset, contracts: Contracts, source: str) -> str:
    """SELECT that turns the raw view `source` into staged rows.

    `_nr` tells rows apart; `_rij` is the row of the file, which an unpivoted row shares with
    others.
    """
    layout = match.layout
    where = [f"rij > {match.header_row}", _not_blank(match)]
    if layout.totals_row:
        cells = ", ".join([*match.places.values(), *match.unpivoted])
        where.append(
            f"NOT starts_with(lower(trim(coalesce({cells}, ''))), {_q(layout.totals_row.lower())})"
        )
    rows = f"SELECT * FROM {source} WHERE {' AND '.join(where)}"
    cells_of = dict(match.places)
    if layout.unpivot:
        rows = _unpivoted(match, rows)
        cells_of |= {layout.unpivot.name_to: "_naam", layout.unpivot.value_to: "_waarde"}
        if layout.unpivot.not_applicable_to:
            cells_of[layout.unpivot.not_applicable_to] = "_nvt"
    number = f"rij::BIGINT * {WIDE} + _volgorde" if layout.unpivot else "rij::BIGINT"
    columns = [f"{number} AS _nr", "rij::BIGINT AS _rij"]
    for column in dataset.columns:
        text = _text(column.name, cells_of, layout)
        columns += _staged(column, text, layout, contracts, serials=_has_serials(column, match))
        if _pads(column, layout):
            columns.append(
                f"{_lacks_zeros(column.name, cells_of, layout)}"
                f" AS {quoted(column.name + '__hersteld')}"
            )
    return f"SELECT {', '.join(columns)} FROM ({rows})"


def _not_blank(match: Match) -> str:
    cells = [*match.places.values(), *match.unpivoted]
    filled = ", ".join(f"nullif(trim({c}), '')" for c in cells)
    return f"coalesce({filled}) IS NOT NULL"


def _unpivoted(match: Match, rows: str) -> str:
    """An empty wide cell is no row: the source has no figure there."""
    names = ", ".join(f"{cell} AS {_q(value)}" for cell, value in match.unpivoted.items())
    order = " ".join(
        f"WHEN {_q(value)} THEN {i}" for i, value in enumerate(match.unpivoted.values())
    )
    long = (
        f"SELECT *, CASE _naam {order} END AS _volgorde"
        f" FROM (UNPIVOT ({rows}) ON {names} INTO NAME _naam VALUE _waarde)"
        " WHERE trim(_waarde) <> ''"
    )
    wide = match.layout.unpivot
    if wide is None or not wide.values:
        return long
    nothing = f"lower(strip_accents(trim(_waarde))) IN ({_list_of(wide.not_applicable)})"
    score = f"CASE WHEN {nothing} THEN NULL ELSE {_to_code('_waarde', wide.values)} END"
    return (
        f"SELECT * REPLACE ({score} AS _waarde),"
        f" CASE WHEN {nothing} THEN 'J' ELSE 'N' END AS _nvt FROM ({long})"
    )


def _text(name: str, cells_of: Mapping[str, str], layout: Layout) -> str:
    if name in layout.constants:
        return _q(layout.constants[name])
    if name not in cells_of:
        return "NULL::VARCHAR"
    text = _trimmed(cells_of[name])
    edit = layout.edits.get(name)
    if edit and edit.width:
        padded = f"lpad({text}, {edit.width}, '0')"
        lacks = _lacks_zeros(name, cells_of, layout)
        text = f"CASE WHEN {lacks} THEN {padded} ELSE {text} END"
    if edit and edit.prefix:
        text = f"{_q(edit.prefix)} || {text}"
    if edit and edit.after:
        before = _text(edit.after, cells_of, layout)
        before = school_year_text(before) if edit.after in SCHOOL_YEARS else before
        text = f"{before} || ':' || {text}"
    return text


def _trimmed(cell: str) -> str:
    return f"nullif(trim({cell}, {SPACES}), '')"


def _lacks_zeros(name: str, cells_of: Mapping[str, str], layout: Layout) -> str:
    """SQL: whether a code that starts with a digit is shorter than its layout says."""
    if name not in cells_of:
        return "false"
    text = _trimmed(cells_of[name])
    short = f"length({text}) < {layout.edits[name].width}"
    return f"coalesce({short} AND regexp_matches({text}, '^[0-9]'), false)"


def _staged(
    column: Column, text: str, layout: Layout, contracts: Contracts, *, serials: bool
) -> list[str]:
    name = quoted(column.name)
    spellings = _spellings(column, layout, contracts)
    if column.kind == "tekst":
        value = _to_code(text, spellings) if spellings else text
        if column.name in SCHOOL_YEARS:
            value = school_year_text(text)
        return [f"{value} AS {name}"]
    more: list[str] = []
    if _has_symbols(column, layout):
        cases = " ".join(f"WHEN {_q(s)} THEN {_q(m)}" for s, m in layout.symbols.items())
        more.append(f"CASE {text} {cases} END AS {quoted(column.name + '__bron')}")
    if serials:
        is_serial = f"coalesce(regexp_full_match({text}, {_q(SERIAL)}), false)"
        more.append(f"{is_serial} AS {quoted(column.name + '__serieel')}")
    match column.kind:
        case "geheel":
            typed = _whole(text)
        case "getal":
            typed = _number(text, layout.decimal)
        case "datum":
            forms = [DATE_FORMATS[form] for form in layout.date_forms(column.name)]
            typed = _date(text, *forms, serials=serials)
        case "ja_nee":
            typed = _yes_no(text, layout.codes.get(column.name, {}))
        case "lijst":
            typed = _list(text, layout.list_separator, spellings)
    return [f"{typed} AS {name}", f"{text} AS {quoted(column.name + '__tekst')}", *more]


def _whole(text: str) -> str:
    return (
        f"CASE WHEN regexp_full_match({text}, '[+-]?[0-9]+([.,]0+)?')"
        f" THEN try_cast(regexp_replace({text}, '[.,]0+$', '') AS BIGINT) END"
    )


def _number(text: str, decimal: str) -> str:
    bare = f"trim(regexp_replace({text}, '(€|EUR)', ''))"
    if decimal == "komma":
        # Excel cells arrive with a point whatever the supplier's notation is.
        return (
            f"CASE WHEN regexp_full_match({bare},"
            " '-?[0-9]{1,3}([.][0-9]{3})+(,[0-9]+)?|-?[0-9]+(,[0-9]+)?')"
            f" THEN try_cast(replace(replace({bare}, '.', ''), ',', '.') AS DOUBLE)"
            f" WHEN regexp_full_match({bare}, '-?[0-9]+[.][0-9]+')"
            f" THEN try_cast({bare} AS DOUBLE) END"
        )
    return (
        f"CASE WHEN regexp_full_match({bare}, '-?[0-9]+([.][0-9]+)?')"
        f" THEN try_cast({bare} AS DOUBLE) END"
    )


def _date(text: str, *date_formats: str, serials: bool = False) -> str:
    """The layout's forms; a real Excel date arrives as 2024-09-01 00:00:00 in any layout.

    `serials`: a number of five digits is Excel's count of days.
    """
    tries: list[str] = []
    for form in dict.fromkeys((*date_formats, "%Y-%m-%d")):
        if form == "%Y-%m-%d":
            tries.append(
                f"CASE WHEN regexp_full_match({text},"
                " '[0-9]{4}-[0-9]{2}-[0-9]{2}( 00:00:00)?')"
                f" THEN try_cast(left({text}, 10) AS DATE) END"
            )
        else:
            tries.append(f"try_strptime({text}, {_q(form)})::DATE")
    if serials:
        tries.append(
            f"CASE WHEN regexp_full_match({text}, {_q(SERIAL)})"
            f" THEN DATE '1899-12-30' + try_cast(left({text}, 5) AS INTEGER) END"
        )
    return f"coalesce({', '.join(tries)})"


def _yes_no(text: str, own: Mapping[str, str]) -> str:
    yes = [*YES, *(k.lower() for k, v in own.items() if v == "J")]
    no = [*NO, *(k.lower() for k, v in own.items() if v == "N")]
    return (
        f"CASE WHEN lower({text}) IN ({_list_of(yes)}) THEN true"
        f" WHEN lower({text}) IN ({_list_of(no)}) THEN false END"
    )


def _list(text: str, separator: str, spellings: Mapping[str, str]) -> str:
    split = f"string_split({text}, {_q(separator)})"
    items = f"list_filter(list_transform({split}, lambda x: trim(x)), lambda x: x <> '')"
    if not spellings:
        return items
    return f"list_transform({items}, lambda x: {_to_code('x', spellings)})"


def school_year_text(text: str) -> str:
    """`2024-2025`, `2024/25` and a bare starting year become `2024/2025`.

    A second year that does not follow the first stays as it was, for the check to name.
    """
    first = f"try_cast(left({text}, 4) AS INTEGER)"
    second = f"regexp_extract({text}, '^[0-9]{{4}}[-/]''?([0-9]{{2}}|[0-9]{{4}})$', 1)"
    return (
        f"CASE WHEN {second} IN (({first} + 1)::VARCHAR, right(({first} + 1)::VARCHAR, 2))"
        f" OR regexp_full_match({text}, '[0-9]{{4}}')"
        f" THEN {first} || '/' || ({first} + 1) ELSE {text} END"
    )


def _spellings(column: Column, layout: Layout, contracts: Contracts) -> dict[str, str]:
    """Every known way of writing -> the contract's code, keys as `_key` makes them."""
    known: dict[str, str] = {}
    if column.codes:
        for code in contracts.codes[column.codes].values():
            known |= {_key(s): code.code for s in _written(code)}
    known |= {_key(k): v for k, v in layout.codes.get(column.name, {}).items()}
    return known


def _written(code: Code) -> Iterable[str]:
    return (code.label_nl, *code.spellings, code.code)


def _key(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).strip().lower()


def _to_code(text: str, spellings: Mapping[str, str]) -> str:
    pairs = " ".join(f"WHEN {_q(k)} THEN {_q(v)}" for k, v in sorted(spellings.items()))
    return f"CASE lower(strip_accents(trim({text}))) {pairs} ELSE {text} END"


def _list_of(values: Iterable[str]) -> str:
    return ", ".join(_q(v) for v in values)


def _q(text: str) -> str:
    """A SQL text literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
