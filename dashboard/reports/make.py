"""From what was asked to a file: which release, which report, which area, which format."""

from __future__ import annotations

import difflib
import multiprocessing
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from dashboard.access.scope import EVERYTHING
from dashboard.release import released as releases
from dashboard.release.released import Area, Released
from dashboard.reports import content, files, opendata
from dashboard.reports.content import Report, ReportRefused
from dashboard.reports.kinds import DECISION, KINDS, SENDER, Kind
from dashboard.words import wording
from dashboard.words.selection import Selection

TEMPLATE = "sjabloon"
OPEN_DATA = "opendata"
_FILES = ("pptx", "docx", "pdf", "xlsx")
FORMATS = (*_FILES, OPEN_DATA)
_TEMPLATED = ("pptx", "docx")
# Below this many schools a second process costs more than it brings.
_WORTH = 24
_OPTION = {"gemeente": "--municipality", "vestiging": "--school", "wijk": "--wijk"}


@dataclass(frozen=True)
class Asked:
    """What was asked, as it was typed; empty for what was left out. `area`: level and name.
    `sender` and `decision`: for the fields of a report that is sent to somebody.
    """

    kind: str
    format: str
    year: str = ""
    area: tuple[str, str] = ("totaal", "")
    template: Path | None = None
    sender: str = ""
    decision: str = ""


def written(home: Path, asked: Asked, out: Path) -> Path:
    """One file, or a folder of open data. Raises ReportRefused with a sentence for the user."""
    if asked.format not in FORMATS:
        raise ReportRefused(_unknown("formaat", asked.format, FORMATS))
    if asked.format == OPEN_DATA:
        opendata.write(_release(home), out)
        return out
    _fits(out, asked.format)
    if asked.template is not None and asked.format not in _TEMPLATED:
        raise ReportRefused("Een sjabloon hoort bij --format pptx of docx.")
    if asked.kind == TEMPLATE:
        files.write(out, _template(asked))
        return out
    report = built(_release(home), asked)
    if asked.format == "docx":
        from dashboard.reports import fields

        report = fields.renewed(report, out)
    files.write(out, body(report, asked.format, asked.template))
    return out


def _template(asked: Asked) -> bytes:
    if asked.format == "pptx":
        from dashboard.reports import slides

        return slides.blank(asked.template)
    if asked.format == "docx":
        from dashboard.reports import word

        return word.blank(asked.template)
    raise ReportRefused("Het sjabloon is er alleen als --format pptx of docx.")


def every_school(home: Path, asked: Asked, out: Path) -> list[Path]:
    """A file per school with figures, in a folder; several at a time where there are many."""
    if asked.format not in _FILES:
        raise ReportRefused("Alle scholen tegelijk kan als pptx, docx, pdf of xlsx.")
    if asked.kind not in {"", "school"}:
        raise ReportRefused("Alle scholen tegelijk kan alleen met --kind school.")
    release = _release(home)
    schools = release.areas_of("vestiging")
    if not schools:
        raise ReportRefused("In deze publicatie staan geen cijfers per school.")
    year = _year(release, asked.year)
    wanted = [(area, out / f"{_slug(area.naam)}-{_slug(area.code)}.{asked.format}")
              for area in schools]  # fmt: skip
    task = [(home, year, area, path, asked) for area, path in wanted]
    workers = min(os.cpu_count() or 1, 4)
    if len(task) < _WORTH or workers == 1:
        _several(task)
    else:
        parts = [task[start::workers] for start in range(workers)]
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            list(pool.map(_several, parts))
    return [path for _, path in wanted]


def _several(task: Sequence[tuple[Path, str, Area, Path, Asked]]) -> None:
    for home, year, area, path, asked in task:
        own = Selection(year, "vestiging", area.code, area.naam)
        report = KINDS["school"].build(_release(home), own)
        files.write(path, body(report, asked.format, asked.template))


def built(release: Released, asked: Asked) -> Report:
    """The report before it is drawn."""
    kind = KINDS.get(asked.kind)
    if kind is None:
        raise ReportRefused(_unknown("rapport", asked.kind, [*KINDS, TEMPLATE]))
    report = kind.build(release, chosen(release, kind, asked))
    typed = {SENDER: asked.sender, DECISION: asked.decision}
    if asked.decision and not report.own:
        raise ReportRefused(f"Het rapport {kind.name} vraagt geen besluit; laat --besluit weg.")
    own = tuple(replace(one, text=typed.get(one.tag, "")) for one in report.own)
    return replace(report, own=own)


