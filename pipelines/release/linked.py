"""One system per set of people: counts that tell of each other are stacked and protected together.

`metrics.links` declares which measures are about the same people. Here their components become one:
cells and atoms beside each other, tied by rows at the level of the cells (pupils <= cases <=
days), by "what is shown has at least its threshold of people behind it" (`behind`), and by what
amounts, medians and differences tell (`facts`). A witness of the whole then agrees with every
figure about these people at once, so a cell that covers in one count cannot be read in another.

A relation that the register itself contradicts (a delivery in which a day is missing) is not a
relation there, and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from graphlib import TopologicalSorter

import numpy as np
import polars as pl
import scipy.sparse as sp

from pipelines.metrics import categories
from pipelines.metrics.compute import Counted
from pipelines.metrics.count import terms as parts
from pipelines.metrics.count.grid import KEY
from pipelines.metrics.links import ANY, BALANCES, LINKS, Balance, Link, conditions
from pipelines.metrics.metric import Metric
from pipelines.release.disclosure import Component, Relation

Key = tuple[str, ...]


@dataclass(frozen=True)
class Fact:
    """Something else that is published tells that at least `people` stand behind a place, and at
    least `units` units of `measure` that meet `condition`."""

    measure: str
    condition: str
    key: Key
    people: int
    units: int


@dataclass(frozen=True, eq=False)
class Member:
    """One count in a system: its cells are numbered from `start` on."""

    counted: Counted
    component: Component
    start: int
    metrics: Mapping[str, Metric]

    @cached_property
    def places(self) -> Mapping[tuple[str, Key], int]:
        """(condition, KEY) -> cell, for every condition that names a cell's units."""
        return {(conditions(part)[0], self.keys[cell]): cell for part, cell, _ in self._named()}

    @cached_property
    def figures(self) -> Mapping[tuple[str, Key], int]:
        """(metric.part, KEY of the figure) -> cell."""
        return {
            (f"{part.metric.id}.{part.deel or 'teller'}", key): cell
            for part, cell, key in self._named()
        }

    @cached_property
    def parts_of(self) -> Mapping[int, parts.Part]:
        """Per cell the part with the narrowest condition that names it."""
        found: dict[int, parts.Part] = {}
        for part, cell, _ in self._named():
            if cell not in found or len(conditions(part)) > len(conditions(found[cell])):
                found[cell] = part
        return found

    @cached_property
    def keys(self) -> Mapping[int, Key]:
        rows = self.counted.cells.select("cel", *KEY).iter_rows()
        return {cell: tuple(key) for cell, *key in rows}

    def value(self, cell: int) -> int:
        return int(self.component.values[cell])

    def _named(self) -> Iterator[tuple[parts.Part, int, Key]]:
        for metric, *key, teller, noemer in self.counted.figures.select(
            "metriek", *KEY, "teller", "noemer"
        ).iter_rows():
            if metric not in self.metrics:
                continue
            for part in parts.of(self.metrics[metric]):
                cell = noemer if part.deel == "noemer" else teller
                if cell is not None:
                    yield part, cell, tuple(key)


def systems(counted: Sequence[Counted], *, apart: bool = False) -> list[list[int]]:
    """The counts by number, together where a link or a balance joins them, in fixed order; with
    `apart` also where a link of people does between counts that are else proved apart."""
    number = {c.measure: i for i, c in enumerate(counted)}
    metrics_of = {
        name: i for i, c in enumerate(counted) for name in c.figures["metriek"].unique().to_list()
    }
    root = list(range(len(counted)))

    def find(i: int) -> int:
        while root[i] != i:
            i = root[i]
        return i

    joined = [
        [number.get(link.less), number.get(link.more)]
        for link in LINKS
        if link.together or (apart and link.people)
    ]
    joined += [
        [metrics_of.get(name.partition(".")[0]) for _, name, _, _ in balance.terms]
        for balance in BALANCES
        if balance.together
    ]
    for together in joined:
        known = [find(i) for i in together if i is not None]
        for i in known[1:]:
            root[max(find(i), find(known[0]))] = min(find(i), find(known[0]))
    found: dict[int, list[int]] = {}
    for i in range(len(counted)):
        found.setdefault(find(i), []).append(i)
    return list(found.values())


