"""The door: a delivery that holds identifying data is refused whole.

Looks at every column of a text frame, headers and values, before a layout decides what is used.
What is found is named by kind and column, never by value. Data about organisations (a dataset
without `leerling_id`, such as DUO's list of schools) may hold addresses and telephone numbers of
schools; numbers and names of persons are refused there too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import special

from pipelines.errors import DeliveryRefused
from pipelines.ingest.layouts import HEADER_WITHIN, normal, shown
from pipelines.ingest.read import TextFrame

BSN_WEIGHTS = np.array([9, 8, 7, 6, 5, 4, 3, 2, -1])
RANDOM_PASS_RATE = 1 / 11  # share of random nine-digit numbers that pass the eleven-test
FALSE_ALARM = 1e-4  # chance at which random numbers may be taken for citizen service numbers
SHARE_OF_VALUES = 0.2  # share of a column's values from which a pattern counts as its content

PERSON_HEADERS = {
    "burgerservicenummer": r"\b(bsn|burger ?service ?(nummer|nr)|sofi ?(nummer|nr)?)\b",
    "onderwijsnummer": r"\b(onderwijs ?(nummer|nr)|persoonsgebonden ?(nummer|nr)|pgn)\b",
    "naam": (
        r"\b((achter|voor|roep|familie|geslachts|meisjes) ?na(am|men)|alle voornamen"
        r"|voorletters?|initialen|tussenvoegsels?|voorvoegsels?"
        r"|na(am|men) (van )?(de |het )?(leerling|kind|jeugdige|client|ouder|verzorger|deelnemer)s?"
        r"|(leerling|kind|jeugdige|client|ouder|deelnemer) ?na(am|men))\b"
    ),
    "geboortedatum": r"\b(geboorte ?(datum|dag|dd)|geb ?(datum|dat|dd)|birth ?date|dob)\b",
}
ADDRESS_HEADERS = {
    "adres": r"\b(adres|straat ?(naam)?|huis ?(nummer|nr|letter)|woon ?adres|toevoeging)\b",
    "postcode": r"\b(postcode|post ?code ?6?)\b",
    "telefoonnummer": r"\b(telefoon ?(nummer|nr)?|tel ?(nr)?|mobiel ?(nummer|nr)?|gsm)\b",
    "e-mailadres": r"\b(e ?mail ?(adres)?)\b",
    "rekeningnummer": r"\b(iban|rekening ?(nummer|nr))\b",
}
CONTACT_VALUES = {
    "e-mailadres": r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}",
    "postcode": r"^\s*[1-9][0-9]{3}\s?[A-Z]{2}\s*$",
    "telefoonnummer": r"^\s*(\+31|0031|0)[\s(-]*[1-9]([\s)-]*[0-9]){8}\s*$",
    "rekeningnummer": r"\bNL[0-9]{2}\s?[A-Z]{4}(\s?[0-9]){10}\b",
}


@dataclass(frozen=True)
class Sighting:
    """One kind of identifying data in one column; `column` is a header fit to repeat."""

    kind: str
    column: str


def guard(text: TextFrame, *, person_level: bool, header_row: int | None = None) -> None:
    """Raise `DeliveryRefused` when the frame holds identifying data.

    `header_row`: where the layout found its headers; without one, every cell of the first rows is
    read as a possible header.
    """
    sightings = inspect(text, person_level=person_level, header_row=header_row)
    if not sightings:
        return
    named = "; ".join(
        f"{kind} in kolom {', '.join(dict.fromkeys(s.column for s in sightings if s.kind == kind))}"
        for kind in dict.fromkeys(s.kind for s in sightings)
    )
    raise DeliveryRefused(
        "identiteit.herleidbaar",
        f"De levering is geweigerd, omdat zij herleidbare persoonsgegevens bevat: {named}."
        " Er is niets van bewaard. Lever alleen een pseudoniem (leerling_id) aan, zonder namen,"
        " nummers, geboortedata en adressen.",
    )


def inspect(
    text: TextFrame, *, person_level: bool, header_row: int | None = None
) -> list[Sighting]:
    """All sightings, in the order of the columns."""
    headers = _headers(text, header_row)
    patterns = PERSON_HEADERS | (ADDRESS_HEADERS if person_level else {})
    found: list[Sighting] = []
    for name in text.columns:
        titles = headers.get(name, [])
        # Without a known header row a "header" may be somebody's data: name the column by letter.
        label = shown(titles[0]) if titles and header_row else column_letter(int(name[1:]))
        found += [
            Sighting(kind, label)
            for kind, pattern in patterns.items()
            if any(re.search(pattern, _words(title)) for title in titles)
        ]
        # An empty cell of a person-level file is still a promise to deliver it: headers count.
        values = text.frame[name].drop_nulls().unique(maintain_order=True)
        found += [Sighting(kind, label) for kind in _kinds_in(values, person_level)]
    return found


def column_letter(index: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA, as a spreadsheet names its columns."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _headers(text: TextFrame, header_row: int | None) -> dict[str, list[str]]:
    rows = [
        cells
        for number, cells in text.head(HEADER_WITHIN)
        if header_row is None or number == header_row
    ]
    return {
        f"c{i}": [cells[i] or "" for cells in rows if cells[i]] for i in range(len(text.columns))
    }


def _words(header: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", normal(header))


def _kinds_in(values: pl.Series, person_level: bool) -> list[str]:
    tests: dict[str, Callable[[pl.Series], bool]] = {"burgerservicenummer": holds_bsn}
    if person_level:
        for kind, pattern in CONTACT_VALUES.items():
            tests[kind] = lambda column, p=pattern: _mostly(column, p)  # type: ignore[misc]
    return [kind for kind, holds in tests.items() if holds(values)]


def _mostly(values: pl.Series, pattern: str) -> bool:
    """Whether the pattern is this column's content, and not a chance look-alike."""
    hits = int(values.str.contains(pattern).sum())
    anchored = pattern.startswith("^")
    return hits > 0 and (not anchored or hits >= SHARE_OF_VALUES * values.len())


