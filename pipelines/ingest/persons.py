"""One person in a column that has no room for any: a value that is a name beyond doubt.

A column of names is told by its share (`names.Named`). But a single name under `vestigingscode` or
`reden` is no chance either: the contract says which values such a column has, and what is none of
them is kept apart with its row and shown to the supplier. So there one name is enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import polars as pl

from pipelines.ingest.headings import normal
from pipelines.ingest.names import INITIALS, PARTICLES, known

PHONE = r"^\s*\(?0[\s(-]*[1-9]([\s)-]*\d){8}\s*$"
MOST = 10_000  # values of one part of a column that are looked at one by one
_TITLE = re.compile(
    r"^(?:juf|juffr(?:ouw)?|meester|mevr|mevrouw|mw|dhr|hr|de heer|meneer|mrs?)\b\.?\s+(.+)$"
)
_SCHOOL = re.compile(
    r"school|skoalle|college|lyceum|gymnasium|praktijk|academie|kind ?centrum"
    r"|\baan d(e|en)\b|\b(r ?k ?|p ?c ?)?[bco] ?b ?s\b|\bi?k ?c\b|\bbs\b|\bv?so\b|\bsbo\b"
)
_INITIALS = re.compile(r"(?:[A-Z]\. ?)+(?:[a-z]+ ){0,3}[A-Z][a-z]+")
_WORD = re.compile(r"[^\W\d_]+")
_MOST_WORDS = 5


@dataclass(frozen=True)
class Listed:
    """What a column may hold by its contract: `words`, as `normal` makes them, and a `pattern`."""

    words: frozenset[str] = frozenset()
    pattern: str = ""


@dataclass
class Persons:
    """What distinct values of a column with listed values are besides: a name, or a telephone."""

    kinds: set[str] = field(default_factory=set)

    def see(self, values: pl.Series, listed: Listed) -> None:
        if listed.pattern and self.kinds.isdisjoint({"telefoonnummer"}):
            odd = values.filter(~values.str.contains(listed.pattern))
            if odd.str.contains(PHONE).any():
                self.kinds.add("telefoonnummer")
        if "naam" in self.kinds:
            return
        likely = values.filter(values.str.contains(r"\p{L}{2}.*[\s._-].*\p{L}{2}|\p{Lu}\."))
        likely = likely.head(MOST)
        others = [v for v in likely if normal(v) not in listed.words]
        signed = pl.Series(others, dtype=pl.String)
        named = signed.filter(signed.str.contains(INITIALS)).to_list()
        if any(map(is_person, others)) or any(not _is_school(v) for v in named):
            self.kinds.add("naam")


def is_person(text: str) -> bool:
    """`juf Jansen`, `Sanne de Vries`, `Fatima El Amrani`: nobody's code for anything."""
    if _is_school(text):
        return False
    names = known()
    if titled := _TITLE.match(normal(text)):
        called = [w for w in _WORD.findall(titled.group(1)) if w not in PARTICLES and len(w) > 2]
        own = [w for w in _WORD.findall(text) if normal(w) in called[:1]]
        is_name = bool(called) and called[0] in (names.first | names.last)
        return is_name or any(w[0].isupper() for w in own)
    if re.search(r"\d", text):
        return False
    words = [w for w in _WORD.findall(text) if len(w) > 2 and normal(w) not in PARTICLES]
    if not 2 <= len(words) <= _MOST_WORDS or normal(words[0]) not in names.first:
        return False
    every = all(normal(w) in (names.first | names.last) for w in words)
    capitals = all(w[0].isupper() and w[1:].islower() for w in words)
    return every or capitals


def may_be_person(text: str) -> bool:
    """Whether a text could be somebody's name, as far as it may be repeated: also a first name, or
    a surname, that stands alone."""
    words = [normal(w) for w in _WORD.findall(text) if len(w) > 2]
    names = known()
    alone = len(words) == 1 and words[0] in (names.first | names.last)
    return alone or is_person(text) or _INITIALS.match(text) is not None


def _is_school(text: str) -> bool:
    return _SCHOOL.search(re.sub(r"[^a-z0-9]+", " ", normal(text))) is not None
