"""What a round of the yearly evaluation is: which questions are put to which group, about what."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipelines.errors import UsageError
from pipelines.ingest import questionnaires
from pipelines.ingest.questionnaires import Item, Questionnaire
from pipelines.metrics import categories

QUESTIONNAIRE = "smw_jaarevaluatie"
DATASET = "evaluatie_antwoorden"

Place = Literal["school", "wijk"]


@dataclass(frozen=True)
class Audience:
    """A target group as it is addressed; `place`: what its answers are about."""

    group: str
    plural: str
    place: Place


AUDIENCES = (
    Audience("school", "scholen", "school"),
    Audience("smw_aanbieder", "aanbieders van schoolmaatschappelijk werk", "school"),
    Audience("wijkteam", "wijkteams", "wijk"),
)
PLACE_QUESTION: Mapping[Place, str] = {
    "school": "Over welke school gaat uw antwoord?",
    "wijk": "Over welke wijk gaat uw antwoord?",
}


@dataclass(frozen=True)
class Section:
    """Questions of one theme within one part (process or content), with their headings."""

    part: str
    part_label: str
    theme_label: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Round:
    """A questionnaire for one target group in one school year (`year`, such as 2024/2025).

    `places`: the schools or wijken to choose from, each beginning with its code; none when they
    are not known, and the code is then filled in.
    """

    year: str
    questionnaire: Questionnaire
    audience: Audience
    sections: tuple[Section, ...]
    places: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for section in self.sections for item in section.items)

    @property
    def title(self) -> str:
        return f"{self.questionnaire.title} {self.year}"

    @property
    def not_applicable(self) -> str:
        """The short way to say that a question does not apply."""
        return min(self.questionnaire.not_applicable, key=lambda text: (text.isalpha(), len(text)))

    def file_name(self, number: str, suffix: str) -> str:
        """Named as a delivery is, so that supplier, dataset and period are read from it."""
        return f"{number}_{DATASET}_{self.year.replace('/', '-')}{suffix}"


def of_round(year: str, audience: Audience, places: Sequence[str] = ()) -> Round:
    """The questions that are put to a group in a school year, by part and theme."""
    year = school_year(year)
    asked = questionnaires.find(QUESTIONNAIRE)
    items = [
        item
        for item in asked.items
        if audience.group in item.groups
        and (not item.first or item.first <= year)
        and (not item.last or year <= item.last)
    ]
    if not items:
        raise UsageError(f"De vragenlijst heeft voor {year} geen vragen aan {audience.plural}.")
    parts = {c.code: c.label_nl for c in categories.DERIVED["deel"]}
    themes = {c.code: c.label_nl for c in categories.DERIVED["evaluatiethema"]}
    found = dict.fromkeys((item.part, item.theme) for item in items)
    sections = [
        Section(
            part,
            parts[part],
            themes[theme],
            tuple(i for i in items if (i.part, i.theme) == (part, theme)),
        )
        for part, theme in sorted(found, key=lambda key: questionnaires.PARTS.index(key[0]))
    ]
    return Round(year, asked, audience, tuple(sections), tuple(places))


def school_year(text: str) -> str:
    """`2024/2025` or `2024-2025` -> `2024/2025`; raises `UsageError` for anything else."""
    found = re.fullmatch(r"(20\d{2})[/-](20\d{2})", text.strip())
    if found is None or int(found[2]) != int(found[1]) + 1:
        raise UsageError(
            f"{text} is geen schooljaar. Schrijf twee opeenvolgende jaartallen, zoals 2024/2025."
        )
    return f"{found[1]}/{found[2]}"
