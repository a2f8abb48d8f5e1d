"""Rows of every way of measuring: by hand, protected, and honest about what lacks."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from pipelines import contracts
from pipelines.effects.catalogue import EFFECTS, SAVINGS, long_term, medium_term, short_term
from pipelines.effects.catalogue.threats import COMPARED
from pipelines.effects.data.events import happened
from pipelines.effects.data.pupil_values import score_changes, values_once
from pipelines.effects.designs.balance_check import likeness
from pipelines.effects.designs.rates import rate_rows
from pipelines.effects.designs.rows import Given
from pipelines.effects.designs.scores import mean_rows
from pipelines.effects.designs.sums import hours_rows
from pipelines.effects.designs.surveys import survey_rows
from pipelines.effects.effect import Minimum, Window
from pipelines.effects.outcomes import Unmeasured
from pipelines.effects.savings.balance import Balances, balances
from pipelines.effects.savings.routes import saving_rows
from tests.unit.test_effects_compute import DELIVERED, Planted, as_tables, made_up, register

KNOWN = contracts.load().parameters
START = dt.date(2023, 9, 1)
SUMMER = dt.date(2025, 7, 31)
HOME = {"woongemeente": "GM0001"}
ALL = frozenset(contracts.load().datasets)


def given(peildatum: dt.date | None = SUMMER, **rows: list[dict[str, object]]) -> Given:
    return Given(as_tables(rows), ALL, KNOWN, peildatum)


def spells(
    pupils: int = 8, own: int = 4, other: int = 4, **more: object
) -> list[dict[str, object]]:
    """Participations on schools 00 up; the first `own` schools have Zorg In School."""
    return [
        {
            "deelname_id": f"D{school:02d}{n:02d}",
            "leerling_id": made_up(f"{school}-{n}"),
            "vestigingscode": f"{school:02d}AA00",
            "groep": "zis" if school < own else "vergelijking",
            "start_datum": START,
            **{k: v(school, n) if callable(v) else v for k, v in more.items()},
        }
        for school in range(own + other)
        for n in range(pupils)
    ]


# --- catalogue ---------------------------------------------------------------------------------


def test_every_declaration_says_all_that_a_reader_needs() -> None:
    ids = [effect.id for effect in EFFECTS]
    assert len(ids) == len(set(ids)) == 19
    measured = [effect.id + outcome.suffix for effect in EFFECTS for outcome in effect.outcomes]
    assert len(measured) == len(set(measured))
    for effect in EFFECTS:
        assert effect.outcomes[0].suffix == ""
        for text in (effect.promise, effect.population, effect.exposure, effect.comparison):
            assert text.endswith("."), effect.id
        assert effect.threats
        compared = {"VV", "GS"} & {d for outcome in effect.outcomes for d in outcome.designs}
        assert (set(COMPARED) <= set(effect.threats)) == bool(compared), effect.id
        for outcome in effect.outcomes:
            assert outcome.designs
            assert outcome.direction in ("lager", "hoger")
            assert not outcome.needed.endswith("."), outcome.id
            if isinstance(outcome, Unmeasured):
                assert outcome.reason.endswith(".")


# --- scores ------------------------------------------------------------------------------------


def measured(
    school: int, n: int, moment: str, day: dt.date, score: float, **more: object
) -> dict[str, object]:
    return {
        "meting_id": f"M{school}-{n}-{moment}-{day}",
        "leerling_id": made_up(f"{school}-{n}"),
        "instrument": "prikkelschaal",
        "informant": "leerkracht",
        "meetmoment": moment,
        "datum": day,
        "score": score,
    } | more


BEFORE, AFTER = dt.date(2023, 8, 28), dt.date(2024, 6, 3)


def test_a_change_is_of_the_same_child_the_same_informant_and_the_last_measurement() -> None:
    rows = [
        measured(0, 0, "voor", BEFORE, 7.0),
        measured(0, 0, "voor", BEFORE - dt.timedelta(days=60), 3.0),  # an earlier one
        measured(0, 0, "tussen", dt.date(2024, 2, 1), 6.0),
        measured(0, 0, "na", AFTER, 4.5),
        measured(0, 0, "na", AFTER, 9.0, informant="ouder", meting_id="Mo"),
        measured(0, 0, "na", SUMMER + dt.timedelta(days=9), 1.0),  # after the last day known
        measured(0, 1, "voor", BEFORE, 6.0),  # never measured again
        measured(0, 2, "na", AFTER, 6.0),  # never before
        measured(0, 3, "voor", START + dt.timedelta(days=40), 5.0),  # late, yet before
        measured(0, 3, "na", START + dt.timedelta(days=50), 5.0),  # too early to be after
        measured(0, 4, "voor", BEFORE, 5.0),
        measured(0, 4, "na", dt.date(2024, 3, 1), 5.5),
    ]
    found = score_changes(
        given(zis_deelnames=spells(), metingen=rows), short_term.ZIS_K1.outcomes[0], Window()
    )
    assert found.rows() == [("00AA00", "zis", 2, -2.0, 6.5, 12.0)]


def _scores(schools: int, pupils: int, change_own: float, change_other: float):
    """Everyone measured; schools and pupils differ by set amounts around the change."""
    rows = []
    for school in range(2 * schools):
        change = change_own if school < schools else change_other
        for n in range(pupils):
            own = change + 0.2 * (school % 3 - 1) + 0.4 * (n % 3 - 1)
            rows.append(measured(school, n, "voor", BEFORE, 6.0))
            rows.append(measured(school, n, "na", AFTER, round(6.0 + own, 2)))
    return given(zis_deelnames=spells(pupils, schools, schools), metingen=rows)


def test_a_planted_change_in_scores_is_found_beside_the_comparison_group() -> None:
    effect, score = short_term.ZIS_K1, short_term.ZIS_K1.outcomes[0]
    rows = mean_rows(_scores(6, 9, -1.5, -0.3), effect, score)
    compared, alone = (row.result for row in rows)
    assert [row.design for row in rows] == ["VV", "VN"]
    assert [row.leading for row in rows] == [True, False]
    assert compared is not None
    assert alone is not None
    assert compared.estimate == pytest.approx(-1.2, abs=0.15)
    assert compared.interval[0] < -1.2 < compared.interval[1] < 0
    assert compared.evidence == "eerste aanwijzingen"
    assert "verschil" in compared.sentence
    assert "gelijk ontwikkelden, was niet na te gaan" in compared.sentence
    assert alone.estimate == pytest.approx(-1.5, abs=0.15)
    assert alone.before == pytest.approx(6.0, abs=0.1)
    assert "verandering" in alone.sentence
    assert "effect" not in compared.sentence + alone.sentence
    assert compared.n_pupils % 5 == 0
    for checks in (compared.checks, alone.checks):
        assert "ook een latere meting" in " ".join(checks)
        assert "uren per week" in " ".join(checks)


@pytest.mark.parametrize(("schools", "pupils"), [(1, 30), (2, 4)])
def test_few_children_or_one_school_show_no_score(schools: int, pupils: int) -> None:
    effect, score = short_term.ZIS_K1, short_term.ZIS_K1.outcomes[0]
    for row in mean_rows(_scores(schools, pupils, -1.5, 0.0), effect, score):
        assert row.result is None
        assert row.status == "te_klein"
        told = row.published()
        numbers = ["schatting", "onder", "boven", "p", "standaardfout", "n_leerlingen", "n_scholen"]
        assert [told[name] for name in numbers] == [None] * 7
        assert "ten minste 10 leerlingen op 2 scholen" in told["reden"]


# --- values known once -------------------------------------------------------------------------


def _share(yes_own: int, pupils: int = 8) -> list[dict[str, object]]:
    """`yes_own` participants and half of the comparison group have one plan."""
    made = spells(pupils)
    own = [s for s in made if s["groep"] == "zis"]
    for n, spell in enumerate(own):
        spell["een_plan"] = n < yes_own
    for n, spell in enumerate(s for s in made if s["groep"] != "zis"):
        spell["een_plan"] = n % 2 == 0 if n % 8 else True
    return made


@pytest.mark.parametrize("yes", [1, 4, 28, 31, 32])
def test_a_share_of_few_yeses_or_few_noes_is_not_shown(yes: int) -> None:
    """32 participants: 1 to 4 with a plan, or fewer than 5 without, would give children away."""
    effect = long_term.ZIS_L4
    for row in mean_rows(given(zis_deelnames=_share(yes)), effect, effect.outcomes[0]):
        assert row.result is None
        assert "te klein of te groot om te tonen" in row.reason


def test_a_share_is_described_and_compared_and_never_called_a_change() -> None:
    effect = long_term.ZIS_L4
    rows = mean_rows(given(zis_deelnames=_share(21)), effect, effect.outcomes[0])
    compared, described = (row.result for row in rows)
    assert compared is not None
    assert described is not None
    # 21 of 32 become 20 of 30: nothing exact comes out.
    assert described.estimate == 67
    assert described.p is None
    assert described.evidence == "beschreven"
    assert "verandering" not in described.sentence + compared.sentence
    assert "of de groepen vóór de start" not in described.sentence


def test_who_still_waits_counts_for_the_horizon_and_recent_signals_do_not_count() -> None:
    made = spells(2, 1, 1)
    signal = dt.date(2024, 1, 1)
    days = [9, 500, None, 30]
    for spell, waited in zip(made, days, strict=True):
        spell["signaal_datum"] = signal
        if waited is not None:
            spell["start_ondersteuning_datum"] = signal + dt.timedelta(days=waited)
    made[3]["signaal_datum"] = SUMMER - dt.timedelta(days=30)
    found = values_once(given(zis_deelnames=made), medium_term.ZIS_M1.outcomes[0])
    assert found.select("school", "pupils", "total").rows() == [
        ("00AA00", 2, 9.0 + 120.0),
        ("01AA00", 1, 120.0),
    ]


def test_kinds_of_support_are_counted_per_pupil() -> None:
    made = spells(1, 2, 0)
    made[0]["soorten_ondersteuning"] = ["begeleiding_groep", "anders"]
    found = values_once(given(zis_deelnames=made), long_term.ZIS_L3.outcomes[0])
    assert found.select("pupils", "total").rows() == [(1, 2.0)]


# --- what counts -------------------------------------------------------------------------------


def _days(found, tables_given: Given) -> list[tuple[int, float]]:
    rows = happened(tables_given.tables, found, KNOWN, SUMMER).to_polars()
    epoch = dt.date(1970, 1, 1).toordinal()
    return sorted(
        ((row["first"] + epoch - START.toordinal()), (row["end"] - row["first"]) * row["per_day"])
        for row in rows.iter_rows(named=True)
    )


def _provision(number: int, level: int, begin: int, end: int | None, pupil: str = "a"):
    return {
        "toewijzing_id": f"T{number}",
        "leerling_id": made_up(pupil),
        "hulpvorm": "dagbesteding",
        "niveau": level,
        "zwaarte": "zwaar" if level >= 7 else "licht",
        "start_datum": START + dt.timedelta(days=begin),
        "eind_datum": None if end is None else START + dt.timedelta(days=end),
    }


def test_a_step_up_is_to_a_higher_level_than_any_in_the_year_before() -> None:
    care = [
        _provision(1, 5, 0, 100),
        _provision(2, 5, 50, 120),  # the same level
        _provision(3, 6, 200, 300),  # up
        _provision(4, 6, 210, 300),  # not higher than what already runs
        _provision(5, 7, 300 + 370, 900),  # more than a year after the last
        _provision(6, 8, 40, 60, pupil="b"),  # had nothing before
        _provision(7, 8, 800, 900),  # up again
    ]
    step_up = medium_term.ZIS_M6.outcomes[0]
    assert [day for day, _ in _days(step_up, given(jeugdhulp=care))] == [200, 800]


def test_months_of_care_are_its_days_and_heavy_care_is_counted_once() -> None:
    care = [_provision(1, 7, 0, 29), _provision(2, 5, 10, 10)]
    months, heavy = long_term.ZIS_L2.outcomes
    assert [m for _, m in _days(months, given(jeugdhulp=care))] == pytest.approx(
        [30 / 30.4375, 1 / 30.4375]
    )
    assert _days(heavy, given(jeugdhulp=care)) == [(0, 1.0)]


def test_absence_counts_when_absolute_or_relative_and_long() -> None:
    def away(number: int, sort: str, length: int | None, **more: object) -> dict[str, object]:
        end = None if length is None else START + dt.timedelta(days=number + length)
        return {
            "verzuim_id": f"V{number}",
            "leerling_id": made_up("a"),
            **HOME,
            "soort": sort,
            "start_datum": START + dt.timedelta(days=number),
            "eind_datum": end,
        } | more

    rows = [
        away(1, "relatief", 28),
        away(2, "relatief", 29, resultaat="terug_eigen_school"),
        away(3, "relatief", None),
        away(4, "absoluut", 2),
        away(5, "vrijstelling_5a", 300),
        away(700, "relatief", None),  # begun less than four weeks before the last day known? no
    ]
    begun, returned = long_term.ZIS_L1.outcomes
    places = [{"gemeente": "GM0001", "vakantieregio": "Noord"}]
    assert [d for d, _ in _days(begun, given(thuiszitters=rows, gebieden=places))] == [2, 3, 4]
    assert [d for d, _ in _days(returned, given(thuiszitters=rows, gebieden=places))] == [31]


def test_absence_over_the_summer_holidays_is_not_long_and_five_weeks_in_term_are() -> None:
    """Noord was free from 20 July to 1 September 2024; without a region nobody can say."""
    rows = [
        {
            "verzuim_id": "V1",
            "start_datum": dt.date(2024, 7, 12),
            "eind_datum": dt.date(2024, 9, 6),
        },
        {
            "verzuim_id": "V2",
            "start_datum": dt.date(2024, 9, 2),
            "eind_datum": dt.date(2024, 10, 4),
        },
    ]
    made = [{**r, "soort": "relatief", "leerling_id": made_up("a"), **HOME} for r in rows]
    begun = long_term.ZIS_L1.outcomes[0]
    places = [{"gemeente": "GM0001", "vakantieregio": "Noord"}]
    day = (dt.date(2024, 9, 2) - START).days
    assert [d for d, _ in _days(begun, given(thuiszitters=made, gebieden=places))] == [day]
    assert not _days(begun, given(thuiszitters=made))


# --- sums, surveys -----------------------------------------------------------------------------


def test_hours_saved_are_a_rounded_count_times_parameters() -> None:
    effect = medium_term.ZIS_M4
    made = spells(8, opp_aanvulling=lambda school, n: n < 4)
    (row,) = hours_rows(given(zis_deelnames=made), effect, effect.outcomes[0])
    assert row.result is not None
    hours, rate = KNOWN["uren_per_zorgplan"], KNOWN["uurtarief_zorgplan"]
    assert row.result.estimate == round(15 * hours.value * rate.value, -3)  # 16 becomes 15
    assert row.result.interval[0] < row.result.estimate < row.result.interval[1]
    assert row.result.n_pupils == 15
    assert "rekensom" in row.result.sentence
    assert hours.source in " ".join(row.result.assumptions)


def test_few_yeses_or_a_missing_parameter_give_no_amount() -> None:
    effect = medium_term.ZIS_M4
    few = spells(8, opp_aanvulling=lambda school, n: n < 2)
    (row,) = hours_rows(given(zis_deelnames=few), effect, effect.outcomes[0])
    assert (row.result, row.status) == (None, "te_klein")
    without = replace(
        given(zis_deelnames=spells()),
        parameters={k: v for k, v in KNOWN.items() if k != "uren_per_zorgplan"},
    )
    (row,) = hours_rows(without, effect, effect.outcomes[0])
    assert "Er is geen waarde voor uren_per_zorgplan." in row.reason


def _answers(ronde: str, school: int, people: int, score: float) -> list[dict[str, object]]:
    return [
        {
            "ronde": ronde,
            "antwoord_id": f"{ronde}-{school}-{n}",
            "groep": "school",
            "vestigingscode": f"{school:02d}AA00",
            "vraag_id": item,
            "score": int(score) + (n < round(people * (score % 1))),
        }
        for n in range(people)
        for item in ("p04", "p05")
    ]


def test_a_survey_compares_two_rounds_at_schools_with_zorg_in_school() -> None:
    effect = long_term.ZIS_L5
    rows = []
    for school in range(8):
        later = (3 + 1 / 3, 3.5, 3 + 2 / 3)[school % 3] if school < 6 else 1.0
        rows += _answers("2023/2024", school, 6, 3.0)
        rows += _answers("2024/2025", school, 6, later)
        rows += _answers("2021/2022", school, 6, 1.0)
    asked = given(zis_deelnames=spells(1, 6, 2), evaluatie_antwoorden=rows)
    (row,) = survey_rows(asked, effect, effect.outcomes[0])
    assert row.result is not None
    assert row.result.estimate == pytest.approx(0.5, abs=0.05)
    assert "2023/2024 en 2024/2025" in row.result.assumptions[0]
    one = given(zis_deelnames=spells(1, 6, 2), evaluatie_antwoorden=rows[:12])
    (row,) = survey_rows(one, effect, effect.outcomes[0])
    assert "nog geen tweede ronde" in row.reason


# --- how alike the groups are ------------------------------------------------------------------


def _phases(own: dict[str, tuple[int, int]], other: dict[str, tuple[int, int]]) -> pl.DataFrame:
    """Schools with (events before, events during) over 100 pupils and 1,000 months each."""
    rows = [
        (school, arm, index, 100, 1000.0, float(events[index]))
        for arm, schools in (("zis", own), ("vergelijking", other))
        for school, events in schools.items()
        for index in (0, 1)
    ]
    columns = ["school", "groep", "index", "pupils", "months", "total"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def test_weighting_to_the_sectors_of_participants_can_turn_the_outcome() -> None:
    """Participants are mostly vso, where all fell; the comparison mostly so, where none did."""
    kinds = {"a": "vso", "b": "vso", "c": "vso", "d": "so", "e": "so", "f": "so", "g": "vso"}
    own = {"a": (100, 60), "b": (100, 60), "c": (100, 60), "d": (100, 90)}
    other = {"e": (100, 95), "f": (100, 95), "g": (100, 40)}
    told = likeness(_phases(own, other), kinds, -0.05, 5)
    assert "grootste verschil tussen de groepen is 42 procentpunten" in told[1]
    assert "een andere" in told[1]
    assert told[0] == "Vóór de start lag het aantal in beide groepen ongeveer gelijk."
    same = likeness(_phases(own, own | {"g": (100, 99)}), kinds, -0.05, 5)
    assert "dezelfde" in same[1]


def test_unknown_or_uncompared_sectors_are_not_weighted() -> None:
    own, other = {"a": (100, 60)}, {"e": (120, 95)}
    assert "niet alle scholen" in likeness(_phases(own, other), {"a": "vso"}, -0.05, 5)[1]
    apart = likeness(_phases(own, other), {"a": "vso", "e": "so"}, -0.05, 5)
    assert "hoort geen vergelijkingsschool" in apart[1]
    assert "17% lager" in apart[0]


def test_care_that_hangs_on_one_child_is_not_shown() -> None:
    made = spells(8)
    care = [
        {
            "toewijzing_id": f"T{n}",
            "leerling_id": s["leerling_id"],
            "hulpvorm": "dagbesteding",
            "niveau": 7,
            "start_datum": dt.date(2021, 8, 1),
            "eind_datum": SUMMER,
            "volume": 900.0 if n in (0, 40) else 1.0,
            "eenheid": "16",
            "frequentie": "2",
        }
        for n, s in enumerate(made)
    ]
    care.append(care[0] | {"toewijzing_id": "TL", "start_datum": dt.date(2025, 7, 1)})
    effect = medium_term.ZIS_M10
    rows, _ = rate_rows(given(zis_deelnames=made, jeugdhulp=care), effect, effect.outcomes[1])
    assert {row.result for row in rows} == {None}
    assert "een of twee leerlingen" in rows[0].reason


# --- what is wrong with the input --------------------------------------------------------------


def _rates(tables) -> dict[str, object]:
    known = Given(tables, frozenset(DELIVERED), KNOWN, SUMMER)
    rows, points = rate_rows(known, medium_term.ZIS_M3, medium_term.ZIS_M3.outcomes[0])
    return {"points": points} | {row.design: row for row in rows}


@pytest.fixture(scope="module")
def pilot():
    return register(Planted(participants=6, comparison=6, pupils=12))


def test_all_designs_show_the_same_pilot_with_their_own_words(pilot) -> None:
    found = _rates(pilot)
    for design in ("VV", "VN", "GS", "TR"):
        assert found[design].result is not None, found[design].reason
        low, high = found[design].result.interval
        assert low < 6 * (0.6 - (1 if design in ("VN", "TR") else 0.95)) < high
    assert "verloop ervoor" in found["TR"].result.sentence or "geen duidelijke" in (
        found["TR"].result.sentence
    )
    assert "startgroep" in " ".join(found["GS"].result.assumptions)
    checked = " ".join(found["VV"].result.checks)
    assert "gemiddelde" in checked
    assert "school" in checked
    for design in ("GS", "TR"):
        assert "een jaar te vroeg" in " ".join(found[design].result.checks)
        assert "maanden na de start" in " ".join(found[design].result.checks)
    assert "uren per week" in " ".join(found["VN"].result.checks)
    events = [p for p in found["points"] if p["groep"] == "verschil"]
    assert {e["volgorde"] for e in events} >= {-2, 0, 1}
    assert all(e["onder"] <= e["waarde"] <= e["boven"] for e in events)


def test_one_school_shows_nothing_in_any_design() -> None:
    found = _rates(register(Planted(participants=1, comparison=1, pupils=40)))
    assert {found[d].result for d in ("VV", "VN", "GS", "TR")} == {None}
    assert not [p for p in found["points"] if p["groep"] == "verschil"]
    assert "2 scholen" in found["VV"].reason


def test_nobody_known_before_the_start_is_told() -> None:
    made = spells(8, 4, 4, start_datum=dt.date(2021, 8, 1))
    rows = [
        {
            "schorsing_id": f"S{n}",
            "leerling_id": s["leerling_id"],
            "soort": "schorsing_extern",
            "start_datum": dt.date(2021, 8, 20) + dt.timedelta(days=40 * n),
            "schooldagen": 1,
        }
        for n, s in enumerate(made[:30])
    ]
    asked = given(zis_deelnames=made, schorsingen=rows)
    found, points = rate_rows(asked, medium_term.ZIS_M3, medium_term.ZIS_M3.outcomes[0])
    assert {row.status for row in found} == {"te_klein"}
    assert not points


def test_a_point_that_rests_on_one_school_is_left_out_of_the_event_study() -> None:
    """School 0 began a year before the others, so what lies further on is about it alone."""
    rng = np.random.default_rng(4)
    made = spells(12, 4, 4)
    for spell in made:
        early = spell["vestigingscode"] == "00AA00"
        spell["start_datum"] = dt.date(2022, 8, 1) if early else dt.date(2023, 8, 1)
    rows = [
        {
            "schorsing_id": f"S{number}-{n}",
            "leerling_id": spell["leerling_id"],
            "soort": "schorsing_extern",
            "start_datum": dt.date(2021, 8, 1) + dt.timedelta(days=int(day)),
            "schooldagen": 1,
        }
        for number, spell in enumerate(made)
        for n, day in enumerate(rng.integers(0, 1450, rng.poisson(5)))
    ]
    asked = given(zis_deelnames=made, schorsingen=rows)
    _, points = rate_rows(asked, medium_term.ZIS_M3, medium_term.ZIS_M3.outcomes[0])
    shown = {p["volgorde"] for p in points if p["groep"] == "verschil"}
    assert {-2, 0, 1, 2, 3} <= shown
    assert not {4, 5} & shown


def test_small_cohorts_give_no_points_of_the_event_study() -> None:
    found = _rates(register(Planted(participants=3, comparison=3, pupils=3)))
    assert found["GS"].result is None
    assert not [p for p in found["points"] if p["groep"] == "verschil"]


def test_a_year_without_tariff_is_left_out_and_told(pilot) -> None:
    tables = dict(pilot)
    tables["tarieven"] = pilot["tarieven"].filter(pilot["tarieven"].jaar == 2024).mutate(jaar=2025)
    known = Given(tables, frozenset(DELIVERED), KNOWN, SUMMER)
    saved = saving_rows(known, SAVINGS[:1])
    hidden = [row for row in saved.rows if row["status"] != "zichtbaar"]
    assert [row["schooljaar"] for row in hidden] == ["2023/2024"]
    assert hidden[0]["reden"] == "Voor 2023/2024 is geen tarief in dagdelen geleverd."
    told = balances(known, saved, Minimum())
    (verdict,) = [
        r["zin"] for r in told.rows if r["leidend"] and r["onderdeel"] == "netto" and r["zin"]
    ]
    assert "Niet meegerekend, omdat gegevens ontbreken: dagbesteding niveau 7 in 2023/2024." in (
        verdict
    )
    # The cost of the year without a tariff counts: six schools at EUR 50,750.
    paid = {
        (r["schooljaar"], r["betaler"]): r["waarde"]
        for r in told.rows
        if r["leidend"] and r["onderdeel"] == "programmakosten"
    }
    assert paid["2023/2024", "gemeente"] == 6 * 50_750
    assert paid["2024/2025", "gemeente"] == paid["2024/2025", "scholen"] == 3 * 50_750


def test_no_more_school_years_count_than_the_horizon_says(pilot) -> None:
    known = Given(pilot, frozenset(DELIVERED), KNOWN, SUMMER)
    saved = saving_rows(known, SAVINGS)
    all_years = balances(known, saved, Minimum()).outcome
    assert all_years is not None
    assert len(all_years.years) == 2

    def told(years: float) -> Balances:
        shorter = {**KNOWN, "horizon_jaren": replace(KNOWN["horizon_jaren"], value=years)}
        return balances(replace(known, parameters=shorter), saved, Minimum())

    one = told(1)
    assert one.outcome is not None
    assert one.outcome.years == all_years.years[:1]
    assert {row["schooljaar"] for row in one.rows} == {*one.outcome.years, "totaal"}
    none = told(0)
    assert none.outcome is None
    assert none.rows[0]["reden"] == "Alle schooljaren met een besparing liggen na de horizon."


def test_without_a_comparison_group_the_baseline_leads() -> None:
    tables = register(Planted(participants=6, comparison=0))
    known = Given(tables, frozenset(DELIVERED), KNOWN, SUMMER)
    told = balances(known, saving_rows(known, SAVINGS), Minimum())
    assert told.outcome is not None
    assert told.outcome.route == "basis"
    assert {row["route"] for row in told.rows} == {"basis", "trend"}


def test_a_programme_cost_without_payer_stops_the_balance(pilot) -> None:
    lacking = {k: v for k, v in KNOWN.items() if not k.startswith("aandeel_gemeente")}
    known = Given(pilot, frozenset(DELIVERED), lacking, SUMMER)
    told = balances(known, saving_rows(known, SAVINGS), Minimum())
    assert told.outcome is None
    (row,) = told.rows
    assert "aandeel_gemeente_eerste_jaar, aandeel_gemeente_volgende_jaren" in row["reden"]
    assert row["waarde"] is None


def test_nothing_after_the_last_day_counts(pilot) -> None:
    early = Given(pilot, frozenset(DELIVERED), KNOWN, dt.date(2024, 7, 31))
    rows = saving_rows(early, SAVINGS[:1]).rows
    assert {row["schooljaar"] for row in rows} == {"2023/2024"}
