"""The ledger of what left: every number that a release ever showed, kept apart from the releases.

What left cannot be taken back, so the next release is protected as if it still stood beside it
(`earlier`). A released file can be lost, cut off or made by another version; its page in the
ledger stays. The ledger may lie outside the work folder (`ZICHTLIJN_GROOTBOEK`), so that a new work
folder of the same organisation remembers too. It holds released numbers only: nothing about a
person that was not public already.

One page per release: `<id>.parquet`, written once, before the release is served, with the
thresholds of then and in which areas the schools were then. A release that is known to have existed
and of which nothing can be read refuses a new one until somebody finds it (`add`) or declares, with
name and reason, that it never left: `<id>.nooit-uitgegeven.json`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import duckdb
import polars as pl

from pipelines import settings
from pipelines.errors import ReleaseRefused, UsageError
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.count.grid import KEY
from pipelines.release.thresholds import by_metric
from pipelines.warehouse.engine import as_frame, keep

FOLDER = "grootboek"
RELEASES = "releases"
DECLARED = ".nooit-uitgegeven.json"
_ABOUT = ("id", "gemaakt_op", "drempel", "drempel_zwaar", "afronding")
_SHOWN = ("metriek", *KEY, "teller", "noemer", "waarde")
_FIGURES = (*_SHOWN, "drempel")
Places = Mapping[str, Mapping[str, str]]
"""Level -> school -> its area."""
_NAME = re.compile(r"r[0-9a-z-]+")


@dataclass(frozen=True)
class Page:
    """What one release showed: `figures` (metriek, KEY, teller, noemer, waarde and drempel, the
    threshold of the metric then), its thresholds, and where schools were then (`places`; empty of a
    release of before that was kept)."""

    id: str
    made: str
    figures: pl.DataFrame
    standard: int
    heavy: int
    rounding: int
    places: Places = field(default_factory=dict)

    @property
    def areas(self) -> set[str]:
        """Codes of the schools and areas that it is about, as far as it names any."""
        of = pl.col("niveau").is_in(["gemeente", "wijk", "vestiging"])
        return {*self.figures.filter(of)["gebied"], *codes(self.places)}


@dataclass(frozen=True)
class Declaration:
    """Somebody's word that a release never left: who, why and when (ISO date)."""

    release: str
    reason: str
    by: str
    day: str


def folder(workdir: Path) -> Path:
    """Where the ledger lies: what the settings say, or in the work folder."""
    return settings.ledger() or workdir / FOLDER


def pages(workdir: Path, places: Places | None = None) -> tuple[Page, ...]:
    """Every page, oldest first, after booking releases in the work folder that have none yet.

    `places`: where schools are now; pages about others are refused.

    Raises ReleaseRefused for a page, or a release without a page, that cannot be read: what it
    said would be forgotten; and for a page that says something else than its release.
    """
    book = folder(workdir)
    releases = sorted((workdir / RELEASES).glob("r*.duckdb"))
    for file in releases:
        if not (book / f"{file.stem}.parquet").exists() and not _declared(book, file.stem):
            _book(book, _of_release(file, book))
    found = {file.stem: _read(file) for file in sorted(book.glob("r*.parquet"))}
    for name, page in found.items():
        if page.id != name or _contradicts(page, workdir / RELEASES / f"{name}.duckdb", book):
            raise ReleaseRefused(
                f"Het blad {name}.parquet van het grootboek ({book}) zegt iets anders dan de"
                f" publicatie {name}. Er is niets gepubliceerd. Lees de publicatie, of een kopie"
                " van haar, opnieuw in: zichtlijn ledger --add BESTAND"
            )
    _refuse_strangers(workdir, found.values(), places or {})
    return tuple(sorted(found.values(), key=lambda page: (page.made, page.id)))


def codes(places: Places) -> set[str]:
    """The codes of schools and of the gemeenten and wijken they are in."""
    here = {area for level in ("gemeente", "wijk") for area in places.get(level, {}).values()}
    return here | {school for of in places.values() for school in of}