def holds_bsn(values: pl.Series) -> bool:
    """Whether a column holds citizen service or education numbers.

    Of random nine-digit numbers one in eleven passes the eleven-test. A column is taken for real
    when all its numbers pass, or more than chance allows (binomial, `FALSE_ALARM`). Eight digits
    (a lost leading zero) count only beyond chance, since dates have eight too.
    """
    nine = _passes(values, 9)
    if nine.size and (bool(nine.all()) or _beyond_chance(nine)):
        return True
    eight = _passes(values, 8)
    return bool(eight.size) and _beyond_chance(eight)


def _passes(values: pl.Series, digits: int) -> np.ndarray:
    """For every distinct number of so many digits: does it pass the eleven-test?"""
    bare = values.str.replace(r"\.0$", "").str.replace_all(r"(\d)[ .](\d)", "${1}${2}")
    numbers = (
        bare.str.extract_all(rf"\b[0-9]{{{digits}}}\b")
        .explode()
        .drop_nulls()
        .unique(maintain_order=True)
    )
    if numbers.len() == 0:
        return np.zeros(0, dtype=bool)
    as_digits = (
        numbers.str.zfill(9).str.split("").list.eval(pl.element().filter(pl.element() != ""))
    )
    matrix = np.array(as_digits.to_list(), dtype=np.int64)
    passes: np.ndarray = ((matrix @ BSN_WEIGHTS) % 11 == 0) & (matrix.sum(axis=1) > 0)
    return passes


def _beyond_chance(passes: np.ndarray) -> bool:
    hits = int(passes.sum())
    return bool(special.bdtrc(hits - 1, passes.size, RANDOM_PASS_RATE) < FALSE_ALARM)
