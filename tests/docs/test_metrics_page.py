"""`METRICS.md` is what the declarations say, whole and readable."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines import contracts
from pipelines.cli import console
from pipelines.cli import main as cli
from pipelines.docs import metrics, pages
from pipelines.errors import ContractError
from pipelines.metrics import publication_plan
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.validity import status

ROOT = Path(__file__).parents[2]
PROMISES = contracts.load()
PLAN = publication_plan.load(METRICS)
# Every id that was agreed for the themes A to J.
_AGREED = """
smw_trajecten smw_leerlingen smw_bereik smw_aanmelder smw_problematiek smw_preventieniveau
smw_wettelijk_kader smw_oorzaak_thuis smw_ouders_betrokken smw_informeel_netwerk
smw_wachttijd smw_binnen_norm smw_doorlooptijd smw_afgesloten smw_uren smw_caseload
smw_toeleidingsdocument smw_instrumenten smw_smart
smw_doelrealisatie smw_volgens_plan smw_uitval smw_tevredenheid_leerling smw_tevredenheid_ouder
smw_zonder_hulp_verder smw_geen_nieuwe_start smw_geen_tweedelijn
vw_aantal vw_stroom vw_verwijsgraad vw_start_binnen_norm vw_wachttijd vw_acceptatie
vw_terugkoppeling vw_informeel
inzet_uren inzet_per_100 inzet_aanvullend inzet_kosten_per_traject xtra_spreiding xtra_uren
groep_deelname groep_aandeel thema_afgesproken thema_uitgevoerd jw_vormen middelen_achterstand
sch_aantal sch_per_1000 sch_dagen sch_herhaald sch_gemeld sch_verwijderd
thuis_peildatum thuis_jaar thuis_3_maanden thuis_duur thuis_terug thuis_eerste_actie thuis_hulp
thuis_vrijstelling
ev_respons ev_score ev_verschil ev_trend
lijn_warm lijn_ondersteuning
jh_jeugdigen jh_instroom jh_zwaarder jh_kosten_toegekend jh_kosten_gedeclareerd
jh_kosten_per_jeugdige
"""
AGREED = tuple(_AGREED.split())


def test_the_page_follows_the_declarations() -> None:
    assert (ROOT / "METRICS.md").read_text("utf-8") == pages.metrics(PROMISES), "run 'make docs'"


def test_every_agreed_figure_is_on_the_page_with_its_definition() -> None:
    text = pages.metrics(PROMISES)
    assert [name for name in AGREED if name not in METRICS] == []
    for metric in METRICS.values():
        assert text.count(f'<a id="{metric.id}"></a>') == 1, metric.id
        own = text.split(f'<a id="{metric.id}"></a>')[1].split("<a id=")[0]
        assert metric.definition in own
        assert f"| Teller | {metric.numerator} |" in own
        assert ("| Noemer |" in own) == bool(metric.denominator)
        assert ("| Norm of termijn |" in own) == (metric.norm is not None)


def test_the_command_lists_every_agreed_figure_with_its_status(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["zichtlijn", "metrics", "--json"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == console.OK
    listed = {item["id"]: item for item in json.loads(capfd.readouterr().out)}
    assert [name for name in AGREED if name not in listed] == []
    assert {item["status"] for item in listed.values()} <= {"geldig", "vervallen"}


def test_a_definition_holds_from_its_first_day_to_its_last() -> None:
    first, last = dt.date(2020, 8, 1), dt.date(2024, 7, 31)
    metric = replace(METRICS["smw_trajecten"], valid_from=first, valid_to=last)
    day = dt.timedelta(days=1)
    assert [status(metric, d) for d in (first - day, first, last, last + day)] == [
        "nog niet geldig", "geldig", "geldig", "vervallen",
    ]  # fmt: skip


def test_every_link_on_the_page_leads_somewhere() -> None:
    text = pages.metrics(PROMISES)
    places = set(re.findall(r'<a id="([^"]+)">', text))
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= places
    datasets = set(re.findall(r'<a id="([^"]+)">', pages.datasets(PROMISES)))
    assert set(re.findall(r"\]\(DATASETS\.md#([^)]+)\)", text)) <= datasets


def test_areas_are_those_of_the_publication_plan() -> None:
    """A level that is taken out of the plan is gone from the page."""
    metric = METRICS["smw_trajecten"]
    whole = metrics.page({metric.id: metric}, PLAN, PROMISES)
    less = replace(
        PLAN,
        tables=tuple(t for t in PLAN.tables if (t.metric, t.level) != (metric.id, "aanbieder")),
    )
    shown = metrics.page({metric.id: metric}, less, PROMISES)
    assert "onderwijssoort, aanbieder |" in whole
    assert "onderwijssoort, aanbieder |" not in shown


def test_a_theme_without_a_heading_is_named() -> None:
    metric = replace(METRICS["smw_trajecten"], theme="nieuw")
    with pytest.raises(ContractError, match="nieuw"):
        metrics.page({metric.id: metric}, PLAN, PROMISES)
