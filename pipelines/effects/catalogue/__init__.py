"""Declarations only: one module per theme, one `Effect` per promise of the plan."""

from __future__ import annotations

from pipelines.effects.catalogue.products import SAVINGS, Product
from pipelines.effects.catalogue.school import ZIS_M3
from pipelines.effects.design import Effect

EFFECTS: tuple[Effect, ...] = (ZIS_M3,)

__all__ = ["EFFECTS", "SAVINGS", "Product"]
