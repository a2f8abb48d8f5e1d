"""Time and usefulness of disclosure control on made-up linked cubes.

    python benchmarks/disclosure.py [--cells 1000 10000 100000] [--large]

Per cube: cells, atoms, sensitive cells, extra hidden cells, the share of safe cells that stay
visible (lowest level of all), processor seconds to protect and to check, and their ratio. First
the two shapes of the standard: wijk x jaar x reden of 385 cells (240 finest) and 15 linked tables
of 835 cells (2,880 finest); each from three seeds.

Then whole releases of about so many linked cells: the tables of several counts of 120 schools,
through the years, protected side by side. Each in a process of its own: elapsed and processor
seconds, peak memory of the largest process, the share hidden, growth of processor time (1 is
linear), and between which bounds an attacker with linear programs holds hidden cells (the
narrowest, and the middle one, of a sample).
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import resource
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import highspy
import numpy as np
import polars as pl

from pipelines.release.disclosure import (
    Component,
    Protection,
    build_component,
    certify,
    protect,
    protect_all,
)
from pipelines.release.disclosure.numbers import range_of_rounded
from pipelines.release.disclosure.parts import by_year
from pipelines.release.disclosure.possible import with_possible_atoms

KEY = ("schooljaar", "niveau", "gebied", "uitsplitsing", "categorie")


@dataclass(frozen=True)
class Cube:
    """A made-up register: units spread over schools, years and cuts, and the tables shown of it.

    `school_cuts` also shows the cuts per school; `numerator` is the share of units in the
    numerator of a ratio (None: a count).
    """

    name: str
    units: int
    schools: int = 60
    years: int = 1
    cuts: tuple[tuple[str, int], ...] = (("rol", 3), ("soort", 3), ("vorm", 4))
    school_cuts: bool = False
    numerator: float | None = None
    threshold: int = 5


def register(cube: Cube, seed: int = 0) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Cells and atoms of a made-up register, in the shape of `Counted`."""
    draw = np.random.default_rng(seed)
    gemeente = draw.integers(0, 4, cube.schools)
    wijk = gemeente * 10 + draw.integers(0, 5, cube.schools)
    soort = draw.integers(0, 4, cube.schools)
    weight = draw.gamma(1.5, 1.0, cube.schools)
    school = draw.choice(cube.schools, cube.units, p=weight / weight.sum())
    year = draw.integers(0, cube.years, cube.units)
    codes = [
        np.minimum(draw.exponential(size / 3, cube.units).astype(int), size - 1)
        for _, size in cube.cuts
    ]
    inside = draw.random(cube.units) < (cube.numerator or 0.0)
    numbers: dict[tuple[str, ...], int] = {}
    counts: list[int] = []
    schools: list[set[int]] = []
    atoms: dict[tuple[int, ...], int] = {}

    def cell(key: tuple[str, ...]) -> int:
        if key not in numbers:
            numbers[key] = len(counts)
            counts.append(0)
            schools.append(set())
        return numbers[key]

    for unit in range(cube.units):
        s = int(school[unit])
        areas = (
            ("totaal", ""),
            ("gemeente", f"GM{gemeente[s]:04d}"),
            ("wijk", f"WK{wijk[s]:04d}"),
            ("onderwijssoort", f"soort{soort[s]}"),
            ("vestiging", f"{s:02d}AA00"),
        )
        cuts = [("", "")]
        cuts += [(name, f"c{codes[i][unit]}") for i, (name, _) in enumerate(cube.cuts)]
        parts = [""] if cube.numerator is None else ["noemer", "teller"]
        found = []
        for level, area in areas:
            for name, code in cuts:
                if level == "vestiging" and name and not cube.school_cuts:
                    continue
                for part in parts:
                    start = 2021 + int(year[unit])
                    key = (f"{start}/{start + 1}", level, area, name, code, part)
                    number = cell(key)
                    if part != "teller" or inside[unit]:
                        counts[number] += 1
                        schools[number].add(s)
                        found.append(number)
        atom = tuple(sorted(found))
        atoms[atom] = atoms.get(atom, 0) + 1
    cells = pl.DataFrame(
        [
            (number, *key, counts[number], counts[number], len(schools[number]))
            for key, number in numbers.items()
        ],
        schema=["cel", *KEY, "deel", "aantal", "kinderen", "scholen"],
        orient="row",
    )
    frame = pl.DataFrame(
        {"aantal": list(atoms.values()), "cellen": [list(atom) for atom in atoms]},
        schema={"aantal": pl.Int64, "cellen": pl.List(pl.Int64)},
    )
    return cells, frame


