"""The checker: integers only, no solver, and nothing of the program that searched.

Given a component and what is to be shown of it, it proves from the witnesses alone that every
sensitive sum can be 0 and can be T or more, with everything shown unchanged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from pipelines.release.disclosure.fold import whole_tables
from pipelines.release.disclosure.numbers import Bools, Ints, round_counts
from pipelines.release.disclosure.possible import with_possible_atoms
from pipelines.release.disclosure.problem import (
    Component,
    Demand,
    Protection,
    Verdict,
    Witness,
)
from pipelines.release.disclosure.rows import Rows, rows_of
from pipelines.release.disclosure.rules import (
    aware_ranges,
    demands,
    first_hidden,
    known_ranges,
)

MISSING = "een getuige ontbreekt of schiet tekort"


def certify(component: Component, protection: Protection) -> Verdict:
    """Whether everything that has to be proved is proved by the witnesses of `protection`."""
    largest = max((int(w.atoms.max(initial=0)) for w in protection.witnesses), default=0)
    if largest >= component.counts.size:
        component = with_possible_atoms(component)
    never = component.folded
    component = replace(component, folded=protection.folded)
    rows = rows_of(component)
    reasons: list[str] = []
    visible, published = protection.visible, protection.published
    if visible.shape != component.values.shape or published.shape != component.values.shape:
        return Verdict(component.name, False, 0, 0, 0, ("andere cellen dan de tabel",))
    needed = demands(component, rows, visible)
    if not whole_tables(component, never):
        reasons.append("een tabel is maar voor een deel weggelaten")
    if not np.array_equal(component.incidence @ component.counts, component.values):
        reasons.append("cellen zijn niet de som van hun atomen")
    if (visible & first_hidden(component, rows)).any():
        reasons.append("een gevoelige cel is zichtbaar")
    if not np.array_equal(
        published[visible], round_counts(component.values, component.rounding)[visible]
    ):
        reasons.append("een getoond getal is niet het afgeronde getal")
    if _differs_from_frame(protection):
        reasons.append("het getoonde wijkt af van wat bewezen is")
    if protection.proof_hash != proof_hash(protection.witnesses, protection.proof):
        reasons.append("het bewijs hoort niet bij deze uitvoer")
    ranges = (known_ranges(component, rows, visible), aware_ranges(component, rows, visible))
    usable, reached, touched = _replay(component, rows, ranges, protection.witnesses)
    if not usable[0].all():
        reasons.append("een getuige spreekt tegen wat zichtbaar of bekend is")
    missing = narrow = 0
    readable: list[int] = []
    unproved: set[int] = set()
    for demand in needed:
        if _met(rows, demand, protection, usable, reached, touched):
            continue
        missing += int(not demand.aware and not demand.wide)
        narrow += int(demand.wide)
        readable += [demand.row] if demand.aware else []
        unproved |= set() if demand.aware else {demand.row}
    if missing:
        reasons.append(MISSING)
    if narrow:
        reasons.append("een verborgen aantal is te nauw te begrenzen")
    return Verdict(
        name=component.name,
        safe=not reasons,
        demands=len(needed),
        witnesses=len(protection.witnesses),
        readable_if_told=len(readable),
        reasons=tuple(reasons),
        narrow=narrow,
        readable=tuple(readable),
        unproved=tuple(sorted(unproved)),
    )


def _met(
    rows: Rows,
    demand: Demand,
    protection: Protection,
    usable: Bools,
    reached: Ints,
    touched: Bools,
) -> bool:
    """Whether the witnesses named for a demand prove it."""
    value = int(rows.value[demand.row])
    good = usable[int(demand.aware)]
    if demand.insider >= 0:
        good = good & ~touched[demand.insider]

    def found(key: tuple[int, int]) -> list[int]:
        index = protection.proof.get(key, -1)
        known = 0 <= index < len(protection.witnesses) and bool(good[index])
        return [int(reached[demand.row, index])] if known else []

    if not demand.wide:
        return any(demand.met(value, end) for end in found(demand.key))
    ends = [value, *(end for key in demand.ends for end in found(key))]
    return max(ends) - min(ends) >= demand.target - value


def proof_hash(witnesses: Sequence[Witness], proof: Mapping[tuple[int, int], int]) -> str:
    """sha256 over witnesses and proof, the same on every machine."""
    digest = hashlib.sha256()
    for witness in witnesses:
        digest.update(_bytes(witness.atoms.tolist()) + b";")
        digest.update(_bytes(witness.changes.tolist()) + b"\n")
    for (row, kind), index in sorted(proof.items()):
        digest.update(_bytes((row, kind, index)) + b"\n")
    return digest.hexdigest()


def _bytes(numbers: Iterable[int]) -> bytes:
    return ",".join(str(number) for number in numbers).encode()


def _differs_from_frame(protection: Protection) -> bool:
    """Whether the frame that will be published says something else than the mask and numbers."""
    frame = protection.cells
    shown = (frame["status"] == "zichtbaar").to_numpy()
    filled = frame["gepubliceerd"].is_not_null().to_numpy()
    if not (np.array_equal(shown, protection.visible) and np.array_equal(shown, filled)):
        return True
    numbers = frame["gepubliceerd"].fill_null(0).to_numpy()
    return not np.array_equal(numbers[shown], protection.published[shown])


def _replay(
    component: Component,
    rows: Rows,
    ranges: Sequence[tuple[Ints, Ints]],
    witnesses: Sequence[Witness],
) -> tuple[Bools, Ints, Bools]:
    """Per range and witness whether it is a possible table; every row's value in it; and per
    school and witness whether it changes what that school knows of itself."""
    n_atoms = component.counts.size
    usable = np.ones((len(ranges), len(witnesses)), np.bool_)
    reached = np.empty((rows.value.size, len(witnesses)), np.int64)
    touched = np.ones((len(component.insiders), len(witnesses)), np.bool_)
    for index, witness in enumerate(witnesses):
        change = np.zeros(n_atoms, np.int64)
        whole = witness.changes.dtype == np.int64 and witness.atoms.dtype == np.int64
        inside = bool(((witness.atoms >= 0) & (witness.atoms < n_atoms)).all())
        once = np.unique(witness.atoms).size == witness.atoms.size == witness.changes.size
        if whole and inside and once:
            change[witness.atoms] = witness.changes
        else:
            usable[:, index] = False
        usable[:, index] &= bool((component.counts + change >= 0).all())
        column = rows.value + rows.matrix @ change
        touched[:, index] = component.noticed(column - rows.value)
        reached[:, index] = column
        for i, (low, high) in enumerate(ranges):
            usable[i, index] &= bool(((column >= low) & (column <= high)).all())
    return usable, reached, touched
