"""One person in a column that has no room for any: a value that is a name beyond doubt.

A column of names is told by its share (`names.Named`). But a single name under `vestigingscode` or
`reden` is no chance either: the contract says which values such a column has, and what is none of
them is kept apart with its row and shown to the supplier. So there one name is enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

import polars as pl

from pipelines import contracts
from pipelines.ingest.headings import normal
from pipelines.ingest.names import INITIALS, PARTICLES, known

PHONE = r"^\s*\(?0[\s(-]*[1-9]([\s)-]*\d){8}\s*$"
MOST = 10_000  # values of one part of a column that are looked at one by one
_ADDRESSED = re.compile(  # nobody and nothing else is called so
    r"\b(?:juf|juffr(?:ouw)?|mevr|mevrouw|mw|dhr|de heer|meneer)\b\.?\s+([^\d]+)"
)
_TITLE = re.compile(r"^(?:meester|hr|mrs?)\b\.?\s+([^\d]+)$")  # and schools are
_SCHOOL = re.compile(
    r"school|skoalle|college|lyceum|gymnasium|praktijk|academie|kind ?centrum"
    r"|\baan d(e|en)\b|\b(r ?k ?|p ?c ?)?[bco] ?b ?s\b|\bi?k ?c\b|\bbs\b|\bv?so\b|\bsbo\b"
)
_INITIALS = re.compile(r"(?:[A-Z]\. ?)+(?:[a-z]+ ){0,3}[A-Z][a-z]+")
_PARTS = re.compile(r"[|;/]")  # between the items of a list
_WORD = re.compile(r"[^\W\d_]+")
_MOST_WORDS = 5


@dataclass(frozen=True)
class Listed:
    """What a column may hold by its contract: `words`, as `normal` makes them, and a `pattern`.

    `free`: anything else too, such as the name of a provider, but nobody who is addressed by name.
    """

    words: frozenset[str] = frozenset()
    pattern: str = ""
    free: bool = False


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
        parts = {p.strip() for v in likely.head(MOST) for p in (v, *_PARTS.split(v))}
        others = [p for p in parts if p and normal(p) not in listed.words]
        if listed.free:
            found = any(map(is_addressed, others))
        else:
            signed = pl.Series(others, dtype=pl.String)
            named = signed.filter(signed.str.contains(INITIALS)).to_list()
            found = any(map(is_person, others)) or any(not _is_school(v) for v in named)
        if found:
            self.kinds.add("naam")


def is_addressed(text: str) -> bool:
    """`juf Jansen`, `gesprek met mevrouw De Boer`."""
    return any(_called(text, m[1]) for m in _ADDRESSED.finditer(normal(text)))


def is_person(text: str) -> bool:
    """`juf Jansen`, `Sanne de Vries`, `Fatima El Amrani`: nobody's code for anything."""
    if is_addressed(text):
        return True
    if _is_school(text):
        return False
    if titled := _TITLE.match(normal(text)):
        return _called(text, titled[1])
    names = known()
    words = [w for w in _WORD.findall(text) if len(w) > 2 and normal(w) not in PARTICLES]
    plain = [normal(w) for w in words]
    proper = [w[0].isupper() and w[1:].islower() for w in words]
    first = [w in names.first and w not in _ordinary() for w in plain]
    pairs = zip(first, proper, proper[1:], plain[1:], strict=False)
    if any(is_first and one and two and last in names.last for is_first, one, two, last in pairs):
        return True
    if re.search(r"\d", text) or not 2 <= len(words) <= _MOST_WORDS:
        return False
    every = all(w in names.first or w in names.last for w in plain)
    return first[0] and (every or all(proper))


@cache
def _ordinary() -> frozenset[str]:
    """Words that stand in the contracts in small letters: `onder behandeling` is nobody, though
    Onder is a first name."""
    promised = contracts.load()
    texts = [c.label_nl for codes in promised.codes.values() for c in codes.values()]
    for dataset in promised.datasets.values():
        texts += [dataset.description]
        texts += [t for c in dataset.columns for t in (c.label, c.description)]
        texts += [t for rule in dataset.rules for t in (rule.message, rule.remedy)]
    return frozenset(w for text in texts for w in re.findall(r"\b[a-z]{3,}\b", text))


def _called(text: str, behind: str) -> bool:
    """Whether what stands behind a title is a name: in a list, or with a capital in the text."""
    words = [w for w in _WORD.findall(behind) if w not in PARTICLES and len(w) > 2]
    names = known()
    if not words:
        return False
    own = [w for w in _WORD.findall(text) if normal(w) == words[0]]
    return words[0] in (names.first | names.last) or any(w[0].isupper() for w in own)


def may_be_person(text: str) -> bool:
    """Whether a text could be somebody's name, as far as it may be repeated: also a first name, or
    a surname, that stands alone."""
    words = [normal(w) for w in _WORD.findall(text) if len(w) > 2]
    names = known()
    alone = len(words) == 1 and words[0] in (names.first | names.last)
    return alone or is_person(text) or _INITIALS.match(text) is not None


def _is_school(text: str) -> bool:
    return _SCHOOL.search(re.sub(r"[^a-z0-9]+", " ", normal(text))) is not None
