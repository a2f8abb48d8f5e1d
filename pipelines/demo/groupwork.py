"""Themes agreed with schools, the group offer that follows from them, and youth work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.demo.calendar import YEARS, label, school_days
from pipelines.demo.places import KOLIBRI, MAATWERK, SPECIAL, VLIEGERHOF, WIJKEN, School

YOUTH_WORK = "Jongerenwerk Veenhaven (demo)"

_AGREES = 0.82  # share of schools in the first year
_LATE = 0.11  # of those that agree, after 1 October
_DONE = 0.72  # of agreed themes, with at least one activity that year, in the first year
_BETTER = 0.03  # more of each every year
_THEMES = {
    "sociale_vaardigheid": 20,
    "pesten": 18,
    "weerbaarheid": 16,
    "online_gedrag": 13,
    "ouderbetrokkenheid": 12,
    "faalangst": 11,
    "scheiding": 10,
}
_FORMS: Mapping[str, tuple[str, ...]] = {
    "sociale_vaardigheid": ("sova_training", "klassenaanpak"),
    "pesten": ("klassenaanpak", "themagroep"),
    "weerbaarheid": ("weerbaarheidstraining",),
    "online_gedrag": ("klassenaanpak", "voorlichting_ouderavond"),
    "scheiding": ("themagroep",),
    "faalangst": ("faalangsttraining",),
    "ouderbetrokkenheid": ("voorlichting_ouderavond",),
}
_SIZE = {  # participants: least and most; hours with preparation: least and most
    "sova_training": (6, 12, 12, 20),
    "weerbaarheidstraining": (6, 14, 12, 20),
    "faalangsttraining": (5, 10, 10, 16),
    "themagroep": (5, 9, 10, 16),
    "klassenaanpak": (18, 29, 4, 9),
    "voorlichting_ouderavond": (8, 55, 3, 7),
}
_UNASKED = {"bo": 2.2, "sbo": 2.4, "so": 2.2, "vso": 2.4, "vo": 4.0}  # a year
_YOUTH_FORMS = {
    "luisterend_oor": 22,
    "signaleren": 14,
    "lichte_interventie": 13,
    "toeleiding_zorg_veiligheid": 7,
    "toeleiding_voorzieningen": 9,
    "jongereninitiatief": 8,
    "veilige_leefomgeving": 9,
    "sport_spel": 14,
    "bemiddeling_overlast": 4,
}
_AT_SCHOOL, _IN_WIJK = 18, 26  # youth-work activities a year
_NUMBERS = {KOLIBRI: "KOL-A", VLIEGERHOF: "VHA", MAATWERK: "mha", YOUTH_WORK: "JWV"}


@dataclass(frozen=True)
class _Place:
    """Where an activity is and who leads it. One of `school` and `wijk` is empty."""

    provider: str
    school: str | None
    wijk: str | None
    role: str
    year: int


def agreements(rng: np.random.Generator, schools: tuple[School, ...]) -> pl.DataFrame:
    """The dataset `schoolafspraken`, with the column `aanbieder`."""
    rows = []
    for school in _with_offer(schools):
        for step, year in enumerate(YEARS):
            if rng.random() >= _AGREES + _BETTER * step:
                continue
            late = rng.random() < _LATE
            begin = dt.date(year, 10, 4) if late else dt.date(year, 8, 30)
            day = begin + dt.timedelta(days=int(rng.integers(0, 70 if late else 31)))
            rows += [
                {
                    "vestigingscode": school.code,
                    "aanbieder": school.provider,
                    "schooljaar": label(year),
                    "thema": theme,
                    "afgesproken_op": day,
                }
                for theme in _draw_themes(rng, int(rng.choice(3, p=(0.34, 0.44, 0.22))) + 1)
            ]
    return pl.DataFrame(rows)


def _with_offer(schools: tuple[School, ...]) -> list[School]:
    """Primary, secondary and special schools: themes and groups are agreed with those alone."""
    return [school for school in schools if school.kind != "mbo"]


def _draw_themes(rng: np.random.Generator, count: int) -> list[str]:
    weights = np.array(list(_THEMES.values()), dtype=np.float64)
    chosen = rng.choice(list(_THEMES), size=count, replace=False, p=weights / weights.sum())
    return [str(theme) for theme in chosen]


def activities(
    rng: np.random.Generator, schools: tuple[School, ...], agreed: pl.DataFrame
) -> pl.DataFrame:
    """The dataset `activiteiten`, with the column `aanbieder`: by provider, in order of date."""
    by_school: dict[tuple[str, str], list[str]] = {}
    for row in agreed.iter_rows(named=True):
        by_school.setdefault((row["vestigingscode"], row["schooljaar"]), []).append(row["thema"])
    rows: list[dict[str, object]] = []
    for school in _with_offer(schools):
        for step, year in enumerate(YEARS):
            place = _Place(school.provider, school.code, None, _leader(rng, school), year)
            themes = by_school.get((school.code, label(year)), [])
            done = [t for t in themes if rng.random() < _DONE + _BETTER * step]
            again = [t for t in done if rng.random() < 0.35]
            unasked = _draw_themes(rng, min(6, int(rng.poisson(_UNASKED[school.kind]))))
            rows += _groups(rng, place, [*done, *again, *unasked])
            if school.kind == "vo":
                rows += _youth(rng, _Place(YOUTH_WORK, school.code, None, "JW", year), _AT_SCHOOL)
    for wijk in WIJKEN:
        for year in YEARS:
            rows += _youth(rng, _Place(YOUTH_WORK, None, wijk.code, "JW", year), _IN_WIJK)
    return _numbered(rows)


def _leader(rng: np.random.Generator, school: School) -> str:
    if school.kind in SPECIAL and rng.random() < 0.35:
        return "JP"
    return "JMW" if school.municipality == "GM9901" else "SMW"


def _groups(
    rng: np.random.Generator, place: _Place, themes: Iterable[str]
) -> list[dict[str, object]]:
    found = []
    for theme in themes:
        form = str(rng.choice(_FORMS[theme]))
        fewest, most, least_hours, most_hours = _SIZE[form]
        people = int(rng.integers(fewest, most + 1))
        hours = float(rng.integers(2 * least_hours, 2 * most_hours + 1)) / 2
        found.append(_row(rng, place, form, theme, people, hours))
    return found


def _youth(rng: np.random.Generator, place: _Place, usual: int) -> list[dict[str, object]]:
    weights = np.array(list(_YOUTH_FORMS.values()), dtype=np.float64)
    found = []
    for form in rng.choice(
        list(_YOUTH_FORMS), size=int(rng.poisson(usual)), p=weights / weights.sum()
    ):
        theme = _draw_themes(rng, 1)[0] if rng.random() < 0.18 else None
        people = 1 + int(rng.gamma(1.6, 9.0 if form == "sport_spel" else 5.0))
        found.append(_row(rng, place, str(form), theme, people, float(rng.integers(2, 11)) / 2))
    return found


def _row(
    rng: np.random.Generator,
    place: _Place,
    form: str,
    theme: str | None,
    people: int,
    hours: float,
) -> dict[str, object]:
    return {
        "aanbieder": place.provider,
        "vestigingscode": place.school,
        "wijkcode": place.wijk,
        "rol": place.role,
        "vorm": form,
        "thema": theme,
        "datum": school_days(rng, np.array([place.year]))[0].item(),
        "deelnemers": people,
        "uren": hours,
    }


def _numbered(rows: list[dict[str, object]]) -> pl.DataFrame:
    """In order of provider and date, with each provider's own numbers."""
    frame = pl.DataFrame(
        rows,
        schema_overrides={
            "vestigingscode": pl.String,
            "wijkcode": pl.String,
            "thema": pl.String,
            "datum": pl.Date,
        },
        infer_schema_length=None,
    ).sort("aanbieder", "datum", maintain_order=True)
    number = pl.int_range(1, pl.len() + 1).over("aanbieder").cast(pl.String).str.zfill(5)
    prefix = pl.col("aanbieder").replace_strict(_NUMBERS)
    return frame.with_columns(pl.concat_str(prefix, pl.lit("-"), number).alias("activiteit_id"))
