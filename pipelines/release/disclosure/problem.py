"""One protected component as integers: published cells, unseen atoms, and what is known of them.

An atom is a set of units that count in exactly the same cells, so a cell is the sum of its atoms.
A reader sees (some) cells, rounded, and knows which cells are sums of which; that knowledge is
what the atoms carry. `Row` is anything that is a whole-number sum of atoms plus a constant: the
cells themselves come first, then virtual rows (complements, remainders of known totals, overlaps,
relations declared by the caller).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
import scipy.sparse as sp

from pipelines.release.disclosure.numbers import Bools, Ints

KEY = ("schooljaar", "niveau", "gebied", "uitsplitsing", "categorie")
INSIDERS = ("vestiging", "aanbieder", "gemeente", "wijk")
"""Levels of which each area is somebody who knows its own rows: schools, providers, municipalities
and wijkteams."""
AREA_LEVELS = ("gemeente", "wijk", "onderwijssoort", "aanbieder")
MINIMUM_SCHOOLS = 3
LEFT_OUT = "weggelaten"


@dataclass(frozen=True)
class Relation:
    """A sum over cells that a reader can form: `constant` + sum of coefficient x cell.

    `low` and `high` are what is known of it from elsewhere (None: nothing): an equation of flows,
    an earlier release, a national figure. With `sensitive` an outcome of 1 to threshold-1 is
    protected as if it were a cell; with `nested` (what is left of one count when another that it
    holds is taken off) it only may not be told to be 1 to threshold-1.
    """

    label: str
    terms: tuple[tuple[int, int], ...]
    constant: int = 0
    low: int | None = None
    high: int | None = None
    sensitive: bool = False
    nested: bool = False


@dataclass(frozen=True)
class Ties:
    """Cell -> (other cell, times): the other, so many times, is `above` it, or it is above the
    other that is `below`."""

    above: dict[int, list[tuple[int, int]]]
    below: dict[int, list[tuple[int, int]]]


@dataclass(frozen=True, eq=False)
class Component:
    """One protected component; make it with `build.build_component`.

    cells       frame sorted on `cel` (0..n-1): the columns of `Counted.cells`, plus `deel`,
                `telling`, `meting` (which count it is of, where several are stacked) and
                `drempel` (the threshold of the cell)
    counts      units per atom (int64, m); zero for atoms that are possible but do not occur
    incidence   atoms as columns, cells as rows, 0/1 (int64 csc, n x m)
    observed    number of atoms that occur; they come first
    pairs       (teller cell, noemer cell) whose difference is protected too
    known       (cell, exact constant) whose remainder is protected too
    earlier     (cell, lowest, highest): what earlier releases said, and still can be true
    folded      cells of tables that are left out whole (`fold`): no reader sees that they exist, so
                that one is not shown tells nothing of it; what they hold is protected all the same
    behind      (cell, other): that cell, shown, tells that the other is at least its threshold
    facts       (cell, lowest): what else is published tells, whatever is shown here
    """

    name: str
    cells: pl.DataFrame
    counts: Ints
    incidence: sp.csc_array
    observed: int
    rounding: int
    all_share: bool
    hide_zeros: bool
    minimum_schools: int
    pairs: tuple[tuple[int, int], ...]
    known: tuple[tuple[int, int], ...]
    relations: tuple[Relation, ...]
    earlier: tuple[tuple[int, int, int], ...] = ()
    folded: tuple[int, ...] = ()
    behind: tuple[tuple[int, int], ...] = ()
    facts: tuple[tuple[int, int], ...] = ()

    @cached_property
    def left_out(self) -> Bools:
        """`folded` as a mask over cells."""
        mask = np.zeros(self.cells.height, np.bool_)
        mask[list(self.folded)] = True
        return mask

    @cached_property
    def values(self) -> Ints:
        return ints_of(self.cells, "aantal")

    @cached_property
    def thresholds(self) -> Ints:
        return ints_of(self.cells, "drempel")

    @cached_property
    def children(self) -> Ints:
        return ints_of(self.cells, "kinderen")

    @cached_property
    def insiders(self) -> tuple[tuple[str, str], ...]:
        """(level, area) of who knows rows of its own, in order: schools, and those that are
        providers, municipalities or wijkteams."""
        own = self.cells.filter(pl.col("niveau").is_in(INSIDERS)).select("niveau", "gebied")
        return tuple(own.unique().sort(pl.all()).iter_rows())

    @cached_property
    def count_of(self) -> Ints:
        """Per cell the number of the count that it is of."""
        return self.cells["meting"].rank("dense").cast(pl.Int64).to_numpy()

    @cached_property
    def atoms_apart(self) -> Ints:
        """Per atom the number of the count that it is of."""
        count = self.count_of
        first = self.incidence.indptr[:-1]
        found = np.zeros(self.counts.size, np.int64)
        filled = np.diff(self.incidence.indptr) > 0
        found[filled] = count[self.incidence.indices[first[filled]]]
        return found

    @cached_property
    def held(self) -> tuple[Ints, Ints]:
        """`behind` as two arrays, of the cells that are not zero."""
        both = np.array(self.behind, np.int64).reshape(-1, 2)
        both = both[self.values[both[:, 0]] > 0]
        return both[:, 0], both[:, 1]

    @cached_property
    def ties(self) -> Ties:
        """Cells of one count that cells of another may not exceed."""
        found = Ties({}, {})
        for relation in self.relations:
            if len(relation.terms) == 2 and relation.low == 0 and relation.high is None:
                (more, times), (less, _) = relation.terms
                found.above.setdefault(less, []).append((more, times))
                found.below.setdefault(more, []).append((less, times))
        return found

    @cached_property
    def cells_of_insiders(self) -> sp.csr_array:
        """Which cells an insider knows: insiders as rows, cells as columns, 0/1. Its own, and all
        that count none but its own units (the schools and wijken of a municipality)."""
        place = {insider: i for i, insider in enumerate(self.insiders)}
        rows = self.cells.filter(pl.col("niveau").is_in(INSIDERS)).select("cel", "niveau", "gebied")
        where = (
            np.array([place[level, area] for _, level, area in rows.iter_rows()], np.int64),
            rows["cel"].cast(pl.Int64).to_numpy(),
        )
        own = sp.csr_array(
            (np.ones(rows.height, np.int64), where), shape=(len(place), self.cells.height)
        )
        observed = self.incidence[:, : self.observed]
        shared = sp.coo_array(sp.csr_array(own @ observed).minimum(1) @ observed.T)
        finer = self.cells["niveau"].is_in(("vestiging", "wijk")).to_numpy()
        whole = finer[shared.col] & (shared.data == observed.sum(axis=1)[shared.col])
        inside = sp.csr_array(
            (np.ones(int(whole.sum()), np.int64), (shared.row[whole], shared.col[whole])),
            shape=own.shape,
        )
        return sp.csr_array((own + inside).minimum(1))

    @cached_property
    def sum_of_schools(self) -> dict[int, tuple[int, ...]]:
        """Totals of areas with too few schools that are the sum of cells of those schools."""
        rest = ["schooljaar", "uitsplitsing", "categorie", "deel", "telling"]
        few = self.cells.filter(
            pl.col("niveau").is_in(AREA_LEVELS) & (pl.col("scholen") < self.minimum_schools)
        )
        own = self.cells.filter(pl.col("niveau") == "vestiging").select(*rest, school="cel")
        rows = self.incidence.tocsr()
        found: dict[int, tuple[int, ...]] = {}
        for (cell,), schools in (
            few.join(own, on=rest).sort("cel", "school").group_by("cel", maintain_order=True)
        ):
            atoms = {*_atoms_of(rows, cell)}
            inside = [
                school
                for school in schools["school"].to_list()
                if not atoms.isdisjoint(_atoms_of(rows, school))
            ]
            together = [atom for school in inside for atom in _atoms_of(rows, school)]
            if inside and len(together) == len(atoms) and atoms.issuperset(together):
                found[int(cell)] = tuple(inside)
        return found

    @cached_property
    def atoms_of_insiders(self) -> sp.csr_array:
        """Which atoms count in cells that an insider knows: insiders as rows, atoms as columns."""
        return sp.csr_array(sp.csr_array(self.cells_of_insiders @ self.incidence).minimum(1))

    def noticed(self, moved: Ints) -> Bools:
        """Per insider whether it would know that cells (or rows) did not move by `moved`."""
        cells = self.cells_of_insiders @ np.abs(moved[: self.cells.height])
        return np.asarray(cells > 0, np.bool_)


@dataclass(frozen=True, eq=False)
class Witness:
    """Whole-number changes to the atoms (`moves`: atom -> change) that no reader can rule out."""

    atoms: Ints
    changes: Ints


@dataclass(frozen=True)
class Demand:
    """Row `row` has to be able to reach `target` (downwards or upwards).

    With `aware` against a reader who takes every cell hidden for itself to be 1..T-1: the row must
    then be able to have another value than it has; `target` is one such value. With `either` it
    may be 0 as well as `target`. With `wide` two tables, or one and the truth, have to differ as
    much as `target` does from the row; with `insider`, a place in `Component.insiders`, they do so
    for that school, which knows its own cells.
    """

    row: int
    target: int
    up: bool
    aware: bool = False
    either: bool = False
    wide: bool = False
    insider: int = -1

    @property
    def key(self) -> tuple[int, int]:
        """Row and kind: 0 can be lower (zero), 1 can be higher (T or more), 2 can be something
        else; of a wide one the last of its two."""
        if self.wide:
            return self.ends[1]
        return self.row, 2 if self.aware else int(self.up)

    @property
    def ends(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Under which keys a wide demand names its lower and its higher table: 0 and 1, and two
        from 3 on for each insider."""
        first = 0 if self.insider < 0 else 3 + 2 * self.insider
        return (self.row, first), (self.row, first + 1)

    def met(self, value: int, reached: int) -> bool:
        """Whether one table in which the row is `reached` instead of `value` proves the demand."""
        if self.aware:
            return reached != value
        if self.either:
            return reached <= 0 or reached >= self.target
        return reached >= self.target if self.up else reached <= self.target


