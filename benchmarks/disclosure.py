"""Time and usefulness of disclosure control on made-up linked cubes.

    python benchmarks/disclosure.py [--large]

Per cube: cells, atoms, sensitive cells, extra hidden cells, the share of safe cells that stay
visible (lowest level of all), processor seconds to protect and to check, and their ratio.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.release.disclosure import build_component, certify, protect

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


def measure(cube: Cube) -> tuple[str, ...]:
    """One line of figures."""
    cells, atoms = register(cube)
    component = build_component(
        cube.name,
        cells,
        atoms,
        threshold=cube.threshold,
        complement=cube.numerator is not None,
        all_share=cube.numerator is not None,
    )
    start = time.process_time()
    protection = protect(component)
    middle = time.process_time()
    verdict = certify(component, protection)
    end = time.process_time()
    shown = protection.cells
    safe = shown.filter(pl.col("reden") != "eerst")
    per_level = safe.group_by("niveau").agg((pl.col("reden") == "").mean().alias("deel"))
    return (
        cube.name,
        str(shown.height),
        str(atoms.height),
        str(shown.height - safe.height),
        str(safe.filter(pl.col("reden") == "extra").height),
        f"{100 * float(per_level['deel'].min() or 0):.1f}%",  # type: ignore[arg-type]
        f"{middle - start:.2f}",
        f"{end - middle:.3f}",
        f"{(middle - start) / max(end - middle, 1e-9):.0f}",
        "veilig" if verdict.safe else "GEWEIGERD",
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="also cubes that take minutes")
    options = parser.parse_args()
    head = ("kubus", "cellen", "atomen", "eerst", "extra", "zichtbaar", "s", "check", "x", "")
    width = (30, 7, 7, 6, 6, 10, 8, 7, 6, 9)
    print(" ".join(f"{word:>{size}}" for word, size in zip(head, width, strict=True)))
    for cube in CUBES + (LARGE if options.large else ()):
        line = measure(cube)
        print(
            " ".join(f"{word:>{size}}" for word, size in zip(line, width, strict=True)), flush=True
        )


if __name__ == "__main__":
    main()
