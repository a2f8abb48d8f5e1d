"""The door: a delivery that holds identifying data is refused whole.

Looks at every column of a text frame, headers and all distinct values, before a layout decides
what is used. What is found is named by kind and column, never by value. Data about organisations
(a dataset without `leerling_id`, such as DUO's list of schools) may hold addresses and telephone
numbers of schools; numbers and names of persons are refused there too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import special

from pipelines.errors import DeliveryRefused
from pipelines.ingest import names
from pipelines.ingest.layouts import DATE_FORMATS, HEADER_WITHIN, normal, shown
from pipelines.ingest.read import TextFrame

BSN_WEIGHTS = np.array([9, 8, 7, 6, 5, 4, 3, 2, -1])
RANDOM_PASS_RATE = 1 / 11  # share of random nine-digit numbers that pass the eleven-test
FALSE_ALARM = 1e-4  # chance at which random numbers may be taken for citizen service numbers
SHARE_OF_VALUES = 0.2  # share of a column's values from which a pattern counts as its content

_NUMBER = r" ?(nummers?|nrs?)"
_PERSON = (
    r"(leerling|lln?|kind|jeugdige|client|deelnemer|student|pupil|persoon|ouder|verzorger|vader"
    r"|moeder|voogd|gezin|partner|contact ?persoon|medewerker|begeleider|behandelaar"
    r"|hulpverlener|leerkracht|docent|mentor|aanmelder|verwijzer)(s|en)? ?\d?"
)
PERSON_HEADERS: Mapping[str, str] = {
    "burgerservicenummer": (
        rf"\b({_PERSON} ?)?(bsn({_NUMBER})?|burger ?service{_NUMBER}|so ?fi({_NUMBER})?)\b"
    ),
    "onderwijsnummer": rf"\b((onderwijs|persoons ?gebonden|pgn|ow){_NUMBER}|pgn)\b",
    "naam": (
        r"\b((achter|voor|roep|familie|geslachts|meisjes|geboorte|doop|partner|bij|gebruikers)"
        r" ?na(am|men)|voorletters?|initialen|tussen ?voegsels?|voor ?voegsels?"
        rf"|na(am|men) (van )?(de |het )?{_PERSON}|{_PERSON} ?na(am|men)"
        r"|(sur|first ?|last ?|given ?|family ?|full ?)names?)\b"
    ),
    "geboortedatum": (
        r"\b(geboorte ?(datum|dag|dd|dat)|geb ?(datum|dat|dd)|datum (van )?(de )?geboorte"
        r"|birth ?da(te|y)|date of birth|dob)\b"
    ),
    "geboorteplaats": r"\b(geboorte|geb) ?(plaats|gemeente)\b",
}
ADDRESS_HEADERS: Mapping[str, str] = {
    "adres": (
        r"\b((woon|post|straat|verblijfs?|brief)? ?adres(regel)? ?\d?|straat ?(naam)?"
        r"|huis ?(nummer|nr|letter)s?|toevoeging)\b"
    ),
    "postcode": r"(?<!voorkomende )\b(post ?code ?6?|pc ?6|zip ?code)\b",
    "telefoonnummer": (
        r"\b(telefoon ?(nummer|nr)?|tel ?(nr|nummer)?|mobiel ?(nummer|nr)?|gsm|06 ?(nummer|nr)"
        r"|phone)\b ?\d?"
    ),
    "e-mailadres": r"\be ?mail ?(adres)?\b",
    "rekeningnummer": r"\b(iban|(bank ?)?rekening ?(nummer|nr))\b",
}
# Only where a header row is known: as a loose cell these words say too little.
BARE_NAME = r"^((volledige|weergave) ?)?na(am|men)$|^naam volledig$|^names?$"
FREE_TEXT_HEADERS = (
    r"\b(opmerking(en)?|toelichting(en)?|notities?|aantekening(en)?|memo|(gespreks ?)?verslag(en)?"
    r"|vrije tekst|bijzonderheden|commentaar|beschrijving|anamnese|voorgeschiedenis|situatieschets"
    r"|omschrijving (van )?(de |het )?(hulpvraag|probleem|problematiek|situatie|klacht)"
    r"|remarks?|comments?|notes?)\b"
)

# Any value of this form is a sighting.
TELLING: Mapping[str, str] = {
    "e-mailadres": r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}",
    "rekeningnummer": (
        r"\b(NL\d{2}\s?[A-Z]{4}(\s?\d){10}|BE\d{2}(\s?\d){12}|DE\d{2}(\s?\d){18})\b"
    ),
    "telefoonnummer": (
        r"(\+31|\b0031)[\s(0)-]{0,5}[1-9](?:[\s-]?\d){8}\b"
        r"|[A-Za-z][^0-9]*\b06[\s-]?[1-9](?:\s?\d){7}\b|\b06[\s-]?[1-9](?:\s?\d){7}\b.*[A-Za-z]{3}"
    ),
}
# A chance look-alike until enough of a column's values have this form.
CONTENT: Mapping[str, str] = {
    "postcode": (
        r"^\s*[1-9]\d{3}\s?[A-Za-z]{2}"
        r"(\s*,?\s*[A-Z][A-Za-z' -]+|[\s,-]*\d{1,5}\s?[A-Za-z]{0,3})?\s*$"
    ),
    "telefoonnummer": r"^\s*\(?0[\s(-]*[1-9]([\s)-]*\d){8}\s*$",
    "adres": (
        r"^\s*\p{L}[\p{L}.' -]*(straat|str\.|laan|weg|plein|singel|gracht|kade|dijk|hof|steeg"
        r"|dreef|plantsoen|pad|park|ring|erf|akker|veld|pl\.)\s+\d{1,5}(\s?-?\s?[A-Za-z0-9]{1,4})?\b"
    ),
}
SPOKEN_NUMBER = r"(?i)\b(?:bsn|burgerservice\w*|sofi\w*|onderwijsnu?m?mer|onderwijsnr|pgn)\D{0,12}"
HEXADECIMAL = r"\b[0-9A-Fa-f-]*[A-Fa-f][0-9A-Fa-f-]*\b"

LONG_TEXT, LONG_TEXT_SHARE = 12, 0.1  # words; share of distinct values that are longer
VERY_LONG_TEXT = 40  # words: one such value is a note
NOTE = 4  # words: under a header such as "Opmerkingen" this is a note

PUPIL_AGES = (3.0, 23.0)  # years between the middle of a birth date column and that of the others
LONGEST_HEADER = 60  # characters: a longer cell of an unknown table is a sentence
BIRTH_DATES_FROM = 20  # distinct dates
BIRTH_SPREAD = 3.0  # years between the 5th and the 95th percentile
BIRTH_DISTINCT = 0.4  # distinct dates as a share of the filled cells
WEEKEND = 0.15  # children are born on Sundays; registrations are made on weekdays
YEAR = 365.25  # days


@dataclass(frozen=True)
class Sighting:
    """One kind of identifying data in one column; `column` is a header fit to repeat.

    `cell`: the column of the text frame, such as `c3`.
    """

    kind: str
    column: str
    cell: str


def guard(
    text: TextFrame,
    *,
    person_level: bool,
    header_row: int | None = None,
    mapped: Collection[str] = (),
) -> None:
    """Raise `DeliveryRefused` when the frame holds identifying data.

    `header_row`: where the layout found its headers; without one, every cell of the first rows is
    read as a possible header. `mapped`: the frame's columns that the layout reads, whose meaning
    the contract therefore knows.
    """
    sightings = inspect(text, person_level=person_level, header_row=header_row, mapped=mapped)
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
        " nummers, geboortedata, adressen, contactgegevens en vrije tekst. Met 'zichtlijn"
        " anonymise' maakt u zo'n bestand zelf.",
    )


def inspect(
    text: TextFrame,
    *,
    person_level: bool,
    header_row: int | None = None,
    mapped: Collection[str] = (),
) -> list[Sighting]:
    """All sightings, in the order of the columns; each kind once per column."""
    headers = _headers(text, header_row)
    body = text.frame.filter(pl.col("rij") > header_row) if header_row else text.frame
    births = _birth_dates(body, [c for c in text.columns if c not in mapped], text.columns)
    found: list[Sighting] = []
    for cell in text.columns:
        titles = headers.get(cell, [])
        # Without a known header row a "header" may be somebody's data: name the column by letter.
        label = shown(titles[0]) if titles and header_row else column_letter(int(cell[1:]))
        # An empty cell of a person-level file is still a promise to deliver it: headers count.
        kinds = [k for title in titles for k in kinds_of_header(title, person_level=person_level)]
        values = body[cell].drop_nulls().unique()
        if values.len():
            kinds += _kinds_in(values, titles, person_level, cell in mapped, header_row is not None)
        if person_level and cell in births:
            kinds.append("geboortedatum")
        if person_level and header_row and any(re.search(BARE_NAME, words_of(t)) for t in titles):
            kinds.append("naam")
        found += [Sighting(kind, label, cell) for kind in dict.fromkeys(kinds)]
    return found


def kinds_of_header(header: str, *, person_level: bool) -> list[str]:
    """What a column of this name promises to hold; free text is judged by its values."""
    patterns = {**PERSON_HEADERS, **(ADDRESS_HEADERS if person_level else {})}
    words = words_of(header)
    return [kind for kind, pattern in patterns.items() if re.search(pattern, words)]


def is_free_text_header(header: str) -> bool:
    return bool(re.search(FREE_TEXT_HEADERS, words_of(header)))


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
    found: dict[str, list[str]] = {}
    for i in range(len(text.columns)):
        titles = [cells[i] or "" for cells in rows]
        found[f"c{i}"] = [t for t in titles if t and (header_row or len(t) <= LONGEST_HEADER)]
    return found


def words_of(header: str) -> str:
    """`GeboorteDatum`, `GEBOORTE_DATUM` and `Geboorte-datum` -> `geboorte datum`."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", header)
    return re.sub(r"[^a-z0-9]+", " ", normal(apart)).strip()


