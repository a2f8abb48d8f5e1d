"""All attacks on the served release: the counts that `zichtlijn audit` reports.

The attackers see released files only: the one that is served and those before it in the work
folder. A school that knows itself is the exception, by definition.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines.audit import attacks, truth
from pipelines.audit.attacks import Guess
from pipelines.audit.knowledge import Key, Released, Topic, topics
from pipelines.audit.linear import ROUNDING, Attacker, Between, View
from pipelines.audit.referee import Finding, Referee
from pipelines.audit.relations import of_areas, of_schools, view
from pipelines.audit.truth import Schools, Truth
from pipelines.errors import UsageError

POINTER = "release.json"
FOLDER = "releases"
WITH_EARLIER = "eerdere uitgaven"


@dataclass(frozen=True)
class Outcome:
    """What the attacks came to. `visible_share`: per level, of the cells that are safe of
    themselves, the share that shows. `findings` name places, never numbers. `hidden_why`: see
    `Truth.hidden`; it stays on the pipeline's side."""

    release: str
    earlier: tuple[str, ...]
    scored_with_truth: bool
    cells: int
    hidden: int
    sensitive: int
    visible_share: dict[str, float]
    findings: tuple[Finding, ...]
    hidden_why: tuple[int, int, int] | None = None

    @property
    def clean(self) -> bool:
        return not self.findings

    def as_dict(self) -> dict[str, Any]:
        kinds = Counter(f.kind for f in self.findings)
        return {
            "release": self.release,
            "earlier": list(self.earlier),
            "scored_with_truth": self.scored_with_truth,
            "cells": self.cells,
            "hidden": self.hidden,
            "sensitive": self.sensitive,
            "hidden_for_themselves": self.hidden_why[0] if self.hidden_why else None,
            "hidden_for_others": self.hidden_why[1] if self.hidden_why else None,
            "apart_from_earlier": self.hidden_why[2] if self.hidden_why else None,
            "exact": kinds["exact"],
            "narrow": kinds["narrow"],
            "weak": kinds["weak"],
            "visible_share": self.visible_share,
            "findings": [vars(f) for f in self.findings],
        }


@dataclass(frozen=True)
class Past:
    """A topic of an earlier release, where schools were then, and which areas have changed."""

    topic: Topic
    released: Released
    schools: Schools
    changed: set[tuple[str, str]]


def audit(workdir: Path, *, progress: Callable[[Iterable[Any], str], Iterable[Any]]) -> Outcome:
    """Attack the release that `workdir` serves. Raises UsageError where there is none."""
    return attacked(workdir, served(workdir), progress=progress)


