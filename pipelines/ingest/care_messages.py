"""iJw messages -> a row per toewijzing: what was granted, started, stopped and declared.

A file holds one message or, as a zip, many of several kinds. The toewijzing (JW301, sent by the
municipality) is the row; what the provider reports about it (start JW305, stop JW307, declaration
JW323) is joined to it by client and number of the toewijzing. Every message is found again in a
row: one without its toewijzing becomes a row of its own, which the contract quarantines by name.

The rules are those of iJw 3.2 (www.istandaarden.nl): the latest toewijzing per number counts
(OP033x1), a number is unique within a municipality (OP275), a class with status 3 withdraws an
earlier one (IV008), a stop with reason 20 is a pause after which help may start again (OP377 to
OP379), amounts are in eurocents (IV024), as are volumes in unit 83 (IV042), and credit is taken off
(TR358). What was granted and what was declared stay apart. Nothing is judged here: a date or an
amount that is none goes on as text, for the contract's checks to name.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pipelines.errors import DeliveryRefused
from pipelines.ingest import identity
from pipelines.ingest.layout import Layout
from pipelines.ingest.reading.frame import TextFrame, numbered, of_records
from pipelines.ingest.reading.standards import LIST_SEPARATOR

LAYOUT = "ijw_3_2_jeugdhulp"
GRANTED, STARTED, STOPPED, DECLARED = (
    "JW301 ToegewezenProduct",
    "JW305 StartProduct",
    "JW307 StopProduct",
    "JW323 Prestatie",
)
KINDS = (GRANTED, STARTED, STOPPED, DECLARED)
NUMBER, PSEUDONYM = "Client.Bsn", "Client.Pseudoniem"
HEADERS = (
    "ToewijzingNummer",
    "Gemeente",
    "Product.Categorie",
    "Product.Code",
    "Product",
    "Ingangsdatum",
    "Einddatum",
    "Levering.Begindatum",
    "RedenBeeindiging",
    "RedenWijziging",
    "Omvang.Volume",
    "Omvang.Eenheid",
    "Omvang.Frequentie",
    "Budget",
    "GedeclareerdBedrag",
    "Berichten",
)
NO_PRODUCT = "geen product"
WITHDRAWN = "3"  # COD467, status aanlevering
PAUSE = "20"  # JZ588, reden beeindiging
EUROS = "83"  # WJ756, eenheid
DEBIT, CREDIT = "D", "C"  # COD043
NO_CENTS = "(geen bedrag in eurocenten)"

MISSING = "(ontbreekt)"

Record = Mapping[str, str]
_Key = TypeVar("_Key")


@dataclass
class _Care:
    """One toewijzing with what was reported about it; `granted` is None for what has none.

    `starts` by first day; `stops` by first day and whether it was a pause: a pause and the
    definitive stop that follows it have the same first day.
    """

    granted: Record | None = None
    messages: set[str] = field(default_factory=set)
    about: dict[str, Record] = field(default_factory=dict)
    starts: dict[str, Record] = field(default_factory=dict)
    stops: dict[tuple[str, bool], Record] = field(default_factory=dict)
    declared: list[Record] = field(default_factory=list)


def taken_in(texts: Sequence[TextFrame], known: Iterable[Layout]) -> list[TextFrame]:
    """The tables of a file with its messages joined, past the door.

    Raises `DeliveryRefused` when any part of a message, used or not, holds identifying data, and
    when there are messages and none of them grants anything.
    """
    found = _by_element(texts)
    for name, records in found.items():
        table = of_records(list(dict.fromkeys(key for row in records for key in row)), records)
        identity.guard(TextFrame(numbered(table), "bericht", name), person_level=True, header_row=1)
    return _with_one_table(texts, found, known)


def joined(texts: Sequence[TextFrame], known: Iterable[Layout]) -> list[TextFrame]:
    """The tables of a file, its messages as one table in front; other tables as they were.

    The client's column is called `Client.Bsn` as long as one of its values may be a number. Raises
    `DeliveryRefused` when there are messages and none of them grants anything.
    """
    return _with_one_table(texts, _by_element(texts), known)


def _with_one_table(
    texts: Sequence[TextFrame], found: Mapping[str, Sequence[Record]], known: Iterable[Layout]
) -> list[TextFrame]:
    if not found:
        return list(texts)
    if GRANTED not in found:
        raise _nothing_granted(found)
    told_apart = (la.codes.get("hulpvorm", {}) for la in known if la.id == LAYOUT)
    products = {code for codes in told_apart for code in codes}
    client = NUMBER if any(NUMBER in row for rows in found.values() for row in rows) else PSEUDONYM
    rows = [_row(care, client, products) for care in _cares(found, client)]
    table = TextFrame(
        numbered(of_records([client, *HEADERS], rows)), "bericht", "", digest=_digest(texts)
    )
    return [table, *(t for t in texts if t.origin != "bericht")]


def _nothing_granted(found: Mapping[str, Sequence[Record]]) -> DeliveryRefused:
    """No row could ever be accepted, and the file would replace one that can."""
    held = ", ".join(f"{len(found[kind])} x {kind}" for kind in KINDS if kind in found)
    return DeliveryRefused(
        "bestand.bericht",
        "Het bestand bevat geen toewijzing (JW301 ToegewezenProduct), alleen"
        f" {held or 'andere delen van berichten'}. Lever alle berichten over een periode samen in"
        " een zipbestand, met de toewijzingen erbij, en noem het"
        " <leverancier>_jeugdhulp_<periode>.zip.",
    )


def count(texts: Iterable[TextFrame]) -> int:
    """How many messages these tables come from."""
    return len({(t.member, t.digest) for t in texts if t.origin == "bericht"})


def _by_element(texts: Sequence[TextFrame]) -> dict[str, list[Record]]:
    """Message and element -> its records in all messages; a message sent twice counts once."""
    found: dict[str, list[Record]] = {}
    first_in: dict[tuple[str, frozenset[tuple[str, str]]], int] = {}
    for place, text in enumerate(texts):
        if text.origin != "bericht":
            continue
        names, *rows = text.frame.select(text.columns).rows()
        for row in rows:
            record = {n: c.strip() for n, c in zip(names, row, strict=True) if c is not None}
            same = (text.sheet, frozenset(record.items()))
            if first_in.setdefault(same, place) == place:
                found.setdefault(text.sheet, []).append(record)
    clients = {row[NUMBER] for rows in found.values() for row in rows if NUMBER in row}
    if clients and not any(_may_be_number(c) for c in clients):
        found = {
            name: [{PSEUDONYM if k == NUMBER else k: v for k, v in row.items()} for row in rows]
            for name, rows in found.items()
        }
    return found


def _may_be_number(text: str) -> bool:
    return re.fullmatch(r"\d{1,10}", re.sub(r"[\s.-]", "", text)) is not None


def _digest(texts: Sequence[TextFrame]) -> str:
    """Of the message itself, or of all of them together whatever their order; "" for a sample."""
    digests = sorted({t.digest for t in texts if t.origin == "bericht"})
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


# Joining ---------------------------------------------------------------------------------------


def _cares(found: Mapping[str, Sequence[Record]], client: str) -> list[_Care]:
    """Every toewijzing, the newest last, then what has none.

    Where two clients have one number, the check on keys keeps the latest: of two that begin on one
    day the last, and that is the newest.
    """
    granted: dict[tuple[str, ...], _Care] = {}
    by_number: dict[tuple[str, str], list[_Care]] = {}
    loose: dict[tuple[str, ...], _Care] = {}
    for i, record in enumerate(sorted(found.get(GRANTED, ()), key=_moment_granted)):
        own = _key(record, GRANTED, client)
        whole = (*own, *_parties(record, GRANTED), "" if all(own) else str(i))
        if whole not in granted:
            granted[whole] = _Care()
            by_number.setdefault(own, []).append(granted[whole])
        granted[whole].granted = record
        granted[whole].messages.add(GRANTED[:5])
    for kind in (STARTED, STOPPED, DECLARED):
        for i, record in enumerate(sorted(found.get(kind, ()), key=_moment)):
            own = _key(record, kind, client)
            parties = _parties(record, kind)
            care = _of(by_number.get(own, ()) if all(own) else (), parties)
            if care is None:
                whole = (*own, *parties, "" if all(own) else f"{kind}{i}")
                care = loose.setdefault(whole, _Care())
            _report(care, kind, record)
    newest_last = sorted(granted.values(), key=lambda c: _moment_granted(c.granted or {}))
    return [*newest_last, *loose.values()]


def _key(record: Record, kind: str, client: str) -> tuple[str, str]:
    return record.get(client, ""), record.get(f"{_element(kind)}.ToewijzingNummer", "")


def _element(kind: str) -> str:
    return kind[6:]


def _parties(record: Record, kind: str) -> tuple[str, str]:
    """Municipality and provider."""
    sender, receiver = record.get("Header.Afzender", ""), record.get("Header.Ontvanger", "")
    return (sender, receiver) if kind == GRANTED else (receiver, sender)


def _of(cares: Sequence[_Care], parties: tuple[str, str]) -> _Care | None:
    """The only toewijzing of this client with this number, or of several that of these parties."""
    if len(cares) == 1:
        return cares[0]
    same = (c for c in cares if c.granted and _parties(c.granted, GRANTED) == parties)
    return next(same, None)


def _moment_granted(record: Record) -> tuple[object, ...]:
    given = (record.get(f"ToegewezenProduct.Toewijzings{part}", "") for part in ("datum", "tijd"))
    return (*given, *_moment(record))


def _moment(record: Record) -> tuple[object, ...]:
    """When a message was made; its identification tells messages of one day apart."""
    made = record.get("Header.BerichtIdentificatie.Dagtekening", "")
    name = record.get("Header.BerichtIdentificatie.Identificatie", "")
    return made, len(name), name


def _report(care: _Care, kind: str, record: Record) -> None:
    care.messages.add(kind[:5])
    care.about.setdefault(kind, record)
    first = record.get(f"{_element(kind)}.Begindatum", "")
    withdrawn = record.get(f"{_element(kind)}.StatusAanlevering") == WITHDRAWN
    if kind == STARTED:
        _put(care.starts, first, record, withdrawn=withdrawn)
    elif kind == STOPPED:
        _put(care.stops, (first, _reason(record) == PAUSE), record, withdrawn=withdrawn)
    else:
        care.declared.append(record)


def _put(into: dict[_Key, Record], key: _Key, record: Record, *, withdrawn: bool) -> None:
    if withdrawn:
        into.pop(key, None)
    else:
        into[key] = record


# A row -----------------------------------------------------------------------------------------


def _row(care: _Care, client: str, products: set[str]) -> dict[str, str]:
    kind, record = _leading(care)
    given = care.granted or {}

    def granted(name: str) -> str:
        return given.get(f"ToegewezenProduct.{name}", "")

    category, code = _product(record, kind)
    unit, volume = granted("Omvang.Eenheid"), granted("Omvang.Volume")
    end, reason = _end(care, granted("Einddatum"))
    return {
        client: record.get(client, ""),
        "ToewijzingNummer": record.get(f"{_element(kind)}.ToewijzingNummer", ""),
        "Gemeente": _parties(record, kind)[0],
        "Product.Categorie": category,
        "Product.Code": code,
        "Product": (code if code in products else category) or NO_PRODUCT,
        "Ingangsdatum": granted("Ingangsdatum")
        or record.get(f"{_element(kind)}.ToewijzingIngangsdatum", ""),
        "Einddatum": end,
        "Levering.Begindatum": _first(care.starts),
        "RedenBeeindiging": reason,
        "RedenWijziging": granted("RedenWijziging"),
        "Omvang.Volume": _euros(volume) if unit == EUROS and volume else volume,
        "Omvang.Eenheid": unit,
        "Omvang.Frequentie": granted("Omvang.Frequentie"),
        "Budget": _euros(granted("Budget")) if granted("Budget") else "",
        "GedeclareerdBedrag": _declared(care.declared),
        "Berichten": LIST_SEPARATOR.join(sorted(care.messages)),
    }


def _leading(care: _Care) -> tuple[str, Record]:
    """The toewijzing; for what has none the first message that tells most about it."""
    if care.granted is not None:
        return GRANTED, care.granted
    return next((kind, care.about[kind]) for kind in KINDS if kind in care.about)


def _product(record: Record, kind: str) -> tuple[str, str]:
    names = ("ProductCategorie", "ProductCode")
    if kind != DECLARED:
        names = ("Product.Categorie", "Product.Code")
    category, code = (record.get(f"{_element(kind)}.{name}", "") for name in names)
    return category, code


def _reason(record: Record) -> str:
    return record.get("StopProduct.RedenBeeindiging", "")


def _end(care: _Care, granted: str) -> tuple[str, str]:
    """Last day of the toewijzing, or of the help where that stopped earlier; and why it stopped.

    A pause leaves the end as it was, and so does help that started again after a stop.
    """
    stops = list(care.stops.values())
    if not stops:
        return granted, ""
    days = [stop.get("StopProduct.Einddatum", "") for stop in stops]
    wrong = next((i for i, day in enumerate(days) if not _is_day(day)), None)
    if wrong is not None:
        return days[wrong] or MISSING, _reason(stops[wrong])
    last = max(stops, key=lambda s: (s.get("StopProduct.Einddatum", ""), _reason(s) != PAUSE))
    stopped, reason = last.get("StopProduct.Einddatum", ""), _reason(last)
    if any(_is_day(first) and first > stopped for first in care.starts):
        return granted, ""
    if reason == PAUSE or not stopped or (granted and not _is_day(granted)):
        return granted, reason
    return min(granted or stopped, stopped), reason


def _first(starts: Mapping[str, Record]) -> str:
    """The first day of help; a text that is no date comes before all that are."""
    return min((day or MISSING for day in starts), key=lambda day: (_is_day(day), day), default="")


def _is_day(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return False
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _declared(prestaties: Sequence[Record]) -> str:
    """Debit less credit, in euros; empty where nothing was declared."""
    total = 0
    for prestatie in prestaties:
        amount = prestatie.get("Prestatie.IngediendBedrag.Bedrag", "")
        side = prestatie.get("Prestatie.IngediendBedrag.DebetCredit", "")
        if not _is_cents(amount) or side not in (DEBIT, CREDIT):
            return f"{amount} {side} {NO_CENTS}"
        total += int(amount) if side == DEBIT else -int(amount)
    return _in_euros(total) if prestaties else ""


def _euros(cents: str) -> str:
    return _in_euros(int(cents)) if _is_cents(cents) else f"{cents} {NO_CENTS}"


def _is_cents(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,15}", text) is not None


def _in_euros(cents: int) -> str:
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02}"
