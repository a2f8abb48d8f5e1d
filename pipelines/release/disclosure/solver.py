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
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = matrix.shape
    model.col_cost_ = programme.cost
    model.col_lower_, model.col_upper_ = programme.low, programme.high
    model.row_lower_, model.row_upper_ = programme.row_low, programme.row_high
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    model.a_matrix_.index_ = matrix.indices.astype(np.int32)
    model.a_matrix_.value_ = matrix.data.astype(np.float64)
    if programme.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(flag)] for flag in programme.whole]
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
    highs.passModel(model)
    highs.run()
    info = highs.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    return np.asarray(highs.getSolution().col_value, np.float64)