def _kinds_in(
    values: pl.Series,
    titles: Iterable[str],
    person_level: bool,
    mapped: bool,
    header_known: bool,
) -> list[str]:
    kinds = ["burgerservicenummer"] if holds_bsn(values) else []
    # Lists of schools hold schools named after people: there only in what the layout leaves out.
    if (person_level or (header_known and not mapped)) and names.holds_names(values):
        kinds.append("naam")
    if not person_level:
        return kinds
    kinds += [kind for kind, pattern in TELLING.items() if values.str.contains(pattern).any()]
    kinds += [
        kind
        for kind, pattern in CONTENT.items()
        if (hits := int(values.str.contains(pattern).sum()))
        and hits >= SHARE_OF_VALUES * values.len()
    ]
    if holds_free_text(values, under_such_header=any(map(is_free_text_header, titles))):
        kinds.append("vrije tekst")
    return kinds


# Numbers ---------------------------------------------------------------------------------------


def holds_bsn(values: pl.Series) -> bool:
    """Whether a column holds citizen service or education numbers, over all distinct values.

    Of random nine-digit numbers one in eleven passes the eleven-test. A column is taken for real
    when all its numbers pass, or more than chance allows (binomial, `FALSE_ALARM`), or when a
    number that passes is called one in so many words. Eight digits (a lost leading zero) count
    only beyond chance, and never when they are a date.
    """
    digits = _digit_texts(values)
    if digits.len() == 0:
        return False
    called = digits.str.extract(SPOKEN_NUMBER + r"(\d{8,9})(?:\D|$)").drop_nulls()
    if called.len() and bool(passes_eleven_test(called.cast(pl.Int64).to_numpy()).any()):
        return True
    runs = digits.str.extract_all(r"\d+").explode().drop_nulls().unique()
    nine = passes_eleven_test(_whole(runs.filter(runs.str.len_bytes() == 9)))
    if nine.size and (bool(nine.all()) or _beyond_chance(nine)):
        return True
    short = runs.filter(runs.str.len_bytes() == 8)
    eight = passes_eleven_test(_whole(short.filter(~_is_compact_date(short))))
    return bool(eight.size) and _beyond_chance(eight)


