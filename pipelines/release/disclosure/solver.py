"""A thin, deterministic wrapper around HiGHS: one thread, fixed seed, limits in nodes, not time."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Programme:
    """Minimise cost @ z with row_low <= matrix @ z <= row_high, low <= z <= high.

    `whole` marks the columns that must be whole numbers; infinite bounds are +-inf."""

    cost: Floats
    matrix: sp.csc_array
    row_low: Floats
    row_high: Floats
    low: Floats
    high: Floats
    whole: npt.NDArray[np.bool_]


def solve(programme: Programme, *, maximum_nodes: int = 400, gap: float = 1e-6) -> Floats | None:
    """The best point found, or None where there is none (within `maximum_nodes`)."""
    matrix = sp.csc_array(programme.matrix)
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.silent()
    for option, value in (
        ("threads", 1),
        ("random_seed", 0),
        ("mip_max_nodes", maximum_nodes),
        ("mip_rel_gap", gap),
        # Fractional tables begin at "no change", which is nearly an answer: simplifying the
        # programme first takes longer than solving it.
        ("presolve", "choose" if programme.whole.any() else "off"),
    ):
        highs.setOptionValue(option, value)
    rows, columns = matrix.shape
    # As arrays: a model in Python's own numbers takes as long to hand over as to solve.
    highs.passModel(
        columns,
        rows,
        matrix.nnz,
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        programme.cost,
        programme.low,
        programme.high,
        programme.row_low,
        programme.row_high,
        matrix.indptr.astype(np.int32),
        matrix.indices.astype(np.int32),
        matrix.data.astype(np.float64),
        programme.whole.astype(np.int32),
    )
    highs.run()
    info = highs.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    return np.asarray(highs.getSolution().col_value, np.float64)