def rounds(counted: Sequence[Counted]) -> list[list[list[int]]]:
    """The systems in the order in which they are protected: in each round those that no system of
    a later one tells anything of.

    Of counts that are proved apart, a shown number of one tells that there are people behind the
    other. Protected first, it is a given for the other (`told_by`). Raises `graphlib.CycleError`
    where each tells of the other.
    """
    found = systems(counted)
    number = {counted[i].measure: n for n, system in enumerate(found) for i in system}
    order = TopologicalSorter({n: set[int]() for n in range(len(found))})
    for link in LINKS:
        less, more = number.get(link.less), number.get(link.more)
        if link.people and less is not None and more is not None and less != more:
            order.add(more, less)
    order.prepare()
    ready: list[list[list[int]]] = []
    while order.is_active():
        these = sorted(order.get_ready())
        ready.append([found[n] for n in these])
        order.done(*these)
    return ready


def told_by(
    counted: Counted, component: Component, shown: Iterable[int], metrics: Mapping[str, Metric]
) -> Iterator[Fact]:
    """What the shown cells of a count tell of those it is proved apart from: there are people."""
    measure = counted.measure
    if not any(link.people and link.less == measure and not link.together for link in LINKS):
        return
    member = Member(counted, component, 0, metrics)
    for cell in shown:
        part = member.parts_of.get(cell)
        if part is not None and member.value(cell) > 0:
            least = int(component.thresholds[cell])
            yield Fact(measure, conditions(part)[0], member.keys[cell], least, 0)


def stack(
    together: Sequence[tuple[Counted, Component]],
    metrics: Mapping[str, Metric],
    facts: Sequence[Fact] = (),
) -> Component:
    """One component of several, whose cells follow each other in the order given."""
    members: list[Member] = []
    start = 0
    for counted, component in together:
        members.append(Member(counted, component, start, metrics))
        start += component.cells.height
    first = members[0].component
    frames = [
        m.component.cells.with_columns(
            cel=pl.col("cel") + m.start, meting=pl.lit(m.counted.measure)
        )
        for m in members
    ]
    rows, behind = _tied(members)
    told = {(cell, least) for fact in facts for cell, least in _told(members, fact)}
    return replace(
        first,
        name=" + ".join(m.counted.measure for m in members),
        cells=pl.concat(frames),
        counts=np.concatenate([m.component.counts for m in members]),
        incidence=sp.csc_array(sp.block_diag([m.component.incidence for m in members], "csc")),
        observed=sum(m.component.observed for m in members),
        pairs=tuple((m.start + t, m.start + n) for m in members for t, n in m.component.pairs),
        known=tuple((m.start + c, base) for m in members for c, base in m.component.known),
        relations=(*(r for m in members for r in _moved(m)), *rows),
        earlier=tuple(
            (m.start + c, low, high) for m in members for c, low, high in m.component.earlier
        ),
        behind=behind,
        facts=tuple(sorted(told)),
    )


def _moved(member: Member) -> Iterator[Relation]:
    for relation in member.component.relations:
        terms = tuple((member.start + cell, sign) for cell, sign in relation.terms)
        yield replace(relation, terms=terms)


