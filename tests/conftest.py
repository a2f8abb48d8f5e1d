"""What every kind of test may use."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

REAL = Path(__file__).parents[2] / "shared" / "data" / "real"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Original files nobody here wrote; read in place, beside the checkout."""
    if not REAL.is_dir():
        pytest.skip("de map shared/data/real staat niet naast de checkout")
    return REAL


def pseudonym(number: int) -> str:
    """A made-up pupil's pseudonym."""
    return hashlib.sha256(f"verzonnen leerling {number}".encode()).hexdigest()
