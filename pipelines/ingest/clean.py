"""Text -> typed: one SQL expression per column, from the contract and the layout.

The staged rows hold for every contract column `k` its typed value under its own name and, where
the type is not text, the cleaned text under `k__tekst`: text without a typed value is how a check
sees that "31-02-2024" is not a date. Codes are brought to the contract's spelling; what is not
known stays as it was, so that the check can name it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from pipelines.contracts import Code, Column, Contracts, Dataset, Kind
from pipelines.ingest.layouts import Layout, Match

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
NO = ("n", "nee", "no", "0", "false", "onwaar")


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
    number = f"rij::BIGINT * {WIDE} + _volgorde" if layout.unpivot else "rij::BIGINT"
    columns = [f"{number} AS _nr", "rij::BIGINT AS _rij"]
    for column in dataset.columns:
        text = _text(column, cells_of.get(column.name), layout)
        columns += _staged(column, text, layout, contracts)
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
    return (
        f"SELECT *, CASE _naam {order} END AS _volgorde"
        f" FROM (UNPIVOT ({rows}) ON {names} INTO NAME _naam VALUE _waarde)"
        " WHERE trim(_waarde) <> ''"
    )


def _text(column: Column, cell: str | None, layout: Layout) -> str:
    if column.name in layout.constants:
        return _q(layout.constants[column.name])
    if cell is None:
        return "NULL::VARCHAR"
    text = f"nullif(trim({cell}, {SPACES}), '')"
    edit = layout.edits.get(column.name)
    if edit and edit.width:
        padded = f"lpad({text}, {edit.width}, '0')"
        text = f"CASE WHEN length({text}) < {edit.width} THEN {padded} ELSE {text} END"
    if edit and edit.prefix:
        text = f"{_q(edit.prefix)} || {text}"
    return text


def _staged(column: Column, text: str, layout: Layout, contracts: Contracts) -> list[str]:
    name = quoted(column.name)
    spellings = _spellings(column, layout, contracts)
    if column.kind == "tekst":
        value = _to_code(text, spellings) if spellings else text
        if column.name == "schooljaar":
            value = school_year_text(text)
        return [f"{value} AS {name}"]
    match column.kind:
        case "geheel":
            typed = _whole(text)
        case "getal":
            typed = _number(text, layout.decimal)
        case "datum":
            typed = _date(text, layout.date_format(column.name))
        case "ja_nee":
            typed = _yes_no(text, layout.codes.get(column.name, {}))
        case "lijst":
            typed = _list(text, layout.list_separator, spellings)
    return [f"{typed} AS {name}", f"{text} AS {quoted(column.name + '__tekst')}"]


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


def _date(text: str, date_format: str) -> str:
    """The layout's format; a real Excel date arrives as 2024-09-01 00:00:00 in any layout."""
    iso = (
        f"CASE WHEN regexp_full_match({text}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}( 00:00:00)?')"
        f" THEN try_cast(left({text}, 10) AS DATE) END"
    )
    if date_format == "%Y-%m-%d":
        return iso
    return f"coalesce(try_strptime({text}, {_q(date_format)})::DATE, {iso})"


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