CUBES = (
    Cube("gekoppeld, gebieden", 2_880, years=1),
    Cube("gekoppeld, vier jaar", 6_000, years=4),
    Cube("uitsplitsing per school", 1_500, school_cuts=True, cuts=(("rol", 3), ("soort", 3))),
    Cube("aandeel, gebieden", 3_000, years=2, numerator=0.4),
    Cube("aandeel, T = 10", 3_000, years=2, numerator=0.4, threshold=10),
)
LARGE = (
    Cube("gekoppeld, groot", 16_000, years=4, schools=120),
    Cube("uitsplitsing per school, fijn", 1_500, school_cuts=True),
)


def of_cube(cube: Cube) -> Component:
    """The component of a cube."""
    return build_component(
        cube.name,
        *register(cube),
        threshold=cube.threshold,
        complement=cube.numerator is not None,
        all_share=cube.numerator is not None,
    )


@dataclass(frozen=True)
class Shape:
    """Units over columns of so many values each, and the tables (sets of columns) shown of them,
    with the total."""

    name: str
    columns: tuple[int, ...]
    tables: tuple[tuple[int, ...], ...]
    units: int


def tables_of(
    columns: int, most: int, without: Collection[tuple[int, ...]] = ()
) -> list[tuple[int, ...]]:
    """All tables of at most so many columns."""
    sizes = range(1, most + 1)
    return [t for k in sizes for t in combinations(range(columns), k) if t not in without]


WIJK, JAAR, REDEN, SOORT, LEEFTIJD = range(5)
SHAPES = (
    Shape("wijk x jaar x reden", (10, 4, 6), tuple(tables_of(3, 3)), 4_500),
    Shape(
        "15 gekoppelde tabellen",
        (12, 4, 5, 3, 4),
        (
            *tables_of(5, 2, {(JAAR,), (REDEN,), (WIJK, JAAR)}),
            *((WIJK, JAAR, last) for last in (REDEN, SOORT, LEEFTIJD)),
        ),
        8_500,
    ),
)


def of_shape(shape: Shape, seed: int = 0) -> Component:
    """The component of a shape: values are as likely as draws of a gamma distribution say."""
    draw = np.random.default_rng(seed)
    chances = [draw.gamma(1.5, 1.0, size) for size in shape.columns]
    drawn = np.stack([draw.choice(c.size, shape.units, p=c / c.sum()) for c in chances], axis=1)
    keys: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
    for table in ((), *shape.tables):
        for values in product(*(range(shape.columns[column]) for column in table)):
            keys[table, values] = len(keys)
    units: dict[tuple[int, ...], int] = {}
    for unit in drawn.tolist():
        found = tuple(
            sorted(keys[t, tuple(unit[column] for column in t)] for t in ((), *shape.tables))
        )
        units[found] = units.get(found, 0) + 1
    counts = [0] * len(keys)
    for cells, count in units.items():
        for cell in cells:
            counts[cell] += count
    rows = [
        (
            number,
            "",
            "wijk" if WIJK in table else "totaal",
            "".join(f"W{v}" for c, v in zip(table, values, strict=True) if c == WIJK),
            "_".join(f"k{c}" for c in table if c != WIJK),
            ">".join(f"c{v}" for c, v in zip(table, values, strict=True) if c != WIJK),
            "",
            counts[number],
            counts[number],
            MANY_SCHOOLS,
        )
        for (table, values), number in keys.items()
    ]
    names = ["cel", *KEY, "deel", "aantal", "kinderen", "scholen"]
    frame = pl.DataFrame(rows, schema=names, orient="row")
    atoms = pl.DataFrame({"aantal": list(units.values()), "cellen": [list(u) for u in units]})
    return build_component(f"{shape.name}, {seed}", frame, atoms, threshold=5)


MANY_SCHOOLS, SEEDS = 99, 3


def measure(component: Component) -> tuple[str, ...]:
    """One line of figures."""
    start = time.process_time()
    protection = protect(component)
    middle = time.process_time()
    verdict = certify(component, protection)
    end = time.process_time()
    shown = protection.cells
    safe = shown.filter(pl.col("reden") != "eerst")
    per_level = safe.group_by("niveau").agg((pl.col("reden") == "").mean().alias("deel"))
    return (
        component.name,
        str(shown.height),
        str(component.counts.size),
        str(shown.height - safe.height),
        str(safe.filter(pl.col("reden") == "extra").height),
        f"{100 * float(per_level['deel'].min() or 0):.1f}%",  # type: ignore[arg-type]
        f"{middle - start:.2f}",
        f"{end - middle:.3f}",
        f"{(middle - start) / max(end - middle, 1e-9):.0f}",
        "veilig" if verdict.safe else "GEWEIGERD",
    )


YEARS, UNITS_PER_YEAR, SAMPLE = 4, 4_000, 25
FAR = 1e6


