"""What is said follows from the numbers, in Dutch, and never says more than the design carries."""

from __future__ import annotations

import pytest

from pipelines.effects.effect import Minimum
from pipelines.effects.wording import (
    MeanNumbers,
    Numbers,
    Sizes,
    euros,
    findable,
    finding,
    interval_text,
    large_enough,
    mean_sentence,
    number,
    percent,
    sentence,
)

FEWER = Numbers(observed=2.5, expected=4.2, difference=-1.7, interval=(-2.5, -0.9), decimals=1)
UNCLEAR = Numbers(observed=3.1, expected=4.2, difference=-1.1, interval=(-2.5, 0.3), decimals=1)
SIZES = Sizes(85, 8, 80, 7)


def _say(design, shown, found, sizes=SIZES):
    return sentence(design, "schorsingen", "per 100 leerlingmaanden", shown, sizes, found)


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
    assert _say("VV", FEWER, "lager") == (
        "Bij deelnemers waren er per 100 leerlingmaanden 1,7 schorsingen minder dan verwacht op"
        " grond van de vergelijkingsgroep: een verschil van ongeveer 40%"
        " (95%-interval: 0,9 tot 2,5 minder). Gemeten bij ongeveer 85 leerlingen op 8 scholen,"
        " vergeleken met ongeveer 80 leerlingen op 7 scholen."
    )


def test_a_change_without_one():
    assert _say("VN", FEWER, "lager", sizes=Sizes(85, 8)) == (
        "Na de start waren er per 100 leerlingmaanden 1,7 schorsingen minder dan ervoor: een"
        " verandering van 4,2 naar 2,5 (95%-interval: 0,9 tot 2,5 minder). Gemeten bij ongeveer 85"
        " leerlingen op 8 scholen."
    )


def test_effect_is_never_said_of_one_comparison():
    for design in ("VN", "VV", "GS", "TR"):
        for found in ("lager", "onduidelijk", "te klein voor een uitspraak"):
            assert "effect" not in _say(design, FEWER, found)


def test_no_sign_is_claimed_for_a_small_group_or_an_unclear_result():
    small = _say("VV", FEWER, "te klein voor een uitspraak")
    assert small.startswith("Indicatief: de groep is te klein")
    unclear = _say("VV", UNCLEAR, "onduidelijk")
    assert unclear.startswith("Er is geen duidelijk verschil")
    assert "2,5 minder tot 0,3 meer" in unclear


@pytest.mark.parametrize("found", ["onduidelijk", "te klein voor een uitspraak"])
def test_an_unclear_result_says_what_could_have_been_found(found):
    # Half of the interval is 1.4; found in four of five: 1.4 x (1 + 0.84 / 1.96) = 2.0.
    assert findable((-2.5, 0.3)) == pytest.approx(2.0, abs=0.01)
    assert "een verschil van 2,1 schorsingen (48%) of meer in vier van de vijf" in _say(
        "VV", UNCLEAR, found
    )
    assert "een verandering van 2,1 schorsingen (48%) of meer" in _say("VN", UNCLEAR, found)
    assert "vier van de vijf" not in _say("VV", FEWER, "lager")


def test_finding_needs_size_p_and_interval():
    assert finding(True, 0.01, (-2.5, -0.9)) == "lager"
    assert finding(True, 0.01, (0.1, 0.9)) == "hoger"
    assert finding(True, 0.04, (-2.5, 0.1)) == "onduidelijk"
    assert finding(True, 0.06, (-2.5, -0.1)) == "onduidelijk"
    assert finding(True, 0.0496, (-2.5, -0.1)) == "onduidelijk"  # it is shown as 0.05
    assert finding(False, 0.001, (-2.5, -0.9)) == "te klein voor een uitspraak"


def test_large_enough():
    assert large_enough(SIZES, Minimum())
    assert not large_enough(Sizes(29, 8, 80, 7), Minimum())
    assert not large_enough(Sizes(85, 2, 80, 9), Minimum())
    assert not large_enough(Sizes(85, 5), Minimum())


MEANS = MeanNumbers((6.2, 5.0), -1.2, (-1.5, -0.9), 1)


@pytest.mark.parametrize(
    ("design", "found", "words", "never"),
    [
        ("VN", "lager", "een verandering van 6,2 naar 5,0, 1,2 punten lager", "verschil"),
        ("VN", "onduidelijk", "geen duidelijke verandering", "lager"),
        ("VV", "lager", "1,2 punten lager dan in de vergelijkingsgroep, een verschil", "effect"),
        ("VV", "onduidelijk", "geen duidelijk verschil met de vergelijkingsgroep", "effect"),
        ("DW", "lager", "5,0 punten bij deelnemers tegen 6,2 in de vergelijkingsgroep", "effect"),
        ("DW", "onduidelijk", "geen duidelijk verschil", "verandering"),
        ("BS", "lager", "Rust: 5,0 punten", "verandering"),
        ("VV", "te klein voor een uitspraak", "Indicatief: de groep is te klein", "lager dan"),
    ],
)
def test_means_are_told_in_the_words_of_their_design(design, found, words, never):
    sizes = SIZES if design in ("VV", "DW") else Sizes(85, 8)
    told = mean_sentence(design, "Rust", "punten", MEANS, sizes, found)
    assert words in told
    assert never not in told
    assert "95%-interval: −1,5 tot −0,9" in told
    assert "85 leerlingen op 8 scholen" in told


def test_a_series_is_told_against_its_own_line():
    told = _say("TR", FEWER, "lager", sizes=Sizes(85, 8))
    assert "dan verwacht op grond van het verloop ervoor: een verandering" in told
    unclear = _say("TR", UNCLEAR, "onduidelijk", sizes=Sizes(85, 8))
    assert "geen duidelijke verandering" in unclear
