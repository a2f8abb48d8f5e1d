"""The saving worked out again with the reader's own assumptions, kept in the address and a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from html import escape

import streamlit as st

from dashboard import language
from dashboard.access import log
from dashboard.charts import marks
from dashboard.exhibits import balances, facts, scenarios, tables
from dashboard.exhibits.balances import Balances
from dashboard.exhibits.exhibit import Exhibit
from dashboard.exhibits.facts import Facts
from dashboard.exhibits.scenarios import Basis, ScenarioUnreadable
from dashboard.exhibits.tables import Row, Table
from dashboard.language import mark, published, tr
from dashboard.release.released import Released
from dashboard.render import figure, filters
from dashboard.views import page
from dashboard.words import spoken, wording
from pipelines.effects.savings.arithmetic import Balance

TITLE = mark("Scenario")
QUESTION = mark("Wat wordt de besparing van Zorg In School met andere aannames?")

_FILE, _TOLD = "scenario_bestand", "scenario_melding"
_ROUTE = "vergelijking"
_GROUPS = {
    mark("Kosten en betalers"): (
        "programmakosten_per_jaar", "programmakosten_locaties", "aandeel_gemeente_eerste_jaar",
        "aandeel_gemeente_volgende_jaren", "aandeel_samenwerkingsverband",
    ),
    mark("Jeugdhulp"): (scenarios.VOLUMES, scenarios.TARIFFS, "aandeel_uitbetaald", "discontovoet"),
    mark("Beschikkingen en zorgplannen"): (
        "uren_per_beschikking", "uurtarief_beschikking", "uren_per_zorgplan", "uurtarief_zorgplan",
    ),
}  # fmt: skip


def render(released: Released) -> None:
    base = scenarios.basis(released)
    if base is None:
        told = balances.read(released).reason
        reason = (
            published(told)
            if told
            else tr("In deze publicatie staat niet genoeg om de besparing na te rekenen.")
        )
        page.conclusion([reason])
        figure.explain(tr("Scenario"), reason)
        return
    found = balances.read(released)
    top = st.container()
    left, right = st.columns([1, 1.75], gap="large")
    with left:
        route = _route(base)
        values = _sliders(base)
    whole = base.worked_out(route, values)
    with top:
        page.conclusion(_conclusions(base, route, values, whole))
    with right:
        _outcome(released, found, base, route, values)
        _file(released, base, route, values, whole)


def _route(base: Basis) -> str:
    names = {balances.ROUTES[route]: route for route in base.facts}
    chosen = st.selectbox(
        tr("Zonder Zorg In School"), list(names), format_func=tr, key=_ROUTE, bind="query-params"
    )
    return names[chosen]


def _sliders(base: Basis) -> dict[str, float]:
    """One slider per assumption; gives the values as they stand now."""
    known = {slider.name: slider for slider in base.sliders}
    values: dict[str, float] = {}
    for title, names in _GROUPS.items():
        figure.html(f'<div class="zl-grounds"><h2>{escape(tr(title))}</h2></div>')
        for name in names:
            slider = known[name]
            values[name] = st.slider(
                slider.label, slider.low, slider.high, slider.value, slider.step,
                key=name, help=slider.help, bind="query-params", format="localized",
            )  # fmt: skip
    st.button(tr("Terug naar de publicatie"), on_click=_put, args=(base.usual, _name(base.leading)))
    return values


def _name(route: str) -> str:
    return balances.ROUTES[route]


def _put(values: Mapping[str, float], route: str) -> None:
    """Move every slider and the choice of route."""
    st.session_state[_ROUTE] = route
    for name, value in values.items():
        st.session_state[name] = value


def _conclusions(base: Basis, route: str, values: Mapping[str, float], whole: Balance) -> list[str]:
    usual = base.worked_out(route, base.usual)
    net = float(whole.net)
    told = [
        tr(
            "Met deze aannames is het netto over alle schooljaren samen **{netto}**{gepubliceerd}.",
            netto=wording.euro_estimate(net),
            gepubliceerd=_against(net, float(usual.net)),
        )
    ]
    limits = base.limits(route, values)
    if limits is not None:
        low, high = limits
        both = tr("; verlies en winst zijn dus beide mogelijk") if low < 0 < high else ""
        told.append(
            tr(
                "Alleen al door welke scholen toevallig meedoen ligt het tussen **{laag}** en "
                "**{hoog}** (95%-scholeninterval){beide}. De aannames kiest u hier zelf; het "
                "95%-interval op de pagina Besparing rekent ook hun onzekerheid mee en is daarom "
                "breder.",
                laag=wording.euro_estimate(low),
                hoog=wording.euro_estimate(high),
                beide=both,
            )
        )
    others = [float(base.worked_out(name, values).net) for name in base.facts]
    if len(others) > 1:
        told.append(
            tr(
                "Naar gelang de schatting van wat er zonder Zorg In School was gebeurd: van "
                "**{laag}** tot **{hoog}**.",
                laag=wording.euro_estimate(min(others)),
                hoog=wording.euro_estimate(max(others)),
            )
        )
    told.append(tr("Een scenario is een rekensom met gekozen aannames, geen meting."))
    return told


def _against(net: float, usual: float) -> str:
    """How it stands to what was published."""
    if abs(net - usual) < 1:
        return tr(", zoals gepubliceerd")
    return tr(" (gepubliceerd: {bedrag})", bedrag=wording.euro_estimate(usual))


def _outcome(
    released: Released, found: Balances, base: Basis, route: str, values: Mapping[str, float]
) -> None:
    title = tr("Netto met deze aannames")
    items = []
    for name in base.facts:
        net = float(base.worked_out(name, values).net)
        limits = base.limits(name, values)
        low, high = limits or (net, net)
        ends = tr(
            "{laag} tot {hoog}", laag=wording.euro_estimate(low), hoog=wording.euro_estimate(high)
        )
        items.append(
            marks.Estimate(
                tr(_name(name)), net, low, high,
                f"{wording.euro_estimate(net)}{f' ({ends})' if limits else ''}", name == route,
            )
        )  # fmt: skip
    whole, usual = base.worked_out(route, values), base.worked_out(route, base.usual)
    figure.show(
        Exhibit(
            title=title,
            account=_account(released),
            table=Table(
                tr(
                    "Scenario naast de publicatie, contant gemaakt, gerekend {schatting}",
                    schatting=tr(_name(route)).lower(),
                ),
                (tr("Uitkomst"), tr("Gepubliceerd"), tr("Scenario")),
                _rows(
                    usual,
                    whole,
                    people=base.participants_known,
                    turns=(
                        _turn(base, route, base.usual, usual),
                        _turn(base, route, values, whole),
                    ),
                ),
                frozenset({1, 2}),
                show_caption=True,
            ),
            chart=marks.estimates(
                items, tr("euro netto; rechts van nul is een besparing"), euros=True
            ),
            alt=tr("Netto volgens iedere schatting, met de gekozen aannames.")
            + f" {spoken.each((item.label, item.text) for item in items)}",
            note=tr(
                "De streep is het 95%-scholeninterval: de onzekerheid over welke scholen meedoen, "
                "zonder die over de aannames. Het is alleen voor de schatting die voorop staat "
                "gepubliceerd, en schuift mee met volume en tarieven."
            ),
        ),
        key="scenario",
        wide=True,
    )


def _account(released: Released) -> Facts:
    """Facts of the outcome; its interval is another than that of the published balance."""
    account = facts.of_balance(
        released,
        tr(
            "Bruto besparing min programmakosten, over alle schooljaren samen en contant "
            "gemaakt, met de gekozen aannames."
        ),
        tr("Bruto besparing min programmakosten, met de gekozen aannames"),
    )
    told = tr(
        "Alleen scholen zijn herhaald getrokken, 2.000 keer; het interval loopt van 2,5% tot 97,5% "
        "van de uitkomsten. De aannames zijn gekozen en bewegen niet mee."
    )
    return replace(
        account,
        interval=tr("95%-scholeninterval"),
        more=((tr("Onzekerheid van de rekensom"), told),),
    )


def _turn(base: Basis, route: str, values: Mapping[str, float], whole: Balance) -> str:
    """The school year from which the cost is earned back; none where the interval holds zero, or
    is not known."""
    limits = base.limits(route, values)
    if limits is None or limits[0] <= 0 <= limits[1] or not base.whole:
        return tr("niet te zeggen")
    return whole.break_even or tr("nog niet")


def _of_payer(amounts: Iterable[tuple[str, Decimal]], payer: str) -> float:
    return float(next(amount for name, amount in amounts if name == payer))


def _rows(
    usual: Balance, whole: Balance, *, people: bool, turns: tuple[str, str]
) -> tuple[Row, ...]:
    def money(label: str, before: float, after: float, *, now: bool = False) -> Row:
        cells = (tables.estimate(x) for x in (before, after))
        return Row((tables.text(label), *cells), now=now)

    def pick(part: str) -> tuple[float, float]:
        return float(getattr(usual.total, part)), float(getattr(whole.total, part))

    rows = [
        money(tr("Minder jeugdhulp"), *pick("care")),
        money(tr("Vermeden beschikkingen"), *pick("orders")),
        money(tr("Vermeden zorgplannen"), *pick("plans")),
        money(tr("Bruto besparing"), float(usual.gross), float(whole.gross), now=True),
    ]
    for payer, label in balances.PAYERS.items():
        before, after = (_of_payer(one.total.cost, payer) for one in (usual, whole))
        rows.append(money(tr(label), before, after))
    rows.append(money(tr("Netto besparing"), float(usual.net), float(whole.net), now=True))
    for payer, label in balances.NET_PAYERS.items():
        before, after = (_of_payer(one.total.payers, payer) for one in (usual, whole))
        rows.append(money(tr(label), before, after))
    if people:
        rows.append(
            money(
                tr("Netto per deelnemer"), float(usual.per_participant or 0),
                float(whole.per_participant or 0),
            )
        )  # fmt: skip
    rows.append(money(tr("Werkelijk vrijkomend geld"), *pick("cash")))
    words = (
        (tr("Opbrengst per euro"), _per_euro(usual), _per_euro(whole)),
        (tr("Kosten terugverdiend vanaf"), *turns),
    )  # fmt: skip
    rows += [
        Row((tables.text(label), tables.figure(before), tables.figure(after)))
        for label, before, after in words
    ]
    return tuple(rows)


def _per_euro(balance: Balance) -> str:
    return tr("geen kosten") if balance.per_euro is None else wording.euro(balance.per_euro, 2)


def _file(
    released: Released, base: Basis, route: str, values: Mapping[str, float], whole: Balance
) -> None:
    """Keep the scenario as a file, and take one back."""
    figure.section(
        tr("Bewaren en delen"),
        tr(
            "De aannames staan in het adres van deze pagina. Bewaar ze ook als bestand bij een "
            "rapport of voorstel, en laad dat bestand later terug."
        ),
    )
    note = tr(
        "Netto over alle schooljaren samen: {netto}.", netto=wording.euro_estimate(float(whole.net))
    )
    st.download_button(
        tr("Scenario bewaren"),
        data=log.taken(
            partial(scenarios.written, released.about.id, route, values, note),
            "json",
            filters.chosen(),
        ),
        file_name="zichtlijn-scenario.json", mime="application/json", key="scenario_bewaren",
        on_click="ignore", icon=":material/download:",
    )  # fmt: skip
    st.file_uploader(
        tr("Scenario laden (een .json-bestand van deze pagina)"), type="json", key=_FILE,
        on_change=_load, args=(base, released.about.id, language.now()), max_upload_size=1,
    )  # fmt: skip
    told = st.session_state.get(_TOLD)
    if told:
        figure.explain(told[0], told[1])


def _load(base: Basis, release: str, spoken: str) -> None:
    """The file in place of the sliders, or a sentence that says what is wrong with it.

    `spoken`: the language of the page; a callback runs before the page says it again.
    """
    with language.speaking(spoken):
        _loaded(base, release)


def _loaded(base: Basis, release: str) -> None:
    chosen = st.session_state.get(_FILE)
    if chosen is None:
        st.session_state[_TOLD] = None
        return
    try:
        loaded = scenarios.read(chosen.getvalue(), base)
    except ScenarioUnreadable as problem:
        st.session_state[_TOLD] = (tr("Niet geladen"), str(problem))
        return
    _put(loaded.values, _name(loaded.route))
    told = [tr("De aannames uit het bestand staan nu in de schuiven.")]
    if loaded.release != release:
        told.append(
            tr("Het scenario is bewaard bij een andere publicatie; de uitkomst kan verschillen.")
        )
    st.session_state[_TOLD] = (tr("Geladen"), " ".join(told))