def release_of(cells: int) -> list[Component]:
    """The components, by year, of a release of about `cells` cells."""
    found: list[Component] = []
    seed = 0
    while sum(component.cells.height for component in found) < cells:
        cube = Cube(f"telling {seed}", YEARS * UNITS_PER_YEAR, schools=120, years=YEARS)
        whole = build_component(cube.name, *register(cube, seed), threshold=cube.threshold)
        found += [part for _, part in by_year(whole)]
        seed += 1
    return found


def widths(component: Component, protection: Protection) -> list[float]:
    """Between how far bounds the atoms and all that is shown hold a sample of hidden cells."""
    wide = with_possible_atoms(component)
    low, high = range_of_rounded(protection.published, component.thresholds, component.rounding)
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    model.silent()
    model.addVars(wide.counts.size, np.zeros(wide.counts.size), np.full(wide.counts.size, FAR))
    rows = wide.incidence.tocsr()
    for cell in np.flatnonzero(protection.visible).tolist():
        atoms = rows.indices[rows.indptr[cell] : rows.indptr[cell + 1]].astype(np.int32)
        model.addRow(float(low[cell]), float(high[cell]), atoms.size, atoms, np.ones(atoms.size))
    found = []
    hidden = np.flatnonzero(~protection.visible)
    for cell in hidden[:: 1 + hidden.size // SAMPLE].tolist():
        atoms = rows.indices[rows.indptr[cell] : rows.indptr[cell + 1]].astype(np.int32)
        ends = []
        for sign in (1.0, -1.0):
            model.changeColsCost(atoms.size, atoms, np.full(atoms.size, sign))
            model.run()
            ends.append(sign * model.getObjectiveValue())
        model.changeColsCost(atoms.size, atoms, np.zeros(atoms.size))
        found.append(ends[1] - ends[0])
    return found


def whole_release(cells: int, told: multiprocessing.Queue[str]) -> None:
    """Figures of one release, as JSON."""
    components = release_of(cells)
    before = _spent()
    start = time.monotonic()
    protections = protect_all(components, processes=2)
    elapsed, spent = time.monotonic() - start, _spent() - before
    own, others = (
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    hidden = sum(int((~protection.visible).sum()) for protection in protections)
    extra = sum(p.cells.filter(pl.col("reden") == "extra").height for p in protections)
    bounds = sorted(widths(components[0], protections[0]))
    told.put(
        json.dumps(
            {
                "cells": sum(component.cells.height for component in components),
                "elapsed": elapsed,
                "spent": spent,
                "memory": max(own, others) / 2**20,
                "hidden": hidden,
                "extra": extra,
                "narrowest": bounds[0],
                "middle": bounds[len(bounds) // 2],
            }
        )
    )


def _spent() -> float:
    """Processor seconds of this process and those it started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def releases(sizes: Sequence[int]) -> None:
    """Print a line per size."""
    head = ("cellen", "s", "cpu s", "GiB", "verborgen", "extra", "nauwst", "midden", "groei")
    print(" ".join(f"{word:>10}" for word in head))
    context = multiprocessing.get_context("spawn")
    last: dict[str, float] = {}
    for size in sizes:
        told: multiprocessing.Queue[str] = context.Queue()
        process = context.Process(target=whole_release, args=(size, told))
        process.start()
        now = json.loads(told.get())
        process.join()
        growth = ""
        if last:
            times = math.log(now["spent"] / last["spent"])
            growth = f"{times / math.log(now['cells'] / last['cells']):.2f}"
        line = (
            f"{now['cells']}",
            f"{now['elapsed']:.1f}",
            f"{now['spent']:.1f}",
            f"{now['memory']:.2f}",
            f"{100 * now['hidden'] / now['cells']:.1f}%",
            f"{now['extra']}",
            f"{now['narrowest']:.0f}",
            f"{now['middle']:.0f}",
            growth,
        )
        print(" ".join(f"{word:>10}" for word in line), flush=True)
        last = now


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--large", action="store_true", help="also cubes that take minutes")
    parser.add_argument("--cells", type=int, nargs="*", default=[1_000, 10_000], help="releases")
    options = parser.parse_args()
    head = ("kubus", "cellen", "atomen", "eerst", "extra", "zichtbaar", "s", "check", "x", "")
    width = (30, 7, 7, 6, 6, 10, 8, 7, 6, 9)
    print(" ".join(f"{word:>{size}}" for word, size in zip(head, width, strict=True)))
    cubes = CUBES + (LARGE if options.large else ())
    shaped = (of_shape(shape, seed) for shape, seed in product(SHAPES, range(SEEDS)))
    for component in (*shaped, *map(of_cube, cubes)):
        line = measure(component)
        print(
            " ".join(f"{word:>{size}}" for word, size in zip(line, width, strict=True)), flush=True
        )
    if options.cells:
        print()
        releases(options.cells)


if __name__ == "__main__":
    main()
