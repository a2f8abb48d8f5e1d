"""The questionnaires of the yearly evaluation: `data_contracts/vragenlijsten/<id>.yaml`.

A questionnaire says which questions there are, for whom, and what the scale's words mean; an
answer is only a question's number and a score. Free text has no place in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from pipelines import documents, organisation
from pipelines.errors import ContractError
from pipelines.organisation import Organisation

PARTS = ("proces", "inhoud")
THEMES = (
    "preventie_vroegsignalering",
    "multidisciplinaire_samenwerking",
    "integrale_arrangementen",
    "doorgaande_lijnen",
    "visie_taakverdeling",
    "bereikbaarheid",
    "toeleiding",
    "resultaat",
)
GROUPS = ("school", "smw_aanbieder", "wijkteam")
SCORES = (1, 2, 3, 4, 5)
_INCOMPLETE = {"telt_niet_mee": False, "telt_mee": True}


@dataclass(frozen=True)
class Item:
    """One question; `groups`: codes of those it is put to. `first` and `last`: rounds (school
    years) between which it is put; empty where there is no bound.
    """

    id: str
    text: str
    part: str
    theme: str
    groups: tuple[str, ...]
    first: str = ""
    last: str = ""


@dataclass(frozen=True)
class Questionnaire:
    """`scale`: score -> its words; `not_applicable`: ways to say that a question does not apply.

    `incomplete_counts`: answers that a respondent filled in and did not send count as well.
    """

    id: str
    title: str
    version: int
    scale: Mapping[int, str]
    not_applicable: tuple[str, ...]
    items: tuple[Item, ...]
    incomplete_counts: bool = False


def load() -> Mapping[str, Questionnaire]:
    """All questionnaires by id: those of the installed package, and the organisation's own, which
    take the place of one with the same id."""
    return of(organisation.current())


@cache
def of(own: Organisation | None) -> Mapping[str, Questionnaire]:
    folder = files("data_contracts") / "vragenlijsten"
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    lists = [parse(f.name, f.read_text("utf-8")) for f in found]
    for path in own.listed(organisation.QUESTIONNAIRES) if own else ():
        shown = f"{organisation.QUESTIONNAIRES}/{path.name}"
        organisation.document(path, shown)
        lists.append(parse(path.name, organisation.text_of(path, shown)))
    return {one.id: one for one in lists}


def items() -> tuple[Item, ...]:
    """Every question of every questionnaire."""
    return tuple(item for one in load().values() for item in one.items)


def find(name: str) -> Questionnaire:
    try:
        return load()[name]
    except KeyError:
        raise ContractError(f"Er is geen vragenlijst {name} in data_contracts.") from None


def parse(name: str, text: str) -> Questionnaire:
    """One questionnaire from the text of its file; raises `ContractError` naming what is wrong."""
    try:
        document: Mapping[str, Any] = documents.read(text)
        found = Questionnaire(
            id=document["id"],
            title=document["titel"],
            version=int(document["versie"]),
            scale={int(score): str(label) for score, label in document["schaal"].items()},
            not_applicable=tuple(document["niet_van_toepassing"]),
            items=tuple(
                Item(
                    id=item["id"],
                    text=" ".join(item["vraag"].split()),
                    part=item["deel"],
                    theme=item["thema"],
                    groups=tuple(item["groepen"]),
                    first=str(item.get("vanaf", document.get("vanaf", ""))),
                    last=str(item.get("tot_en_met", document.get("tot_en_met", ""))),
                )
                for item in document["vragen"]
            ),
            incomplete_counts=_INCOMPLETE[document.get("niet_verzonden", "telt_niet_mee")],
        )
    except (KeyError, TypeError, ValueError, AttributeError, yaml.YAMLError) as problem:
        raise ContractError(
            f"vragenlijsten/{name} is niet te lezen: {type(problem).__name__} bij {problem}."
        ) from problem
    for wrong in _mistakes(found):
        raise ContractError(f"vragenlijsten/{name}: {wrong}.")
    return found


def _mistakes(asked: Questionnaire) -> list[str]:
    wrong: list[str] = []
    if tuple(asked.scale) != SCORES:
        wrong.append("de schaal loopt niet van 1 tot en met 5")
    for what in ("id", "text"):
        values = [getattr(item, what) for item in asked.items]
        if len(set(values)) != len(values):
            wrong.append("een vraag of nummer staat er twee keer in")
    for item in asked.items:
        if not re.fullmatch(r"[a-z0-9_]{1,40}", item.id):
            wrong.append(f"vraagnummer {item.id} mag alleen kleine letters, cijfers en _ bevatten")
        if item.part not in PARTS or item.theme not in THEMES or not item.groups:
            wrong.append(f"vraag {item.id} heeft geen bekend deel of thema, of geen groep")
        if not set(item.groups) <= set(GROUPS):
            wrong.append(f"vraag {item.id} is voor een onbekende groep")
        rounds = [r for r in (item.first, item.last) if r]
        if not all(re.fullmatch(r"\d{4}/\d{4}", r) for r in rounds) or rounds != sorted(rounds):
            wrong.append(f"vraag {item.id}: 'vanaf' en 'tot_en_met' zijn schooljaren op volgorde")
    return wrong
