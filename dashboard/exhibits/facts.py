"""What every figure carries: definition, numerator, denominator, sources, n, interval, norm, marks.

No Streamlit. A figure whose facts are not complete is not shown; `missing` says what lacks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dashboard import language
from dashboard.exhibits import hidden, promises
from dashboard.exhibits.hidden import Key
from dashboard.language import plural, published, tr
from dashboard.release.released import Metric, Released, Source
from dashboard.words import covered, wording

# Under this name the deliveries behind the savings are published.
_SAVING = "besparing"


@dataclass(frozen=True)
class Facts:
    """The account of one figure. Empty `interval` or `norm` means: there is none.

    `mark`: what a hidden value means, as a message. `left_out`: what was not delivered, and so is
    in none of the values drawn, in Dutch. `told`: of each figure without a number why, and what
    shows nearest to it.
    """

    definition: str
    numerator: str
    denominator: str
    sources: tuple[Source, ...]
    n: str
    interval: str
    norm: str
    hidden: int
    release_id: str
    rounding: int
    more: tuple[tuple[str, str], ...] = ()
    mark: str = wording.HIDDEN_NOTE
    norm_source: str = ""
    left_out: tuple[str, ...] = ()
    told: Mapping[Key, str] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the facts without which the figure is not shown."""
        needed = {
            tr("de definitie"): self.definition,
            tr("de teller"): self.numerator,
            tr("de bron"): self.sources,
            tr("de publicatie"): self.release_id,
        }
        return tuple(name for name, value in needed.items() if not value)


def of_metric(
    released: Released,
    metric: Metric,
    rows: Sequence[Mapping[str, Any]],
    now: Mapping[str, Any] | None = None,
) -> Facts:
    """Facts of a figure that draws `rows`; `now` is the cell the reader asked for."""
    interval = ""
    drawn = [wording.estimated(metric, row) for row in rows]
    if any(row["status"] == wording.VISIBLE and row["onder"] is not None for row in drawn):
        interval = tr("95%-interval")
    more = [(tr("Versie van de definitie"), _version(metric))]
    if boundary := wording.boundary_text(metric):
        more.insert(0, (tr("Grens in de definitie"), _with_source(boundary, metric.norm_bron)))
    return Facts(
        definition=wording.definition(metric),
        numerator=published(metric.teller) or wording.definition(metric),
        denominator=published(metric.noemer) or tr("geen; dit is een aantal of bedrag"),
        sources=tuple(released.sources(metric.id)),
        n=_size(metric, now),
        interval=interval,
        norm=wording.norm_text(metric),
        hidden=sum(row["status"] == wording.HIDDEN for row in rows),
        release_id=released.about.id,
        rounding=released.about.afronding,
        more=tuple(more),
        norm_source=metric.norm_bron,
        left_out=tuple(covered.per_year(rows if now is None else [*rows, now])),
        told=hidden.told(released, rows if now is None else [*rows, now]),
    )


def of_effect(
    released: Released, effect: Mapping[str, Any], series: Sequence[Mapping[str, Any]] = ()
) -> Facts:
    """Facts of an estimate: what was compared, on how many, under which assumptions."""
    found = released.sources(str(effect["id"]))
    seen = effect["status"] == wording.VISIBLE
    n = _pupils_and_schools(effect if seen else None)
    if n:
        n += tr(", {n} perioden", n=wording.number(effect["n_perioden"] or 0))
    unit, design = published(effect["eenheid"]), published(effect["ontwerp_label"])
    more = [
        (tr("Opzet"), design),
        (tr("Aannames"), language.Dutch(effect["aannames"] or "")),
        (tr("Bedreigingen"), promises.told(effect["bedreigingen"])),
        (tr("Bewijsniveau"), published(effect["bewijsniveau"])),
    ]
    return Facts(
        definition=tr("Aantal {eenheid}. {opzet}.", eenheid=unit, opzet=design),
        numerator=tr("Aantal {maat}", maat=published(effect["maat"])),
        denominator=tr("Volgens de eenheid: {eenheid}", eenheid=unit),
        sources=tuple(found),
        n=n,
        interval=tr("95%-interval") if seen and effect["onder"] is not None else "",
        norm="",
        hidden=sum(row["status"] == wording.HIDDEN for row in series),
        release_id=released.about.id,
        rounding=released.about.afronding,
        more=tuple((name, value) for name, value in more if value),
    )


