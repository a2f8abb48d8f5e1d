"""What is said follows from the numbers, in Dutch, and never says more than the design carries."""

from __future__ import annotations

import pytest

from pipelines.effects.design import Minimum, PreTrend
from pipelines.effects.evidence import (
    Numbers,
    Sizes,
    euros,
    finding,
    interval_text,
    large_enough,
    level,
    number,
    percent,
    sentence,
)

HOLDS, BREAKS = PreTrend(4, 0.01, 0.8, True), PreTrend(4, 0.3, 0.01, False)
FEWER = Numbers(observed=2.5, expected=4.2, difference=-1.7, interval=(-2.5, -0.9), decimals=1)
UNCLEAR = Numbers(observed=3.1, expected=4.2, difference=-1.1, interval=(-2.5, 0.3), decimals=1)
SIZES = Sizes(85, 8, 80, 7)


def _say(design, shown, found, reached, trend=None, sizes=SIZES):
    return sentence(
        design, "schorsingen", "per 100 leerlingmaanden", shown, sizes, found, reached, trend
    )


def test_dutch_notation():
    assert number(-1234.5, 1) == "−1.234,5"
    assert euros(57000) == "€ 57.000"
    assert euros(-57000) == "€ −57.000"
    assert percent(0.404) == "40%"


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (-2.5, -0.9, "0,9 tot 2,5 minder"),
        (0.3, 1.2, "0,3 tot 1,2 meer"),
        (-2.5, 0.3, "2,5 minder tot 0,3 meer"),
        (-2.5, 0.0, "2,5 minder tot 0,0"),
    ],
)
def test_intervals_in_words(low, high, text):
    assert interval_text(low, high, 1) == text


def test_a_difference_with_a_comparison_group():
    assert _say("VV", FEWER, "lager", "goede aanwijzingen", HOLDS) == (
        "Bij deelnemers waren er per 100 leerlingmaanden 1,7 schorsingen minder dan verwacht op"
        " grond van de vergelijkingsgroep: een verschil van ongeveer 40%"
        " (95%-interval: 0,9 tot 2,5 minder). Gemeten bij ongeveer 85 leerlingen op 8 scholen,"
        " vergeleken met ongeveer 80 leerlingen op 7 scholen."
    )


def test_a_change_without_one():
    assert _say("VN", FEWER, "lager", "eerste aanwijzingen", sizes=Sizes(85, 8)) == (
        "Na de start waren er per 100 leerlingmaanden 1,7 schorsingen minder dan ervoor: een"
        " verandering van 4,2 naar 2,5 (95%-interval: 0,9 tot 2,5 minder). Gemeten bij ongeveer 85"
        " leerlingen op 8 scholen. Een meting vóór en na de start laat niet zien waardoor dit komt."
    )


def test_effect_is_said_only_when_repeated():
    for design, reached, trend in (
        ("VN", "eerste aanwijzingen", None),
        ("VV", "goede aanwijzingen", HOLDS),
    ):
        assert "effect" not in _say(design, FEWER, "lager", reached, trend)
    assert "een effect van" in _say("VV", FEWER, "lager", "sterke aanwijzingen", HOLDS)


def test_no_sign_is_claimed_for_a_small_group_or_an_unclear_result():
    small = _say("VV", FEWER, "te klein voor een uitspraak", "indicatief", HOLDS)
    assert small.startswith("Indicatief: de groep is te klein")
    unclear = _say("VV", UNCLEAR, "onduidelijk", "theoretisch onderbouwd", HOLDS)
    assert unclear.startswith("Er is geen duidelijk verschil")
    assert "2,5 minder tot 0,3 meer" in unclear


def test_groups_that_already_moved_apart_are_named():
    text = _say("VV", FEWER, "lager", "theoretisch onderbouwd", BREAKS)
    assert "vóór de start al verschillend" in text


def test_finding_needs_size_p_and_interval():
    assert finding(True, 0.01, (-2.5, -0.9)) == "lager"
    assert finding(True, 0.01, (0.1, 0.9)) == "hoger"
    assert finding(True, 0.04, (-2.5, 0.1)) == "onduidelijk"
    assert finding(True, 0.06, (-2.5, -0.1)) == "onduidelijk"
    assert finding(False, 0.001, (-2.5, -0.9)) == "te klein voor een uitspraak"


def test_levels():
    ground = "theoretisch onderbouwd"
    assert level("VN", ground, "lager", "lager", None) == "eerste aanwijzingen"
    assert level("VV", ground, "lager", "lager", HOLDS) == "goede aanwijzingen"
    assert level("VV", ground, "lager", "lager", HOLDS, repeated=True) == "sterke aanwijzingen"
    assert level("VV", ground, "lager", "lager", None) == "eerste aanwijzingen"
    assert level("VV", ground, "lager", "lager", BREAKS) == ground
    assert level("VV", ground, "hoger", "lager", HOLDS) == ground
    assert level("VN", ground, "te klein voor een uitspraak", "lager", None) == "indicatief"


def test_large_enough():
    assert large_enough(SIZES, Minimum())
    assert not large_enough(Sizes(29, 8, 80, 7), Minimum())
    assert not large_enough(Sizes(85, 2, 80, 9), Minimum())
    assert not large_enough(Sizes(85, 5), Minimum())
