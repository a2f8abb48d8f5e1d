"""The error of one coefficient of a regression with few clusters, and its degrees of freedom.

CR2 of Bell and McCaffrey (2002, Survey Methodology 28, 169-181): every cluster's residuals are
freed from what the cluster itself pulled the fit to, so that the error is right on average where
the working variance holds, however unequal the clusters are. The degrees of freedom are
Satterthwaite's under that variance (Imbens and Kolesar 2016, Review of Economics and Statistics
98, 701-712). A wild cluster bootstrap of the same tests rejected up to 15% at a nominal 10%.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from pipelines.effects.estimators.estimate import Floats

_ALONE = 1e-8
"""Part of a cluster's residual below which only that cluster tells of a coefficient: nothing is
then known of its spread, and the cluster adds none."""
_NO_SPREAD = 1e-10


@dataclass(frozen=True)
class Clustered:
    """A coefficient with its `error` and the `degrees` of freedom of its t."""

    value: float
    error: float
    degrees: float

    @property
    def p(self) -> float:
        return 2 * float(stats.t.sf(abs(self.value) / self.error, self.degrees))

    def critical(self, level: float) -> float:
        """How many errors from zero a two-sided test at `level` rejects."""
        return float(stats.t.ppf(1 - level / 2, self.degrees))


def last_coefficient(scores: Floats, information: Floats) -> Clustered | None:
    """The last coefficient one Newton step from a fit; None where the data cannot tell it, or where
    clusters do not differ.

    With rows X and residuals e of a cluster, both divided by the root of the working variance:
    `scores` (clusters x columns) is X'e at that fit and `information` (clusters x columns x
    columns) is X'X. For ordinary least squares that is the estimate itself.

    Equation: V = B (sum over g of X'(I - H)^-1/2 e e' (I - H)^-1/2 X) B, with B = (X'X)^-1 and H
        of cluster g alone
    Source: Bell and McCaffrey (2002), Survey Methodology 28, 169-181; degrees of freedom: Imbens
        and Kolesar (2016), Review of Economics and Statistics 98, 701-712.
    """
    bread = information.sum(0)
    if np.linalg.matrix_rank(bread) < len(bread):
        return None
    inverse = np.linalg.inv(bread)
    beta = inverse @ scores.sum(0)
    # (I - X inverse X')^-1/2 X inverse[-1], in the columns' own space: information is small there.
    spread, axes = np.linalg.eigh(inverse)
    root = (axes * np.sqrt(np.maximum(spread, 0.0))) @ axes.T
    share, turned = np.linalg.eigh(root @ information @ root)
    freed = np.where(1 - share > _ALONE, 1 / np.sqrt(np.maximum(1 - share, _ALONE)), 0.0)
    pull = np.einsum("gks,gs,gls,l->gk", turned, freed, turned, root[-1]) @ root
    moves = np.einsum("gk,gk->g", pull, scores - information @ beta)
    error = float(np.sqrt((moves**2).sum()))
    if not np.isfinite(error) or error <= _NO_SPREAD:
        return None
    # Covariance of the moves, own - shared x inverse x shared', of which trace and squares are
    # enough.
    shared = np.einsum("gkl,gl->gk", information, pull)
    own = np.einsum("gk,gk->g", pull, shared)
    taken = np.einsum("gk,kl,gl->g", shared, inverse, shared)
    crossed = inverse @ shared.T @ shared
    squares = float((own**2).sum() - 2 * own @ taken + np.trace(crossed @ crossed))
    return Clustered(float(beta[-1]), error, float((own - taken).sum()) ** 2 / squares)
