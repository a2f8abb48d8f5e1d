"""Text -> typed: one SQL expression per column, from the contract and the layout.

The staged rows hold for every contract column `k` its typed value under its own name and, where
the type is not text, under `k__tekst` a text that could not be read as that type: so a check sees
that "31-02-2024" is not a date, and that an empty cell is empty. How a cell was read where that is
worth telling stands under `k__melding` (a remark of `notation`, where numbers and dates are read).
Codes are brought to the contract's spelling; what is not known stays as it was, so that the check
can name it. What was done to a cell, or why the source gives none, stands in a column of its own
(`marks`), so that nothing is mended in silence.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pipelines.codes import Code
from pipelines.contracts import Column, Contracts, Dataset
from pipelines.errors import ContractError
from pipelines.ingest import notation
from pipelines.ingest.layout import Layout, Match
from pipelines.ingest.marks import has_symbols, pads
from pipelines.ingest.notation import CENTURY_FROM, DATE_FORMATS, KIND, TEXT, Reading
from pipelines.sql import literal, literals, quoted

NAME, VALUE = "_naam", "_waarde"  # of an unpivoted row
VALUE_KIND = "_soort_waarde"  # of an unpivoted row
ABSENT = "_weg"  # remark of a text that stands for nothing
_KEY, _READ, _SAID = "_sleutel", "_gelezen", "_gezegd"  # steps from a text to what is staged
YES = ("j", "ja", "y", "yes", "1", "true", "waar", "x")
SCHOOL_YEARS = ("schooljaar", "ronde")
NO = ("n", "nee", "no", "0", "false", "onwaar")


@dataclass(frozen=True)
class Recipe:
    """How one contract column is made, as SQL over the cells it reads (`cells`: none to two).

    `text`: the cleaned text. `beside`: name -> what else is told from the cells. `steps`: columns
    made one after another of that text, called `_tekst` there, and `typed`: name -> what is staged
    of them. `kind`: the column that holds what the
    reader told of the cell, empty where it told nothing. `empty`: texts that stand for nothing.
    `plain`: one cell's text as it is, but for the spaces around it and those texts.
    """

    name: str
    cells: tuple[str, ...]
    text: str
    beside: Mapping[str, str]
    steps: Mapping[str, str]
    typed: Mapping[str, str]
    kind: str = ""
    empty: frozenset[str] = frozenset()
    plain: bool = False

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns of a row that it is made of."""
        return (*self.cells, *([self.kind] if self.kind else []))

    def select(self, source: str, *keep: str) -> str:
        """SELECT of the staged columns, and of the columns `keep` of `source`."""
        beside = [f"{sql} AS {quoted(name)}" for name, sql in self.beside.items()]
        typed = [f"{sql} AS {quoted(name)}" for name, sql in self.typed.items()]
        kind = quoted(self.kind) if self.kind else "NULL::VARCHAR"
        inner = ", ".join([*keep, f"{self.text} AS {TEXT}", f"{kind} AS {KIND}", *beside])
        told = [quoted(name) for name in self.beside if name != ABSENT]
        outer = ", ".join([*keep, *typed, *told])
        made = notation.with_steps(f"SELECT {inner} FROM {source}", self.steps)
        return f"SELECT {outer} FROM ({made})"


