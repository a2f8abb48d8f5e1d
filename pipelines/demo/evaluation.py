"""Answers to the yearly evaluation by schools, providers and wijkteams, round after round."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.demo.calendar import YEARS, label
from pipelines.demo.places import WIJKEN, School
from pipelines.ingest import questionnaires

QUESTIONNAIRE = "smw_jaarevaluatie"

# Score of a school in the first round and the change per round, by theme.
_LEVEL = {
    "bereikbaarheid": (3.70, 0.10),
    "multidisciplinaire_samenwerking": (3.60, 0.08),
    "visie_taakverdeling": (3.30, 0.12),
    "toeleiding": (2.95, 0.10),
    "preventie_vroegsignalering": (3.65, 0.06),
    "integrale_arrangementen": (3.10, 0.05),
    "doorgaande_lijnen": (2.85, 0.00),
    "resultaat": (3.45, 0.06),
}
# What the others think beside the schools: providers are milder, wijkteams see the thresholds.
_MILDER = {"school": 0.0, "smw_aanbieder": 0.28, "wijkteam": -0.12}
_INVITED = {"school": 2, "smw_aanbieder": 1, "wijkteam": 4}  # per school, or per wijk
_ANSWERS = {"school": 0.66, "smw_aanbieder": 0.84, "wijkteam": 0.58}
_MORE_ANSWERS = 0.03  # every round
_NOT_APPLICABLE, _SKIPPED = 0.04, 0.03
_BETWEEN_PEOPLE, _BETWEEN_ANSWERS = 0.45, 0.75
_FROM_QUALITY = 0.5  # what a school's own quality adds


def answers(rng: np.random.Generator, schools: tuple[School, ...]) -> pl.DataFrame:
    """The dataset `evaluatie_antwoorden`: a row per invited respondent and question, also of those
    who did not answer, as the forms come back.
    """
    items = questionnaires.find(QUESTIONNAIRE).items
    rows: list[tuple[object, ...]] = []
    for step, year in enumerate(YEARS):
        for group in questionnaires.GROUPS:
            asked = [i for i in items if group in i.groups]
            level = np.array([_LEVEL[i.theme][0] + _LEVEL[i.theme][1] * step for i in asked])
            number = 0
            for school, wijk, quality in _places(schools, group):
                for _ in range(_INVITED[group]):
                    number += 1
                    said = _one(rng, level + _MILDER[group] + _FROM_QUALITY * quality, group, step)
                    name = f"{label(year)}:{group.replace('_', '-')}-{number:04d}"
                    rows += [
                        (label(year), name, group, school, wijk, item.id, *one)
                        for item, one in zip(asked, said, strict=True)
                    ]
    return pl.DataFrame(
        rows,
        schema={
            "ronde": pl.String,
            "antwoord_id": pl.String,
            "groep": pl.String,
            "vestigingscode": pl.String,
            "wijkcode": pl.String,
            "vraag_id": pl.String,
            "score": pl.Int64,
            "nvt": pl.Boolean,
        },
        orient="row",
    )


def _places(schools: tuple[School, ...], group: str) -> list[tuple[str | None, str | None, float]]:
    """What respondents of a group are asked about: school, wijk, and the quality met there."""
    if group != "wijkteam":
        return [(s.code, None, s.quality) for s in schools]
    return [
        (None, w.code, float(np.mean([s.quality for s in schools if s.wijk == w.code] or [0.0])))
        for w in WIJKEN
    ]


def _one(
    rng: np.random.Generator, level: np.ndarray, group: str, step: int
) -> list[tuple[int | None, bool | None]]:
    """Score and not applicable per question of one respondent."""
    if rng.random() >= _ANSWERS[group] + _MORE_ANSWERS * step:
        return [(None, None)] * len(level)
    spread = rng.normal(0, _BETWEEN_PEOPLE) + rng.normal(0, _BETWEEN_ANSWERS, len(level))
    scores = np.clip(np.round(level + spread), 1, 5).astype(int).tolist()
    draw = rng.random(len(level)).tolist()
    return [
        (None, True)
        if d < _NOT_APPLICABLE
        else (None, None)
        if d < _NOT_APPLICABLE + _SKIPPED
        else (score, None)
        for score, d in zip(scores, draw, strict=True)
    ]
