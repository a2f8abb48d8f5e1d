"""The door: real numbers always stop it, random ones never, and nothing is repeated."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.nl import bsn

from pipelines import contracts
from pipelines.errors import DeliveryRefused
from pipelines.ingest import layout_files, layouts, names, read
from pipelines.ingest.identity import (
    Door,
    _known_words,
    as_dates,
    column_letter,
    guard,
    holds_bsn,
    holds_free_text,
    inspect,
    passes_eleven_test,
)
from pipelines.ingest.names import NameTally
from pipelines.ingest.read import TextFrame


def frame(*rows: tuple[str | None, ...]) -> TextFrame:
    data = pl.DataFrame(list(rows), orient="row", schema=[f"c{i}" for i in range(len(rows[0]))])
    return TextFrame(data.with_row_index("rij", offset=1), "csv", "")


# 999900006 and up: the range that is published for tests.
REAL_LOOKING = ["999900006", "999900018", "999900031", "999900043"]


@pytest.mark.parametrize("count", [1, 2, 4])
def test_citizen_service_numbers_are_seen(count: int) -> None:
    assert holds_bsn(pl.Series(REAL_LOOKING[:count]))


@pytest.mark.parametrize(
    "shape", ["{}", "{}.0", "{},00", " {} ", "nr {} van moeder", "NR{}", "'{}"]
)
def test_they_are_seen_however_they_are_written(shape: str) -> None:
    assert holds_bsn(pl.Series([shape.format(n) for n in REAL_LOOKING]))


@pytest.mark.parametrize(
    "grouped",
    [r"\1.\2.\3", r"\1-\2-\3", r"\1 \2 \3", "\\1\u00a0\\2\u00a0\\3", r"\1\2 \3"],
)
@pytest.mark.parametrize("groups", [(3, 3, 3), (4, 2, 3), (2, 3, 4)])
def test_they_are_seen_in_groups(grouped: str, groups: tuple[int, int, int]) -> None:
    pattern = "".join(f"(.{{{n}}})" for n in groups)
    assert holds_bsn(pl.Series([re.sub(pattern, grouped, n) for n in REAL_LOOKING]))


def test_they_are_seen_digit_by_digit() -> None:
    assert holds_bsn(pl.Series([" ".join(n) for n in REAL_LOOKING]))


def test_they_are_seen_as_excel_writes_large_numbers() -> None:
    assert holds_bsn(pl.Series(["9.99900006E8", "9.99900018E+08"]))


def test_a_lost_leading_zero_does_not_hide_them() -> None:
    lost = [str(n) for n in range(12_345_600, 12_347_000) if bsn.is_valid(f"0{n}")]
    assert holds_bsn(pl.Series(lost))
    assert holds_bsn(pl.Series([*lost[:4], REAL_LOOKING[0]]))


@pytest.mark.parametrize("called", ["BSN: {}", "burgerservicenummer {}", "bsn kind = {}."])
def test_one_that_is_called_so_is_seen_among_other_numbers(called: str) -> None:
    others = [f"zaak {n}" for n in range(100_000_000, 999_000_000, 8_990_000)]
    assert not holds_bsn(pl.Series(others))
    assert holds_bsn(pl.Series([*others, called.format(REAL_LOOKING[0])]))


@given(st.integers(min_value=0, max_value=999_999_999))
def test_the_eleven_test_agrees_with_stdnum(number: int) -> None:
    # stdnum takes 9 and fewer digits, with at least one that is not zero.
    assert bool(passes_eleven_test(pl.Series([number]))[0]) is bsn.is_valid(f"{number:09}")


@given(st.integers(min_value=0, max_value=2**32 - 1), st.integers(min_value=40, max_value=2000))
def test_random_numbers_of_any_count_raise_no_alarm_twice(seed: int, count: int) -> None:
    chosen = random.Random(seed)
    alarms = sum(
        holds_bsn(pl.Series([str(chosen.randrange(10**8, 10**9)) for _ in range(count)]))
        for _ in range(2)
    )
    assert alarms < 2


@given(st.lists(st.integers(min_value=99_990_000, max_value=99_999_999), min_size=1, max_size=40))
def test_numbers_that_pass_always_raise_it(stems: list[int]) -> None:
    real = [str(s * 10 + d) for s in stems for d in range(10) if bsn.is_valid(str(s * 10 + d))]
    assert not real or holds_bsn(pl.Series(real))


def test_dates_coordinates_and_file_numbers_raise_no_alarm() -> None:
    days = [dt.date(2021, 8, 1) + dt.timedelta(days=i) for i in range(1200)]
    for form in ("%d-%m-%Y", "%Y-%m-%d %H:%M", "%d%m%Y", "%Y%m%d", "%d.%m.%Y"):
        assert not holds_bsn(pl.Series([d.strftime(form) for d in days]))
    assert not holds_bsn(pl.Series([f"52.{n}" for n in range(3_400_001, 3_900_000, 4_999)]))
    assert not holds_bsn(pl.Series([f"ZIS-2021-{n:05}" for n in range(1, 900)]))
    assert not holds_bsn(
        pl.Series([hashlib.sha256(str(n).encode()).hexdigest() for n in range(3000)])
    )


def test_random_numbers_raise_no_alarm() -> None:
    numbers = pl.Series([str(n) for n in range(100_000_000, 999_000_000, 899_000)])
    assert not holds_bsn(numbers)


def test_pseudonyms_and_dates_raise_no_alarm() -> None:
    assert not holds_bsn(pl.Series(["a1234567890" * 6]))
    assert not holds_bsn(
        pl.Series([f"2024{m:02}{d:02}" for m in range(1, 13) for d in range(1, 29)])
    )


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("BSN", "burgerservicenummer"),
        ("Burgerservicenummer", "burgerservicenummer"),
        ("BSNnummer", "burgerservicenummer"),
        ("bsn_leerling", "burgerservicenummer"),
        ("SoFi-nr.", "burgerservicenummer"),
        ("PERSOONSGEBONDENNUMMER", "onderwijsnummer"),
        ("Onderwijsnr", "onderwijsnummer"),
        ("PGN", "onderwijsnummer"),
        ("LeerlingNaam", "naam"),
        ("naam_lln", "naam"),
        ("Naam van de leerling", "naam"),
        ("Voorvoegsels", "naam"),
        ("Geslachtsnaam", "naam"),
        ("Naam ouder 1", "naam"),
        ("Naam medewerker", "naam"),
        ("Naam", "naam"),
        ("Last name", "naam"),
        ("Geb.dat.", "geboortedatum"),
        ("DatumGeboorte", "geboortedatum"),
        ("Geboorteplaats", "geboorteplaats"),
        ("HUISNUMMER_TOEVOEGING", "adres"),
        ("PC6", "postcode"),
        ("Mobiel nr", "telefoonnummer"),
        ("Emailadres ouder", "e-mailadres"),
        ("IBAN", "rekeningnummer"),
        ("ACHTERNAAM", "naam"),
        ("Naam leerling", "naam"),
        ("Roepnaam", "naam"),
        ("Geb. datum", "geboortedatum"),
        ("GEBOORTEDATUM", "geboortedatum"),
        ("Straatnaam", "adres"),
        ("Postcode", "postcode"),
        ("E-mail", "e-mailadres"),
        ("Tel.nr", "telefoonnummer"),
    ],
)
def test_headers_of_identifying_columns_are_seen(header: str, kind: str) -> None:
    text = frame(("traject_id", header), ("1", None))
    assert [s.kind for s in inspect(text, person_level=True, header_row=1)] == [kind]


@pytest.mark.parametrize(
    "header",
    [
        "traject_id",
        "leerling_id",
        "Naam school",
        "Startdatum",
        "Gemeente",
        "Aanbieder",
        "NAAM_INSTELLING",
        "GEMEENTENAAM",
        "Geboortejaar",
        "Leerlingaantal",
        "Toelichting",
        "MeestVoorkomendePostcode_113",
        "Pseudoniem leerling",
    ],
)
def test_headers_of_other_columns_are_not(header: str) -> None:
    assert not inspect(frame((header, "x"), ("1", None)), person_level=True, header_row=1)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("ouder@voorbeeld.nl", "e-mailadres"),
        ("1234 AB", "postcode"),
        ("06-12345678", "telefoonnummer"),
        ("NL91ABNA0417164300", "rekeningnummer"),
    ],
)
def test_values_are_seen_under_any_header(value: str, kind: str) -> None:
    text = frame(("traject_id", "opmerking"), ("1", value), ("2", None))
    assert kind in {s.kind for s in inspect(text, person_level=True, header_row=1)}


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("1234AB 17", "postcode"),
        ("1234 ab, Utrecht", "postcode"),
        ("Verzonnenstraat 12a", "adres"),
        ("+31 6 12345678", "telefoonnummer"),
        ("06 12 34 56 78", "telefoonnummer"),
        ("(0592) 123 456", "telefoonnummer"),
        ("bel moeder op 06-12345678", "telefoonnummer"),
        ("rek. NL91 ABNA 0417 1643 00 t.n.v. oma", "rekeningnummer"),
        ("mail naar ouder@voorbeeld.nl graag", "e-mailadres"),
    ],
)
def test_values_are_seen_in_every_form(value: str, kind: str) -> None:
    text = frame(("traject_id", "overig"), ("1", value), ("2", "x"), ("3", None))
    assert kind in {s.kind for s in inspect(text, person_level=True, header_row=1)}


@pytest.mark.parametrize(
    "values",
    [
        ["Sanne", "Daan", "Noor", "Mohammed", "Fatima", "Ömer", "Zoë"],
        ["SANNE", "DAAN", "NOOR", "MOHAMMED", "FATIMA", "ELIF"],
        ["de Vries", "Jansen", "Bakker", "Smit", "van den Berg", "Bos", "Visser", "Mulder"],
        ["Sanne de Vries", "Daan Jansen", "Noor Bakker", "Emma Smit", "Lucas van den Berg"],
        ["J. de Vries", "A.B. Jansen", "P. Qwerty", "K. Azerty", "Dvorak, B.", "M. Bos"],
    ],
)
def test_columns_of_names_are_seen_under_any_header(values: list[str]) -> None:
    text = frame(("traject_id", "kolom"), *[(str(i), v) for i, v in enumerate(values)])
    assert [s.kind for s in inspect(text, person_level=True, header_row=1)] == ["naam"]


@pytest.mark.parametrize(
    "values",
    [
        ["Pesten", "Faalangst", "Scheiding van ouders", "Verzuim", "Rouw en verlies", "Thuis"],
        ["man", "vrouw", "anders"],
        ["Assen", "Hoogeveen", "Zwolle", "Meppel", "Rotterdam", "Utrecht", "Tiel", "Ede"],
        ["Basisinzet", "Aanvullende inzet"],
        ["Willem van Oranje", "De Regenboog", "Het Kompas", "De Wegwijzer", "De Horizon"],
        ["KOL-2021-0001", "KOL-2021-0002", "KOL-2021-0003", "KOL-2021-0004", "KOL-2021-0005"],
        [],
    ],
)
def test_labels_places_and_schools_are_no_names(values: list[str]) -> None:
    named = NameTally()
    named.see(pl.Series(values, dtype=pl.String))
    assert not named.beyond_chance


def test_the_lists_of_names_are_there_without_running_their_package() -> None:
    known = names.known()
    assert {"sanne", "mohammed", "elif"} <= known.first
    assert {"jansen", "bakker"} <= known.last


def test_notes_are_seen_and_lists_of_labels_are_not() -> None:
    labels = ["Pesten en gepest worden", "Spanningen thuis", "Omgaan met emoties", "Scheiding"]
    chosen = random.Random(1)
    lists = [", ".join(chosen.choices(labels, k=6)) for _ in range(50)]
    assert not holds_free_text(pl.Series(labels))
    assert not holds_free_text(pl.Series(lists))
    assert not holds_free_text(pl.Series(["Moeder belt morgen terug"]))
    assert holds_free_text(pl.Series(["Moeder belt morgen terug"]), under_such_header=True)
    note = "wil graag dat er iemand met haar meegaat naar het gesprek op school volgende week"
    assert holds_free_text(pl.Series([*labels, note]))
    assert holds_free_text(pl.Series([*map(str, range(1000)), " ".join([note] * 4)]))


def dates(start: dt.date, count: int, *, over: int, working: bool, seed: int) -> list[str]:
    chosen = random.Random(seed)
    made = [start + dt.timedelta(days=chosen.randrange(over)) for _ in range(count)]
    if working:
        made = [d - dt.timedelta(days=max(0, d.weekday() - 4)) for d in made]
    return [d.strftime("%d-%m-%Y") for d in made]


def test_birth_dates_are_seen_under_any_header_and_other_dates_are_not() -> None:
    births = dates(dt.date(2009, 1, 1), 60, over=3000, working=False, seed=1)
    started = dates(dt.date(2021, 8, 1), 60, over=1400, working=True, seed=2)
    ended = dates(dt.date(2022, 1, 1), 60, over=1400, working=True, seed=3)
    text = frame(("kolom", "begin", "einde"), *zip(births, started, ended, strict=True))
    found = inspect(text, person_level=True, header_row=1, mapped=["c1"])
    assert [(s.kind, s.column) for s in found] == [("geboortedatum", "kolom")]
    assert not inspect(text, person_level=True, header_row=1, mapped=["c0", "c1"])


@given(st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2030, 12, 31)))
def test_dates_are_read_in_every_notation(day: dt.date) -> None:
    forms = ("%Y-%m-%d", "%Y-%m-%d 00:00:00", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y%m%d")
    assert as_dates(pl.Series([day.strftime(f) for f in forms])).to_list() == [day] * len(forms)
    assert as_dates(pl.Series(["31-02-2024", "x", None, ""])).to_list() == [None] * 4


@pytest.mark.parametrize("folder", ["duo", "cbs", "regioatlas", "amsterdam"])
def test_public_files_raise_no_false_alarm(real_data: Path, folder: str) -> None:
    promises, known = contracts.load(), layout_files.load()
    for path in sorted((real_data / folder).glob("*.csv")):
        for text in read.read(path):
            try:
                match = layouts.match(text, known, promises)
            except DeliveryRefused:
                assert not inspect(text, person_level=True), path.name
                continue
            person_level = promises.dataset(match.layout.dataset).person_level
            found = inspect(
                text,
                person_level=person_level,
                header_row=match.header_row,
                mapped=match.places.values(),
            )
            assert not found, path.name


def test_lists_of_schools_may_hold_addresses_but_no_persons() -> None:
    school = frame(("VESTIGINGSNAAM", "POSTCODE"), ("De Horizon", "1234 AB"))
    assert not inspect(school, person_level=False, header_row=1)
    pupil = frame(("VESTIGINGSNAAM", "nummer"), ("De Horizon", REAL_LOOKING[0]))
    assert inspect(pupil, person_level=False, header_row=1)


def test_the_refusal_repeats_no_value() -> None:
    text = frame(("Jansen", "04-05-2012", REAL_LOOKING[0]), ("Pietersen", "01-02-2011", "x@y.nl"))
    with pytest.raises(DeliveryRefused) as refusal:
        guard(text, person_level=True)
    message = str(refusal.value)
    for value in ("Jansen", "Pietersen", "2012", "2011", REAL_LOOKING[0], "x@y"):
        assert value not in message
    assert "kolom C" in message
    assert "anonymise" in message


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ")])
def test_columns_are_named_as_a_spreadsheet_does(index: int, letters: str) -> None:
    assert column_letter(index) == letters


# Who, by the header ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    ["Mentor", "Begeleider", "Contactpersoon", "Groepsleerkracht", "Aangemeld door", "mentor_2",
     "Naam van de mentor", "Vaste begeleider", "Ingevuld door"],
)  # fmt: skip
def test_a_header_that_names_people_is_enough(header: str) -> None:
    text = frame(("School", header), ("99AA00", "J. de Vries"), ("99AA00", "Piet"))
    for row in (1, None):
        kinds = [s.kind for s in inspect(text, person_level=True, header_row=row)]
        assert "naam" in kinds


@pytest.mark.parametrize(
    ("header", "mapped"),
    [("Mentor", True), ("Aantal begeleiders", False), ("Gesprek met mentor", False)],
)
def test_what_a_layout_reads_and_what_is_counted_holds_nobody(header: str, mapped: bool) -> None:
    text = frame(("School", header), ("99AA00", "ja"), ("99AA00", "nee"))
    found = inspect(text, person_level=True, header_row=1, mapped=["c1"] if mapped else [])
    assert not found


def test_a_list_of_roles_is_nobody() -> None:
    text = frame(("School", "Aangemeld door"), ("99AA00", "Ouders"), ("99AA00", "School"))
    known = {"ouders", "school"} <= _known_words()
    assert known
    assert not inspect(text, person_level=True, header_row=1)


def test_a_number_drawn_by_lot_is_no_evidence() -> None:
    """LimeSurvey's `seed`, of which one in eleven passes the eleven-test."""
    text = frame(("id", "seed"), ("1", REAL_LOOKING[0]), ("2", REAL_LOOKING[1]))
    door = Door(text, person_level=True, header_row=1, random=["seed"])
    door.see(text.frame)
    assert not door.sightings()
    assert inspect(text, person_level=True, header_row=1)


def test_years_of_two_digits() -> None:
    days = as_dates(pl.Series(["03-04-10", "03-04-98", "01-09-2024", "01-09-0024"]))
    assert days.to_list() == [
        dt.date(2010, 4, 3), dt.date(1998, 4, 3), dt.date(2024, 9, 1), None
    ]  # fmt: skip


@pytest.mark.parametrize(
    "cell", ["juf Jansen 06-12345678", "jansen@school.example", "+31612345678"]
)
def test_contact_data_in_what_is_read_of_organisations(cell: str) -> None:
    """Typed as a school code in an evaluation, whose rows are about no child."""
    text = frame(("Id", "School", "Telefoon"), ("1", cell, cell))
    for door in (
        Door(text, person_level=False, header_row=1, mapped=["c1"]),
        Door(text, person_level=False, header_row=1, wide=["c1"]),
    ):
        door.see(text.frame)
        assert [s.cell for s in door.sightings()] == ["c1"]
