"""Declarations only: one `Effect` per promise of the plan, one module per term.

`zis_k1` to `zis_k3` in `short_term`, `zis_m1` to `zis_m10` in `medium_term`, `zis_l1` to `zis_l6`
in `long_term`; the products that savings are worked out for in `products`.
"""

from __future__ import annotations

from pipelines.effects.catalogue import long_term, medium_term, short_term
from pipelines.effects.catalogue.products import SAVINGS, Product
from pipelines.effects.effect import Effect

EFFECTS: tuple[Effect, ...] = (
    short_term.ZIS_K1,
    short_term.ZIS_K2,
    short_term.ZIS_K3,
    medium_term.ZIS_M1,
    medium_term.ZIS_M2,
    medium_term.ZIS_M3,
    medium_term.ZIS_M4,
    medium_term.ZIS_M5,
    medium_term.ZIS_M6,
    medium_term.ZIS_M7,
    medium_term.ZIS_M8,
    medium_term.ZIS_M9,
    medium_term.ZIS_M10,
    long_term.ZIS_L1,
    long_term.ZIS_L2,
    long_term.ZIS_L3,
    long_term.ZIS_L4,
    long_term.ZIS_L5,
    long_term.ZIS_L6,
)

__all__ = ["EFFECTS", "SAVINGS", "Product"]
