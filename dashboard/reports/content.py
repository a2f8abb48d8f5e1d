"""What a report holds, before anything is drawn: the same for slides, paper and workbooks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dashboard.exhibits.exhibit import Exhibit
from dashboard.release.released import About
from dashboard.words import wording
from dashboard.words.selection import Selection

_BRIEF = frozenset({"school", "wijk"})


class ReportRefused(Exception):
    """No report can be made of what was asked; the text is Dutch and says what to do."""


@dataclass(frozen=True)
class Section:
    """A chapter on paper; on slides its exhibits follow each other."""

    title: str
    intro: str = ""
    lines: tuple[str, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()


@dataclass(frozen=True)
class Own:
    """A field for the own text of who sends a report. `prompt`: what belongs there; `last`: it
    stands after the figures.
    """

    tag: str
    title: str
    prompt: str
    text: str = ""
    last: bool = False


def chosen(selection: Selection) -> str:
    """Year and area in words."""
    name = selection.naam
    if selection.niveau in {"gemeente", "wijk"}:
        name = f"{selection.niveau} {name}"
    if selection.niveau == "totaal":
        name = f"{name[:1].lower()}{name[1:]}"
    return f"{selection.schooljaar}, {name}"


@dataclass(frozen=True)
class Report:
    """A whole report: what it is about, what it says in short, and the evidence.

    `whole`: made from the whole release, not from the part that somebody may read. `own`: what who
    sends it adds; a document has a field for each, other formats show those that hold text.
    """

    kind: str
    title: str
    selection: Selection
    about: About
    lines: tuple[str, ...]
    sections: tuple[Section, ...]
    method: tuple[tuple[str, str], ...] = ()
    whole: bool = True
    own: tuple[Own, ...] = ()

    @property
    def brief(self) -> bool:
        """A factsheet: figures with their account and no more."""
        return self.kind in _BRIEF

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        return tuple(exhibit for section in self.sections for exhibit in section.exhibits)

    @property
    def chosen(self) -> str:
        return chosen(self.selection)

    @property
    def stamp(self) -> str:
        """Which release, from when, and whether anything in it is real."""
        demo = "Demonstratiegegevens, alles is verzonnen. " if self.demo else ""
        part = "" if self.whole else " Gemaakt met toegang tot een deel van de publicatie."
        return (
            f"{demo}Publicatie {self.about.id} van {wording.date(self.about.gemaakt_op)}, "
            f"peildatum {wording.date(self.about.peildatum)}.{part}"
        )

    @property
    def demo(self) -> bool:
        return wording.is_demo(self.about.bron)

    @property
    def made(self) -> dt.datetime:
        """The date that every file bears: the release's, to the second, without a zone."""
        return self.about.gemaakt_op.replace(microsecond=0, tzinfo=None)