def chosen(release: Released, kind: Kind, asked: Asked) -> Selection:
    """The area and year of a report. Raises ReportRefused when they do not fit the kind."""
    year = _year(release, asked.year)
    level, name = asked.area
    if kind.level == "totaal" and level != "totaal":
        raise ReportRefused(
            f"Het rapport {kind.name} gaat over alle gemeenten samen; laat {_OPTION[level]} weg."
        )
    if kind.level in _OPTION and level != kind.level:
        raise ReportRefused(
            f"Het rapport {kind.name} gaat over één {_word(kind.level)}: geef die met "
            f"{_OPTION[kind.level]}. {_offer(release.areas_of(kind.level))}"
        )
    if level == "totaal":
        return Selection(year, "totaal", "", wording.level("totaal"))
    if kind.level == "" and level != "gemeente":
        raise ReportRefused(
            f"Het rapport {kind.name} is er voor alle gemeenten samen of voor één gemeente "
            "(--municipality)."
        )
    found = area(release, level, name)
    return Selection(year, level, found.code, found.naam)


def area(release: Released, level: str, asked: str) -> Area:
    """An area by its code or name. Raises ReportRefused with names that come near."""
    areas = release.areas_of(level)
    wanted = asked.strip().casefold()
    found = [one for one in areas if wanted in {one.code.casefold(), one.naam.casefold()}]
    if len(found) == 1:
        return found[0]
    if found:
        codes = ", ".join(one.code for one in found)
        raise ReportRefused(
            f"Er zijn {len(found)} plaatsen met de naam {asked}; geef een code: {codes}."
        )
    near = difflib.get_close_matches(wanted, [one.naam.casefold() for one in areas], 5, 0.5)
    close = [one for one in areas if one.naam.casefold() in near or wanted in one.naam.casefold()]
    raise ReportRefused(
        f"De {_word(level)} “{asked}” staat niet in deze publicatie. "
        f"{_offer(close or areas, near=bool(close))}"
    )


def body(report: Report, form: str, template: Path | None = None) -> bytes:
    """The file's content. What draws is loaded only when it is needed."""
    if form == "pptx":
        from dashboard.reports import slides

        return slides.made(report, template)
    if form == "docx":
        from dashboard.reports import word

        return word.made(report, template)
    if form == "pdf":
        from dashboard.reports import paper

        return paper.made(report)
    from dashboard.reports import workbook

    return workbook.made(report)


def name(kind: str, selection: Selection, form: str) -> str:
    """A file name that says what is in it."""
    return f"zichtlijn-{kind}-{_slug(content.chosen(selection))}.{form}"


def _release(home: Path) -> Released:
    found = releases.of(home.resolve(), EVERYTHING)
    if found is None:
        raise ReportRefused(
            f"In {home} staat nog geen publicatie. Draai eerst `zichtlijn run`, of "
            "`zichtlijn demo` voor een voorbeeld."
        )
    return found


def _year(release: Released, asked: str) -> str:
    years = release.years
    if not years:
        raise ReportRefused("In deze publicatie staat geen enkel cijfer.")
    if not asked:
        return years[0]
    if asked not in years:
        raise ReportRefused(_unknown("schooljaar", asked, years))
    return asked


def _fits(out: Path, form: str) -> None:
    if out.is_dir():
        raise ReportRefused(f"{out} is een map; geef een bestandsnaam, zoals rapport.{form}.")
    if out.suffix.lower() != f".{form}":
        raise ReportRefused(f"Een rapport als {form} krijgt een naam die eindigt op .{form}.")


def _unknown(what: str, asked: str, known: Iterable[str]) -> str:
    told = list(known)
    near = difflib.get_close_matches(asked, told, 1, 0.6)
    hint = f" Bedoelt u {near[0]}?" if near and not asked[:1].isdigit() else ""
    lead = f"Er is geen {what} {asked}." if asked else f"Zeg welk {what} u wilt."
    return f"{lead}{hint} U kunt kiezen uit: {', '.join(told)}."


def _offer(areas: Sequence[Area], *, near: bool = False) -> str:
    if not areas:
        return "Er zijn in deze publicatie geen cijfers op dat niveau."
    lead = "Namen die erop lijken: " if near else "Bijvoorbeeld: "
    return f"{lead}{', '.join(_told(areas[:6]))}."


def _told(areas: Sequence[Area]) -> Iterator[str]:
    for one in areas:
        yield f"{one.naam} ({one.code})"


def _word(level: str) -> str:
    return {"vestiging": "school"}.get(level, level)


def _slug(text: str) -> str:
    """Small letters, digits and dashes, for a file name on every system."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:60].rstrip("-") or "zonder-naam"
