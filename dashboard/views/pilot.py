"""Before a pilot: what it can find, how many schools that takes, and the plan that is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import streamlit as st

from dashboard import language
from dashboard.access import log
from dashboard.charts import scale
from dashboard.charts.chart import Axis, Chart, Mark, Series
from dashboard.exhibits import tables
from dashboard.exhibits.exhibit import Exhibit
from dashboard.exhibits.facts import Facts
from dashboard.exhibits.tables import Row, Table
from dashboard.language import mark, published, tr
from dashboard.release.released import Released
from dashboard.render import figure, filters, markup
from dashboard.views import page
from dashboard.words import wording
from pipelines.effects.pilots import margin as pilot_margin
from pipelines.effects.pilots import plan, power
from pipelines.effects.pilots.plan import Came, Deviation, PilotPlan, PlanUnreadable, Said
from pipelines.effects.pilots.power import PilotLayout

TITLE = mark("Pilot plannen")
QUESTION = mark("Welk effect kan een pilot vinden, en met hoeveel scholen?")

_FILE, _TOLD = "pilot_bestand", "pilot_melding"
_STEPS = (5, 6, 8, 10, 12, 15, 20, 25, 30, 40)
_YES = {True: mark("ja"), False: mark("nee"), None: mark("niet te zeggen")}


@dataclass(frozen=True)
class _Choice:
    """What the reader filled in; `wished` in percent less, or in the unit of a mean."""

    layout: PilotLayout
    main: Mapping[str, Any]
    wished: float

    @property
    def guard(self) -> float:
        """Months on either side of the start without which a count is told again; 0: none are."""
        guard = float(self.main["maanden_rondom"] or 0)
        return guard if guard > self.layout.guard else 0.0


def render(released: Released) -> None:
    rows = released.query("SELECT * FROM pilotbasis ORDER BY rowid").to_dicts()
    shown = [row for row in rows if row["status"] == wording.VISIBLE]
    if not shown:
        reason = rows[0]["reden"] if rows else tr("Er is nog niets om een pilot mee te plannen.")
        page.conclusion([reason])
        figure.explain(tr("Pilot plannen"), reason)
        return
    top = st.container()
    left, right = st.columns([1, 1.75], gap="large")
    with left:
        choice = _asked(shown)
    with top:
        page.conclusion(_conclusions(choice))
    with right:
        _figure(released, rows, choice)
    _plan(released, choice)


def _asked(shown: Sequence[Mapping[str, Any]]) -> _Choice:
    figure.section(tr("De pilot"))

    def whole(label: str, key: str, low: int, high: int, usual: int) -> int:
        return int(st.number_input(label, low, high, usual, 1, key=key, bind="query-params"))

    schools = whole(tr("Scholen met Zorg In School"), "scholen", 2, power.MOST_SCHOOLS, 10)
    comparison = whole(
        tr("Vergelijkingsscholen (0: zonder vergelijkingsgroep)"), "vergelijkingsscholen",
        0, power.MOST_SCHOOLS, 10,
    )  # fmt: skip
    pupils = whole(tr("Gevolgde leerlingen per school"), "leerlingen", 1, 200, 25)
    before = whole(tr("Maanden gevolgd vóór de start"), "maanden_voor", 3, 60, 24)
    during = whole(tr("Maanden gevolgd na de start"), "maanden_na", 3, 60, 24)
    named = {row["id"]: row for row in shown}
    usual = "zis_m2" if "zis_m2" in named else shown[0]["id"]
    main = st.selectbox(
        tr("Hoofduitkomst: de ene uitkomst die straks telt"), list(named),
        list(named).index(usual),
        format_func=lambda identity: _name(named[identity]), key="hoofduitkomst",
        bind="query-params",
    )  # fmt: skip
    row = named[main]
    count = row["soort"] == "aantal"
    label = (
        tr("Gewenst effect (procent)")
        if count
        else tr("Gewenst effect ({eenheid})", eenheid=published(row["eenheid"]))
    )
    wished = st.number_input(
        label, 0.1, 95.0 if count else 1000.0, 30.0 if count else 1.0, 1.0 if count else 0.1,
        key=f"gewenst_{row['soort']}", bind="query-params",
    )  # fmt: skip
    layout = PilotLayout(
        schools=schools, comparison=comparison, pupils=pupils,
        before=before, during=during, guard=float(row["maanden_overslaan"] or 0),
    )  # fmt: skip
    return _Choice(layout, row, float(wished))


def _name(row: Mapping[str, Any]) -> str:
    return f"{published(row['belofte'])} ({published(row['maat'])})"


def _per(row: Mapping[str, Any]) -> float:
    return 100.0 if row["soort"] == "aantal" else float(row["schaal"])


def _smallest(row: Mapping[str, Any], layout: PilotLayout) -> float | None:
    found = power.smallest_effect(power.base_from(row), layout, rise=_rises(row))
    return None if found is None else found * _per(row)


def _rises(row: Mapping[str, Any]) -> bool:
    return bool(row["richting"] == "hoger")


def _effect(row: Mapping[str, Any], value: float) -> str:
    """An effect in words: 26% fewer, or 0.4 points."""
    if row["soort"] != "aantal":
        return f"{wording.number(value, 1)} {published(row['eenheid'])}"
    less = row["richting"] == "lager"
    said = wording.number(value)
    return tr("{n}% minder", n=said) if less else tr("{n}% meer", n=said)


def _conclusions(choice: _Choice) -> list[str]:
    compared = choice.layout.compared
    claim = tr(plan.WITH_COMPARISON if compared else plan.NO_COMPARISON)
    if not choice.layout.enough:
        return [tr(plan.TOO_FEW), claim]
    smallest = _smallest(choice.main, choice.layout)
    wished = _effect(choice.main, choice.wished)
    needed = power.schools_needed(
        power.base_from(choice.main),
        choice.layout,
        choice.wished / _per(choice.main),
        rise=_rises(choice.main),
    )
    first = (
        _nothing_found(choice.main)
        if smallest is None
        else tr(
            "Het kleinste effect dat deze pilot met 80% kans vindt, is **{effect}** ({maat}).",
            effect=_effect(choice.main, smallest), maat=published(choice.main["maat"]),
        )
    )  # fmt: skip
    second = (
        tr("Voor {effect} zijn meer dan {meest} scholen nodig.", effect=wished,
           meest=power.MOST_SCHOOLS)
        if needed is None
        else tr("Voor {effect} zijn **{n}** scholen met Zorg In School nodig{ook}.",
                effect=wished, n=needed, ook=_also(choice.layout, needed))
    )  # fmt: skip
    return [first, second, *_around_the_start(choice), claim]


def _around_the_start(choice: _Choice) -> list[str]:
    """What is left of the months, and what they find, without those around the start."""
    layout, guard = choice.layout, choice.guard
    if not guard:
        return []
    if guard >= min(layout.before, layout.during):
        return [tr("Zonder {n} maanden aan elke kant van de start blijven er geen maanden over.",
                   n=wording.natural(guard))]  # fmt: skip
    left = tr(
        "Zonder {n} maanden aan elke kant van de start tellen van de {voor} maanden ervoor "
        "{voor_over} en van de {na} maanden erna {na_over}.",
        n=wording.natural(guard), voor=wording.natural(layout.before),
        voor_over=wording.natural(layout.before - guard), na=wording.natural(layout.during),
        na_over=wording.natural(layout.during - guard),
    )  # fmt: skip
    smallest = _smallest(choice.main, replace(layout, guard=guard))
    found = (
        tr("Dan is geen effect met 80% kans te vinden.")
        if smallest is None
        else tr("Het kleinste effect is dan {effect}.", effect=_effect(choice.main, smallest))
    )
    return [f"{left} {found}"]


def _nothing_found(row: Mapping[str, Any]) -> str:
    said = published(row["maat"])
    if _rises(row):
        return tr("Ook een veelvoud aan {maat} is met deze pilot niet zeker te zien.", maat=said)
    return tr(
        "Ook als {maat} geheel wegvallen, is dat met deze pilot niet zeker te zien.", maat=said
    )


def _also(layout: PilotLayout, needed: int) -> str:
    if not layout.compared:
        return ""
    return tr(", en {n} vergelijkingsscholen", n=power.compared_with(layout, needed))


def _figure(released: Released, rows: Sequence[Mapping[str, Any]], choice: _Choice) -> None:
    figure.show(
        Exhibit(
            title=tr("Kleinste effect dat met 80% kans wordt gevonden"),
            account=_facts(released, choice.main),
            table=_table(rows, choice),
            chart=_chart(choice),
            alt=_alt(choice),
            note=tr(
                "Gerekend voor één vooraf gekozen hoofduitkomst en een toets op 5%. Wie meer "
                "uitkomsten toetst, vindt per uitkomst minder. De spreiding tussen scholen komt "
                "uit het eigen register en is bij weinig scholen zelf onzeker."
            ),
        ),
        key="pilot",
        wide=True,
    )


def _table(rows: Sequence[Mapping[str, Any]], choice: _Choice) -> Table:
    made = []
    for row in rows:
        now = row["id"] == choice.main["id"]
        if row["status"] != wording.VISIBLE:
            reason = tables.long(published(row["reden"]))
            cells = (tables.text(_name(row)), tables.text(""), reason, tables.text(""))
        else:
            found = _smallest(row, choice.layout)
            told = tr("geen") if found is None else _effect(row, found)
            base = f"{wording.natural(row['basis'])} {published(row['eenheid'])}"
            cells = (
                tables.text(_name(row)), tables.text(base), tables.text(told),
                tables.text(_told_without(row, choice)),
            )  # fmt: skip
        made.append(Row(cells, now=now))
    return Table(
        tr("Per belofte het kleinste effect dat deze pilot met 80% kans vindt"),
        (
            tr("Belofte"), tr("Nu, volgens het eigen register"), tr("Kleinste effect"),
            tr("Zonder de maanden rond de start"),
        ),
        tuple(made),
        show_caption=True,
    )  # fmt: skip


def _told_without(row: Mapping[str, Any], choice: _Choice) -> str:
    """The smallest effect without the months around the start, of a count."""
    layout, guard = choice.layout, _Choice(choice.layout, row, choice.wished).guard
    if not guard:
        return ""
    if guard >= min(layout.before, layout.during):
        return tr("te weinig maanden")
    found = _smallest(row, replace(layout, guard=guard))
    return tr("geen") if found is None else _effect(row, found)


def _course(choice: _Choice) -> list[tuple[int, float]]:
    """The smallest effect of the main outcome by number of schools, as many again to compare."""
    found = []
    for n in _STEPS:
        layout = PilotLayout(
            schools=n, comparison=power.compared_with(choice.layout, n),
            pupils=choice.layout.pupils,
            before=choice.layout.before, during=choice.layout.during, guard=choice.layout.guard,
        )  # fmt: skip
        smallest = _smallest(choice.main, layout)
        if smallest is not None:
            found.append((n, smallest))
    return found


def _chart(choice: _Choice) -> Chart | None:
    points = _course(choice)
    if len(points) < 2:
        return None
    top = scale.nice_ceiling(max(value for _, value in points))
    ticks = tuple((step, wording.natural(step)) for step in scale.steps(0, top))
    unit = "%" if choice.main["soort"] == "aantal" else published(choice.main["eenheid"])
    name = tr("kleinste effect ({eenheid})", eenheid=unit)
    found = tuple(
        Mark(str(n), value, "", told=(tr("{n} scholen", n=n), _effect(choice.main, value)),
             at=float(n))
        for n, value in points
    )  # fmt: skip
    first, last = points[0][0], points[-1][0]
    across = Axis(
        first - 1, last + 1, tuple((float(n), str(n)) for n, _ in points),
        tr("scholen met Zorg In School"),
    )  # fmt: skip
    series = (Series("", found, strong=True),)
    axis = Axis(0, top * 1.04, ticks, name)
    return Chart("krommen", (), axis, "0.0", name, series=series, across=across)


def _alt(choice: _Choice) -> str:
    said = "; ".join(
        tr("{n} scholen: {effect}", n=n, effect=_effect(choice.main, value))
        for n, value in _course(choice)
    )
    return tr("Kleinste effect naar aantal scholen. {waarden}.", waarden=said)


def _facts(released: Released, row: Mapping[str, Any]) -> Facts:
    parts = [wording.rounded_count(row[name]) for name in _SIZES if row[name]]
    return Facts(
        definition=tr(
            "Het kleinste ware effect dat de toets van Zichtlijn met 80% kans als verschil "
            "aanwijst."
        ),
        numerator=tr("Niveau en spreiding van de uitkomst in het eigen register"),
        denominator=published(row["eenheid"]),
        # The register as a whole, where the measure itself has no estimate with sources yet.
        sources=tuple(released.sources(str(row["id"])) or released.loaded_deliveries()),
        n=tr("{n} leerlingen in het eigen register", n=" + ".join(parts)),
        interval="",
        norm="",
        hidden=0,
        release_id=released.about.id,
        rounding=released.about.afronding,
    )


_SIZES = ("n_leerlingen", "n_leerlingen_vergelijking")


def _plan(released: Released, choice: _Choice) -> None:
    """Keep the plan as a file, and hold this release against one that was kept."""
    figure.section(
        tr("Het plan vastleggen"),
        tr(
            "Leg vóór de start vast wat u gaat meten. Het bestand krijgt een datum en een kenmerk; "
            "wie er later iets aan verandert, wordt gezien."
        ),
    )
    left, right = st.columns(2, gap="large")
    with left:
        margin = st.number_input(
            tr("Marge voor kostenneutraal (euro per jaar; 0: geen)"), 0, 10_000_000, 0, 1_000,
            key="marge", bind="query-params",
        )  # fmt: skip
        source = st.text_input(
            tr("Bron van die marge (wie stelde haar vast, en waar staat dat)"), key="marge_bron",
            max_chars=200, bind="query-params",
        )  # fmt: skip
    with right:
        try:
            made = _made(released, choice, float(margin), source)
        except PlanUnreadable as problem:
            figure.explain(tr("Nog niet vast te leggen"), published(str(problem)))
        else:
            st.download_button(
                tr("Plan bewaren"),
                data=log.taken(partial(plan.written, made, "json"), "json", filters.chosen()),
                file_name="zichtlijn-pilotplan.json", mime="application/json",
                key="plan_bewaren", on_click="ignore", icon=":material/download:",
            )  # fmt: skip
        st.file_uploader(
            tr("Plan laden en naast deze publicatie leggen (.json of .yaml)"),
            type=["json", "yaml", "yml"], key=_FILE, max_upload_size=1,
        )  # fmt: skip
    _held_against(released)


def _made(released: Released, choice: _Choice, margin: float, source: str) -> PilotPlan:
    return PilotPlan(
        vastgelegd_op=dt.datetime.now().astimezone().date(),
        publicatie=released.about.id,
        hoofduitkomst=choice.main["id"],
        scholen=choice.layout.schools,
        vergelijkingsscholen=choice.layout.comparison,
        leerlingen_per_school=choice.layout.pupils,
        maanden_voor=choice.layout.before,
        maanden_tijdens=choice.layout.during,
        gewenst_effect=choice.wished,
        marge=margin or None,
        marge_bron=source,
    )


def _held_against(released: Released) -> None:
    chosen = st.session_state.get(_FILE)
    if chosen is None:
        return
    title = tr("Gepland en gekomen")
    try:
        found = plan.read(chosen.getvalue())
    except PlanUnreadable as problem:
        figure.explain(title, published(str(problem)), tr("Niet geladen."))
        return
    identity = found.plan.hoofduitkomst
    base = released.query("SELECT * FROM pilotbasis WHERE id = ?", identity).to_dicts()
    effect = released.query("SELECT * FROM effecten WHERE id = ? AND leidend", identity).to_dicts()
    money = pilot_margin.evaluated(
        released.table("besparing_balans", "volgorde").to_dicts(),
        released.table("besparing_gevoeligheid", "volgorde").to_dicts(),
    )
    came = Came(
        release=released.about.id, until=released.about.peildatum,
        base=base[0] if base else None, effect=effect[0] if effect else None,
        margin=money.margin, net=money.net,
    )  # fmt: skip
    rows = plan.deviations(found, came)
    figure.section(title, _told(rows))
    figure.html(markup.table(_deviations(rows)))
    figure.section(
        tr("Kostenneutraal volgens het plan"),
        language.Dutch(pilot_margin.neutral(found, came)),
    )


def _told(rows: Sequence[Deviation]) -> str:
    count = sum(row.deviates is True for row in rows)
    return language.plural(
        "{n} onderdeel is anders gegaan dan gepland.",
        "{n} onderdelen zijn anders gegaan dan gepland.",
        count, n=count,
    )  # fmt: skip


def _say(said: Said) -> str:
    """In the reader's language, with its numbers; a reason that the release gives may be Dutch."""
    if not said.values:
        return published(said.template)
    values = {
        name: published(value) if isinstance(value, str) else wording.natural(value)
        for name, value in said.values.items()
    }
    told = tr(said.template, **values)
    dutch = any(isinstance(value, language.Dutch) for value in values.values())
    return language.Dutch(told) if dutch and said.template.startswith("niet gemeten") else told


def _deviations(rows: Sequence[Deviation]) -> Table:
    return Table(
        tr("Wat was gepland, en wat is gekomen"),
        (tr("Onderdeel"), tr("Gepland"), tr("Gekomen"), tr("Afwijking")),
        tuple(
            Row(
                (
                    tables.text(_say(row.subject)),
                    tables.text(_say(row.planned)),
                    tables.text(_say(row.came)),
                    tables.text(tr(_YES[row.deviates])),
                ),
                now=row.deviates is True,
            )
            for row in rows
        ),
        show_caption=True,
    )