def of_promises(released: Released, rows: Sequence[Mapping[str, Any]], numerator: str) -> Facts:
    """Facts of several promises together; each has its own."""
    found = [of_effect(released, row) for row in rows]
    sources = {source for account in found for source in account.sources}
    return replace(
        found[0],
        definition=tr(
            "Per belofte de uitkomst van de opzet die voorop staat, met het bewijsniveau op de "
            "effectladder van het NJi."
        ),
        numerator=numerator,
        denominator=tr("Per belofte"),
        sources=tuple(sorted(sources, key=lambda s: (s.geleverd_op, s.leverancier), reverse=True)),
        n=tr("per belofte verschillend"),
        interval=tr("95%-interval"),
        more=(),
    )


def of_saving(released: Released, rows: Sequence[Mapping[str, Any]]) -> Facts:
    """Facts of a saving: volume without minus volume with, times the price."""
    found = released.sources(_SAVING)
    seen = [row for row in rows if row["status"] == wording.VISIBLE]
    return Facts(
        definition=tr(
            "Het volume zonder Zorg In School (geschat) min het werkelijke volume, maal het tarief."
        ),
        numerator=tr("Geschat volume zonder Zorg In School min werkelijk volume"),
        denominator=tr("geen; dit is een bedrag"),
        sources=tuple(found),
        n=_pupils_and_schools(seen[0] if seen else None),
        interval=tr("95%-interval") if any(row["onder"] is not None for row in seen) else "",
        norm="",
        hidden=sum(row["status"] == wording.HIDDEN for row in rows),
        release_id=released.about.id,
        rounding=released.about.afronding,
        more=(
            (
                tr("Wat dit niet zegt"),
                tr("Een lager volume is pas geld als de gemeente het ook niet elders uitgeeft."),
            ),
        ),
    )


def of_balance(released: Released, definition: str, numerator: str) -> Facts:
    """Facts of a figure from the whole calculation of savings and costs."""
    whole = released.query(
        "SELECT n_leerlingen, n_scholen FROM effecten "
        "WHERE id = 'zis_l6' AND leidend AND status = ?",
        wording.VISIBLE,
    ).to_dicts()
    return Facts(
        definition=definition,
        numerator=numerator,
        denominator=tr("geen; dit is een bedrag"),
        sources=tuple(released.sources(_SAVING)),
        n=_pupils_and_schools(whole[0] if whole else None),
        interval=tr("95%-interval"),
        norm="",
        hidden=0,
        release_id=released.about.id,
        rounding=released.about.afronding,
        more=(
            (
                tr("Onzekerheid van de rekensom"),
                tr(
                    "Scholen zijn herhaald getrokken en aannames uit hun aannemelijke bereik, "
                    "2.000 keer; het interval loopt van 2,5% tot 97,5% van de uitkomsten."
                ),
            ),
        ),
    )


def of_administration(released: Released, definition: str, numerator: str) -> Facts:
    """Facts of a figure about the deliveries themselves, in which nothing is hidden."""
    return Facts(
        definition=definition,
        numerator=numerator,
        denominator=tr("geen; dit is een aantal"),
        sources=tuple(released.loaded_deliveries()),
        n="",
        interval="",
        norm="",
        hidden=0,
        release_id=released.about.id,
        rounding=released.about.afronding,
        mark=wording.SMALL_NOTE,
    )


def of_headlines(released: Released, rows: Sequence[Mapping[str, Any]], *, norms: bool) -> Facts:
    """Facts of a table of several metrics; each metric's own facts stand with its own figure."""
    found = {
        source
        for metric in dict.fromkeys(str(row["metriek"]) for row in rows)
        for source in released.sources(metric)
    }
    return Facts(
        definition=tr("De kerncijfers van deze pagina per schooljaar, elk met de eigen definitie."),
        numerator=tr(
            "Per kerncijfer; zie Over dit cijfer bij het kerncijfer en de pagina Definities"
        ),
        denominator=tr("Per kerncijfer"),
        sources=tuple(
            sorted(found, key=lambda source: (source.geleverd_op, source.leverancier), reverse=True)
        ),
        n="",
        interval=tr("interval bij elk kerncijfer"),
        norm=tr("in de tabel") if norms else "",
        hidden=sum(row["status"] == wording.HIDDEN for row in rows),
        release_id=released.about.id,
        rounding=released.about.afronding,
        told=hidden.told(released, rows),
    )


