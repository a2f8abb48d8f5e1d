"""Which figure shows nearest to one that does not: one level up, then less broken down."""

from __future__ import annotations

import pytest

from pipelines.nearest import Area, Near, Place, nearest

AREAS = {
    ("vestiging", "99AA00"): Area("GM9901", "bo"),
    ("wijk", "WK990101"): Area("GM9901"),
    ("gemeente", "GM9901"): Area(),
}
SCHOOL = Place("2024/2025", "vestiging", "99AA00", "overleg_eerste_bestemming", "ja>jeugdhulp", "")
TOWN = SCHOOL._replace(niveau="gemeente", gebied="GM9901")
KIND = SCHOOL._replace(niveau="onderwijssoort", gebied="bo")
ALL = SCHOOL._replace(niveau="totaal", gebied="")


def only(place: Place, cut: str, category: str) -> Place:
    return place._replace(uitsplitsing=cut, categorie=category)


IN_ORDER = (
    Near(TOWN, wider=True),
    Near(KIND, wider=True),
    Near(ALL, wider=True),
    Near(only(SCHOOL, "overleg", "ja"), folded=True),
    Near(only(SCHOOL, "eerste_bestemming", "jeugdhulp"), folded=True),
    Near(only(SCHOOL, "", ""), whole=True),
    Near(only(TOWN, "overleg", "ja"), wider=True, folded=True),
    Near(only(TOWN, "", ""), wider=True, whole=True),
    Near(only(ALL, "", ""), wider=True, whole=True),
)


@pytest.mark.parametrize("first", range(len(IN_ORDER)))
def test_the_nearest_that_shows_is_told(first: int) -> None:
    shown = {near.place for near in IN_ORDER[first:]}
    assert nearest(SCHOOL, shown, AREAS) == IN_ORDER[first]


def test_nothing_is_told_where_nothing_shows() -> None:
    other_year = ALL._replace(schooljaar="2023/2024")
    other_school = SCHOOL._replace(gebied="99AB00")
    assert nearest(SCHOOL, {other_year, other_school}, AREAS) is None


def test_of_an_area_that_is_not_listed_only_the_whole_is_above() -> None:
    unknown = only(SCHOOL, "", "")._replace(gebied="99ZZ00")
    shown = {only(TOWN, "", ""), only(ALL, "", "")}
    assert nearest(unknown, shown, AREAS) == Near(only(ALL, "", ""), wider=True)
