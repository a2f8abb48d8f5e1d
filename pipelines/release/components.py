"""Counted -> protected: every count of the catalogue becomes a component with its rules.

Counts of units go to the protector as they are; amounts of money, and the sums behind means, have
rules of their own (`amounts`). What comes back says per cell whether it may be shown, and as which
number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import permutations
from pathlib import Path

import polars as pl

from pipelines.concerns import Concern
from pipelines.errors import ReleaseRefused
from pipelines.metrics.compute import Counted
from pipelines.metrics.count.distributions import Spread
from pipelines.metrics.count.grid import KEY
from pipelines.metrics.metric import Mean, Metric, Quotient
from pipelines.release.disclosure import (
    Component,
    Protection,
    Relation,
    build_component,
    protect_all,
)
from pipelines.release.disclosure.amounts import protect_amounts
from pipelines.release.disclosure.numbers import Ints
from pipelines.release.disclosure.parts import by_year
from pipelines.release.disclosure.rows import rows_of
from pipelines.release.disclosure.rules import MEAN_STEP, WIDTH, first_hidden
from pipelines.release.earlier import said, said_of_amounts, said_of_means
from pipelines.release.facts import of_amounts, of_spreads
from pipelines.release.ledger import Page
from pipelines.release.linked import Fact, rounds, stack, systems, told_by
from pipelines.release.thresholds import heavy_ones

MONEY = "euro"


@dataclass(frozen=True)
class Thresholds:
    """Smallest number of children that may show: as a rule, and where more is at stake."""

    standard: int
    heavy: int
    rounding: int


@dataclass(frozen=True)
class Protected:
    """One component after protection: `cells` has cel, zichtbaar and gepubliceerd (Float64).

    `first` and `extra`: cells hidden for what they say, and only to protect others. `proof` is the
    hash over the witnesses; `beside_earlier`: it stands beside earlier releases too. `left_out`:
    cells of tables that this release does not have, so that marks do not tell what they hide.
    `unproved`: cells that cannot be proved beside earlier releases; where none is named, all.
    """

    counted: Counted
    cells: pl.DataFrame
    extra: int
    proof: str
    first: int = 0
    beside_earlier: bool = True
    left_out: frozenset[int] = frozenset()
    unproved: frozenset[int] = frozenset()


def protect(
    counted: Sequence[Counted],
    metrics: Mapping[str, Metric],
    thresholds: Thresholds,
    *,
    earlier: Sequence[Page] = (),
    spreads: Sequence[Spread] = (),
    processes: int = 1,
    kept_in: Path | None = None,
    beside: bool = False,
) -> list[Protected]:
    """Protect all components, beside what earlier releases said, and what figures that are no sum
    of cells (`spreads`) tell of them. `kept_in`: proofs that were found before (see `kept`).
    Raises ReleaseRefused when one cannot be certified; with `beside` also when a count cannot be
    beside earlier releases."""
    means = [c for c in counted if _behind_means(c, metrics)]
    counts = [c for c in counted if c.unit != MONEY and c not in means]
    money = [c for c in counted if c.unit == MONEY]
    facts = [
        *of_spreads(spreads, metrics, heavy=thresholds.heavy, rounding=thresholds.rounding),
        *of_amounts(money, metrics, heavy=thresholds.heavy),
    ]
    proved = partial(protect_all, processes=processes, kept_in=kept_in, beside=beside)
    found = _protected_counts(counts, metrics, thresholds, earlier, facts, proved)
    shown_counts = tuple(found)
    for amounts in (c for c in counted if c.unit == MONEY or c in means):
        units = _units_of(amounts, shown_counts) if amounts in means else None
        protection = protect_amounts(
            amounts.measure,
            amounts.cells,
            amounts.atoms,
            minimum_children=thresholds.heavy,
            hidden=_without_count(amounts, shown_counts, metrics)
            if units is None
            else units.unseen,
            earlier=said_of_amounts(amounts, earlier)
            if units is None
            else said_of_means(amounts, units.amounts, earlier),
            steps=() if units is None else [MEAN_STEP * amounts.scale * n for n in units.amounts],
            least=0.0 if units is None else float(max(WIDTH, amounts.scale)),
            not_shown=amounts.not_shown,
        )
        hidden = int((~protection.cells["zichtbaar"]).sum())
        found.append(
            Protected(
                amounts,
                protection.cells,
                protection.extra,
                protection.proof_hash,
                hidden - protection.extra - len(amounts.not_shown),
                protection.beside_earlier,
                frozenset(amounts.not_shown),
            )
        )
    return found


def concerns(protected: Sequence[Protected]) -> Iterator[Concern]:
    """What is proved of this release alone, because earlier ones said too much."""
    what = "niet te bewijzen naast eerdere publicaties"
    for found in protected:
        topic = found.counted.measure.replace(".", " ")
        cells = found.counted.cells.filter(pl.col("cel").is_in(sorted(found.unproved)))
        for year, *place in cells.select(KEY).unique().sort(KEY).iter_rows():
            named = " ".join(part for part in (year, *place) if part)
            yield Concern(f"{topic} {year}", named, what, of_earlier=True)
        if not found.beside_earlier and cells.is_empty():
            yield Concern(topic, "", what, of_earlier=True)


def _protected_counts(
    counts: Sequence[Counted],
    metrics: Mapping[str, Metric],
    thresholds: Thresholds,
    earlier: Sequence[Page],
    facts: Sequence[Fact],
    proved: Callable[[Sequence[Component]], list[Protection]],
) -> list[Protected]:
    """Counts of the same people as one system per school year, the others each for itself; what
    tells that there are people behind another (`linked.rounds`) before that other.

    Where what was shown first tells too much of those people, all of them are one system."""
    made = [
        _beside(_component(counted, metrics, thresholds), said(counted, earlier))
        for counted in counts
    ]
    return _in_rounds(counts, made, rounds(counts), metrics, facts, proved)


def _in_rounds(
    counts: Sequence[Counted],
    made: Sequence[Component],
    order: Sequence[Sequence[Sequence[int]]],
    metrics: Mapping[str, Metric],
    facts: Sequence[Fact],
    proved: Callable[[Sequence[Component]], list[Protection]],
) -> list[Protected]:
    found: dict[int, Protected] = {}
    for together in order:
        told = [*facts]
        for i, shown in found.items():
            seen = shown.cells.filter("zichtbaar")["cel"].to_list()
            told += told_by(counts[i], made[i], seen, metrics)
        years = []
        for system in together:
            parts = [(counts[i], made[i]) for i in system]
            years.append(by_year(stack(parts, metrics, told)))
        try:
            ready = iter(proved([part for each in years for _, part in each]))
        except ReleaseRefused:
            if not found:  # nothing was a given yet
                raise
            return _in_rounds(counts, made, [systems(counts, apart=True)], metrics, facts, proved)
        for system, per_year in zip(together, years, strict=True):
            protections = [(cells, next(ready)) for cells, _ in per_year]
            found |= zip(system, _of_counts([counts[i] for i in system], protections), strict=True)
    return [found[i] for i in range(len(counts))]


def _behind_means(counted: Counted, metrics: Mapping[str, Metric]) -> bool:
    """Whether these are sums that are only shown divided by their number of units."""
    names = counted.figures.filter(pl.col("teller").is_not_null())["metriek"].unique()
    return (
        bool(len(names))
        and all(name in metrics and isinstance(metrics[name].form, Mean) for name in names)
        and counted.figures["noemer"].is_null().all()
    )


@dataclass(frozen=True)
class _Units:
    """Behind each sum of a component the exact number of units; `unseen`: the sums of which that
    number is hidden, and so the mean."""

    amounts: Sequence[int]
    unseen: Sequence[int]


def _units_of(sums: Counted, shown: Sequence[Protected]) -> _Units:
    """The numbers of units by which sums are divided; 1 where there is none."""
    amounts = [1] * sums.cells.height
    unseen: set[int] = set()
    tellers = sums.ever.select("metriek", *KEY, "teller").drop_nulls("teller")
    for counts in shown:
        known = counts.counted.cells.select("cel", "aantal").join(
            counts.cells.select("cel", "zichtbaar"), on="cel"
        )
        noemers = counts.counted.ever.select("metriek", *KEY, "noemer").drop_nulls("noemer")
        both = tellers.join(noemers, on=["metriek", *KEY]).join(
            known, left_on="noemer", right_on="cel"
        )
        for cell, units, visible in both.select("teller", "aantal", "zichtbaar").iter_rows():
            amounts[cell] = max(amounts[cell], units)
            if not visible:
                unseen.add(cell)
    unseen -= set(sums.not_shown)
    return _Units(amounts, sorted(unseen))


def _without_count(
    amounts: Counted, shown: Sequence[Protected], metrics: Mapping[str, Metric]
) -> list[int]:
    """Cells of an amount of which the number of children is hidden: a hidden count hides its cost.

    Which count belongs to an amount is what the catalogue divides it by.
    """
    found: set[int] = set()
    for form in (m.form for m in metrics.values()):
        if not isinstance(form, Quotient):
            continue
        costs = amounts.figures.filter(pl.col("metriek") == form.numerator)
        for counts in shown:
            unseen = counts.cells.filter(~pl.col("zichtbaar")).select(teller="cel")
            keys = (
                counts.counted.figures.filter(pl.col("metriek") == form.denominator)
                .join(unseen, on="teller", how="semi")
                .select(KEY)
            )
            found |= set(costs.join(keys, on=KEY, how="semi")["teller"].drop_nulls())
    return sorted(found)


def _component(
    counted: Counted, metrics: Mapping[str, Metric], thresholds: Thresholds
) -> Component:
    cells = counted.cells.join(_tellings(counted), on="cel", how="left").with_columns(
        pl.col("telling").fill_null(""), pl.col("scholen").fill_null(thresholds.heavy)
    )
    component = build_component(
        counted.measure,
        cells,
        counted.atoms,
        threshold=thresholds.standard,
        rounding=thresholds.rounding,
    )
    heavy = _cells_of(counted, heavy_ones(metrics))
    limits = (
        pl.when(pl.col("cel").is_in(heavy)).then(thresholds.heavy).otherwise(thresholds.standard)
    )
    limited = replace(
        component,
        cells=component.cells.with_columns(drempel=limits.cast(pl.Int64)),
        pairs=_pairs(counted),
        known=_known(counted),
        folded=counted.not_shown,
    )
    return replace(limited, relations=(*limited.relations, *_nested(limited)))


def _beside(component: Component, told: Sequence[tuple[int, int, int]]) -> Component:
    """`component` with what earlier releases said; a cell that is now hidden for what it says
    itself was revised since, whatever was said of it. One that is hidden since it is of few schools
    now was not: what was said of it still holds."""
    whole = replace(component, folded=(), minimum_schools=0)
    first = first_hidden(whole, rows_of(component))
    return replace(component, earlier=tuple(row for row in told if not first[row[0]]))


def _nested(component: Component) -> Iterator[Relation]:
    """One count less another at the same place that it holds wholly: what is left is a number of
    units too, also where no metric speaks of it."""
    rows = component.incidence.tocsr()
    values, pairs = component.values, set(component.pairs)
    at: dict[tuple[str, ...], list[int]] = {}
    for cell, *key in component.cells.select("cel", *KEY).iter_rows():
        at.setdefault(tuple(key), []).append(cell)
    for cells in at.values():
        for inner, outer in permutations(cells, 2):
            rest = values[outer] - values[inner]
            if not 0 < rest < component.thresholds[[inner, outer]].max() or not values[inner]:
                continue
            if (inner, outer) in pairs or (rows[[outer]] - rows[[inner]]).min() < 0:
                continue
            yield Relation("rest", ((outer, 1), (inner, -1)), nested=True)


def _tellings(counted: Counted) -> pl.DataFrame:
    """Which count a cell belongs to: the first figure that uses it names it, at every level."""
    parts = [
        counted.ever.select("metriek", cel=part).with_columns(
            telling=pl.col("metriek") + f".{part}"
        )
        for part in ("teller", "noemer")
    ]
    return (
        pl.concat(parts).drop_nulls("cel").group_by("cel").agg(pl.col("telling").min()).sort("cel")
    )


def _cells_of(counted: Counted, metrics: Sequence[str]) -> list[int]:
    of = counted.ever.filter(pl.col("metriek").is_in(metrics))
    return pl.concat([of["teller"], of["noemer"]]).drop_nulls().unique().sort().to_list()


def _pairs(counted: Counted) -> tuple[tuple[int, int], ...]:
    """(teller, noemer) of which the difference is a number of units as well."""
    both = (
        counted.figures.filter("complement")
        .select("teller", "noemer")
        .drop_nulls()
        .filter(pl.col("teller") != pl.col("noemer"))
        .unique()
        .sort("teller", "noemer")
    )
    return tuple(both.iter_rows())


def _known(counted: Counted) -> tuple[tuple[int, int], ...]:
    """(teller, public figure) of which the rest is a number of children as well."""
    values = counted.cells.select(teller="cel", aantal="aantal")
    rest = (
        counted.figures.filter(pl.col("complement") & pl.col("bekend").is_not_null())
        .select("teller", pl.col("bekend").cast(pl.Int64))
        .drop_nulls()
        .join(values, on="teller")
        .filter(pl.col("aantal") <= pl.col("bekend"))
        .select("teller", "bekend")
        .unique()
        .sort("teller", "bekend")
    )
    return tuple(rest.iter_rows())


def _of_counts(
    together: Sequence[Counted], years: Sequence[tuple[Ints, Protection]]
) -> Iterator[Protected]:
    """The years of one system together, per count in the order of its own cells; it may have none.

    What is proved is proved of the whole system, so its counts share the proof."""
    none = {
        "cel": pl.Int64, "zichtbaar": pl.Boolean, "gepubliceerd": pl.Float64, "reden": pl.String
    }  # fmt: skip
    per_year = [
        protection.cells.select(
            pl.Series("cel", places, pl.Int64),
            zichtbaar=pl.col("status") == "zichtbaar",
            gepubliceerd=pl.col("gepubliceerd").cast(pl.Float64),
            reden="reden",
        )
        for places, protection in years
    ]
    whole = pl.concat([pl.DataFrame(schema=none), *per_year]).sort("cel")
    proof = hashlib.sha256("".join(p.proof_hash for _, p in years).encode()).hexdigest()
    beside = all(p.verdict.beside_earlier for _, p in years)
    folded = {int(places[cell]) for places, p in years for cell in p.folded}
    unproved = {
        int(places[row])
        for places, p in years
        if not p.verdict.beside_earlier
        for row in p.verdict.unproved
        if row < places.size
    }
    start = 0
    for counted in together:
        size = counted.cells.height
        own = whole.filter(pl.col("cel").is_between(start, start + size - 1))
        cells = own.select(pl.col("cel") - start, "zichtbaar", "gepubliceerd")
        extra, first = (own.filter(pl.col("reden") == why).height for why in ("extra", "eerst"))
        out, open_ones = (
            frozenset(cell - start for cell in those if start <= cell < start + size)
            for those in (folded, unproved)
        )
        start += size
        yield Protected(counted, cells, extra, proof, first, beside, out, open_ones)
