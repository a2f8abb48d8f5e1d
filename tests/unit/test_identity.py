"""The door: real numbers always stop it, random ones never, and nothing is repeated."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.errors import DeliveryRefused
from pipelines.ingest.identity import column_letter, guard, holds_bsn, inspect
from pipelines.ingest.read import TextFrame


def frame(*rows: tuple[str | None, ...]) -> TextFrame:
    data = pl.DataFrame(list(rows), orient="row", schema=[f"c{i}" for i in range(len(rows[0]))])
    return TextFrame(data.with_row_index("rij", offset=1), "csv", "")


# 999900006 and up: the range that is published for tests.
REAL_LOOKING = ["999900006", "999900018", "999900031", "999900043"]


@pytest.mark.parametrize("count", [1, 2, 4])
def test_citizen_service_numbers_are_seen(count: int) -> None:
    assert holds_bsn(pl.Series(REAL_LOOKING[:count]))


@pytest.mark.parametrize("shape", ["{}", "{}.0", " {} ", "nr {} van moeder"])
def test_they_are_seen_however_they_are_written(shape: str) -> None:
    assert holds_bsn(pl.Series([shape.format(n) for n in REAL_LOOKING]))


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
        ("PERSOONSGEBONDENNUMMER", "onderwijsnummer"),
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
    "header", ["traject_id", "leerling_id", "Naam school", "Startdatum", "Gemeente", "Aanbieder"]
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


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ")])
def test_columns_are_named_as_a_spreadsheet_does(index: int, letters: str) -> None:
    assert column_letter(index) == letters
