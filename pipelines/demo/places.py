"""Two municipalities that do not exist, their wijken and their schools.

The codes have the official form with numbers that are not in use: GM99.., WK99...., and
vestigingscodes that begin with 99.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines import schoolyear
from pipelines.demo.calendar import YEARS, Floats, Ints, label

JEUGDREGIO = "Veenhaven"
SPECIAL = ("sbo", "so", "vso")


@dataclass(frozen=True)
class Wijk:
    code: str
    name: str
    municipality: str


@dataclass(frozen=True)
class School:
    """One location. `pupils`: its usual size; `provider`: who does its school social work.

    `demand` multiplies the number of trajectories; `quality` shifts the log-odds of a goal reached;
    `unrest` multiplies suspensions and absence. All three vary between schools of one kind.
    `zis_start`: the date Zorg In School began here, for the pilot schools.
    """

    code: str
    name: str
    board: str
    municipality: str
    wijk: str
    kind: str
    pupils: int
    provider: str
    demand: float
    quality: float
    unrest: float
    zis_start: str | None


MUNICIPALITIES = {"GM9901": "Veenmark", "GM9902": "Havenrijk"}
HOLIDAY_REGIONS = {"GM9901": "Noord", "GM9902": "Midden"}
BOARDS = {
    "GM9901": "Stichting Palet Onderwijs (demo)",
    "GM9902": "Havenlicht Scholengroep (demo)",
}

_WIJKEN = {
    "GM9901": ("Veenmark-Centrum", "Noorderveen", "Zuiderveld", "De Turfkade", "Molenakkers"),
    "GM9902": (
        "Binnenhaven",
        "Westkade",
        "Oosterdok",
        "Lage Gorzen",
        "Nieuwe Werf",
        "Zeezicht",
        "De Loodsen",
    ),
}
WIJKEN = tuple(
    Wijk(f"WK{gm[2:]}{number:02d}", name, gm)
    for gm, names in _WIJKEN.items()
    for number, name in enumerate(names, 1)
)

KOLIBRI = "Stichting Kolibri (demo)"
VLIEGERHOF = "De Vliegerhof (demo)"
MAATWERK = "Maatwerk Havenrijk (demo)"
PROVIDERS = (KOLIBRI, VLIEGERHOF, MAATWERK)

_NAMES = {
    ("GM9901", "bo"): (
        "De Veenpluim",
        "De Turfschuit",
        "Het Wollegras",
        "De Zonnedauw",
        "De Ringdijk",
        "De Korenmaat",
        "Het Lichtbaken",
        "De Vlechtwerkers",
        "De Berkenhof",
        "De Kikkersprong",
        "Het Spinnewiel",
        "De Heideblink",
    ),
    ("GM9901", "sbo"): ("De Springbalsem", "Het Tussenveld", "De Wilgentak"),
    ("GM9901", "so"): ("De Steenuil", "Het Hoogveen", "De Meander", "De Grutto"),
    ("GM9901", "vso"): ("Veenland College", "De Overtoom", "De Kruiwagen", "Het Vakhuis"),
    ("GM9901", "vo"): (
        "Veenmark College, locatie Kade",
        "Veenmark College, locatie Molen",
        "Het Noorderlyceum Veenmark",
        "De Ambachtsgaarde",
    ),
    ("GM9901", "mbo"): ("ROC Veenhaven, locatie Veenmark",),
    ("GM9902", "bo"): (
        "De Boeglijn",
        "Het Want",
        "De Kombuis",
        "De Scheepsbel",
        "De Windroos",
        "Het Anker",
        "De Lichtboei",
        "De Zeemeeuw",
        "De Loodsboot",
        "Het Getij",
        "De Golfbreker",
        "De Vuurtoren",
        "De Strekdam",
        "De Kluiver",
        "Het Kompasplein",
        "De Zeilmakerij",
    ),
    ("GM9902", "sbo"): ("De Sleepboot", "Het Schor", "De Vlonder"),
    ("GM9902", "so"): ("De Kwelder", "Het Eiland", "De Waterlelie", "De Oeverzwaluw"),
    ("GM9902", "vso"): ("Haven College vso", "De Werkplaats", "Het Dok", "De Sluiswachter"),
    ("GM9902", "vo"): (
        "Havenrijk Lyceum",
        "Maritiem College Havenrijk",
        "De Oosterpoort",
        "Het Westerkwartier",
        "Vakcollege De Kraan",
    ),
    ("GM9902", "mbo"): ("ROC Veenhaven, locatie Havenrijk",),
}

_SIZES = {  # mean, spread (log), smallest
    "bo": (225, 0.35, 90),
    "sbo": (130, 0.15, 90),
    "so": (120, 0.15, 90),
    "vso": (140, 0.15, 105),
    "vo": (850, 0.30, 420),
    "mbo": (1600, 0.10, 1200),
}

# Ten pilot schools, five per municipality; three of them began half a year later.
_PILOT = {
    "De Springbalsem": "2023-08-01",
    "De Steenuil": "2023-08-01",
    "Het Hoogveen": "2023-08-01",
    "Veenland College": "2023-08-01",
    "De Overtoom": "2024-02-01",
    "De Sleepboot": "2023-08-01",
    "De Kwelder": "2023-08-01",
    "Het Eiland": "2024-02-01",
    "Haven College vso": "2023-08-01",
    "De Werkplaats": "2024-02-01",
}


def schools(rng: np.random.Generator) -> tuple[School, ...]:
    """All schools, in order of vestigingscode. Sizes and differences come from `rng`."""
    found: list[School] = []
    turn = dict.fromkeys(MUNICIPALITIES, 0)
    for (gm, kind), names in _NAMES.items():
        wijken = [w for w in WIJKEN if w.municipality == gm]
        for name in names:
            number = len(found)
            wijk = wijken[turn[gm] % len(wijken)]
            turn[gm] += 1
            mean, spread, least = _SIZES[kind]
            found.append(
                School(
                    code=f"99{chr(65 + number // 26)}{chr(65 + number % 26)}00",
                    name=name,
                    board=BOARDS[gm],
                    municipality=gm,
                    wijk=wijk.code,
                    kind=kind,
                    pupils=max(least, round(mean * float(np.exp(rng.normal(0, spread))))),
                    provider=_provider(gm, kind, number),
                    demand=float(rng.gamma(14.0, 1 / 14.0)),
                    quality=float(rng.normal(0, 0.22)),
                    unrest=float(rng.gamma(8.0, 1 / 8.0)),
                    zis_start=_PILOT.get(name),
                )
            )
    return tuple(found)


def _provider(municipality: str, kind: str, number: int) -> str:
    if municipality == "GM9901":
        return VLIEGERHOF if kind == "bo" and number % 4 == 3 else KOLIBRI
    return MAATWERK if number % 2 else VLIEGERHOF


def school_frame(everything: tuple[School, ...]) -> pl.DataFrame:
    """The dataset `scholen`."""
    return pl.DataFrame(
        {
            "vestigingscode": [s.code for s in everything],
            "naam": [s.name for s in everything],
            "bevoegd_gezag": [s.board for s in everything],
            "gemeente": [s.municipality for s in everything],
            "wijkcode": [s.wijk for s in everything],
            "onderwijssoort": [s.kind for s in everything],
            "samenwerkingsverband": [partnership(s.kind) for s in everything],
            "vakantieregio": [HOLIDAY_REGIONS[s.municipality] for s in everything],
        },
        schema_overrides={"samenwerkingsverband": pl.String},
    )


# Of the board of Veenmark: month and day of its staff training days, and of the second week that
# it adds to the May holiday, in the school year that begins in the year before the slash.
_TRAINING_DAYS = ((10, 9), (11, 27), (2, 6), (3, 19), (6, 11))
_SECOND_WEEKS = {2021: (5, 9), 2022: (5, 8), 2023: (5, 6), 2024: (5, 5)}


def own_days_off() -> pl.DataFrame:
    """The dataset `schoolkalender`: what one board has beside the national holidays."""
    rows: list[tuple[dt.date, dt.date, str]] = []
    for year in YEARS:
        for month, day in _TRAINING_DAYS:
            free = _weekday(dt.date(year + (month < schoolyear.FIRST_MONTH), month, day))
            rows.append((free, free, "studiedag"))
        monday = dt.date(year + 1, *_SECOND_WEEKS[year])
        rows.append((monday, monday + dt.timedelta(days=4), "vakantie"))
    return pl.DataFrame(
        {
            "geldt_voor": ["bestuur"] * len(rows),
            "gebied": [BOARDS["GM9901"]] * len(rows),
            "van": [begin for begin, _, _ in rows],
            "tot_en_met": [end for _, end, _ in rows],
            "soort": [kind for _, _, kind in rows],
        }
    )


def _weekday(day: dt.date) -> dt.date:
    """The day itself, or the Friday before a weekend."""
    return day - dt.timedelta(days=max(0, day.weekday() - 4))


def partnership(kind: str) -> str | None:
    """The samenwerkingsverband of a school; mbo has none."""
    if kind == "mbo":
        return None
    return "VO9901" if kind in ("vo", "vso") else "PO9901"


def count_frame(everything: tuple[School, ...], enrolled: Ints) -> pl.DataFrame:
    """The dataset `leerlingaantallen`; `enrolled` is schools x years, on 1 October."""
    return pl.DataFrame(
        {
            "vestigingscode": [s.code for s in everything for _ in YEARS],
            "schooljaar": [label(y) for _ in everything for y in YEARS],
            "leerlingen": enrolled.reshape(-1),
        }
    )


def attribute(everything: tuple[School, ...], name: str) -> Floats:
    """One number per school, as an array."""
    return np.array([getattr(s, name) for s in everything], dtype=np.float64)
