"""A step of long work: what is being done, and how much of the whole it is."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

_ANY_FILE = 50_000  # bytes that opening and judging a file is worth, however small it is


class Step(NamedTuple):
    """`share`: of the time of the whole, in any unit."""

    name: str
    share: float


def of(item: object) -> Step:
    """Any item of long work as a step; a file takes as long as it is large, the rest is equal."""
    if isinstance(item, Step):
        return item
    if isinstance(item, Path):
        try:
            return Step(item.name, _ANY_FILE + item.stat().st_size)
        except OSError:
            return Step(item.name, _ANY_FILE)
    return Step(str(item), 1.0)


def left(done: float, whole: float, at: float, now: float) -> str:
    """About how long still, in words; '' while nothing is done and there is nothing to go by.

    `at`: seconds from the start to when `done` was done; `now`: seconds from the start.
    """
    if done <= 0 or done >= whole:
        return ""
    seconds = max(0.0, at / done * whole - now)
    minutes = round(seconds / 60)
    return f"nog ongeveer {minutes} min" if minutes else "nog minder dan een minuut"
