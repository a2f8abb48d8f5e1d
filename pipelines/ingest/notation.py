"""What a cell says: the one place that reads numbers, hours and dates, as SQL over a cleaned text.

A cell whose reader told that it is a number, a date or a length of time (`CellKind`) has no
notation: only texts are read by the layout's. A text that can be read in one way is read; one that
can be read in two is read as the layout says, and `DOUBTFUL` says what in the same column
contradicts that. How a text was read where that is worth telling is its remark (`Reading.remark`).

Texts are in the column `_tekst`, kinds in `_soort`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.sql import literal

TEXT = "_tekst"
KIND = "_soort"
_BARE, _FOUND, _DAY, _OPEN = "_kaal", "_gevonden", "_dag", "_open"  # steps on the way

# Remarks: how a text was read, or why it was not.
THOUSANDS = "duizendtal"  # one separator, three digits behind it, read as thousands
POINT = "decimaalpunt"  # a separator that cannot be one of thousands
HOURS = "uren_en_minuten"
SERIAL = "excel_datum"
SHORT_YEAR = "jaar_in_twee_cijfers"
OPEN_END = "open_einde"
TIME = "tijd_weggelaten"
TIME_ONLY = "tijd_zonder_datum"
EMPTY = "leeg_teken"
FORMULA = "formule"
ERROR = "foutwaarde"
MANGLED = "tekenset"  # UTF-8 that some program took for something else, and wrote as UTF-8 again
ROUNDED = "afgerond"  # a number with more digits than a spreadsheet program keeps

DATE_FORMATS: Mapping[str, str] = {
    "jjjj-mm-dd": "%Y-%m-%d",
    "dd-mm-jjjj": "%d-%m-%Y",
    "dd/mm/jjjj": "%d/%m/%Y",
    "dd.mm.jjjj": "%d.%m.%Y",
    "jjjjmmdd": "%Y%m%d",
}
DAY_MONTH = r"^\s*(\d{1,2})[-/.](\d{1,2})[-/.]\d{2}(?:\d{2})?(?:\D|$)"
SHORT_DATE = r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{2})(?:[ T].*)?$"
LONG_DATE = r"^\d{1,2}[-/.]\d{1,2}[-/.]\d{4}(?:[ T].*)?$"
CENTURY_FROM = 50  # 49 is 2049, 50 is 1950: a contract's range decides whether that can be

EMPTY_WORDS = (
    *("null", "na", "n/a", "#n/a", "#n/b", "nan", "<na>", "none", "nvt", "n.v.t.", "n.v.t"),
    *("(leeg)", "(blank)", "(blanco)", "-", "--", "."),
)
NO_VALUE = "#FORMULE!"  # what a reader gives for a formula without a stored value
ERRORS = (
    *("#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#ERROR!", "#SPILL!", "#CALC!"),
    *("#DEEL/0!", "#NAAM?", "#LEEG!", "#GETAL!", "#VERW!", "#WAARDE!"),
)

ODD = "[^ -~]|  "  # what a text must have before it can need tidying
INVISIBLE, SPACE = r"\p{Cf}", r"[\s\p{Z}]+"  # soft hyphens and their like; every kind of space
MANGLING = (  # an accent that became two characters; one alone can begin a word
    "[a-z\u00e0-\u00ff][\u00c2\u00c3]|\u00e2\u20ac"
    "|[\u00c2\u00c3][ \u0080-\u00bf\u0152-\u0192\u2013-\u2122]"
)
SERIAL_DAYS = "[2-5][0-9]{4}([.]0+)?"  # 20000 is 1954-10-03, 59999 is 2064-04-07
SINCE_1904 = "dagen_1904"  # kind of a cell that may be days, in a workbook that counts from 1904
DAYS_TO_1904 = 1462  # from 1899-12-30, where other workbooks begin, to 1904-01-01
_TOO_LONG = "-?[0-9]{16,}"
_CLOCK = "[0-9]{1,4}:[0-5][0-9](:[0-5][0-9])?"
_TIME_BEHIND = "[ T]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?$"
_MIDNIGHT = "[ T]+0{1,2}:00(:00([.,]0+)?)?$"
_ISO = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DAY_FIRST: Mapping[str, str] = {"%d-%m-%Y": "-", "%d/%m/%Y": "/", "%d.%m.%Y": "."}


@dataclass(frozen=True)
class Reading:
    """SQL over `_tekst` (and `_soort` where the reader told kinds): the value, and the remark.

    `steps`: what both are made of, each a column over those before it. An engine works out what is
    written twice twice.
    """

    value: str
    remark: str = "NULL"
    steps: Mapping[str, str] = field(default_factory=dict)


def with_steps(source: str, steps: Mapping[str, str]) -> str:
    """The rows of a query with columns made one after another."""
    for name, sql in steps.items():
        source = f"SELECT *, {sql} AS {name} FROM ({source})"
    return source


def spellings(words: Iterable[str]) -> frozenset[str]:
    """The ways in which a word for "empty" may be written."""
    return frozenset(s for w in words for s in (w, w.lower(), w.upper(), w.capitalize()))


def number(decimal: str, *, whole: bool, hours: bool = False, kinds: bool = False) -> Reading:
    """A number, whole or not.

    `1.234,5` and `1,234,567` say themselves what their separators are, `8.5` and `0.125` too. One
    separator with three digits behind it is one of thousands where the layout's decimals have the
    other; in a whole number also a point in a layout with points, since nobody writes three
    decimals there (`THOUSANDS`). The other way round (`2,000` in a layout with points or in whole
    numbers) it is not read.
    """
    first = "[+-]?[1-9][0-9]{0,2}"
    comma = decimal == "komma"

    def fits(pattern: str) -> str:
        return f"regexp_full_match({_BARE}, '{pattern}')"

    def read(*, thousands: str = "", decimals: str = ".") -> str:
        plain = f"replace({_BARE}, '{thousands}', '')" if thousands else _BARE
        return f"try_cast(replace({plain}, '{decimals}', '.') AS DOUBLE)"

    by_thousands = fits(f"{first}[.][0-9]{{3}}") if comma or whole else "false"
    three_behind_comma = fits(f"{first},[0-9]{{3}}")
    doubtful = f"({three_behind_comma})" if whole or not comma else "false"
    cases = [
        (fits("[+-]?[0-9]+"), read()),
        (by_thousands, read(thousands=".")),
        (doubtful, "NULL::DOUBLE"),
        (fits("[+-]?[0-9]+[.][0-9]+"), read()),
        (fits(f"{first}([.][0-9]{{3}}){{2,}}(,[0-9]+)?"), read(thousands=".", decimals=",")),
        (fits(f"{first}(,[0-9]{{3}}){{2,}}([.][0-9]+)?"), read(thousands=",")),
    ]
    if comma or whole:
        cases.append((fits("[+-]?[0-9]+,[0-9]+"), read(decimals=",")))
    sign = (".", ",") if comma else (",", ".")
    mixed = fits(f"{first}[{sign[0]}][0-9]{{3}}[{sign[1]}][0-9]+")
    cases.append((mixed, read(thousands=sign[0], decimals=sign[1])))
    remarks = [(by_thousands, THOUSANDS)]
    if comma or whole:
        remarks.append((fits("[+-]?[0-9]+[.][0-9]+"), POINT))
    if kinds:
        cases.insert(0, (f"{KIND} = 'getal'", f"try_cast({TEXT} AS DOUBLE)"))
        remarks.insert(0, (f"{KIND} = 'getal'", ""))
    if hours:
        cases.append((fits(_CLOCK), _hours(_BARE)))
        remarks.append((fits(_CLOCK), HOURS))
    value = _FOUND
    if whole:
        value = (
            f"CASE WHEN {_FOUND} = floor({_FOUND}) AND abs({_FOUND}) < 9007199254740992"
            f" THEN {_FOUND}::BIGINT END"
        )
    return Reading(
        value,
        f"nullif({_case([(w, literal(r)) for w, r in remarks])}, '')",
        {_BARE: f"trim(regexp_replace({TEXT}, '(€|EUR)', ''))", _FOUND: _case(cases)},
    )


def tidy(cell: str) -> str:
    """SQL: a text in one way of writing: accents composed, nothing invisible, single spaces.

    A name that two programs wrote differently is one name, though nobody sees the difference.
    """
    seen = f"regexp_replace(nfc_normalize({cell}), '{INVISIBLE}', '', 'g')"
    tidied = f"regexp_replace({seen}, '{SPACE}', ' ', 'g')"
    text = f"CASE WHEN regexp_matches({cell}, '{ODD}') THEN {tidied} ELSE {cell} END"
    return f"nullif(trim({text}), '')"


def mangled() -> str:
    """SQL: the remark about a text such as `CafÃ©`."""
    return f"CASE WHEN regexp_matches({TEXT}, '{MANGLING}') THEN {literal(MANGLED)} END"


def rounded() -> str:
    """SQL: the remark about a number of a worksheet that is read as text, such as somebody's own
    number of a row: of more than fifteen digits the last are no longer what they were."""
    long = f"{KIND} = 'getal' AND regexp_full_match({TEXT}, '{_TOO_LONG}')"
    return f"CASE WHEN {long} THEN {literal(ROUNDED)} END"


def _hours(text: str) -> str:
    part = f"string_split({text}, ':')"
    minutes = f"try_cast({part}[2] AS DOUBLE) / 60"
    seconds = f"coalesce(try_cast({part}[3] AS DOUBLE), 0) / 3600"
    return f"try_cast({part}[1] AS DOUBLE) + {minutes} + {seconds}"


def date(
    forms: Sequence[str], *, serials: bool = False, open_end: bool = False, kinds: bool = False
) -> Reading:
    """A date in one of the `forms` (values of `DATE_FORMATS`) or ISO, with or without a time.

    A year has four digits or, day first, two. `serials`: a number of five digits is Excel's count
    of days; `kinds`: the reader told of some that they count from 1904. `open_end`: 9999-12-31 and
    its like mean that there is no end. A moment with a time zone is no date: to drop the zone could
    change the day.
    """
    tries = [f"CASE WHEN regexp_full_match({_DAY}, '{_ISO}') THEN try_cast({_DAY} AS DATE) END"]
    remarks = []
    for form in dict.fromkeys(forms):
        if form in _DAY_FIRST:
            sign = _DAY_FIRST[form]
            start = f"[0-9]{{1,2}}[{sign}][0-9]{{1,2}}[{sign}]"
            long = f"regexp_full_match({_DAY}, '{start}[0-9]{{4}}')"
            short = f"regexp_full_match({_DAY}, '{start}[0-9]{{2}}')"
            century = f"CASE WHEN right({_DAY}, 2) < '{CENTURY_FROM}' THEN '20' ELSE '19' END"
            full = f"left({_DAY}, length({_DAY}) - 2) || {century} || right({_DAY}, 2)"
            tries.append(
                f"CASE WHEN {long} THEN try_strptime({_DAY}, '{form}')::DATE"
                f" WHEN {short} THEN try_strptime({full}, '{form}')::DATE END"
            )
            remarks.append((short, SHORT_YEAR))
        elif form == "%Y%m%d":
            tries.append(
                f"CASE WHEN regexp_full_match({_DAY}, '[0-9]{{8}}')"
                f" THEN try_strptime({_DAY}, '{form}')::DATE END"
            )
    if serials:
        is_serial = f"regexp_full_match({TEXT}, '{SERIAL_DAYS}')"
        later = f" + CASE {KIND} WHEN '{SINCE_1904}' THEN {DAYS_TO_1904} ELSE 0 END"
        tries.append(
            f"CASE WHEN {is_serial} THEN DATE '1899-12-30'"
            f" + try_cast(left({TEXT}, 5) AS INTEGER){later if kinds else ''} END"
        )
        remarks.append((is_serial, SERIAL))
    value = _FOUND
    steps = {
        _DAY: f"regexp_replace({TEXT}, '{_TIME_BEHIND}', '')",
        _FOUND: f"coalesce({', '.join(tries)})",
    }
    timed = (
        f"regexp_matches({TEXT}, '{_TIME_BEHIND}') AND NOT regexp_matches({TEXT}, '{_MIDNIGHT}')"
    )
    remarks += [(timed, TIME), (f"regexp_full_match({TEXT}, '{_CLOCK}')", TIME_ONLY)]
    if open_end:
        steps[_OPEN] = _is_open_end(_FOUND)
        remarks.insert(0, (_OPEN, OPEN_END))
        value = f"CASE WHEN NOT {_OPEN} THEN {_FOUND} END"
    return Reading(value, _case([(w, literal(r)) for w, r in remarks]), steps)


def _is_open_end(value: str) -> str:
    """9999-12-31, 2999-01-01, 2099-12-31: a last day that nobody means."""
    last = f"strftime({value}, '%m-%d') = '12-31' AND year({value}) % 100 = 99"
    return f"coalesce({value} >= DATE '2900-01-01' OR (year({value}) > 2050 AND {last}), false)"


def _case(cases: Iterable[tuple[str, str]]) -> str:
    return f"CASE {' '.join(f'WHEN {when} THEN {then}' for when, then in cases)} END"
