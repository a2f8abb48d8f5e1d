"""Files in a zip are deliveries of their own, in the order in which they can be loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import contracts
from pipelines.errors import DeliveryRefused
from pipelines.ingest import deliveries
from tests.fuzz import formats

PROMISES = contracts.load()
SCHOOLS = [
    ["vestigingscode", "naam", "bevoegd_gezag", "gemeente", "wijkcode", "onderwijssoort",
     "samenwerkingsverband"],
    ["00AA01", "School", "B", "GM0118", "", "bo", ""],
]  # fmt: skip
PUPILS = [["vestigingscode", "schooljaar", "leerlingen"], ["00AA01", "2024/2025", "<5"]]


def test_members_are_deliveries_with_their_own_name_and_digest(tmp_path: Path) -> None:
    schools, pupils = formats.csv_text(SCHOOLS).encode(), formats.xlsx(PUPILS)
    packed = tmp_path / "alles.zip"
    packed.write_bytes(
        formats.zipped(
            {
                "x/duo_leerlingaantallen_2024-2025.xlsx": pupils,
                "duo_scholen_2024-2025.csv": schools,
            }
        )
    )
    first, second = deliveries.open_file(packed, PROMISES, [])
    assert (first.dataset, second.dataset) == ("scholen", "leerlingaantallen")
    assert first.file == "alles.zip/duo_scholen_2024-2025.csv"
    assert (second.supplier, second.period) == ("duo", "2024-2025")
    loose = tmp_path / "duo_scholen_2024-2025.csv"
    loose.write_bytes(schools)
    (alone,) = deliveries.open_file(loose, PROMISES, [])
    assert alone.id == first.id


def test_rows_wider_than_the_header_are_refused_whatever_their_number(tmp_path: Path) -> None:
    shifted = formats.csv_text(SCHOOLS) + "00AA02;School;x;B;GM0118;;bo;\n" * 3
    shifted = shifted.replace("00AA02;School;x;B;GM0118;;bo;", "00AA02;School;x;B;GM0118;;bo;y")
    file = tmp_path / "duo_scholen.csv"
    file.write_text(shifted, "utf-8")
    with pytest.raises(DeliveryRefused, match="Rij 3, 4, 5 heeft meer kolommen") as refusal:
        deliveries.open_file(file, PROMISES, [])
    assert refusal.value.rule == "bestand.kolommen"
