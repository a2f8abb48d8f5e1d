"""Words of a report without the marks of a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from dashboard.exhibits import facts, tables
from dashboard.exhibits.exhibit import Exhibit
from dashboard.exhibits.tables import Cell
from dashboard.words import sentences

_BOLD = re.compile(r"\*\*(.+?)\*\*")


def plain(text: str) -> str:
    """A sentence without the marks for bold."""
    return text.replace("**", "")


def whole(text: str) -> str:
    """An amount does not break between its sign and its number."""
    return text.replace("€ ", "€\u00a0")


def rich(line: str) -> list[tuple[str, bool]]:
    """Parts of a sentence and whether each is bold."""
    return [(whole(part), bool(place % 2)) for place, part in enumerate(_BOLD.split(line)) if part]


def words(cell: Cell) -> str:
    """A cell as one text; what stands under each other on a page gets brackets. An interval stays
    on one line.
    """
    below = cell.below.replace(" ", "\u00a0") if cell.number else cell.below
    return whole(tables.plain(replace(cell, below=below)))


def further(exhibit: Exhibit) -> Iterator[str]:
    """Its sentences; one that is the title is not told twice."""
    for line in exhibit.lines:
        told = [one for one in sentences.apart(line) if plain(one) != f"{exhibit.headline}."]
        if told:
            yield " ".join(told)


def below(exhibit: Exhibit) -> Iterator[str]:
    """What every figure carries, in small print."""
    account = exhibit.account
    if account is None:
        return
    yield f"Definitie: {account.definition}"
    if exhibit.cautions:
        yield whole(" ".join(exhibit.cautions))
    yield f"{'; '.join(facts.parts(account))}."
