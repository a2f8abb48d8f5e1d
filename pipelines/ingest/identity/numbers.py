"""Citizen service and education numbers, told from random ones by the eleven-test."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from pipelines.ingest.chance import beyond_chance

BSN_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
RANDOM_PASS_RATE = 1 / 11  # share of random nine-digit numbers that pass the eleven-test
SPOKEN_NUMBER = r"(?i)\b(?:bsn|burgerservice\w*|sofi\w*|onderwijsnu?m?mer|onderwijsnr|pgn)\D{0,12}"
HEXADECIMAL = r"\b[0-9A-Fa-f-]*[A-Fa-f][0-9A-Fa-f-]*\b"


PIECE = 1_000_000  # numbers tested at a time


@dataclass
class Numbers:
    """The numbers in a column, gathered over its distinct values.

    Of random nine-digit numbers one in eleven passes the eleven-test. A column is taken for real
    when all its numbers pass, or more than chance allows (`chance`), or when a
    number that passes is called one in so many words. Eight digits (a lost leading zero) count
    only beyond chance, and never when they are a date.
    """

    called: bool = False
    nine: list[pl.Series] = field(default_factory=list)
    eight: list[pl.Series] = field(default_factory=list)

    def see(self, values: pl.Series) -> None:
        digits = _digit_texts(values)
        if digits.len() == 0:
            return
        called = digits.str.extract(SPOKEN_NUMBER + r"(\d{8,9})(?:\D|$)").drop_nulls()
        self.called |= bool(passes_eleven_test(_whole(called)).any())
        runs = digits.str.extract_all(r"\d+").explode().drop_nulls().unique()
        self.nine.append(_whole(runs.filter(runs.str.len_bytes() == 9)))
        short = runs.filter(runs.str.len_bytes() == 8)
        self.eight.append(_whole(short.filter(~_is_compact_date(short))))

    @property
    def real(self) -> bool:
        if self.called:
            return True
        hits, count = _tested(self.nine)
        if count and (hits == count or beyond_chance(hits, count, RANDOM_PASS_RATE)):
            return True
        hits, count = _tested(self.eight)
        return count > 0 and beyond_chance(hits, count, RANDOM_PASS_RATE)


def holds_bsn(values: pl.Series) -> bool:
    """Whether distinct values hold citizen service or education numbers."""
    numbers = Numbers()
    numbers.see(values)
    return numbers.real


def passes_eleven_test(numbers: pl.Series) -> pl.Series:
    """For every whole number below 10^9: is its weighted sum of digits divisible by eleven?"""
    total = numbers.cast(pl.Int64) * 0
    for place, weight in enumerate(reversed(BSN_WEIGHTS)):
        total += numbers // 10**place % 10 * weight
    return (total % 11 == 0) & (numbers > 0)


def _tested(gathered: list[pl.Series]) -> tuple[int, int]:
    """(how many pass, how many there are), every number once."""
    if not gathered:
        return 0, 0
    numbers = pl.concat(gathered).unique()
    pieces = (numbers.slice(at, PIECE) for at in range(0, numbers.len(), PIECE))
    return sum(int(passes_eleven_test(p).sum()) for p in pieces), numbers.len()


def _digit_texts(values: pl.Series) -> pl.Series:
    """The values that may hold such a number, with grouped and floating notations undone."""
    likely = values.filter(values.str.contains(r"\d(?:[ \u00a0.-]?\d){7}|\d[eE]\+?0?8"))
    if likely.len() == 0:
        return likely
    scientific = likely.str.contains(r"^\s*\d([.,]\d+)?[eE]\+?0?8\s*$")
    if scientific.any():
        floats = likely.filter(scientific).str.replace(",", ".").str.strip_chars().cast(pl.Float64)
        whole = floats.round().cast(pl.Int64).cast(pl.String)
        likely = pl.concat([likely.filter(~scientific).rename(""), whole.rename("")])
    return (
        likely.str.replace(r"[.,]0+\s*$", "")
        .str.replace_all(r"\b(\d{1,4})[.-](\d{2,4})[.-](\d{2,4})\b", "${1}${2}${3}")
        .str.replace_all(r"(\d)[ \u00a0](\d)", "${1}${2}")
        .str.replace_all(r"(\d)[ \u00a0](\d)", "${1}${2}")
        .str.replace_all(HEXADECIMAL, "")
    )


def _whole(digits: pl.Series) -> pl.Series:
    return digits.rename("").cast(pl.Int32)


def _is_compact_date(eight: pl.Series) -> pl.Series:
    """yyyymmdd or ddmmyyyy of 1900 to 2099."""
    day, month, year = r"(0[1-9]|[12]\d|3[01])", r"(0[1-9]|1[0-2])", r"(19|20)\d{2}"
    return eight.str.contains(f"^({year}{month}{day}|{day}{month}{year})$")
