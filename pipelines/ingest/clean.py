"""Text -> typed: one SQL expression per column, from the contract and the layout.

The staged rows hold for every contract column `k` its typed value under its own name and, where
the type is not text, under `k__tekst` a text that could not be read as that type: so a check sees
that "31-02-2024" is not a date, and that an empty cell is empty. Codes are brought to the
contract's spelling; what is not known stays as it was, so that the check can name it. What was done
to a cell, or why the source gives none, stands in a column of its own (`marks`), so that nothing is
mended in silence.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.contracts import Code, Column, Contracts, Dataset, Kind
from pipelines.ingest.layouts import DATE_FORMATS, Layout, Match

SQL_TYPE: Mapping[Kind, str] = {
    "tekst": "VARCHAR",
    "geheel": "BIGINT",
    "getal": "DOUBLE",
    "datum": "DATE",
    "ja_nee": "BOOLEAN",
    "lijst": "VARCHAR[]",
}
SPACES = "' ' || chr(9) || chr(160)"  # SQL: space, tab, no-break space
NAME, VALUE = "_naam", "_waarde"  # of an unpivoted row
TEXT = "_tekst"  # the cleaned text, from which the typed value is made
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


@dataclass(frozen=True)
class Recipe:
    """How one contract column is made, as SQL over the cells it reads (`cells`: none to two).

    `text`: the cleaned text. `beside`: name -> what else is told from the cells. `typed`: name ->
    what is made of that text, called `_tekst` there.
    """

    cells: tuple[str, ...]
    text: str
    beside: Mapping[str, str]
    typed: Mapping[str, str]

    @property
    def plain(self) -> bool:
        """One cell's text as it is, but for the spaces around it."""
        same = list(self.typed.values()) == [TEXT] and not self.beside
        return same and len(self.cells) == 1 and self.text == _trimmed(self.cells[0])

    def select(self, source: str, *keep: str) -> str:
        """SELECT of the staged columns, and of the columns `keep` of `source`."""
        beside = [f"{sql} AS {quoted(name)}" for name, sql in self.beside.items()]
        typed = [f"{sql} AS {quoted(name)}" for name, sql in self.typed.items()]
        inner = ", ".join([*keep, f"{self.text} AS {TEXT}", *beside])
        outer = ", ".join([*keep, *typed, *map(quoted, self.beside)])
        return f"SELECT {outer} FROM (SELECT {inner} FROM {source})"


def recipes(match: Match, dataset: Dataset, contracts: Contracts) -> tuple[Recipe, ...]:
    """One per column of the contract, over the cells of a file's row.

    An unpivoted row has besides its own cells `_naam` (what the wide column stands for) and
    `_waarde`.
    """
    wide = match.layout.unpivot
    texts = {name: _trimmed(cell) for name, cell in match.places.items()}
    cells = {name: (cell,) for name, cell in match.places.items()}
    if wide:
        score, nothing = _trimmed(VALUE), "NULL"
        if wide.values:
            nothing = f"lower(strip_accents(trim({VALUE}))) IN ({_list_of(wide.not_applicable)})"
            score = f"CASE WHEN {nothing} THEN NULL ELSE {_to_code(VALUE, wide.values)} END"
            score = _trimmed(score)
        texts |= {wide.name_to: _trimmed(NAME), wide.value_to: score}
        cells |= {wide.name_to: (NAME,), wide.value_to: (VALUE,)}
        if wide.not_applicable_to:
            texts[wide.not_applicable_to] = f"CASE WHEN {nothing} THEN 'J' ELSE 'N' END"
            cells[wide.not_applicable_to] = (VALUE,)
    return tuple(_recipe(c, match, contracts, texts, cells) for c in dataset.columns)


def _recipe(
    column: Column,
    match: Match,
    contracts: Contracts,
    texts: Mapping[str, str],
    cells: Mapping[str, tuple[str, ...]],
) -> Recipe:
    layout, name = match.layout, column.name
    edit = layout.edits.get(name)
    reads = () if name in layout.constants else cells.get(name, ())
    if reads and edit and edit.after:
        reads = tuple(dict.fromkeys((*cells.get(edit.after, ()), *reads)))
    beside = {}
    if _pads(column, layout):
        lacks = _lacks_zeros(texts[name], layout.edits[name].width) if name in texts else "false"
        beside[f"{name}__hersteld"] = lacks
    return Recipe(
        cells=reads,
        text=_text(name, texts, layout),
        beside=beside,
        typed=_typed(column, layout, contracts, serials=_has_serials(column, match)),
    )


def _text(name: str, texts: Mapping[str, str], layout: Layout) -> str:
    if name in layout.constants:
        return _q(layout.constants[name])
    if name not in texts:
        return "NULL::VARCHAR"
    text = texts[name]
    edit = layout.edits.get(name)
    if edit and edit.width:
        padded = f"lpad({text}, {edit.width}, '0')"
        text = f"CASE WHEN {_lacks_zeros(text, edit.width)} THEN {padded} ELSE {text} END"
    if edit and edit.prefix:
        text = f"{_q(edit.prefix)} || {text}"
    if edit and edit.after:
        before = _text(edit.after, texts, layout)
        before = school_year_text(before) if edit.after in SCHOOL_YEARS else before
        text = f"{before} || ':' || {text}"
    return text


def _trimmed(cell: str) -> str:
    return f"nullif(trim({cell}, {SPACES}), '')"


def _lacks_zeros(text: str, width: int) -> str:
    """SQL: whether a code that starts with a digit is shorter than its layout says."""
    short = f"length({text}) < {width}"
    return f"coalesce({short} AND regexp_matches({text}, '^[0-9]'), false)"


def _typed(
    column: Column, layout: Layout, contracts: Contracts, *, serials: bool
) -> dict[str, str]:
    """Staged name -> SQL over the cleaned text `_tekst`."""
    name, text = column.name, TEXT
    spellings = _spellings(column, layout, contracts)
    if column.kind == "tekst":
        value = _to_code(text, spellings) if spellings else text
        return {name: school_year_text(text) if name in SCHOOL_YEARS else value}
    match column.kind:
        case "geheel":
            typed = _whole(text)
        case "getal":
            typed = _number(text, layout.decimal)
        case "datum":
            forms = [DATE_FORMATS[form] for form in layout.date_forms(name)]
            typed = _date(text, *forms, serials=serials)
        case "ja_nee":
            typed = _yes_no(text, layout.codes.get(name, {}))
        case "lijst":
            typed = _list(text, layout.list_separator, spellings)
    unread = f"CASE WHEN ({typed}) IS NULL THEN {text} END"
    found = {name: typed, f"{name}__tekst": unread}
    if _has_symbols(column, layout):
        cases = " ".join(f"WHEN {_q(s)} THEN {_q(m)}" for s, m in layout.symbols.items())
        found[f"{name}__bron"] = f"CASE {text} {cases} END"
    if serials:
        is_serial = f"coalesce(regexp_full_match({text}, {_q(SERIAL)}), false)"
        found[f"{name}__serieel"] = is_serial
    return found


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
