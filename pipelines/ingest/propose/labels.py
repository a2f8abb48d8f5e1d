"""What the labels of a file could mean: codes of a column's list."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from rapidfuzz import fuzz

from pipelines.codes import Code
from pipelines.contracts import Column, Contracts
from pipelines.ingest.headings import normal
from pipelines.ingest.layouts import shown
from pipelines.ingest.persons import may_be_person
from pipelines.ingest.propose.cells import Cells
from pipelines.ingest.propose.proposal import Certainty, CodeGuess
from pipelines.ingest.propose.scores import plain_words

LABEL_SURE, LABEL_LIKELY, LABEL_POSSIBLE = 0.92, 0.78, 0.62  # likeness of a label to a code's words
LABEL_LEAD = 0.10  # so much more than to any other code, or the guess is a step less sure
_DENIALS = frozenset({"anders", "geen", "niet", "onbekend", "overig", "zonder"})
ALMOST = 75  # likeness, of 100, from which a word reads like another


def unknown_labels(
    cells: Cells, column: Column, contracts: Contracts, separators: Sequence[str]
) -> list[str]:
    """Distinct labels that are not on the code list, as they are written."""
    codes = contracts.codes[str(column.codes)].values()
    written = {normal(w) for c in codes for w in (c.code, c.label_nl, *c.spellings)}
    labels = [str(value) for value in cells.values]
    if column.kind == "lijst" and separators:
        labels = [i.strip() for v in labels for i in v.split(separators[0]) if i.strip()]
    distinct = {normal(label): label for label in reversed(labels)}
    return [label for plain, label in distinct.items() if plain not in written]


def _means(label: str, word: str) -> float:
    """How much a label reads like a code's word; sharing some words is never likely enough.

    'Niet akkoord' reads like 'akkoord' and means the opposite: a word of denial counts for itself.
    """
    whole = max(fuzz.ratio(label.replace(" ", ""), word.replace(" ", "")),
                fuzz.token_sort_ratio(label, word)) / 100  # fmt: skip
    part = 0.85 * fuzz.token_set_ratio(label, word) / 100
    most = LABEL_LIKELY - 0.01
    if set(label.split()) & _DENIALS != set(word.split()) & _DENIALS:
        return min(most - 0.05, whole)
    return max(whole, min(most, part))


def _may_be_repeated(label: str, vocabulary: Collection[str]) -> bool:
    """Whether a label of the file may be printed: no word of it could be somebody's name.

    A word of the code list, or one that reads like it, is none; any other is none when it is in no
    list of names and written as no name is: with a capital.
    """
    for word in re.findall(r"[^\W\d_]{3,}", label):
        plain = normal(word)
        near = any(plain in v or v in plain for v in vocabulary if len(v) > 3)
        if plain in vocabulary:
            continue
        if may_be_person(plain):
            return False
        if word[0].isupper() and not near:
            likest = max((fuzz.ratio(plain, v) for v in vocabulary), default=0.0)
            if likest < ALMOST:
                return False
    return True


def code_guesses(labels: Iterable[str], codes: Iterable[Code]) -> tuple[CodeGuess, ...]:
    """The code that each label reads like most; none for a label that is like none of them.

    Only what reads like the code list is repeated, so that no other value of the file is.
    """
    words = {
        c.code: [(plain_words(w), w) for w in (c.label_nl, *c.spellings, c.code)] for c in codes
    }
    found: list[CodeGuess] = []
    vocabulary = {w for written in words.values() for plain, _ in written for w in plain.split()}
    for label in labels:
        if shown(label) != label or not _may_be_repeated(label, vocabulary):
            continue
        plain = plain_words(label)
        ranked = sorted(
            ((*max((_means(plain, w), word) for w, word in known), code)
             for code, known in words.items()),
            reverse=True,
        )  # fmt: skip
        best, word, code = ranked[0]
        lead = best - (ranked[1][0] if len(ranked) > 1 else 0.0)
        if best < LABEL_POSSIBLE:
            continue
        certainty: Certainty = "onzeker"
        if lead >= LABEL_LEAD and best >= LABEL_LIKELY:
            certainty = "zeker" if best >= LABEL_SURE else "waarschijnlijk"
        found.append(CodeGuess(label, code, certainty, f"{best:.0%} als '{word}'"))
    return tuple(sorted(found, key=lambda g: (g.code, g.label)))
