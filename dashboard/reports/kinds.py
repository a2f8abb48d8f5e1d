"""Which reports there are, and what each tells in which order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from dashboard.exhibits import balance_words, balances, figures, front, promises
from dashboard.exhibits.exhibit import Exhibit
from dashboard.release.released import Released
from dashboard.reports import headlines, places, standards, zis
from dashboard.reports.content import Own, Report, Section
from dashboard.reports.text import plain
from dashboard.words import conclusions, wording
from dashboard.words.selection import Selection

_SCHOOL = (
    "smw_bereik", "smw_leerlingen", "smw_trajecten", "smw_doelrealisatie", "vw_aantal",
    "inzet_per_100", "groep_deelname_activiteiten", "sch_per_1000", "sch_aantal",
)  # fmt: skip
_WIJK = (
    "smw_bereik", "smw_trajecten", "smw_binnen_norm", "smw_doelrealisatie", "smw_volgens_plan",
    "vw_aantal", "vw_start_binnen_norm", "vw_terugkoppeling", "inzet_per_100", "sch_per_1000",
)  # fmt: skip
_PROVIDER = ("smw_trajecten", "smw_binnen_norm", "smw_doelrealisatie", "smw_volgens_plan")
_TEAM = ("smw_bereik", "smw_binnen_norm", "smw_doelrealisatie", "vw_start_binnen_norm")
_PUPILS = ("smw_bereik", "smw_doelrealisatie", "sch_per_1000", "vw_aantal")
_PROCESS = ("smw_binnen_norm", "smw_smart", "vw_start_binnen_norm", "vw_terugkoppeling")
_CONTENT = (
    "smw_bereik", "smw_doelrealisatie", "smw_volgens_plan", "smw_tevredenheid_leerling",
)  # fmt: skip

METHOD = (
    (
        "Van levering naar cijfer",
        "Organisaties leveren exports die zij al hebben, zonder namen of nummers van personen. "
        "Elke rij wordt getoetst aan een afgesproken contract; een rij die niet klopt, wordt apart "
        "gehouden en teruggemeld.",
    ),
    (
        "Bescherming",
        "Kleine aantallen zijn afgeschermd en alle andere afgerond. Van elk afgeschermd getal is "
        "bewezen dat het uit alles wat zichtbaar is niet is terug te rekenen. Delen tellen door "
        "het afronden niet precies op tot het geheel.",
    ),
    (
        "Verandering is nog geen effect",
        "Zonder vergelijkingsgroep spreken wij van verandering, met een vergelijkingsgroep van "
        "verschil. Effect zeggen wij alleen waar de opzet dat draagt. Na een slecht jaar volgt "
        "vaak vanzelf een beter jaar.",
    ),
    (
        "Onzekerheid",
        "Een 95%-interval loopt van de laagste tot de hoogste waarde die goed bij de gegevens "
        "past. Overlappen de intervallen van twee jaren, dan noemen wij dat geen verandering.",
    ),
)

SENDER, DECISION = "afzender", "besluit"
_OWN = (
    Own(SENDER, "Van", "Vul in wie deze notitie stuurt, en aan wie."),
    Own(DECISION, "Gevraagd besluit", "Vul in wat u vraagt te besluiten."),
    Own(
        "toelichting", "Eigen toelichting",
        "Ruimte voor een eigen toelichting. Wat in dit veld staat, blijft staan als de notitie "
        "wordt vernieuwd.", last=True,
    ),
)  # fmt: skip

Build = Callable[[Released, Selection], Report]


@dataclass(frozen=True)
class Kind:
    """A kind of report. `level`: the level of the area it is about, '' where that is free."""

    name: str
    label: str
    build: Build
    level: str = ""


def _report(
    kind: str, title: str, released: Released, selection: Selection, lines: list[str],
    *sections: Section,
) -> Report:  # fmt: skip
    return Report(
        kind, title, selection, released.about, tuple(lines), sections, METHOD,
        released.scope.whole,
    )  # fmt: skip


def _short(released: Released, selection: Selection) -> list[str]:
    """What matters most; of all together three messages, and what Zorg In School does and costs."""
    steps = conclusions.headlines(released, selection)
    if selection.niveau != "totaal":
        return conclusions.overview(released, selection, steps)
    told = [conclusions.sentence(step) for step in front.first(steps)]
    return [*told, *conclusions.promise(released), _money(released)]


def _board(released: Released, selection: Selection) -> Report:
    show = [
        headlines.headlines(released, selection),
        figures.trend(released, "smw_bereik", selection),
        _on_time(released, selection),
        figures.trend(released, "smw_doelrealisatie", selection),
        figures.trend(released, "vw_start_binnen_norm", selection),
        zis.overview(released),
        zis.waterfall(released),
    ]
    return _report(
        "bestuur", "Schoolmaatschappelijk werk en Zorg In School", released, selection,
        _short(released, selection), Section("Voor het bestuur", exhibits=tuple(show)),
    )  # fmt: skip


def _on_time(released: Released, selection: Selection) -> Exhibit:
    """The waiting time where it is published, else the share that started in time."""
    median = figures.trend(released, "smw_wachttijd", selection, "mediaan")
    return median if median.shown else figures.trend(released, "smw_binnen_norm", selection)


def _evaluation(released: Released, selection: Selection) -> Report:
    def trends(*names: str) -> tuple[Exhibit, ...]:
        return tuple(figures.trend(released, name, selection) for name in names)

    def cut(metric: str, by: str) -> Exhibit:
        return figures.breakdown(released, metric, by, selection)

    whole = selection.niveau in {"totaal", "gemeente"}
    sections = [
        Section("Kerncijfers", exhibits=(headlines.headlines(released, selection),)),
        Section(
            "Bereik en hulpvragen",
            "Welk deel van de leerlingen wordt geholpen, en waarvoor komen zij?",
            exhibits=(
                *trends("smw_bereik"), cut("smw_problematiek", "as"),
                cut("smw_aanmelder", "aanmelder"),
            ),
        ),
        Section(
            "Het proces",
            "Wordt een leerling op tijd geholpen, en wordt gewerkt zoals is afgesproken?",
            tuple(conclusions.of(released, selection, _PROCESS)),
            (_on_time(released, selection), *trends("smw_smart", "vw_start_binnen_norm")),
        ),
        Section(
            "De inhoud",
            "Wat levert het op voor leerlingen?",
            tuple(conclusions.of(released, selection, _CONTENT)),
            (
                *trends("smw_doelrealisatie"), cut("smw_afsluitreden", "afsluitreden"),
                *trends("smw_tevredenheid_leerling"),
            ),
        ),
        Section(
            "De samenwerking",
            "Hoe beoordelen school, aanbieder en wijkteam elkaar?",
            tuple(conclusions.of(released, selection, ("ev_respons", "ev_score"))),
            (cut("ev_score", "groep"), cut("ev_score", "evaluatiethema")),
        ),
    ]  # fmt: skip
    if selection.niveau == "totaal":
        sections.append(_by_provider(released, selection))
    if whole:
        sections += [_by_team(released, selection), _by_school(released, selection)]
    return _report(
        "jaarevaluatie", "Jaarevaluatie schoolmaatschappelijk werk", released, selection,
        _short(released, selection), *sections,
    )  # fmt: skip


def _by_provider(released: Released, selection: Selection) -> Section:
    lines = _per_area(released, selection, "aanbieder", _PROVIDER)
    table = places.areas(released, _PROVIDER, selection, "aanbieder", "Proces en inhoud")
    return Section(
        "Conclusies per aanbieder",
        "Aanbieders werken op verschillende scholen, met verschillende leerlingen. De cijfers zijn "
        "een aanleiding voor een gesprek, geen oordeel.",
        tuple(lines), (table,),
    )  # fmt: skip


def _by_team(released: Released, selection: Selection) -> Section:
    lines = _per_area(released, selection, "wijk", _TEAM)
    table = places.areas(released, _TEAM, selection, "wijk", "Proces en inhoud")
    return Section(
        "Conclusies per wijkteam",
        "Elke wijk heeft een eigen wijkteam. De wijken staan op naam, niet op volgorde van cijfer.",
        tuple(lines), (table,),
    )  # fmt: skip


def _by_school(released: Released, selection: Selection) -> Section:
    table = places.areas(released, _PUPILS, selection, "vestiging", "Kerncijfers")
    return Section(
        "Conclusies per school",
        "Scholen staan op naam. Of een school meer van de andere verschilt dan toeval verklaart, "
        "staat in de laatste kolom; een verschil is een reden voor een gesprek, geen oordeel.",
        exhibits=(table,),
    )


def _per_area(
    released: Released, selection: Selection, level: str, metrics: tuple[str, ...]
) -> list[str]:
    """Per area one line: its name, and a sentence per metric."""
    lines = []
    for area in released.areas_of(level):
        if selection.niveau == "gemeente" and area.ouder != selection.gebied:
            continue
        own = Selection(selection.schooljaar, level, area.code, area.naam)
        told = conclusions.of(released, own, metrics)
        if told:
            lines.append(f"**{area.naam}.** {' '.join(plain(line) for line in told)}")
    return lines


def _pilot(released: Released, selection: Selection) -> Report:
    first = zis.overview(released)
    evidence = [zis.term(released, code) for code in promises.TERMS]
    return _report(
        "zorg-in-school", "Zorg In School: beloften en besparing", released, selection,
        [*first.lines[:1], _money(released), *_saving(released)[1:]],
        Section("De beloften", exhibits=(first, *evidence, zis.best(released))),
        Section("De besparing", exhibits=(zis.waterfall(released), zis.routes(released),
                                          zis.drivers(released))),
        Section("Wat ontbreekt", exhibits=(zis.missing(released),)),
        Section(
            "Wat een lezer van een evaluatie mag verwachten",
            "Twee internationale lijsten, ingevuld uit deze publicatie.",
            exhibits=(
                standards.checklist(released, "CHEERS 2022", "Economische evaluatie (CHEERS 2022)",
                                    standards.CHEERS),
                standards.checklist(released, "TIDieR", "Beschrijving van de aanpak (TIDieR)",
                                    standards.TIDIER),
            ),
        ),
    )  # fmt: skip


def _policy(released: Released, selection: Selection) -> Report:
    """A note that asks for a decision: three messages, their evidence, and room for own text. The
    whole of it is in the report zorg-in-school.
    """
    first, best = zis.overview(released), zis.best(released)
    report = _report(
        "beleidsnotitie", "Zorg In School: wat het waarmaakt en wat het kost", released, selection,
        [f"**{first.headline}.**", f"Het beste bewijs: {best.headline}.", _money(released)],
        Section(
            "Wat is beloofd, en wat is ervan terechtgekomen",
            "Per belofte telt de uitkomst van de opzet die het meeste bewijs draagt.",
            exhibits=(_bare(first),),
        ),
        Section(
            "Wat het kost en bespaart",
            "Niemand kan zien wat er zonder Zorg In School was gebeurd. Daarom staan er meer "
            "schattingen naast elkaar.",
            tuple(_saving(released)[1:3]),
            (_bare(zis.waterfall(released)), zis.routes(released)),
        ),
        Section(
            "Wat nog niet te zeggen is",
            "Dit is nodig om het volgende keer wel te meten. Elke uitkomst, de aannames en de "
            "internationale lijsten staan in het rapport zorg-in-school.",
            exhibits=(zis.missing(released),),
        ),
    )  # fmt: skip
    return replace(report, own=_OWN, method=METHOD[1:3])


def _bare(exhibit: Exhibit) -> Exhibit:
    """Without its sentences, where the summary says them."""
    return replace(exhibit, lines=())


def _money(released: Released) -> str:
    return balance_words.money(balances.read(released))


def _saving(released: Released) -> list[str]:
    found = balances.read(released)
    return balance_words.conclusions(found) if found.rows else []


def _school(released: Released, selection: Selection) -> Report:
    return _place(
        released, selection, "school", _SCHOOL,
        ("smw_bereik", "smw_doelrealisatie", "vw_aantal", "sch_per_1000"),
    )  # fmt: skip


def _neighbourhood(released: Released, selection: Selection) -> Report:
    return _place(
        released, selection, "wijk", _WIJK,
        ("smw_bereik", "smw_binnen_norm", "smw_doelrealisatie", "vw_start_binnen_norm"),
    )  # fmt: skip


def _place(
    released: Released, selection: Selection, kind: str, beside: tuple[str, ...],
    through: tuple[str, ...],
) -> Report:  # fmt: skip
    """One place: its key figures, beside the gemeente and all together, and through the years."""
    area = released.areas.get((selection.niveau, selection.gebied))
    parent = released.areas.get(("gemeente", area.ouder)) if area is not None else None
    year = selection.schooljaar
    around = [selection]
    if parent is not None:
        around.append(Selection(year, "gemeente", parent.code, parent.naam))
    if "totaal" in released.levels:
        around.append(Selection(year, "totaal", "", wording.level("totaal")))
    return _report(
        kind, f"{selection.naam}: ondersteuning op school", released, selection,
        _short(released, selection),
        Section(
            "Naast de omgeving",
            "Een enkele plaats telt weinig leerlingen: het interval zegt hoe zeker een cijfer is.",
            exhibits=(places.beside(released, beside, around),),
        ),
        Section(
            "Door de jaren",
            exhibits=tuple(figures.trend(released, name, selection) for name in through),
        ),
    )  # fmt: skip


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("bestuur", "Bestuur, in acht dia's", _board),
        Kind("jaarevaluatie", "Jaarevaluatie", _evaluation),
        Kind("zorg-in-school", "Zorg In School", _pilot, "totaal"),
        Kind("beleidsnotitie", "Beleidsnotitie Zorg In School", _policy, "totaal"),
        Kind("school", "Eén school", _school, "vestiging"),
        Kind("wijk", "Eén wijk", _neighbourhood, "wijk"),
    )
}