def passes_eleven_test(numbers: np.ndarray) -> np.ndarray:
    """For every whole number below 10^9: is its weighted sum of digits divisible by eleven?"""
    places = 10 ** np.arange(8, -1, -1, dtype=np.int64)
    digits = numbers[:, None] // places % 10
    passes: np.ndarray = ((digits @ BSN_WEIGHTS) % 11 == 0) & (numbers > 0)
    return passes


def _digit_texts(values: pl.Series) -> pl.Series:
    """The values that may hold such a number, with grouped and floating notations undone."""
    likely = values.filter(values.str.contains(r"\d(?:[ \u00a0.-]?\d){7}|\d[eE]\+?0?8"))
    if likely.len() == 0:
        return likely
    scientific = likely.str.contains(r"^\s*\d([.,]\d+)?[eE]\+?0?8\s*$")
    if scientific.any():
        floats = likely.filter(scientific).str.replace(",", ".").str.strip_chars().cast(pl.Float64)
        whole = floats.round().cast(pl.Int64).cast(pl.String)
        likely = pl.concat([likely.filter(~scientific).rename(""), whole.rename("")])
    return (
        likely.str.replace(r"[.,]0+\s*$", "")
        .str.replace_all(r"\b(\d{1,4})[.-](\d{2,4})[.-](\d{2,4})\b", "${1}${2}${3}")
        .str.replace_all(r"(\d)[ \u00a0](\d)", "${1}${2}")
        .str.replace_all(r"(\d)[ \u00a0](\d)", "${1}${2}")
        .str.replace_all(HEXADECIMAL, "")
    )