def recipes(match: Match, dataset: Dataset, contracts: Contracts) -> tuple[Recipe, ...]:
    """One per column of the contract, over the cells of a file's row.

    An unpivoted row has besides its own cells `_naam` (what the wide column stands for) and
    `_waarde`.
    """
    wide = match.layout.unpivot
    cells = {name: (cell,) for name, cell in match.places.items()}
    texts = {}
    for name, cell in match.places.items():
        if not any(c.name == name for c in dataset.columns):
            raise ContractError(
                f"Indeling {match.layout.id} leest een kolom als {name}, maar die kent het contract"
                f" {dataset.id} niet. Verbeter de naam onder 'kolommen'."
            )
        empty = _empty_words(dataset.column(name), match.layout, contracts)
        texts[name] = _filled(notation.tidy(cell), empty)
    if wide:
        score, nothing = notation.tidy(VALUE), "NULL"
        if wide.values:
            nothing = f"lower(strip_accents(trim({VALUE}))) IN ({literals(wide.not_applicable)})"
            score = _to_code(_key_of(VALUE), VALUE, wide.values)
            score = f"CASE WHEN {nothing} THEN NULL ELSE {score} END"
            score = notation.tidy(score)
        empty = _empty_words(dataset.column(wide.value_to), match.layout, contracts)
        texts |= {wide.name_to: notation.tidy(NAME), wide.value_to: _filled(score, empty)}
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
    own = reads[-1] if reads else ""
    if reads and edit and edit.after:
        reads = tuple(dict.fromkeys((*cells.get(edit.after, ()), *reads)))
    told = layout.unpivot and name in (layout.unpivot.name_to, layout.unpivot.not_applicable_to)
    empty = frozenset() if told else _empty_words(column, layout, contracts)
    beside = {ABSENT: _absent(notation.tidy(own), empty) if own and empty else "NULL::VARCHAR"}
    if pads(column, layout):
        lacks = _lacks_zeros(texts[name], layout.edits[name].width) if name in texts else "false"
        beside[f"{name}__hersteld"] = lacks
    text = _text(name, texts, layout)
    own_number = column.kind == "tekst" and not column.codes and match.origin == "werkblad"
    asks = column.kind in ("geheel", "getal", "datum") or own_number
    kind = _kind_of(own, match) if asks else ""
    steps, typed = _typed(column, match, contracts, kinds=bool(kind))
    bare = bool(own) and text == _filled(notation.tidy(own), empty) and len(reads) == 1
    return Recipe(
        name=name,
        cells=reads,
        text=text,
        beside=beside,
        steps=steps,
        typed=typed,
        kind=kind,
        empty=empty,
        plain=bare and typed[name] == TEXT and len(beside) == 1 and not kind,
    )


def _kind_of(cell: str, match: Match) -> str:
    """The column that tells what the reader knew of a cell; empty where it told nothing."""
    if cell != VALUE:
        return match.kinds.get(cell, "")
    return VALUE_KIND if any(wide in match.kinds for wide in match.unpivoted) else ""


def _empty_words(column: Column, layout: Layout, contracts: Contracts) -> frozenset[str]:
    """Texts that stand for nothing in a column: the layout's, or those that are known to; without
    those that mean something in it."""
    words = notation.spellings(layout.empty_words(column.name))
    meant = {*layout.symbols, *_spellings(column, layout, contracts)}
    if layout.unpivot and column.name == layout.unpivot.value_to:
        meant |= {*layout.unpivot.not_applicable, *layout.unpivot.values}
    return frozenset(w for w in words if w not in meant and _key(w) not in meant)


def _filled(text: str, empty: Collection[str]) -> str:
    nothing = literals(sorted({*empty, notation.NO_VALUE}))
    return f"CASE WHEN {text} NOT IN ({nothing}) THEN {text} END"


def _absent(text: str, empty: Collection[str]) -> str:
    """SQL: the remark about a text that stands for nothing."""
    return (
        f"CASE WHEN {text} = {literal(notation.NO_VALUE)} THEN {literal(notation.FORMULA)}"
        f" WHEN {text} IN ({literals(notation.ERRORS)}) THEN {literal(notation.ERROR)}"
        f" WHEN {text} IN ({literals(sorted(empty))}) THEN {literal(notation.EMPTY)} END"
    )


def _text(name: str, texts: Mapping[str, str], layout: Layout) -> str:
    if name in layout.constants:
        return literal(layout.constants[name])
    if name not in texts:
        return "NULL::VARCHAR"
    text = texts[name]
    edit = layout.edits.get(name)
    if edit and edit.width:
        padded = f"lpad({text}, {edit.width}, '0')"
        text = f"CASE WHEN {_lacks_zeros(text, edit.width)} THEN {padded} ELSE {text} END"
    if edit and edit.prefix:
        text = f"{literal(edit.prefix)} || {text}"
    if edit and edit.after:
        before = _text(edit.after, texts, layout)
        before = school_year_text(before) if edit.after in SCHOOL_YEARS else before
        text = f"{before} || ':' || {text}"
    return text


def _lacks_zeros(text: str, width: int) -> str:
    """SQL: whether a code that starts with a digit is shorter than its layout says."""
    short = f"length({text}) < {width}"
    return f"coalesce({short} AND regexp_matches({text}, '^[0-9]'), false)"


