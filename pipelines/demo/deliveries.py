"""Write the demo's deliveries: the register in the words of its suppliers, mistakes and all.

`geplant.json` says which mistakes stand where, which effects were planted and what the register
is calibrated to; tests and the demonstration compare what Zichtlijn finds with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.contracts import load
from pipelines.demo import groupwork, pilot, pilot_outcomes, places, plant, register
from pipelines.demo.calendar import YEARS, label, year_of
from pipelines.demo.layouts import Layout, canonical_layout, supplier_layout
from pipelines.demo.sheets import Form, Sheet, save, sheet

ALL_YEARS = f"{YEARS[0]}-{YEARS[-1] + 1}"

_KOLIBRI = Form("csv", "cp1252", ";", ("Ja", "Nee"), ignored=("02-11-2026", "Team 3"))
_MAATWERK = Form("csv", "utf-8-sig", ",", ("ja", "nee"), ignored=("1",))
_CANONICAL = Form("csv", "utf-8", ";", ("J", "N"))


@dataclass(frozen=True)
class Planted:
    """What was planted: mistakes by file and row, effects, and the calibration reached."""

    seed: int
    fouten: tuple[plant.Planted, ...]
    effecten: Mapping[str, object]
    calibratie: Mapping[str, float]

    def as_json(self) -> str:
        document = {
            "seed": self.seed,
            "fouten": [
                {
                    "bestand": f.file,
                    "rij": f.row,
                    "kolom": f.column,
                    "kolom_bron": f.header,
                    "regel": f.rule,
                    "ernst": f.severity,
                }
                for f in self.fouten
            ],
            "effecten": dict(self.effecten),
            "calibratie": dict(self.calibratie),
        }
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


@dataclass(frozen=True)
class _Source:
    """Who delivers what. `layout` '' is the canonical layout; `yearly`: a file per school year."""

    prefix: str
    supplier: str
    dataset: str
    layout: str
    form: Form
    yearly: bool = False


_VEENMARK = register.TOWNS["GM9901"]
_HAVENRIJK = register.TOWNS["GM9902"]

_MORE = (
    *(
        _Source(prefix, town, "achterstandsscores", "", _CANONICAL)
        for prefix, town in (("gemeente-veenmark", _VEENMARK), ("gemeente-havenrijk", _HAVENRIJK))
    ),
    _Source(
        "gemeente-veenmark",
        _VEENMARK,
        "inzet",
        "veenmark_inzet",
        Form("csv", "utf-8", ";", ("Ja", "Nee"), ignored=("JMW/2026-014",)),
    ),
    _Source(
        "gemeente-havenrijk",
        _HAVENRIJK,
        "inzet",
        "havenrijk_inzet",
        Form("xlsx", titles=("Gemeente Havenrijk", "Inzet op scholen 2021-2025", "")),
    ),
    *(
        source
        for dataset, what in (("schoolafspraken", "afspraken"), ("activiteiten", "groepsaanbod"))
        for source in (
            _Source(
                "kolibri",
                places.KOLIBRI,
                dataset,
                f"kolibri_{dataset}",
                Form("csv", "cp1252", ";", ("Ja", "Nee"), ignored=("02-11-2026",)),
            ),
            _Source(
                "devliegerhof",
                places.VLIEGERHOF,
                dataset,
                f"devliegerhof_{dataset}",
                Form("xlsx", titles=(f"De Vliegerhof: {what} 2021-2025", "")),
            ),
            _Source(
                "maatwerk-havenrijk",
                places.MAATWERK,
                dataset,
                f"maatwerk_havenrijk_{dataset}",
                _MAATWERK,
            ),
        )
    ),
    _Source(
        "jongerenwerk-veenhaven",
        groupwork.YOUTH_WORK,
        "activiteiten",
        "jongerenwerk_veenhaven_activiteiten",
        Form("csv", "utf-8", ";", ("Ja", "Nee")),
    ),
    _Source(
        "palet",
        places.BOARDS["GM9901"],
        "overgangen",
        "palet_overgangen",
        Form("csv", "cp1252", ";", ("Ja", "Nee"), ignored=("20261102",)),
    ),
    _Source(
        "havenlicht",
        places.BOARDS["GM9902"],
        "overgangen",
        "havenlicht_overgangen",
        Form("xlsx", titles=("Havenlicht Scholengroep", "Overgangen 2021-2025", "")),
    ),
    *(
        _Source(sender, sender, "evaluatie_antwoorden", "", _CANONICAL)
        for sender in register.FORMS.values()
    ),
)

_SOURCES = (
    *(
        _Source(prefix, town, dataset, "", _CANONICAL)
        for prefix, town in (("gemeente-veenmark", _VEENMARK), ("gemeente-havenrijk", _HAVENRIJK))
        for dataset in ("gebieden", "scholen", "leerlingaantallen")
    ),
    _Source("gemeente-veenmark", _VEENMARK, "tarieven", "", _CANONICAL),
    _Source("kolibri", places.KOLIBRI, "smw_trajecten", "kolibri_smw", _KOLIBRI, yearly=True),
    _Source(
        "devliegerhof",
        places.VLIEGERHOF,
        "smw_trajecten",
        "devliegerhof_smw",
        Form("xlsx", titles=("De Vliegerhof: overzicht trajecten 2021-2025", "")),
    ),
    _Source(
        "maatwerk-havenrijk",
        places.MAATWERK,
        "smw_trajecten",
        "maatwerk_havenrijk_smw",
        _MAATWERK,
        yearly=True,
    ),
    _Source(
        "kolibri",
        places.KOLIBRI,
        "verwijzingen",
        "kolibri_verwijzingen",
        Form("csv", "cp1252", ";", ("Ja", "Nee"), ignored=("02-11-2026",)),
    ),
    _Source(
        "devliegerhof",
        places.VLIEGERHOF,
        "verwijzingen",
        "devliegerhof_verwijzingen",
        Form("xlsx", titles=("De Vliegerhof: verwijzingen 2021-2025",)),
    ),
    _Source(
        "maatwerk-havenrijk",
        places.MAATWERK,
        "verwijzingen",
        "maatwerk_havenrijk_verwijzingen",
        _MAATWERK,
    ),
    _Source(
        "palet",
        places.BOARDS["GM9901"],
        "schorsingen",
        "palet_schorsingen",
        Form("csv", "cp1252", ";", ("Ja", "Nee"), ignored=("20261102",)),
        yearly=True,
    ),
    _Source(
        "havenlicht",
        places.BOARDS["GM9902"],
        "schorsingen",
        "havenlicht_schorsingen",
        Form("xlsx", titles=("Havenlicht Scholengroep", "Schorsingen en verwijderingen", "")),
    ),
    _Source(
        "leerplicht-veenhaven",
        register.LEERPLICHT,
        "thuiszitters",
        "leerplicht_veenhaven_thuiszitters",
        Form("csv", "utf-8", ";", ("J", "N")),
        yearly=True,
    ),
    _Source(
        "gemeente-veenmark",
        _VEENMARK,
        "jeugdhulp",
        "veenmark_jeugdhulp",
        Form("csv", "cp1252", ";", ("J", "N")),
        yearly=True,
    ),
    _Source("gemeente-havenrijk", _HAVENRIJK, "jeugdhulp", "", _CANONICAL),
    _Source(
        "pilot-zis",
        register.PROJECT,
        "zis_deelnames",
        "pilot_zis_deelnames",
        Form("csv", "cp1252", ";", ("Ja", "Nee")),
    ),
    *_MORE,
    _Source("palet", places.BOARDS["GM9901"], "schoolkalender", "", _CANONICAL),
    _Source("pilot-zis", register.PROJECT, "metingen", "", _CANONICAL),
    *(
        _Source(prefix, places.BOARDS[town], "incidenten", "", _CANONICAL)
        for prefix, town in (("palet", "GM9901"), ("havenlicht", "GM9902"))
    ),
)


def write(folder: Path, seed: int = 2026) -> Planted:
    """Write all delivery files to `folder/inbox` and the planted list to `folder/geplant.json`.

    The same seed gives the same bytes, on every machine.
    """
    made = register.build(seed)
    kinds = made.datasets["scholen"].select(
        "vestigingscode", pl.col("onderwijssoort").alias("_onderwijssoort")
    )
    sheets: dict[str, Sheet] = {}
    for source in _SOURCES:
        layout = (
            supplier_layout(source.layout) if source.layout else canonical_layout(source.dataset)
        )
        frame = made.datasets[source.dataset].filter(pl.col(register.SUPPLIER) == source.supplier)
        if "vestigingscode" in frame.columns:
            frame = frame.join(kinds, on="vestigingscode", how="left", maintain_order="left")
        for one in _files(source, layout, frame):
            sheets[one.name] = one
    planted = Planted(
        seed=seed,
        fouten=plant.plant(np.random.default_rng([seed, 1]), sheets),
        effecten=pilot.planted_effects() | pilot_outcomes.planted(),
        calibratie=made.calibration,
    )
    inbox = folder / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    for one in sheets.values():
        save(one, inbox)
    (folder / "geplant.json").write_text(planted.as_json(), "utf-8", newline="\n")
    return planted


def _files(source: _Source, layout: Layout, frame: pl.DataFrame) -> list[Sheet]:
    """One sheet, or one for each school year in which a row begins."""
    suffix = source.form.kind
    if not source.yearly:
        name = f"{source.prefix}_{source.dataset}_{ALL_YEARS}.{suffix}"
        return [sheet(name, layout, source.form, frame)]
    column = load().dataset(source.dataset).period_column
    if column is None:
        raise ValueError(f"{source.dataset} heeft geen periode")
    years = pl.Series(year_of(frame[column].to_numpy()))
    return [
        sheet(
            f"{source.prefix}_{source.dataset}_{label(year).replace('/', '-')}.{suffix}",
            layout,
            source.form,
            frame.filter(years == year),
        )
        for year in sorted(set(years.to_list()))
    ]