def _refuse_strangers(workdir: Path, known: Iterable[Page], places: Places) -> None:
    """Raise ReleaseRefused for a page about other schools and areas than those of `places`, where
    both name any: it is of another organisation, and binds nothing here."""
    own = codes(places)
    for page in known:
        if own and page.areas and not own & page.areas:
            raise ReleaseRefused(
                f"In het grootboek staat publicatie {page.id}, over andere gemeenten en scholen dan"
                " deze leveringen. Er is niets gepubliceerd. Is zij van een andere organisatie,"
                f" haal haar weg uit {RELEASES} en uit {folder(workdir)}, of geef deze werkmap een"
                " eigen grootboek met ZICHTLIJN_GROOTBOEK."
            )


def _contradicts(page: Page, file: Path, book: Path) -> bool:
    """Whether a release that can still be read shows other numbers than its page."""
    try:
        shown = _of_release(file, book).figures if file.exists() else page.figures
    except ReleaseRefused:
        return False  # then the page is all there is
    mine, its = (frame.select(_SHOWN).sort(_SHOWN) for frame in (page.figures, shown))
    return not mine.equals(its)


def book(workdir: Path, release: Path, places: Places | None = None) -> None:
    """Write the page of a release that is about to be served; one that has a page keeps it."""
    place = folder(workdir)
    if not (place / f"{release.stem}.parquet").exists():
        _book(place, replace(_of_release(release, place), places=places or {}))


def put(workdir: Path, page: Page) -> None:
    """Write a page of what leaves otherwise than as a release."""
    figures = _with_thresholds(page.figures, page.standard, page.heavy)
    _book(folder(workdir), replace(page, figures=figures))


def add(workdir: Path, file: Path) -> Page:
    """Book what a released file, or a page of another ledger, says was released.

    Raises UsageError for a file that is neither. What is booked counts, also where somebody
    declared that it never left.
    """
    place = folder(workdir)
    if not file.is_file():
        raise UsageError(f"{file} bestaat niet of is geen bestand.")
    try:
        page = _read(file) if file.suffix == ".parquet" else _of_release(file, place)
    except ReleaseRefused:
        raise UsageError(
            f"{file.name} is geen publicatie en geen blad van een grootboek, of is beschadigd."
        ) from None
    if not _NAME.fullmatch(page.id):
        raise UsageError(f"{file.name} noemt geen publicatie.")
    _book(place, page)
    (place / f"{page.id}{DECLARED}").unlink(missing_ok=True)
    return page


def declare(workdir: Path, release: str, *, reason: str, by: str, day: dt.date) -> Declaration:
    """Record that a release whose file cannot be read never left.

    Raises UsageError without a reason or a name, or for a release that can still be read.
    """
    if not reason.strip() or not by.strip():
        raise UsageError("Zeg met --reason waarom, en met --by wie dit verklaart.")
    file, book = workdir / RELEASES / f"{release}.duckdb", folder(workdir)
    if not _NAME.fullmatch(release) or not file.exists():
        raise UsageError(f"In {workdir / RELEASES} ligt geen publicatie {release}.")
    if (book / f"{release}.parquet").exists():
        raise UsageError(f"Wat publicatie {release} toonde is bekend; dat blijft meetellen.")
    try:
        _of_release(file, book)
    except ReleaseRefused:
        told = Declaration(release, reason.strip(), by.strip(), day.isoformat())
        write(book / f"{release}{DECLARED}", json.dumps(asdict(told), indent=2).encode())
        return told
    raise UsageError(f"Publicatie {release} is te lezen; wat zij toonde blijft meetellen.")


def mark(workdir: Path, release: str) -> str:
    """SHA-256 over the names of what else left, or was declared not to have: beside which a
    release was protected."""
    names = sorted(file.name for file in folder(workdir).glob("r*.*"))
    others = [name for name in names if name.partition(".")[0] != release]
    return hashlib.sha256("\n".join(others).encode()).hexdigest()


def declarations(workdir: Path) -> tuple[Declaration, ...]:
    """Releases of which somebody declared that they never left."""
    return tuple(_declaration(file) for file in sorted(folder(workdir).glob(f"r*{DECLARED}")))