def _typed(
    column: Column, match: Match, contracts: Contracts, *, kinds: bool
) -> tuple[dict[str, str], dict[str, str]]:
    """(steps over the cleaned text `_tekst`, staged name -> SQL over them)."""
    name, text, layout = column.name, TEXT, match.layout
    remarked = f"{name}__melding"
    spellings = _spellings(column, layout, contracts)
    if column.kind == "tekst":
        steps = {_KEY: _key_of(text)} if spellings else {}
        value = _to_code(_KEY, text, spellings) if spellings else text
        staged = school_year_text(text) if name in SCHOOL_YEARS else value
        also = ([notation.rounded()] if kinds else []) + (
            [] if column.codes else [notation.mangled()]
        )
        said = f"coalesce({', '.join([ABSENT, *also])})"
        return steps, {name: staged, remarked: said}
    match column.kind:
        case "geheel" | "getal":
            whole = column.kind == "geheel"
            typed = notation.number(layout.decimal, whole=whole, hours=column.hours, kinds=kinds)
        case "datum":
            forms = [DATE_FORMATS[form] for form in layout.date_forms(name)]
            serials = match.origin == "werkblad"
            typed = notation.date(
                forms, serials=serials, open_end=column.filled_at_end, kinds=kinds
            )
        case "ja_nee":
            typed = Reading(_yes_no(text, layout.codes.get(name, {})))
        case "lijst":
            typed = Reading(_list(text, layout.list_separator, spellings))
    no_end = f"coalesce({_SAID} = {literal(notation.OPEN_END)}, false)"
    steps = {**typed.steps, _READ: typed.value, _SAID: f"coalesce({ABSENT}, {typed.remark})"}
    unread = f"CASE WHEN {_READ} IS NULL AND NOT {no_end} THEN {text} END"
    found = {name: _READ, f"{name}__tekst": unread, remarked: _SAID}
    if has_symbols(column, layout):
        cases = " ".join(f"WHEN {literal(s)} THEN {literal(m)}" for s, m in layout.symbols.items())
        found[f"{name}__bron"] = f"CASE {text} {cases} END"
    return steps, found


def _yes_no(text: str, own: Mapping[str, str]) -> str:
    yes = [*YES, *(k.lower() for k, v in own.items() if v == "J")]
    no = [*NO, *(k.lower() for k, v in own.items() if v == "N")]
    return (
        f"CASE WHEN lower({text}) IN ({literals(yes)}) THEN true"
        f" WHEN lower({text}) IN ({literals(no)}) THEN false END"
    )


def _list(text: str, separator: str, spellings: Mapping[str, str]) -> str:
    split = f"string_split({text}, {literal(separator)})"
    items = f"list_filter(list_transform({split}, lambda x: trim(x)), lambda x: x <> '')"
    if not spellings:
        return items
    keyed = f"list_transform({items}, lambda x: {{'tekst': x, 'sleutel': {_key_of('x')}}})"
    return f"list_transform({keyed}, lambda p: {_to_code('p.sleutel', 'p.tekst', spellings)})"


def school_year_text(text: str) -> str:
    """`2024-2025`, `2024/25`, `24-25`, `20242025` and a bare starting year become `2024/2025`.

    A second year that does not follow the first stays as it was, for the check to name, and so do
    four digits that are no year: `2425` is no school year in the twenty-fifth century.
    """
    short, long = f"[0-{CENTURY_FROM // 10 - 1}][0-9]", "[0-9]{4}"
    first, second = f"'?({short}|{long})", f"'?([0-9]{{2}}|{long})"
    pair = literal(f"^(?:{first} ?[-/\u2013] ?{second}|(20[0-9]{{2}})(20[0-9]{{2}}))$")
    parts = [f"nullif(regexp_extract({text}, {pair}, {i}), '')" for i in range(1, 5)]
    one, other = f"coalesce({parts[0]}, {parts[2]})", f"coalesce({parts[1]}, {parts[3]})"
    bare = f"nullif(regexp_extract({text}, '^(199[0-9]|20[0-4][0-9])$', 1), '')"
    first = f"CASE length({one}) WHEN 2 THEN '20' || {one} ELSE {one} END"
    first = f"try_cast(coalesce({first}, {bare}) AS INTEGER)"
    following = f"({first} + 1)::VARCHAR"
    return (
        f"CASE WHEN {other} IN ({following}, right({following}, 2)) OR {bare} IS NOT NULL"
        f" THEN {first} || '/' || {following} ELSE {text} END"
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
    if text.isascii():
        return text.strip().lower()
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).strip().lower()


def _key_of(text: str) -> str:
    """SQL: a text as keys of spellings are written (`_key`)."""
    return f"lower(strip_accents(trim({text})))"


def _to_code(key: str, text: str, spellings: Mapping[str, str]) -> str:
    """SQL: the code of a key, or the text where there is none."""
    pairs = " ".join(f"WHEN {literal(k)} THEN {literal(v)}" for k, v in sorted(spellings.items()))
    return f"CASE {key} {pairs} ELSE {text} END"
