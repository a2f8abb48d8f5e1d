"""The message catalogues of the dashboard, from its code and the declarations: `make docs`.

A message stays in the catalogue with its translation as long as it is said somewhere; one that is
said no more goes. What is published as a text (units, code lists, promises) is gathered from the
declarations it is published from.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from pipelines.contracts import Contracts
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.describe import describe_all

LANGUAGES = ("nl", "en")
FOLDER = Path("dashboard", "locale")
# Function -> which of its arguments are messages; two of them are one and more.
_SAID_BY = {"tr": (1,), "mark": (1,), "plural": (1, 2), "count_of": (2, 3)}
_WIDTH = 100
# Documents are in Dutch.
_DUTCH_ONLY = "reports/"

Message = str | tuple[str, ...]


def catalogue(language: str, contracts: Contracts, source: Path) -> str:
    """The catalogue of one language as it should be now: the translations in `source`, with every
    message that is said.
    """
    made = Catalog(locale=language)
    for message, place in _all(contracts):
        made.add(message, locations=[(place, 0)])
    if source.exists():
        with source.open("rb") as written:
            known = read_po(written, locale=language)
        for entry in made:
            before = known.get(entry.id if isinstance(entry.id, str) else entry.id[0])
            if entry.id and before is not None and before.id == entry.id:
                entry.string = before.string
    text = io.BytesIO()
    write_po(
        text, made, width=_WIDTH, omit_header=True, sort_by_file=True, include_lineno=False,
        ignore_obsolete=True,
    )  # fmt: skip
    return text.getvalue().decode()


def _all(contracts: Contracts) -> Iterator[tuple[Message, str]]:
    yield from _of_code()
    yield from _of_declarations(contracts)


def _of_code() -> Iterator[tuple[Message, str]]:
    """What the pages say themselves."""
    folder = Path(__file__).parents[1] / "dashboard"
    found = extract_from_dir(str(folder), keywords=_SAID_BY, method_map=[("**.py", "python")])
    for place, _, message, _, _ in sorted(found, key=lambda one: (one[0], one[1])):
        if not place.startswith(_DUTCH_ONLY):
            yield message, f"dashboard/{place}"


def _of_declarations(contracts: Contracts) -> Iterator[tuple[Message, str]]:
    """What comes with the release and is the same in each; labels and definitions of figures are
    published in both languages.
    """
    for metric in describe_all(METRICS, contracts):
        for name in ("eenheid", "teller", "noemer", "norm_eenheid"):
            if metric[name]:
                yield metric[name], "METRICS.md"
