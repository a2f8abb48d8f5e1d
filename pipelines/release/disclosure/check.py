"""The checker: integers only, no solver, and nothing of the program that searched.

Given a component and what is to be shown of it, it proves from the witnesses alone that every
sensitive sum can be 0 and can be T or more, with everything shown unchanged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from pipelines.release.disclosure.numbers import Bools, Ints, round_counts
from pipelines.release.disclosure.possible import with_possible_atoms
from pipelines.release.disclosure.problem import (
    Component,
    Protection,
    Rows,
    Verdict,
    Witness,
    rows_of,
)
from pipelines.release.disclosure.rules import (
    aware_ranges,
    demands,
    first_hidden,
    known_ranges,
)


def certify(component: Component, protection: Protection) -> Verdict:
    """Whether everything that has to be proved is proved by the witnesses of `protection`."""
    largest = max((int(w.atoms.max(initial=0)) for w in protection.witnesses), default=0)
    if largest >= component.counts.size:
        component = with_possible_atoms(component)
    rows = rows_of(component)
    needed = demands(component, rows)
    reasons: list[str] = []
    visible, published = protection.visible, protection.published
    if visible.shape != component.values.shape or published.shape != component.values.shape:
        return Verdict(component.name, False, len(needed), 0, 0, ("andere cellen dan de tabel",))
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
    usable, reached = _replay(component, rows, ranges, protection.witnesses)
    if not usable[0].all():
        reasons.append("een getuige spreekt tegen wat zichtbaar of bekend is")
    missing = readable = 0
    for demand in needed:
        index = protection.proof.get(demand.key, -1)
        if not 0 <= index < len(protection.witnesses) or not usable[int(demand.aware), index]:
            met = False
        else:
            met = demand.met(int(rows.value[demand.row]), int(reached[demand.row, index]))
        missing += int(not met and not demand.aware)
        readable += int(not met and demand.aware)
    if missing:
        reasons.append("een getuige ontbreekt of schiet tekort")
    return Verdict(
        name=component.name,
        safe=not reasons,
        demands=len(needed),
        witnesses=len(protection.witnesses),
        readable_if_told=readable,
        reasons=tuple(reasons),
    )


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
) -> tuple[Bools, Ints]:
    """Per range and witness whether it is a possible table; and every row's value in it."""
    n_atoms = component.counts.size
    usable = np.ones((len(ranges), len(witnesses)), np.bool_)
    reached = np.empty((rows.value.size, len(witnesses)), np.int64)
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
        reached[:, index] = column
        for i, (low, high) in enumerate(ranges):
            usable[i, index] &= bool(((column >= low) & (column <= high)).all())
    return usable, reached