def _whole(digits: pl.Series) -> np.ndarray:
    numbers: np.ndarray = digits.cast(pl.Int64).to_numpy()
    return numbers


def _is_compact_date(eight: pl.Series) -> pl.Series:
    """yyyymmdd or ddmmyyyy of 1900 to 2099."""
    day, month, year = r"(0[1-9]|[12]\d|3[01])", r"(0[1-9]|1[0-2])", r"(19|20)\d{2}"
    return eight.str.contains(f"^({year}{month}{day}|{day}{month}{year})$")


def _beyond_chance(passes: np.ndarray) -> bool:
    hits = int(passes.sum())
    return bool(special.bdtrc(hits - 1, passes.size, RANDOM_PASS_RATE) < FALSE_ALARM)


# Text ------------------------------------------------------------------------------------------


def holds_free_text(values: pl.Series, *, under_such_header: bool = False) -> bool:
    """Whether distinct values are notes: sentences of somebody's own.

    A list of labels can be as long as a sentence, but its parts come back in other values.
    """
    words = values.str.count_matches(r"\p{L}{2,}")
    most = int(words.to_numpy().max())
    if most < NOTE:
        return False
    if under_such_header:
        return True
    long = values.filter(words > LONG_TEXT)
    if long.len() == 0 or _is_list_of_labels(long):
        return False
    return most >= VERY_LONG_TEXT or long.len() >= LONG_TEXT_SHARE * values.len()


def _is_list_of_labels(long: pl.Series) -> bool:
    parts = long.str.replace_all(r"[|;/,]", "|").str.split("|").explode().str.strip_chars()
    return long.len() > 1 and parts.n_unique() <= parts.len() / 2


# Dates -----------------------------------------------------------------------------------------


def as_dates(values: pl.Series) -> pl.Series:
    """Text -> dates, in any notation that a layout may name; null for what is no date."""
    text = (
        values.alias("t")
        .str.strip_chars()
        .str.replace(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?Z?$", "")
    )
    forms = [pl.col("t").str.to_date(form, strict=False) for form in DATE_FORMATS.values()]
    return text.to_frame("t").select(pl.coalesce(forms)).to_series()


def _birth_dates(body: pl.DataFrame, unmapped: list[str], columns: list[str]) -> set[str]:
    """Columns whose dates lie as far before the file's other dates as pupils are old.

    Birth dates are spread over years and weekdays and seldom come twice; dates of registration
    keep to working days and to the period of the delivery.
    """
    dates = {c: found for c in columns if (found := _dates_of(body[c])) is not None}
    births: set[str] = set()
    for cell in unmapped:
        if cell not in dates:
            continue
        others = [_middle(d) for c, d in dates.items() if c != cell]
        reference = max(others) if others else None
        if _like_births(dates[cell], reference):
            births.add(cell)
    return births


def _dates_of(cells: pl.Series) -> np.ndarray | None:
    """Days since 1970 of a column that holds dates, null where nine in ten are none."""
    filled = cells.drop_nulls()
    shape = r"^\s*(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|(19|20)\d{6})\b"
    if filled.len() == 0 or filled.str.contains(shape).mean() < 0.5:  # type: ignore[operator]
        return None
    days = as_dates(filled).drop_nulls().to_physical().to_numpy()
    return days if days.size >= 0.9 * filled.len() else None


def _middle(days: np.ndarray) -> float:
    return float(np.median(days))


def _like_births(days: np.ndarray, reference: float | None) -> bool:
    distinct = np.unique(days)
    if distinct.size < BIRTH_DATES_FROM or distinct.size < BIRTH_DISTINCT * days.size:
        return False
    low, high = np.quantile(distinct, [0.05, 0.95])
    weekend = (distinct + 3) % 7 >= 5  # 1 January 1970 was a Thursday
    if high - low < BIRTH_SPREAD * YEAR or weekend.mean() < WEEKEND:
        return False
    if reference is None:
        return True
    youngest, oldest = PUPIL_AGES
    return youngest * YEAR <= reference - _middle(distinct) <= oldest * YEAR