def _tied(members: Sequence[Member]) -> tuple[list[Relation], tuple[tuple[int, int], ...]]:
    """The rows between counts, and which shown cell has people behind it in which other."""
    by_measure = {m.counted.measure: m for m in members}
    rows: list[Relation] = []
    behind: dict[tuple[int, int], None] = {}
    for link in LINKS:
        less, more = by_measure.get(link.less), by_measure.get(link.more)
        if less is None or more is None:
            continue
        pairs = list(_pairs(less, more, link))
        if link.times is not None:
            rows += _at_most(less, more, link, pairs)
        if link.people:
            held = [(a, b) for a, b in pairs if more.value(b) >= _people(less, a)]
            behind |= dict.fromkeys((less.start + a, more.start + b) for a, b in held)
    for balance in BALANCES:
        rows += _balanced(members, balance)
    return rows, tuple(behind)


def _pairs(less: Member, more: Member, link: Link) -> Iterator[tuple[int, int]]:
    """Every cell of `less` with the nearest cell of `more` that holds it."""
    for a in less.keys:
        if a not in less.parts_of:
            continue
        for b in _holders(more, less.keys[a], conditions(less.parts_of[a]), link.part):
            yield a, b
            break


def _holders(more: Member, key: Key, narrowest: Sequence[str], part: str) -> Iterator[int]:
    """Cells of `more` at a place or at wider ones, the nearest first."""
    for at in _wider(key):
        if part:
            if (part, at) in more.figures:
                yield more.figures[part, at]
            continue
        for condition in narrowest:
            if (condition, at) in more.places:
                yield more.places[condition, at]


def _wider(key: Key) -> Iterator[Key]:
    """A place, the same by one of two crossed columns, and the same without a breakdown."""
    *area, cut, category = key
    yield key
    codes, columns = category.split(categories.CROSS), cut.split("_")
    if len(codes) == 2:
        for i in range(1, len(columns)):
            yield (*area, "_".join(columns[:i]), codes[0])
            yield (*area, "_".join(columns[i:]), codes[1])
    if cut:
        yield (*area, "", "")


def _people(less: Member, cell: int) -> int:
    return min(less.value(cell), int(less.component.children[cell]))


def _at_most(
    less: Member, more: Member, link: Link, pairs: Sequence[tuple[int, int]]
) -> Iterator[Relation]:
    for a, b in pairs:
        year, _, _, cut, category = less.keys[a]
        times = link.times(year, cut, category) if link.times else 0
        if times and times * more.value(b) >= less.value(a):
            yield Relation("hoogstens", ((more.start + b, times), (less.start + a, -1)), low=0)


def _balanced(members: Sequence[Member], balance: Balance) -> Iterator[Relation]:
    places = [
        (sign, member, name, cut, category)
        for sign, name, cut, category in balance.terms
        for member in members
        if any(known == name for known, _ in member.figures)
    ]
    if len(places) < len(balance.terms):
        return
    areas = {key[:3] for _, member, name, _, _ in places[:1] for n, key in member.figures}
    for area in sorted(areas):
        if balance.levels and area[1] not in balance.levels:
            continue
        cells = [
            (sign, member, member.figures.get((name, (*area, cut, category))))
            for sign, member, name, cut, category in places
        ]
        known = [(sign, m, cell) for sign, m, cell in cells if cell is not None]
        rest = sum(sign * m.value(cell) for sign, m, cell in known)
        if len(known) == len(cells) and (rest == 0 or (rest > 0 and not balance.exact)):
            terms = tuple((m.start + cell, sign) for sign, m, cell in known)
            yield Relation("samen", terms, low=0, high=0 if balance.exact else None)


def _told(members: Sequence[Member], fact: Fact) -> Iterator[tuple[int, int]]:
    """Cells of which a fact tells a least number."""
    more = {x.more: x.part for x in LINKS if x.people and x.less == fact.measure}
    for member in members:
        measure = member.counted.measure
        if measure == fact.measure:
            least = max(fact.people, fact.units)
        elif measure in more:
            least = fact.people
        else:
            continue
        for cell in _holders(member, fact.key, (fact.condition, ANY), more.get(measure, "")):
            if member.value(cell) >= least:
                yield member.start + cell, least
            break