def _declaration(file: Path) -> Declaration:
    try:
        return Declaration(**json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        raise ReleaseRefused(
            f"{file} is niet te lezen. Haal het weg en leg de verklaring opnieuw vast: zichtlijn"
            f" ledger --never {file.name.partition('.')[0]} --reason WAAROM --by WIE"
        ) from None


def _declared(book: Path, release: str) -> bool:
    return (book / f"{release}{DECLARED}").exists()


_NO_FIGURES = pl.DataFrame(
    schema=dict.fromkeys(("metriek", *KEY), pl.String)
    | dict.fromkeys(("teller", "noemer", "waarde"), pl.Float64)
    | {"drempel": pl.Int64}
)


def _shown(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """The figures a release shows; a release without that table shows none."""
    if not con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'cellen'").fetchone():
        return _NO_FIGURES
    return as_frame(
        con.execute(
            f"SELECT {', '.join(_SHOWN)} FROM cellen WHERE status = 'zichtbaar' AND maat = ''"
            " ORDER BY ALL"
        )
    )


def _of_release(file: Path, book: Path) -> Page:
    try:
        with duckdb.connect(str(file), read_only=True) as con:
            row = con.execute(
                "SELECT id, gemaakt_op::VARCHAR, drempel, drempel_zwaar, afronding FROM release"
            ).fetchone()
            figures = _shown(con)
    except duckdb.Error:
        row = None
    if row is None:
        raise ReleaseRefused(
            f"De eerdere publicatie {file.name} is niet te lezen. Wat daarin stond is naar buiten,"
            " dus een nieuwe publicatie kan daar niet omheen. Er is niets gepubliceerd. Zet het"
            " bestand terug uit een reservekopie, of lees een kopie of haar blad in: zichtlijn"
            " ledger --add BESTAND. Is zij nooit uitgegeven, leg dat dan vast: zichtlijn ledger"
            f" --never {file.stem} --reason WAAROM --by WIE"
        )
    name, made, *limits = row
    return Page(name, made, _with_thresholds(figures, *limits[:2]), *limits)


def _with_thresholds(figures: pl.DataFrame, standard: int, heavy: int) -> pl.DataFrame:
    if "drempel" in figures.columns:
        return figures
    return figures.with_columns(drempel=by_metric(METRICS, standard, heavy))


def _book(book: Path, page: Page) -> None:
    about = (page.id, page.made, page.standard, page.heavy, page.rounding)
    frame = page.figures.with_columns(
        pl.lit(value).alias(f"_{name}") for name, value in zip(_ABOUT, about, strict=True)
    )
    places = json.dumps({level: dict(sorted(of.items())) for level, of in page.places.items()})
    if frame.is_empty():  # a page without a figure still tells that the release existed
        frame = pl.DataFrame(
            [{f"_{name}": value for name, value in zip(_ABOUT, about, strict=True)}]
        )
    frame = frame.with_columns(_plaatsen=pl.lit(places))
    book.mkdir(parents=True, exist_ok=True)
    half = book / f".{page.id}.{os.getpid()}.half"
    try:
        frame.write_parquet(half)
        keep(half)
        half.replace(book / f"{page.id}.parquet")
    finally:
        half.unlink(missing_ok=True)


def _read(file: Path) -> Page:
    try:
        frame = pl.read_parquet(file)
        name, made, standard, heavy, rounding = frame.select(f"_{name}" for name in _ABOUT).row(0)
        places = json.loads(frame["_plaatsen"][0]) if "_plaatsen" in frame.columns else {}
        figures = frame.select(_SHOWN) if "metriek" in frame.columns else _NO_FIGURES
        if "drempel" in frame.columns:
            figures = figures.with_columns(frame["drempel"])
    except (pl.exceptions.PolarsError, OSError, ValueError, IndexError):
        raise ReleaseRefused(
            f"Het blad {file.name} van het grootboek ({file.parent}) is niet te lezen. Wat het"
            " bewaart is naar buiten, dus een nieuwe publicatie kan daar niet omheen. Er is niets"
            " gepubliceerd. Lees een kopie van het blad of van de publicatie in: zichtlijn ledger"
            f" --add BESTAND. Ligt de publicatie nog in de map {RELEASES}, haal het blad dan weg en"
            " draai opnieuw."
        ) from None
    figures = _with_thresholds(figures, standard, heavy)
    return Page(name, made, figures, standard, heavy, rounding, places)


def write(file: Path, content: bytes) -> None:
    """Write a file of the ledger in one step."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f".{file.name}.{os.getpid()}.half")
    half.write_bytes(content)
    keep(half)
    half.replace(file)


def halves(workdir: Path) -> Iterator[Path]:
    """What a run that was killed left half-written in the ledger."""
    return folder(workdir).glob(".*.half")
