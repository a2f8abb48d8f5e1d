"""What a page says of a promise: no more than its numbers carry."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.exhibits import promises
from dashboard.render import markup
from dashboard.words.sentences import apart as sentences


def _effect(**changed: Any) -> dict[str, Any]:
    effect = {
        "id": "zis_m3", "belofte": "Er zijn minder schorsingen.", "maat": "schorsingen",
        "ontwerp": "VV", "eenheid": "schorsingen per 100 leerlingmaanden", "schatting": -0.7,
        "onder": -1.3, "boven": -0.1, "p": 0.03, "p_holm": 0.04, "richting": "lager",
        "status": "zichtbaar", "reden": "", "bewijsniveau": "goede aanwijzingen", "leidend": True,
    }  # fmt: skip
    return effect | changed


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, "Gunstiger"),
        ({"p_holm": 0.3}, "Gunstiger"),  # the words follow the level, which was made with p_holm
        (
            {"p_holm": 0.3, "bewijsniveau": "eerste aanwijzingen"},
            "Gunstiger; kan toeval zijn, want er zijn veel uitkomsten getoetst",
        ),
        ({"richting": "hoger"}, "Ongunstiger"),
        ({"p": 0.06}, "Geen duidelijk verschil"),
        ({"boven": 0.2}, "Geen duidelijk verschil"),
        ({"boven": 0.2, "ontwerp": "VN"}, "Geen duidelijke verandering"),
        ({"bewijsniveau": "indicatief"}, "Te klein voor een uitspraak"),
        (
            {"bewijsniveau": "theoretisch onderbouwd"},
            "Gunstiger, maar niet toe te schrijven aan Zorg In School",
        ),
        ({"ontwerp": "BS"}, "Beschrijving, geen vergelijking"),
        ({"ontwerp": "AD", "p": None}, "Rekensom; ook de bovengrens ligt onder nul"),
        (
            {"ontwerp": "AD", "p": None, "boven": 5.0},
            "Rekensom; boven of onder nul is niet te zeggen",
        ),
    ],
)
def test_verdict_claims_no_more_than_the_numbers(changed: dict[str, Any], told: str) -> None:
    assert promises.verdict(_effect(**changed)) == told


def test_summary_counts_promises_by_their_main_outcome() -> None:
    told = promises.summary(
        [
            _effect(),
            _effect(ontwerp="VN", leidend=False, bewijsniveau="indicatief"),
            _effect(id="zis_m3_dagen", bewijsniveau="indicatief"),
            _effect(id="zis_k3", belofte="Er is één contact.", status="te_klein", schatting=None),
            _effect(id="zis_l6", belofte="Zorg In School spaart.", ontwerp="AD"),
        ]
    )  # fmt: skip
    assert told[0] == "Het plan doet **3 beloften**; van **2** is er een uitkomst."
    shown, not_shown, missing = told[1:]
    assert shown.startswith("**Aangetoond** (1): vergeleken met leerlingen zonder Zorg In School")
    assert shown.endswith("“Er zijn minder schorsingen”.")
    assert not_shown == (
        "**Niet aangetoond** (1): een rekensom, geen gemeten effect: “Zorg In School spaart”."
    )
    assert missing == "**Nog niet te meten** (1): “Er is één contact”."
    doubted = promises.summary([_effect(p_holm=0.3, bewijsniveau="eerste aanwijzingen")])
    assert doubted[1] == "**Aangetoond** (0): geen enkele belofte."
    assert doubted[2].endswith("kan zijn: “Er zijn minder schorsingen” (kan toeval zijn).")


def test_order_is_that_of_the_plan() -> None:
    ids = ["zis_l1", "zis_m10", "zis_m2", "zis_k2_hulp", "zis_k2"]
    found = promises.leading([_effect(id=name) for name in ids])
    assert [row["id"] for row in found] == ["zis_k2", "zis_k2_hulp", "zis_m2", "zis_m10", "zis_l1"]


@pytest.mark.parametrize(("way", "side"), [("lager", "gunstig"), ("hoger", "ongunstig")])
def test_mark_turns_the_promised_way_to_the_right(way: str, side: str) -> None:
    table = promises.forest([_effect(richting=way)], "Proef")
    mark = markup.cell(table.rows[0].cells[2])
    point = float(mark.partition('zl-point" style="left:')[2].partition("%")[0])
    assert (point > 50) == (way == "lager")
    assert f">{side}</span>" in mark
    assert "zl-sure" in mark


def test_promise_told_twice_is_printed_once() -> None:
    rows = promises.forest([_effect(), _effect(id="zis_m3_dagen")], "Proef").rows
    assert 'class="zl-sr"' not in markup.cell(rows[0].cells[1])
    assert 'class="zl-sr">Er zijn minder' in markup.cell(rows[1].cells[1])


def test_text_falls_apart_in_sentences() -> None:
    text = "De p = 0,27. Eén school (wild bootstrap). Klaar."
    assert list(sentences(text)) == [
        "De p = 0,27.", "Eén school (wild bootstrap).", "Klaar.",
    ]  # fmt: skip
    assert list(sentences(None)) == []
