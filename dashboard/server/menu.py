"""Which pages there are, in which order, and at which address."""

from __future__ import annotations

from types import ModuleType

from dashboard.language import mark
from dashboard.views import (
    bereik,
    besparing,
    definities,
    doorgaande_lijnen,
    inzet,
    jeugdhulp,
    kaart,
    leveringen,
    overzicht,
    pilot,
    preventie,
    proces_resultaat,
    rapport,
    samenwerking,
    scenario,
    scholen,
    schorsingen,
    thuiszitters,
    verantwoording,
    vergelijken,
    verwijzingen,
    zorg_in_school,
)

# Heading -> (page, address); the first page of all is the front page, at the bare address. Headings
# and titles are messages.
SECTIONS: dict[str, tuple[tuple[ModuleType, str], ...]] = {
    mark("In het kort"): ((overzicht, ""), (vergelijken, "vergelijken"), (rapport, "rapport")),
    mark("Ondersteuning op school"): (
        (bereik, "bereik"),
        (proces_resultaat, "proces-resultaat"),
        (verwijzingen, "verwijzingen"),
        (inzet, "inzet"),
        (preventie, "preventie"),
        (samenwerking, "samenwerking"),
    ),
    mark("School, zorg en thuis"): (
        (schorsingen, "schorsingen"),
        (thuiszitters, "thuiszitters"),
        (doorgaande_lijnen, "doorgaande-lijnen"),
        (jeugdhulp, "jeugdhulp"),
        (scholen, "scholen"),
        (kaart, "kaart"),
    ),
    mark("Zorg In School"): (
        (zorg_in_school, "zorg-in-school"),
        (besparing, "besparing"),
        (scenario, "scenario"),
        (pilot, "pilot"),
    ),
    mark("Verantwoording"): (
        (leveringen, "leveringen"),
        (definities, "definities"),
        (verantwoording, "verantwoording"),
    ),
}

# Titles too long for the menu.
SHORT = {"inzet": mark("Inzet en structuur")}

# Which theme a page is about, for who goes on to compare.
TOPICS = {
    "bereik": "bereik", "proces-resultaat": "proces", "verwijzingen": "verwijzingen",
    "inzet": "inzet", "samenwerking": "samenwerking", "schorsingen": "schorsingen",
    "thuiszitters": "thuiszitters", "doorgaande-lijnen": "doorgaande_lijnen",
    "jeugdhulp": "jeugdhulp",
}  # fmt: skip

# Which themes, or which figures, a page shows; only of pages that follow the choice of area.
SHOWN: dict[str, tuple[str, ...]] = {
    "bereik": ("bereik",), "proces-resultaat": ("proces", "resultaat"),
    "verwijzingen": ("verwijzingen",), "inzet": ("inzet",),
    "preventie": ("smw_preventieniveau", "smw_wettelijk_kader"),
    "samenwerking": ("samenwerking",), "schorsingen": ("schorsingen",),
    "thuiszitters": ("thuiszitters",), "doorgaande-lijnen": ("doorgaande_lijnen",),
    "jeugdhulp": ("jeugdhulp",),
}  # fmt: skip

TITLES: dict[str, str] = {
    address: view.TITLE for pages in SECTIONS.values() for view, address in pages
}
