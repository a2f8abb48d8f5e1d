"""Youth-care products whose cost the plan promises to lower."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipelines.effects.effect import Minimum, Window


@dataclass(frozen=True)
class Product:
    """A form of youth care at one level; `label` is Dutch, as it stands in a sentence."""

    id: str
    label: str
    hulpvorm: str
    niveau: str
    window: Window = field(default_factory=Window)
    minimum: Minimum = field(default_factory=Minimum)


SAVINGS: tuple[Product, ...] = (
    Product("dagbesteding_7", "dagbesteding niveau 7", "dagbesteding", "7"),
    Product("begeleiding_5", "begeleiding niveau 5", "begeleiding_individueel", "5"),
    Product("gezinsbehandeling_5", "gezinsbehandeling niveau 5", "gezinsbehandeling", "5"),
)
