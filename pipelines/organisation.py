"""The folder of an organisation: what it decides itself, kept apart from the program.

`zichtlijn.yaml` makes a folder one. It is found by the environment (`ZICHTLIJN_ORGANISATIE`, which
the option `--organisatie` sets) or else in the current folder or one above it. Every part has the
form of the part of `data_contracts/` it adds to; an upgrade never touches it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from pipelines import documents, settings, suggest
from pipelines.errors import ContractError, UsageError

FILE, FORM = "zichtlijn.yaml", 1
LAYOUTS, CODES, QUESTIONNAIRES = "indelingen", "codes", "vragenlijsten"
PARAMETERS, CALENDAR, EVENTS = "parameters.yaml", "leveringskalender.yaml", "gebeurtenissen.yaml"
FOLDERS: Mapping[str, str] = {LAYOUTS: ".yaml", CODES: ".csv", QUESTIONNAIRES: ".yaml"}
PROPOSAL = ".voorstel"  # of a layout that nobody has judged yet; not read
FILES = (FILE, PARAMETERS, CALENDAR, EVENTS)
_KEYS = ("versie", "naam")


@dataclass(frozen=True)
class Organisation:
    """`folder`: absolute; `name`: what the organisation calls itself."""

    folder: Path
    name: str

    def file(self, name: str) -> Path | None:
        """A file of the folder, where it is there."""
        path = self.folder / name
        return path if path.is_file() else None

    def listed(self, folder: str) -> list[Path]:
        """The files that are read of one of its folders, by name."""
        found = (self.folder / folder).glob(f"*{FOLDERS[folder]}")
        return sorted(p for p in found if p.is_file() and not p.name.startswith("."))

    def shown(self, path: Path) -> str:
        """A path of the folder as messages name it."""
        return path.relative_to(self.folder).as_posix()

    def parts(self) -> Iterator[Path]:
        """Every file that decides an outcome, in a fixed order."""
        yield from (path for name in FILES if (path := self.file(name)))
        for folder in FOLDERS:
            yield from self.listed(folder)


def current() -> Organisation | None:
    """The folder that counts here and now; None where there is none.

    Raises `UsageError` for one that cannot be used, and where two could be meant.
    """
    return _found(settings.organisation(), Path.cwd())


@lru_cache(maxsize=64)
def _found(told: str, here: Path) -> Organisation | None:
    if told:
        return read((here / told).resolve())
    above = [folder for folder in (here, *here.parents) if (folder / FILE).is_file()]
    if len(above) > 1:
        raise UsageError(
            f"{above[0]} en {above[1]} zijn allebei de map van een organisatie; zeg met"
            " --organisatie welke geldt."
        )
    return read(above[0]) if above else None


def read(folder: Path) -> Organisation:
    """The organisation of a folder; raises `UsageError` where it is none or of another version."""
    path = folder / FILE
    if not path.is_file():
        raise UsageError(
            f"{folder} is geen map van een organisatie: er is geen {FILE}. Maak er een met"
            " 'zichtlijn init MAP'."
        )
    told, lines = document(path, FILE)
    for key in told:
        if key not in _KEYS:
            raise ContractError(
                f"{FILE}, regel {lines[key,]}: {key!r} is onbekend. {suggest.hint(str(key), _KEYS)}"
            )
    if told.get("versie") != FORM:
        raise UsageError(
            f"{FILE}, regel {lines.get(('versie',), 1)}: deze map is van versie"
            f" {told.get('versie', 'onbekend')}, en dit programma leest versie {FORM}. Gebruik het"
            " programma waarmee de map is gemaakt, of neem de bestanden over in een nieuwe map."
        )
    name = str(told.get("naam") or "").strip()
    if not name:
        raise ContractError(f"{FILE}, regel {lines.get(('naam',), 1)}: vul bij 'naam' een naam in.")
    return Organisation(folder, name)


def document(path: Path, name: str) -> tuple[dict[str, Any], Mapping[tuple[str, ...], int]]:
    """(mapping of a YAML file, line of each of its keys); `name`: what messages call the file.

    A key that stands there twice is refused: YAML would take the last without a word.
    """
    text = text_of(path, name)
    try:
        told: Any = documents.read(text)
        lines = documents.lines(text)
    except documents.TwiceError as twice:
        raise ContractError(
            f"{name}, regel {twice.line}: {twice.key!r} staat er twee keer (eerst op regel"
            f" {twice.first}). Haal er een weg."
        ) from None
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else 1
        raise ContractError(f"{name}, regel {line}: dit is geen geldige YAML.") from problem
    except yaml.YAMLError as problem:
        raise ContractError(f"{name} is geen geldige YAML.") from problem
    if told is None:
        return {}, {}
    if not isinstance(told, dict):
        raise ContractError(f"{name}, regel 1: hier horen namen met een waarde erachter.")
    return told, lines


def text_of(path: Path, name: str) -> str:
    """The text of a file of the folder, in UTF-8."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ContractError(f"{name} is geen UTF-8. Sla het bestand op als UTF-8.") from None
    except OSError as problem:
        raise ContractError(f"{name} kan niet worden gelezen ({type(problem).__name__}).") from None


def fingerprint(own: Organisation | None) -> bytes:
    """Over every file that decides an outcome; empty without a folder."""
    digest = hashlib.sha256()
    if own is None:
        return b""
    for path in own.parts():
        digest.update(f"{own.shown(path)}\0".encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.digest()
