"""What a reader could work out and who decides about it: a place in a release, without a number."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Concern:
    """A count that can be read, or is not proved not to be. `topic`: what is counted, in which
    school year; `place`: the cell in words. `of_earlier`: only beside what earlier releases said,
    which cannot be taken back. `exact`: the number itself can be worked out by any reader."""

    topic: str
    place: str
    what: str
    of_earlier: bool = False
    exact: bool = False

    @property
    def code(self) -> str:
        """A short name, the same for the same place in every release."""
        return hashlib.sha256(f"{self.topic}|{self.place}".encode()).hexdigest()[:8]
