"""Names of persons, to recognise a column of names under any header.

The lists are those of the package mimesis (MIT), read from its data files; nothing of it is run.
First names come from the languages that Dutch classes commonly share, surnames from the fewer
whose lists hold few ordinary words.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.ingest.chance import beyond_chance

FIRST_NAMES_OF = ("nl", "en", "tr", "fr", "de", "pl", "es", "pt", "az")
SURNAMES_OF = ("nl", "tr", "pl", "es")
# Streets and schools are named after people, and people after places: of the distinct values of
# columns in DUO's and CBS's public files up to 7% began with a first name and up to 15% consisted
# of names. The rates are what a column must clearly exceed.
CHANCE_FIRST = 0.10
CHANCE_ALL = 0.15
LONGEST_NAME = 7  # words
PARTICLES = frozenset(["van", "von", "der", "den", "het", "ten", "ter", "les", "ben", "bin", "ibn"])
NOT_NAMES = frozenset(["man", "anders", "school"])  # in a list, but an answer in many columns
# "J. de Vries", "A.B. Jansen", "Vries, J. de"
_ACCENTS = re.compile(r"[\u0300-\u036f]+")  # as they stand behind their letter in NFKD
INITIALS = r"^(?:\p{Lu}\.\s?){1,5}(?:\p{Ll}+\.?\s){0,3}\p{Lu}\p{L}+|^\p{L}[\p{L} '-]+,\s?\p{Lu}\."


@dataclass(frozen=True)
class Names:
    """Words in lower case without accents, three letters or more."""

    first: frozenset[str]
    last: frozenset[str]


@cache
def known() -> Names:
    """Read once, and only when a column of words turns up."""
    return Names(_words_of(FIRST_NAMES_OF, "names"), _words_of(SURNAMES_OF, "surnames"))


@dataclass
class NameTally:
    """How many of a column's distinct texts look like names of persons.

    Counts the values that begin with a first name, that consist of names, or that are initials
    with a name, and asks whether that is more than chance allows (`chance`).
    """

    wordy: int = 0
    bare: int = 0
    first: int = 0
    all: int = 0
    initials: int = 0

    def see(self, values: pl.Series, ordinary: pl.Series | None = None) -> None:
        """`ordinary`: words of code lists, in lower case, which are nobody's name."""
        wordy = values.filter(values.str.contains(r"\p{L}{3}"))
        bare = wordy.filter(~wordy.str.contains(r"[\d_@]"))
        self.wordy += wordy.len()
        self.bare += bare.len()
        if ordinary is not None:
            bare = bare.filter(~bare.str.to_lowercase().is_in(ordinary))
        if bare.len() == 0:
            return
        first, every = _named(bare)
        self.first += first
        self.all += every
        self.initials += int(bare.str.contains(INITIALS).sum())

    @property
    def beyond_chance(self) -> bool:
        if self.bare < 2 or self.bare < CHANCE_ALL * self.wordy:
            return False
        return (
            _beyond(self.first, self.wordy, CHANCE_FIRST)
            or _beyond(self.all, self.wordy, CHANCE_ALL)
            or _beyond(self.initials, self.wordy, CHANCE_FIRST)
        )


def _named(bare: pl.Series) -> tuple[int, int]:
    """How many texts begin with a first name, and how many consist of names."""
    words = (
        bare.str.normalize("NFKD")
        .str.replace_all(r"[\p{M}'’]", "")
        .str.to_lowercase()
        .str.extract_all(r"\p{L}{3,}")
    )
    frame = (
        pl.DataFrame({"waarde": range(words.len()), "woord": words})
        .filter(pl.col("woord").list.len().is_between(1, LONGEST_NAME))
        .explode("woord")
        .filter(~pl.col("woord").is_in(PARTICLES))
    )
    first, either = _listed()
    told = frame.with_columns(
        voornaam=pl.col("woord").is_in(first), namen=pl.col("woord").is_in(either)
    )
    hits = told.group_by("waarde", maintain_order=True).agg(
        pl.col("voornaam").first(), pl.col("namen").all()
    )
    return int(hits["voornaam"].sum()), int(hits["namen"].sum())


@cache
def _listed() -> tuple[pl.Series, pl.Series]:
    """First names, and names of either kind, in the form that polars looks up in."""
    names = known()
    return (
        pl.Series(sorted(names.first)).implode(),
        pl.Series(sorted(names.first | names.last)).implode(),
    )


def _beyond(hits: int, values: int, chance: float) -> bool:
    return hits > 1 and beyond_chance(hits, values, chance)


def _words_of(locales: Iterable[str], key: str) -> frozenset[str]:
    listed = (
        json.loads((_folder() / locale / "person.json").read_text("utf-8"))[key]
        for locale in locales
    )
    text = _plain("\n".join(name for names in listed for name in _flat(names)))
    return frozenset(re.findall(r"[^\W\d_]{3,}", text)) - PARTICLES - NOT_NAMES


def _folder() -> Path:
    # Found without importing the package, which would take a quarter of a second.
    spec = find_spec("mimesis")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("mimesis")
    return Path(spec.origin).parent / "datasets"


def _flat(item: Any) -> Iterator[str]:
    """Lists per gender, or one list: every text in it."""
    if isinstance(item, str):
        yield item
        return
    for part in item.values() if isinstance(item, dict) else item:
        yield from _flat(part)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.replace("'", "").replace("’", ""))
    return _ACCENTS.sub("", folded).lower()
