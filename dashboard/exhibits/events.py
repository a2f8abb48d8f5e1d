"""What happened in a school year, noted by the organisation itself. No Streamlit, no network.

A file in the work folder or where the environment says: a list `gebeurtenissen`, each with a school
year and a sentence, and where that is narrower the area and the themes it is about. It stands
beside charts through the years, so that a reader sees what else changed; it explains nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from dashboard.language import tr
from dashboard.release.released import Released
from dashboard.words.selection import Selection

VARIABLE = "ZICHTLIJN_GEBEURTENISSEN"
FILE = "gebeurtenissen.yaml"
LONGEST = 160
MOST = 200
_LARGEST_KB = 200
_YEAR = re.compile(r"(\d{4})/(\d{4})")
_NEEDED, _ALLOWED = {"schooljaar", "tekst"}, {"schooljaar", "tekst", "niveau", "gebied", "themas"}
_SIGNS = "①②③④⑤⑥⑦⑧⑨"


class EventsRefused(Exception):
    """The file cannot be used; the text is for who keeps it and says what to mend."""


@dataclass(frozen=True)
class Event:
    """One event. Without `niveau` it counts everywhere, without `themes` for every theme."""

    schooljaar: str
    text: str
    niveau: str = ""
    gebied: str = ""
    themes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Noted:
    """Events beside one chart: year -> sign at the axis, and what each sign stands for."""

    signs: Mapping[str, str]
    lines: tuple[str, ...]


NOTHING = Noted({}, ())


def place(workdir: Path) -> Path:
    """Where the file stands: the environment says so, else in the work folder."""
    told = os.environ.get(VARIABLE)
    return Path(told) if told else workdir / FILE


def of(path: Path) -> tuple[Event, ...]:
    """All events, oldest year first; none without a file. Raises EventsRefused."""
    try:
        state = path.stat()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise _unread(path) from error
    if state.st_size > _LARGEST_KB * 1000:
        raise EventsRefused(
            tr("{bestand} is groter dan {kb} kB.", bestand=path.name, kb=_LARGEST_KB)
        )
    return _kept(path, (state.st_mtime_ns, state.st_size))


@lru_cache(maxsize=4)
def _kept(path: Path, stamp: tuple[int, int]) -> tuple[Event, ...]:
    del stamp
    try:
        told = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise _unread(path) from error
    listed = told.get("gebeurtenissen") if isinstance(told, dict) else None
    if not isinstance(listed, list) or len(listed) > MOST:
        raise EventsRefused(
            tr(
                "{bestand} hoort te beginnen met `gebeurtenissen:` en daaronder een lijst van ten "
                "hoogste {aantal}.",
                bestand=path.name, aantal=MOST,
            )
        )  # fmt: skip
    events = [_event(entry, place, path) for place, entry in enumerate(listed, 1)]
    return tuple(sorted(events, key=lambda event: event.schooljaar))


def _event(entry: Any, place: int, path: Path) -> Event:
    if not isinstance(entry, dict) or not set(entry) >= _NEEDED or not set(entry) <= _ALLOWED:
        raise _wrong(
            path, place,
            tr("nodig zijn schooljaar en tekst; toegestaan zijn ook niveau, gebied en themas"),
        )  # fmt: skip
    years = _YEAR.fullmatch(str(entry["schooljaar"]))
    if years is None or int(years[2]) != int(years[1]) + 1:
        raise _wrong(path, place, tr("schrijf het schooljaar als 2024/2025"))
    text = " ".join(str(entry["tekst"] or "").split())
    if not 0 < len(text) <= LONGEST:
        raise _wrong(path, place, tr("de tekst telt 1 tot {meest} tekens", meest=LONGEST))
    if ("niveau" in entry) != ("gebied" in entry):
        raise _wrong(path, place, tr("niveau en gebied horen bij elkaar"))
    themes = entry.get("themas") or []
    if not isinstance(themes, list):
        raise _wrong(path, place, tr("themas is een lijst"))
    niveau, gebied = (str(entry.get(name) or "") for name in ("niveau", "gebied"))
    return Event(years[0], text, niveau, gebied, tuple(str(theme) for theme in themes))


def beside(
    released: Released, events: Sequence[Event], selection: Selection, theme: str,
    years: Sequence[str],
) -> Noted:  # fmt: skip
    """The events of these school years that are about this theme and this area."""
    around = _around(released, selection)
    shown = [
        event
        for event in events
        if event.schooljaar in years
        and (not event.themes or theme in event.themes)
        and (not event.niveau or (event.niveau, event.gebied) in around)
    ][: len(_SIGNS)]
    if not shown:
        return NOTHING
    signs: dict[str, str] = {}
    for sign, event in zip(_SIGNS, shown, strict=False):
        signs[event.schooljaar] = signs.get(event.schooljaar, "") + sign
    lines = tuple(
        f"{sign} {event.schooljaar}: {event.text}"
        for sign, event in zip(_SIGNS, shown, strict=False)
    )
    return Noted(signs, lines)


def _around(released: Released, selection: Selection) -> set[tuple[str, str]]:
    """The chosen area and the municipality it lies in."""
    area = released.areas.get((selection.niveau, selection.gebied))
    found = {(selection.niveau, selection.gebied)}
    return found | {("gemeente", area.ouder)} if area is not None and area.ouder else found


def _wrong(path: Path, place: int, what: str) -> EventsRefused:
    return EventsRefused(
        tr("{bestand}, gebeurtenis {nummer}: {wat}.", bestand=path.name, nummer=place, wat=what)
    )


def _unread(path: Path) -> EventsRefused:
    return EventsRefused(tr("{bestand} is niet te lezen.", bestand=path.name))
