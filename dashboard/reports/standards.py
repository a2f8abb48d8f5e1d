"""What a reader of an evaluation may expect to be told: CHEERS 2022 and TIDieR, from the run.

Every item is answered from the release, or says why it is not. Numbers and what an item is about
are those of the standards; the words are ours. CHEERS 2022: Husereau et al., 28 items for economic
evaluations. TIDieR: Hoffmann et al. 2014, 12 items for the description of an intervention.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dashboard.exhibits import balance_words, balances, facts, promises, tables
from dashboard.exhibits.balances import TOTAL
from dashboard.exhibits.exhibit import Exhibit
from dashboard.exhibits.tables import Row, Table
from dashboard.release.released import Released
from dashboard.reports import zis
from dashboard.reports.text import plain
from dashboard.words import wording

_NO_BALANCE = "deze publicatie geen balans van kosten en besparing heeft"
_NO_MONEY = "er geen uitkomst in geld is"
_NO_PROMISES = "deze publicatie geen beloften bevat"
_NOT_KNOWN = "niet is geleverd, of de groep te klein is"
_NO_PLAN = "in deze publicatie geen vooraf vastgelegd plan staat (zichtlijn pilot --save)"


@dataclass(frozen=True)
class Run:
    """What the answers are made from: one release."""

    released: Released

    @cached_property
    def balance(self) -> balances.Balances:
        return balances.read(self.released)

    @cached_property
    def outcomes(self) -> list[Mapping[str, Any]]:
        """One row per outcome, measured or not."""
        return promises.leading(zis.effects(self.released))

    @cached_property
    def measured(self) -> list[Mapping[str, Any]]:
        return [row for row in self.outcomes if promises.shown(row)]

    @cached_property
    def drivers(self) -> Sequence[Mapping[str, Any]]:
        return balances.drivers(self.released)

    def total(self, part: str) -> float | None:
        """A figure over all years on the leading route."""
        found = self.balance.at(TOTAL, self.balance.leading, part)
        return None if found is None else found.value

    def assumed(self, name: str) -> Mapping[str, Any]:
        """An assumption by its name; nothing where it is not published."""
        return next((row for row in self.drivers if row["naam"] == name), {})

    def said(self, promise: str) -> str:
        """What was found of a promise, in words; nothing where it was not measured."""
        return " ".join(
            str(row["zin"]) for row in self.measured if promises.promise_of(row) == promise
        )


@dataclass(frozen=True)
class Item:
    """`answer`: from a run, '' where the run does not tell; `lacking`: then why, after 'omdat'."""

    number: int
    label: str
    answer: Callable[[Run], str]
    lacking: str


def _nothing(_run: Run) -> str:
    return ""


def _money(told: Callable[[Run], str]) -> Callable[[Run], str]:
    """An answer that needs a balance."""
    return lambda run: told(run) if run.balance.rows else ""


def _years(run: Run) -> str:
    first, last = run.balance.years[0], run.balance.years[-1]
    return first if first == last else f"{first} tot en met {last}"


def _title(run: Run) -> str:
    return f"Economische evaluatie van Zorg In School over {_years(run)}."


def _period(run: Run) -> str:
    return f"{_years(run)}."


def _valued(run: Run) -> str:
    gross = run.total("bruto")
    return (
        "Minder volume jeugdhulp maal tarief en vermeden uren maal uurtarief; samen bruto"
        f" {wording.euro_estimate(gross)}."
        if gross is not None
        else ""
    )


def _model(run: Run) -> str:
    count = len(run.balance.routes)
    told = wording.count_of(count, "schatting", "schattingen")
    return (
        f"Rekensom per schooljaar en soort hulp langs {told} van wat er zonder was gebeurd, omdat"
        " niemand dat kan zien."
    )


def _name(run: Run) -> str:
    count = len({promises.promise_of(row) for row in run.outcomes})
    return f"Zorg In School, met {count} beloften." if count else ""


def _aim(run: Run) -> str:
    count = len({promises.promise_of(row) for row in run.outcomes})
    return (
        f"Nagaan of {count} beloften van Zorg In School zijn waargemaakt, en of de kosten worden"
        " terugverdiend."
        if count
        else ""
    )


def _population(run: Run) -> str:
    people = run.total("deelnemers")
    return "" if people is None else f"Ongeveer {wording.number(people)} deelnemers, samen."


def _places(run: Run) -> str:
    found = [
        f"{wording.number(amount.value)} in {year}"
        for year in run.balance.years
        if (amount := run.balance.at(year, run.balance.leading, "locaties")) is not None
    ]
    return f"Locaties met Zorg In School: {', '.join(found)}." if found else ""


def _routes(run: Run) -> str:
    told = "; ".join(balance_words.route_told(route) for route in run.balance.routes)
    return f"Zorg In School, tegenover wat er zonder was gebeurd, geschat alsof: {told}."


def _payers(run: Run) -> str:
    told = []
    for payer in balances.NET_PAYERS:
        net = run.balance.at(TOTAL, run.balance.leading, "netto_betaler", payer)
        if net is not None:
            told.append(f"{payer} {wording.euro_estimate(net.value)}")
    return f"Netto per betaler: {', '.join(told)}." if told else ""


def _discount(run: Run) -> str:
    row = run.assumed("discontovoet")
    return f"{wording.natural(row['waarde'])}% per jaar ({row['bron']})." if row else ""


def _measures(run: Run) -> str:
    if not run.outcomes:
        return ""
    return f"{len(run.outcomes)} uitkomsten bij de beloften, waarvan {len(run.measured)} gemeten."


def _designs(run: Run) -> str:
    labels = dict.fromkeys(str(row["ontwerp_label"]) for row in run.measured)
    return f"Opzet per uitkomst: {'; '.join(labels)}." if labels else ""


def _costs(run: Run) -> str:
    row = run.assumed("programmakosten_per_jaar")
    if not row:
        return ""
    return (
        f"Programmakosten: {wording.euro_estimate(row['waarde'])} per schooljaar ({row['bron']})."
    )


def _uncertainty(run: Run) -> str:
    net = run.balance.at(TOTAL, run.balance.leading, "netto")
    limits = balances.interval(net)
    return (
        "Scholen opnieuw getrokken en aannamen getrokken uit hun spreiding; 95%-interval van het"
        f" netto: {limits}."
        if limits
        else ""
    )


def _parameters(run: Run) -> str:
    known = [row for row in run.drivers if row["waarde"] is not None]
    wide = sum(row["laag"] is not None for row in known)
    return (
        f"{len(known)} aannamen met waarde en bron, waarvan {wide} met een spreiding; zie de tabel"
        " van aannamen."
        if known
        else ""
    )


def _results(run: Run) -> str:
    return plain(run.balance.sentence(run.balance.leading))


def _largest(run: Run) -> str:
    if not run.drivers:
        return ""
    row = run.drivers[0]
    low, high = sorted((row["netto_laag"], row["netto_hoog"]))
    return (
        f"Het meest maakt uit: {str(row['label']).lower()}; het netto loopt dan van"
        f" {wording.euro_estimate(low)} tot {wording.euro_estimate(high)}."
    )


def _of_money(field: str) -> Callable[[Run], str]:
    """What the outcome in euro says of itself, such as its assumptions."""

    def told(run: Run) -> str:
        rows = [row for row in run.measured if row["ontwerp"] == "AD" and row[field]]
        return plain(str(rows[-1][field])) if rows else ""

    return told


def _level(run: Run) -> str:
    year = run.total("prijspeil")
    return "" if year is None else f"Euro, in prijzen van {year:.0f}."


def _promised(run: Run) -> str:
    told = dict.fromkeys(str(row["belofte"]).rstrip(".") for row in run.outcomes)
    return f"Beloofd is: {'; '.join(told)}." if told else ""


def _followed(run: Run) -> str:
    rows = run.released.table("pilotbasis", "id").to_dicts()
    months = [row["maanden_tijdens"] for row in rows if row["maanden_tijdens"] is not None]
    return (
        f"Deelnemers zijn gemiddeld ten hoogste {wording.number(max(months))} maanden na de start"
        " gevolgd."
        if months
        else ""
    )


def _finding(*ids: str) -> Callable[[Run], str]:
    return lambda run: plain(" ".join(filter(None, map(run.said, ids))))


def _listed(*told: tuple[str, Callable[[Run], str], str]) -> tuple[Item, ...]:
    return tuple(Item(number, *one) for number, one in enumerate(told, start=1))


CHEERS = _listed(
    ("Titel: wat voor evaluatie dit is", _money(_title), _NO_BALANCE),
    ("Samenvatting", _money(_results), _NO_BALANCE),
    ("Aanleiding en vraag", _aim, _NO_PROMISES),
    ("Vooraf vastgelegd analyseplan", _nothing, _NO_PLAN),
    ("Wie is onderzocht", _population, "het aantal deelnemers niet is vrijgegeven"),
    ("Waar en in welke omgeving", _money(_places), _NO_BALANCE),
    ("Wat met wat is vergeleken", _money(_routes), _NO_BALANCE),
    ("Voor wie kosten en baten tellen", _money(_payers), _NO_BALANCE),
    ("Periode die meetelt", _money(_period), _NO_BALANCE),
    ("Discontovoet", _discount, _NO_BALANCE),
    ("Welke uitkomsten zijn gekozen", _measures, "deze publicatie geen uitkomsten bevat"),
    ("Hoe uitkomsten zijn gemeten", _designs, "geen uitkomst is gemeten"),
    ("Hoe uitkomsten in geld zijn uitgedrukt", _money(_valued), _NO_BALANCE),
    ("Hoe middelen en kosten zijn bepaald", _costs, _NO_BALANCE),
    ("Munt, prijspeil en omrekening", _level, "het prijspeil niet is gepubliceerd"),
    ("Rekenmodel en waarom", _money(_model), _NO_BALANCE),
    ("Analyse en aannamen", _of_money("aannames"), _NO_MONEY),
    (
        "Verschillen tussen groepen leerlingen",
        _nothing,
        "het geld niet per groep leerlingen is uitgesplitst; die groepen zijn te klein",
    ),
    (
        "Wie er meer of minder aan heeft",
        _nothing,
        "niet is geschat hoe kosten en baten over groepen gezinnen zijn verdeeld",
    ),
    ("Hoe de onzekerheid is bepaald", _money(_uncertainty), _NO_BALANCE),
    (
        "Hoe betrokkenen meededen aan de opzet",
        _nothing,
        "geen levering zegt hoe ouders, leerlingen en scholen aan de opzet meededen",
    ),
    ("Waarden van de aannamen", _parameters, _NO_BALANCE),
    ("Belangrijkste uitkomsten", _money(_results), _NO_BALANCE),
    ("Wat de onzekerheid uitmaakt", _largest, _NO_BALANCE),
    (
        "Wat betrokkenheid veranderde",
        _nothing,
        "geen levering zegt wat de inbreng van betrokkenen heeft veranderd",
    ),
    ("Beperkingen en waar het nog meer geldt", _of_money("bedreigingen"), _NO_MONEY),
    (
        "Wie de evaluatie betaalde",
        _nothing,
        "de publicatie niet zegt wie de evaluatie betaalde; vul dat zelf in",
    ),
    (
        "Belangen van de makers",
        _nothing,
        "de publicatie de belangen van de makers niet kent; vul dat zelf in",
    ),
)

TIDIER = _listed(
    ("Naam", _name, _NO_PROMISES),
    ("Waarom: het doel", _promised, _NO_PROMISES),
    ("Wat: materialen", _nothing, "geen levering zegt welke materialen zijn gebruikt"),
    ("Wat: werkwijze", _finding("zis_l3"), f"de soorten ondersteuning {_NOT_KNOWN}"),
    ("Wie het geeft", _finding("zis_m9"), f"de inzet van pedagogisch medewerkers {_NOT_KNOWN}"),
    ("Hoe het wordt gegeven", _finding("zis_m7"), f"de ondersteuning thuis {_NOT_KNOWN}"),
    ("Waar", _money(_places), _NO_BALANCE),
    ("Wanneer en hoeveel", _followed, "de gevolgde maanden niet zijn vrijgegeven"),
    ("Op maat gemaakt", _finding("zis_l4"), f"het aantal kinderen met één plan {_NOT_KNOWN}"),
    ("Onderweg veranderd", _nothing, "geen levering zegt wat onderweg is veranderd"),
    ("Zoals bedoeld: wat was afgesproken", _nothing, _NO_PLAN),
    ("Zoals bedoeld: wat is gedaan", _finding("zis_m1"), f"de tijd tot ondersteuning {_NOT_KNOWN}"),
)


def answered(items: Sequence[Item], run: Run) -> list[tuple[Item, str]]:
    """Every item with its answer, or why there is none."""
    return [
        (item, item.answer(run) or f"Niet gerapporteerd, omdat {item.lacking}.") for item in items
    ]


def checklist(released: Released, name: str, subject: str, items: Sequence[Item]) -> Exhibit:
    """One standard as a table that ends a report."""
    rows = answered(items, Run(released))
    told = sum(not answer.startswith("Niet gerapporteerd") for _item, answer in rows)
    return Exhibit(
        message=f"{name}: {told} van de {len(items)} onderdelen beantwoord uit deze publicatie",
        title=subject,
        account=facts.of_balance(
            released, f"De {len(items)} onderdelen van {name}, beantwoord uit deze publicatie.",
            "Uit de publicatie overgenomen; wat er niet in staat, is niet gerapporteerd",
        ),
        table=Table(
            subject, ("Nr.", "Onderdeel", "Antwoord"),
            tuple(
                Row((tables.figure(str(item.number)), tables.text(item.label), tables.long(answer)))
                for item, answer in rows
            ),
            frozenset({0}),
        ),
    )  # fmt: skip
