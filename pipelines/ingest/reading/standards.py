"""Which messages of which version of a standard are read: `data_contracts/berichten/*.yaml`.

The versions of iJw 3 name the elements that are read alike; what differs is told per version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from pipelines import documents
from pipelines.errors import ContractError

LIST_SEPARATOR = "|"  # between fields that a record repeats


@dataclass(frozen=True)
class Version:
    """`read`: message such as jw301 -> its elements that occur more than once; `names`: what each
    message is, in Dutch, read or not.
    """

    standard: str
    number: str
    read: Mapping[str, tuple[str, ...]]
    names: Mapping[str, str]


@cache
def versions() -> Mapping[str, Version]:
    """Every version of iJw that is read, by its number such as 3.2."""
    folder = files("data_contracts") / "berichten"
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    known = [parse(f.name, f.read_text("utf-8")) for f in found]
    return {version.number: version for version in known}


def parse(name: str, text: str) -> Version:
    """One version from the text of its file; raises `ContractError` naming what is wrong."""
    try:
        item: Mapping[str, Any] = documents.read(text)
        read = {code.lower(): tuple(one["elementen"]) for code, one in item["lezen"].items()}
        names = {code.lower(): str(one["naam"]) for code, one in item["lezen"].items()}
        names |= {code.lower(): str(one) for code, one in item["andere"].items()}
        return Version(str(item["standaard"]), str(item["versie"]), read, names)
    except (KeyError, TypeError, AttributeError, yaml.YAMLError) as problem:
        raise ContractError(
            f"berichten/{name} is niet te lezen: {type(problem).__name__} bij {problem}."
        ) from problem


def readable() -> str:
    """The messages and versions that are read, in words."""
    codes = sorted({code.upper() for version in versions().values() for code in version.read})
    return f"{_and(codes)} van iJw {_and(sorted(versions()))}"


def called(code: str) -> str:
    """What a message is, with its code: `JW315 (verzoek om toewijzing)`."""
    names = {c: n for version in versions().values() for c, n in version.names.items()}
    return f"{code.upper()} ({names[code]})" if code in names else code.upper()


def _and(words: list[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} en {last}" if first else last