def served(workdir: Path) -> Path:
    """The file of the release that is served."""
    try:
        return workdir / str(json.loads((workdir / POINTER).read_text("utf-8"))["file"])
    except FileNotFoundError:
        raise UsageError(
            f"In {workdir} is nog geen publicatie; draai eerst 'zichtlijn run'."
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise UsageError(_unreadable(workdir)) from problem


def attacked(
    workdir: Path, file: Path, *, progress: Callable[[Iterable[Any], str], Iterable[Any]]
) -> Outcome:
    """Attack one released file, served or not yet, beside those that were made before it."""
    released = Released.read(file)
    earlier_files = made_before(workdir, file)
    known = truth.read(workdir, released.id)
    earlier = [Released.read(other) for other in earlier_files]
    placed = [truth.placed(workdir, other.id) or known.schools for other in earlier]
    found: list[Finding] = []
    sensitive = 0
    safe: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    before = [{t.name: t for t in topics(other, known.known)} for other in earlier]
    for topic in progress(topics(released, known.known), "Aanvallen"):
        inside = of_schools(topic, released.parents, known.schools)
        referee = Referee(topic, known.of(topic), inside)
        secrets = referee.sensitive() if referee.facts else set(topic.hidden)
        sensitive += len(secrets)
        _count_visible(topic, secrets, safe, shown)
        past = [
            Past(topics_of[topic.name], other, schools, changed(schools, known.schools))
            for topics_of, other, schools in zip(before, earlier, placed, strict=True)
            if topic.name in topics_of
        ]
        guesses = _all(topic, referee, released, known, past)
        found += filter(None, map(referee.judge, guesses))
        found += _shown_small(topic)
    states = Counter(row["status"] for row in released.cells)
    return Outcome(
        release=released.id,
        earlier=tuple(other.id for other in earlier),
        scored_with_truth=bool(known),
        cells=states.total(),
        hidden=states["afgeschermd"],
        sensitive=sensitive,
        visible_share={
            level: round(shown[level] / safe[level], 4) for level in sorted(safe) if safe[level]
        },
        findings=tuple(sorted(set(found), key=lambda f: (f.kind, f.topic, f.place, f.attack))),
        hidden_why=known.hidden,
    )


def _all(
    topic: Topic,
    referee: Referee,
    released: Released,
    known: Truth,
    past: list[Past],
) -> Iterator[Guess]:
    seen = _agreeing(view(topic, released.parents, known.schools))
    yield from attacks.linear(topic, seen)
    yield from attacks.differencing(topic, seen)
    yield from attacks.rule_aware(topic, seen, [c for c in range(seen.cells) if referee.small(c)])
    units = {cell: fact.units for cell, fact in referee.facts.items()}
    targets = [cell for cell in topic.hidden if referee.secret(cell) and cell in units]
    inside = of_areas(topic, released.parents, known.schools)
    yield from attacks.insiders(topic, seen, units, targets, inside)
    both = seen
    for old in reversed(past):  # what was said last is believed first
        then = _agreeing(view(old.topic, old.released.parents, old.schools))
        both = attacks.with_earlier(topic, both, old.topic, then, old.changed)
    if both.shown != seen.shown:
        for guess in attacks.linear(topic, both):
            name = f"{WITH_EARLIER}, {guess.attack}"
            yield Guess(name, guess.cell, guess.bounds, guess.minus)


def changed(then: Schools, now: Schools) -> set[tuple[str, str]]:
    """Areas (level, code) that were made of other schools then."""

    def members(schools: Schools) -> dict[tuple[str, str], set[str]]:
        found: dict[tuple[str, str], set[str]] = {}
        for school, areas in schools.items():
            for place in areas.items():
                found.setdefault(place, set()).add(school)
        return found

    before, after = members(then), members(now)
    return {place for place in before | after if before.get(place) != after.get(place)}


def _agreeing(seen: View) -> View:
    """Where everything together cannot be so, parts are only known to be no more than a whole."""
    if Attacker(seen).consistent():
        return seen
    parts = [*seen.parts, *((part, whole) for whole, members in seen.sums for part in members)]
    return replace(seen, sums=[], parts=parts)


def _shown_small(topic: Topic) -> Iterator[Finding]:
    """Numbers that should never have been shown: from 1 to T-1, or not rounded."""
    for cell, known in topic.shown.items():
        if topic.money or isinstance(known, Between):
            continue
        value = getattr(known, "value", 0)
        if value and (value < topic.thresholds[cell] or value % ROUNDING):
            _, key = topic.places[cell]
            yield Finding("exact", "getoond", topic.name, " ".join(p for p in key if p))


def _count_visible(
    topic: Topic, secrets: set[int], safe: Counter[str], shown: Counter[str]
) -> None:
    """Figures of which no cell is a secret, and how many of those show."""
    for figure in topic.figures:
        if figure.status in {"zichtbaar", "afgeschermd"} and not secrets & set(
            figure.cells.values()
        ):
            level = _level(figure.key)
            safe[level] += 1
            shown[level] += figure.status == "zichtbaar"


def _level(key: Key) -> str:
    return key[1]


def made_before(workdir: Path, file: Path) -> list[Path]:
    """The releases that were made before a file, oldest first."""
    try:
        made = {f: _made(f) for f in sorted((workdir / FOLDER).glob("r*.duckdb"))}
        at = _made(file)
    except duckdb.Error as problem:
        raise UsageError(_unreadable(workdir)) from problem
    earlier = sorted((moment, f) for f, moment in made.items() if f != file and moment <= at)
    return [f for _, f in earlier]


def _unreadable(workdir: Path) -> str:
    return f"De publicatie in {workdir} is niet te lezen; draai 'zichtlijn run' opnieuw."


def _made(file: Path) -> Any:
    with duckdb.connect(str(file), read_only=True) as con:
        row = con.execute("SELECT gemaakt_op FROM release").fetchone()
    return row[0] if row else None


def quietly(items: Iterable[Any], what: str) -> Iterable[Any]:
    """No progress bar."""
    del what
    return items