@dataclass(frozen=True)
class Verdict:
    """Outcome of the checker: what was proved, and every reason why not (empty when safe).

    Reasons name the kind of fault, never a value. `readable_if_told` counts sums that a reader
    could work out who is *told* which cells are hidden for themselves (four schools of one pupil
    each under a total of 1..4); `readable` are their rows. No further hiding prevents it, so a
    table is left out (`fold`).
    `narrow` counts hidden rows that stay less uncertain than is wanted, to everybody or to one
    school. `beside_earlier`: the proof also stands for a reader who kept earlier releases; where it
    does not, `unproved` are the rows that it fails for.
    """

    name: str
    safe: bool
    demands: int
    witnesses: int
    readable_if_told: int
    reasons: tuple[str, ...]
    beside_earlier: bool = True
    narrow: int = 0
    readable: tuple[int, ...] = ()
    unproved: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Protection:
    """What may be shown of a component, and the proof that the rest cannot be worked out.

    cells       `cel`, KEY, `deel`, `status` ('zichtbaar' | 'afgeschermd' | 'weggelaten'),
                `gepubliceerd` (Int64, null where hidden), `reden` ('' | 'eerst' | 'extra'); `reden`
                is for the pipeline's own account, a reader sees one neutral mark, and nothing at
                all of what is left out
    visible     the same as a mask over cells
    witnesses   hold true data: they stay on the pipeline side
    proof       per demand (`Demand.key`) the index of its witness
    proof_hash  sha256 over witnesses and proof
    """

    name: str
    cells: pl.DataFrame
    visible: Bools
    published: Ints
    witnesses: tuple[Witness, ...]
    proof: Mapping[tuple[int, int], int]
    proof_hash: str
    verdict: Verdict

    @property
    def folded(self) -> tuple[int, ...]:
        """Cells of the tables that are left out whole."""
        out = self.cells.filter(pl.col("status") == LEFT_OUT)["cel"]
        return tuple(out.sort().to_list())


def _atoms_of(rows: sp.csr_array, cell: int) -> list[int]:
    """The atoms of a cell, by number."""
    atoms: list[int] = rows.indices[rows.indptr[cell] : rows.indptr[cell + 1]].tolist()
    return atoms


def ints_of(frame: pl.DataFrame, column: str) -> Ints:
    return frame[column].cast(pl.Int64).to_numpy().astype(np.int64)
