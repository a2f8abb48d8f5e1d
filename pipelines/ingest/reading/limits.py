"""How much a file may ask for, and the refusal of one that asks for more.

A register of ten million rows stays far below every limit; a bomb does not.
"""

from __future__ import annotations

from pipelines.errors import DeliveryRefused

KIB, MIB, GIB = 1024, 1024**2, 1024**3

MAX_FILE = 1 * GIB  # bytes of one file as it came, and of everything unpacked from it
MAX_STREAMED = 16 * GIB  # bytes of a CSV file that is read part by part
MAX_WORKBOOK = 256 * MIB  # bytes of one workbook or Parquet file as it came
MAX_MESSAGE = 16 * MIB  # bytes of one XML message
MAX_TAGS = 2_000_000  # "<" in one XML message
MAX_LINE = 1 * MIB  # bytes between two line ends of a CSV file
MAX_CELL = 100_000  # characters in one cell; the csv module itself stops at 131,072
MAX_COLUMNS = 2_000
MAX_CELLS = 300_000_000  # rows x columns of one table
MAX_CELLS_STREAMED = 3_000_000_000  # of a table that is read part by part
MAX_MEMBERS = 1_000  # files in one zip
MAX_PARTS = 10_000  # parts of a workbook, which is a zip too
MAX_RATIO = 250  # unpacked to packed bytes, above RATIO_FROM
RATIO_FROM = 8 * MIB
CHILD_MEMORY = 4 * GIB  # address space of the process that takes workbooks and Parquet apart
CHILD_SECONDS = 300


def number(value: int) -> str:
    """12345 -> "12.345"."""
    return f"{value:,}".replace(",", ".")


def size(value: int) -> str:
    """Bytes in the largest unit that leaves a whole number of one or more."""
    for unit, name in ((GIB, "GB"), (MIB, "MB"), (KIB, "kB")):
        if value >= unit:
            return f"{number(value // unit)} {name}"
    return f"{value} bytes"


def too_large(found: str, allowed: str, remedy: str) -> DeliveryRefused:
    """What was found and where, what is allowed, what to do; the first two without full stop."""
    return DeliveryRefused("bestand.te_groot", f"{found}; toegestaan is {allowed}. {remedy}")


def check_columns(width: int, where: str = "Het bestand") -> None:
    if width > MAX_COLUMNS:
        raise too_large(
            f"{where} heeft {number(width)} kolommen",
            f"ten hoogste {number(MAX_COLUMNS)}",
            "Exporteer alleen de kolommen van de indeling, en controleer het scheidingsteken.",
        )


def check_cells(
    rows: int, width: int, where: str = "Het bestand", *, most: int | None = None
) -> None:
    most = most or MAX_CELLS
    if rows * width > most:
        raise too_large(
            f"{where} heeft {number(rows)} rijen van {number(width)} kolommen",
            f"ten hoogste {number(most)} cellen",
            "Lever per schooljaar aan, of laat lege rijen en kolommen weg.",
        )