def parts(facts: Facts) -> list[str]:
    """What stands under a figure: source, n, interval, norm, what is hidden, release."""
    sources = filter(None, (_names_short(facts.sources), _until(facts.sources)))
    told = [tr("Bron: {bronnen}", bronnen=", ".join(sources))]
    if facts.n:
        told.append(f"n = {facts.n}")
    if facts.interval:
        told.append(facts.interval)
    if facts.norm:
        told.append(tr("norm {norm}", norm=facts.norm))
    told.append(
        plural(
            "{n} waarde afgeschermd", "{n} waarden afgeschermd", facts.hidden,
            n=wording.number(facts.hidden),
        )
        if facts.hidden
        else tr("niets afgeschermd")
    )  # fmt: skip
    if facts.left_out:
        told.append(tr("niet alles is geleverd"))
    told.append(_release(facts))
    return told


def terms(facts: Facts) -> list[tuple[str, str]]:
    """Everything behind a figure: a term and what is said of it."""
    return [
        (tr("Definitie"), facts.definition),
        (tr("Teller"), facts.numerator),
        (tr("Noemer"), facts.denominator),
        (tr("Bronnen"), "; ".join(_source(source) for source in facts.sources)),
        ("n", facts.n or tr("niet van toepassing of niet getoond")),
        (
            tr("Onzekerheid"),
            facts.interval or tr(wording.COUNTED_NOTE),
        ),
        (
            tr("Norm"),
            _with_source(facts.norm, facts.norm_source) or tr("Er is geen norm afgesproken."),
        ),
        (tr("Kleine aantallen"), _hidden(facts)),
        *([(tr("Dekking"), language.Dutch(" ".join(facts.left_out)))] if facts.left_out else []),
        *facts.more,
        (tr("Afronding"), tr(wording.ROUNDED_NOTE, step=facts.rounding)),
        (tr("Publicatie"), facts.release_id),
    ]


def _hidden(facts: Facts) -> str:
    if not facts.hidden:
        return tr("In dit cijfer is niets afgeschermd.")
    told = plural(
        "{n} waarde is afgeschermd.", "{n} waarden zijn afgeschermd.", facts.hidden,
        n=wording.number(facts.hidden),
    )  # fmt: skip
    why = tr(facts.mark).removeprefix(wording.MARK).strip()
    return f"{told} {why[:1].upper()}{why[1:]}"


def _with_source(norm: str, source: str) -> str:
    """A norm and where it was agreed."""
    if not norm or not source:
        return norm
    return tr("{norm} (bron: {bron})", norm=norm, bron=published(source))


def _pupils_and_schools(row: Mapping[str, Any] | None) -> str:
    """`210 leerlingen, 8 scholen`; empty where that is not told."""
    if row is None or row["n_leerlingen"] is None:
        return ""
    pupils, schools = (wording.number(row[name] or 0) for name in ("n_leerlingen", "n_scholen"))
    return tr("{leerlingen} leerlingen, {scholen} scholen", leerlingen=pupils, scholen=schools)


def _size(metric: Metric, cell: Mapping[str, Any] | None) -> str:
    """How many the cell is about; an amount in euro is not a number of people."""
    if cell is None or cell["status"] != wording.VISIBLE or cell["n"] is None:
        return ""
    if metric.soort == "bedrag" and cell["n"] == cell["waarde"]:
        return ""
    return wording.number(cell["n"])


def _version(metric: Metric) -> str:
    start = metric.geldig_vanaf
    if not start:
        return metric.versie
    since = wording.date(start)
    return tr("{versie}, geldig vanaf {datum}", versie=metric.versie, datum=since)


def _release(facts: Facts) -> str:
    return tr("publicatie {publicatie}", publicatie=facts.release_id)


def _names_short(sources: Sequence[Source]) -> str:
    names = list(dict.fromkeys(source.leverancier for source in sources))
    if len(names) <= 2:
        return ", ".join(names)
    return tr("{naam} en {n} andere", naam=names[0], n=len(names) - 1)


def _until(sources: Sequence[Source]) -> str:
    """Up to which delivery."""
    if not sources:
        return tr("onbekend")
    newest: dt.date = max(source.geleverd_op for source in sources)
    return tr("t/m {datum}", datum=wording.short_date(newest))


def _source(source: Source) -> str:
    return (
        f"{source.leverancier}, {source.dataset} {source.periode} "
        f"({wording.short_date(source.geleverd_op)})"
    )
