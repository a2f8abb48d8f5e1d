"""Which cells of a release add up to which, by areas and breakdowns: a reader's own list."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.audit.knowledge import MOST_EURO, Key, Population, Topic
from pipelines.audit.linear import MOST, View
from pipelines.metrics.categories import CROSS


@dataclass(frozen=True)
class Relation:
    """`whole` is the sum of `parts`, or (where a unit may count twice) at most that.

    `certain`: so by definition. The others hold if every unit has an area."""

    whole: int
    parts: tuple[int, ...]
    kind: str
    certain: bool


def view(
    topic: Topic, parents: Mapping[str, str], schools: Mapping[str, Mapping[str, str]]
) -> View:
    """The topic as relations between cells.

    That areas add up to the total is supposed wherever the release does not contradict it.
    """
    seen = View(
        len(topic.places),
        topic.shown,
        ceilings=dict(topic.ceilings),
        most=MOST_EURO if topic.money else MOST,
    )
    relations = list(_relations(topic, parents, schools))
    contradicted = {r.kind for r in relations if not r.certain and not _possible(topic, r)}
    for relation in relations:
        if topic.distinct and relation.certain:
            seen.bounded.append((relation.whole, relation.parts))
        elif relation.certain or relation.kind not in contradicted:
            seen.sums.append((relation.whole, relation.parts))
        else:
            seen.parts += [(part, relation.whole) for part in relation.parts]
    seen.parts += sorted(topic.pairs)
    seen.parts += _inside(topic)
    return seen


def of_schools(
    topic: Topic, parents: Mapping[str, str], schools: Mapping[str, Mapping[str, str]]
) -> dict[int, tuple[int, ...]]:
    """Per cell of an area the cells of the schools in it, where those are told of."""
    kinds = {"gemeente vestiging", "wijk", "onderwijssoort"}
    return {r.whole: r.parts for r in _relations(topic, parents, schools) if r.kind in kinds}


def of_areas(
    topic: Topic, parents: Mapping[str, str], schools: Mapping[str, Mapping[str, str]]
) -> dict[int, list[tuple[int, ...]]]:
    """Per cell of an area the cells of the areas in it, by each level of those."""
    found: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for relation in _relations(topic, parents, schools):
        if not relation.certain:
            found[relation.whole].append(relation.parts)
    return found


def _possible(topic: Topic, relation: Relation) -> bool:
    def span(cell: int) -> tuple[float, float]:
        known = topic.shown.get(cell)
        return (0.0, math.inf) if known is None else (known.low, known.high)

    low, high = span(relation.whole)
    spans = [span(part) for part in relation.parts]
    return sum(s[0] for s in spans) <= high and sum(s[1] for s in spans) >= low


def _inside(topic: Topic) -> Iterator[tuple[int, int]]:
    """Units that meet a condition are some of all units."""
    for (population, key), cell in topic.number.items():
        every = topic.number.get((Population(population.measure, population.weight, "None"), key))
        if every is not None and every != cell:
            yield cell, every


def _relations(
    topic: Topic, parents: Mapping[str, str], schools: Mapping[str, Mapping[str, str]]
) -> Iterator[Relation]:
    inside: dict[tuple[Population, Key, str], list[int]] = defaultdict(list)
    names = sorted({key[3] for _, key in topic.places if key[3]})
    for (population, key), cell in topic.number.items():
        year, level, area, cut, category = key
        for above, code, by in _above(level, area, parents, schools):
            inside[population, (year, above, code, cut, category), by].append(cell)
        if cut:
            inside[population, (year, level, area, "", ""), f"cut {cut}"].append(cell)
        for column, code in _columns(names, cut, category):
            inside[population, (year, level, area, column, code), f"cut {cut}"].append(cell)
    for (population, key, by), members in inside.items():
        whole = topic.number.get((population, key))
        if whole is not None and members != [whole]:
            certain = by.startswith("cut")
            yield Relation(whole, tuple(sorted(set(members))), by, certain)


def _above(
    level: str, area: str, parents: Mapping[str, str], schools: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, str, str]]:
    """The areas that an area is part of, and by which rule."""
    if level == "totaal":
        return
    yield "totaal", "", f"level {level}"
    if level in {"wijk", "vestiging"}:
        yield "gemeente", parents.get(area, ""), f"gemeente {level}"
    if level == "vestiging" and area in schools:
        yield "wijk", schools[area]["wijk"], "wijk"
        yield "onderwijssoort", schools[area]["onderwijssoort"], "onderwijssoort"


def _columns(names: Sequence[str], cut: str, category: str) -> Iterator[tuple[str, str]]:
    """Of a category of two crossed columns, the category by each column alone."""
    codes = category.split(CROSS)
    if len(codes) != 2:
        return
    for name in names:
        if cut.startswith(f"{name}_"):
            yield name, codes[0]
        if cut.endswith(f"_{name}"):
            yield name, codes[1]
