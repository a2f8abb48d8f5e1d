"""One count as a component: cells and atoms checked against each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import scipy.sparse as sp

from pipelines.release.disclosure.problem import KEY, MINIMUM_SCHOOLS, Component, Relation, ints_of


def build_component(
    name: str,
    cells: pl.DataFrame,
    atoms: pl.DataFrame,
    *,
    threshold: int,
    rounding: int = 5,
    complement: bool = False,
    all_share: bool = False,
    known: pl.DataFrame | None = None,
    hide_zeros: bool = False,
    minimum_schools: int = MINIMUM_SCHOOLS,
    relations: Sequence[Relation] = (),
    overlaps: bool = True,
) -> Component:
    """The component of one `Counted`.

    cells: `cel`, KEY, `aantal`, `kinderen`, `scholen`, and where it applies `deel` and `telling`
    (which count a cell belongs to). atoms: `aantal`, `cellen`. `complement` protects noemer -
    teller of 1..T-1 for equal KEY; `all_share` also a teller that equals its noemer (or known
    constant). `known`: KEY + `aantal` (optionally `deel`), exact figures known elsewhere that a
    count is part of; a count above it shows that it is no part of it, and the figure is then left
    out. `overlaps` protects
    the overlap of distinct children: the sum of a level minus the total.

    Raises ValueError where cells and atoms contradict each other.
    """
    if rounding < 1 or threshold % rounding:
        raise ValueError(f"{name}: threshold {threshold} is not a multiple of {rounding}")
    frame = _complete(name, cells).with_columns(
        drempel=pl.lit(threshold, pl.Int64), meting=pl.lit(name)
    )
    counts = ints_of(atoms, "aantal")
    incidence = _incidence(atoms["cellen"].to_list(), frame.height)
    if counts.size and counts.min() < 1:
        raise ValueError(f"{name}: an atom without units")
    if not np.array_equal(incidence @ counts, ints_of(frame, "aantal")):
        raise ValueError(f"{name}: cells are not the sum of their atoms")
    pairs = _pairs(frame) if complement else ()
    extra = _overlaps(frame, incidence) if overlaps else ()
    return Component(
        name=name,
        cells=frame,
        counts=counts,
        incidence=incidence,
        observed=counts.size,
        rounding=rounding,
        all_share=all_share,
        hide_zeros=hide_zeros,
        minimum_schools=minimum_schools,
        pairs=pairs,
        known=_known(frame, known),
        relations=(*relations, *extra),
    )


def _complete(name: str, cells: pl.DataFrame) -> pl.DataFrame:
    """Cells in the order of `cel`, with every column that the rest relies on."""
    for column in ("deel", "telling"):
        if column not in cells.columns:
            cells = cells.with_columns(pl.lit("").alias(column))
    frame = cells.select("cel", *KEY, "deel", "telling", "aantal", "kinderen", "scholen").sort(
        "cel"
    )
    if frame["cel"].to_list() != list(range(frame.height)):
        raise ValueError(f"{name}: cells are not numbered 0..n-1")
    if frame.select(pl.any_horizontal(pl.all().is_null().any())).item():
        raise ValueError(f"{name}: a cell without count, children, schools or key")
    if frame.select(*KEY, "deel", "telling").is_duplicated().any():
        raise ValueError(f"{name}: a cell occurs twice")
    return frame


def _incidence(atoms: Sequence[Sequence[int]], n_cells: int) -> sp.csc_array:
    lengths = np.fromiter((len(cells) for cells in atoms), np.int64, len(atoms))
    pointers = np.concatenate(([0], np.cumsum(lengths)))
    rows = np.fromiter((c for cells in atoms for c in cells), np.int64, int(lengths.sum()))
    data = np.ones(rows.size, np.int64)
    matrix = sp.csc_array((data, rows, pointers), shape=(n_cells, len(atoms)))
    matrix.sort_indices()
    return matrix


def _pairs(cells: pl.DataFrame) -> tuple[tuple[int, int], ...]:
    tellers = cells.filter(pl.col("deel") == "teller").select(*KEY, teller="cel")
    noemers = cells.filter(pl.col("deel") == "noemer").select(*KEY, noemer="cel")
    joined = tellers.join(noemers, on=list(KEY), how="inner").sort("teller")
    return tuple(zip(joined["teller"].to_list(), joined["noemer"].to_list(), strict=True))


def _known(cells: pl.DataFrame, known: pl.DataFrame | None) -> tuple[tuple[int, int], ...]:
    if known is None:
        return ()
    if "deel" in known.columns:
        joined = cells.join(known.rename({"aantal": "bekend"}), on=[*KEY, "deel"], how="inner")
    else:
        joined = cells.filter(pl.col("deel") != "noemer").join(
            known.rename({"aantal": "bekend"}), on=list(KEY), how="inner"
        )
    joined = joined.filter(pl.col("aantal") <= pl.col("bekend")).sort("cel")
    return tuple(zip(joined["cel"].to_list(), joined["bekend"].to_list(), strict=True))


def _overlaps(cells: pl.DataFrame, incidence: sp.csc_array) -> tuple[Relation, ...]:
    """A level minus the total: children who count in two areas, or the other way, in none."""
    if not incidence.shape[1]:
        return ()
    rows = incidence.tocsr()
    rest = ["schooljaar", "uitsplitsing", "categorie", "deel", "telling"]
    totals = cells.filter(pl.col("niveau") == "totaal").select(*rest, totaal="cel")
    members = (
        cells.filter(pl.col("niveau") != "totaal")
        .join(totals, on=rest, how="inner")
        .group_by("totaal", "niveau", maintain_order=True)
        .agg(pl.col("cel"))
    )
    found = []
    for total, level, parts in members.iter_rows():
        coefficients = rows[parts].sum(axis=0) - rows[[total]].sum(axis=0)
        sign = 1 if coefficients.max() > 0 else -1
        if not coefficients.any() or (sign * coefficients).min() < 0:
            continue
        terms = (*((part, sign) for part in parts), (total, -sign))
        label = "overlap" if sign > 0 else "zonder gebied"
        found.append(Relation(f"{label} {level}", terms, sensitive=True))
    return tuple(found)
