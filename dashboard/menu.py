"""Which pages there are, in which order, and at which address."""

from __future__ import annotations

from types import ModuleType

from dashboard.views import (
    definities,
    leveringen,
    overzicht,
    schorsingen_thuiszitters,
    smw_jaarevaluatie,
    zorg_in_school,
)

# Heading -> (page, address); the first page of all is the front page, at the bare address.
SECTIONS: dict[str, tuple[tuple[ModuleType, str], ...]] = {
    "Cijfers": (
        (overzicht, ""),
        (smw_jaarevaluatie, "smw"),
        (schorsingen_thuiszitters, "schorsingen-thuiszitters"),
        (zorg_in_school, "zorg-in-school"),
    ),
    "Verantwoording": ((leveringen, "leveringen"), (definities, "definities")),
}

TITLES: dict[str, str] = {
    address: view.TITLE for pages in SECTIONS.values() for view, address in pages
}
