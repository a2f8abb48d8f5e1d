"""Every metric once more, in plain Python over plain rows: no engine, no profiles, no atoms.

`PLAIN[metric](world)` gives the units of a metric, one `Unit` per row of its population, with the
areas and categories it stands in and whether it is in the numerator and in the denominator. What a
cell holds is then a loop over units. `WHOLE[metric](world)` gives figures that are no sum of cells.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import holidays
import numpy as np
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight

from pipelines.contracts import Contracts
from pipelines.ingest import questionnaires

Row = dict[str, Any]
Areas = dict[str, str | None]
NOWHERE: Areas = dict.fromkeys(("gemeente", "wijk", "vestiging", "onderwijssoort"))


@dataclass(frozen=True)
class World:
    tables: dict[str, list[Row]]
    asof: dt.date
    contracts: Contracts

    def __getitem__(self, name: str) -> list[Row]:
        return self.tables[name]

    def norm(self, name: str) -> float:
        return self.contracts.parameters[name].value

    def school(self, code: str | None) -> Areas:
        for row in self["scholen"]:
            if row["vestigingscode"] == code:
                return {
                    "gemeente": row["gemeente"],
                    "wijk": row["wijkcode"],
                    "vestiging": code,
                    "onderwijssoort": row["onderwijssoort"],
                }
        return dict(NOWHERE)

    def enrolled(self, code: str | None, year: str) -> int | None:
        for row in self["leerlingaantallen"]:
            if (row["vestigingscode"], row["schooljaar"]) == (code, year):
                return int(row["leerlingen"])
        return None


@dataclass(frozen=True)
class Unit:
    """`id`: counts once per cell; `above` and `below`: what it adds to numerator and denominator
    (None: it is not in it).
    """

    id: Any
    person: Any
    year: str
    areas: Areas
    cuts: dict[str, Any] = field(default_factory=dict)
    above: int | None = 1
    below: int | None = None


# Dates -----------------------------------------------------------------------------------------


def year_of(day: dt.date) -> str:
    begin = day.year if (day.month, day.day) >= (8, 1) else day.year - 1
    return f"{begin}/{begin + 1}"


def first_of(year: str) -> dt.date:
    return dt.date(int(year[:4]), 8, 1)


def last_of(year: str) -> dt.date:
    return dt.date(int(year[5:]), 7, 31)


def months_on(day: dt.date, months: float) -> dt.date:
    month = day.month - 1 + int(months)
    year, month = day.year + month // 12, month % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def open_until(world: World, begin: dt.date, term: str) -> dt.date:
    return min(world.asof, months_on(begin, world.norm(f"termijn_open_{term}_maanden")))


def years_of(
    world: World, begin: dt.date, end: dt.date | None, term: str
) -> Iterator[tuple[str, Any, Any]]:
    """School years in which a period runs, with its first and last day in each."""
    if begin > world.asof:
        return
    last = min(end or open_until(world, begin, term), world.asof)
    year = year_of(begin)
    while first_of(year) <= last:
        yield year, max(begin, first_of(year)), min(last, last_of(year))
        year = year_of(last_of(year) + dt.timedelta(days=1))


def day_of(year: str, name: str) -> dt.date:
    months = {"oktober": 10, "januari": 1, "april": 4, "juli": 7}
    day, month = int(name.split("_")[0]), months[name.split("_")[1]]
    return dt.date(int(year[:4]) if month >= 8 else int(year[5:]), month, day)


@cache
def _free_days(region: str) -> tuple[Any, Any]:
    return tuple(holidays.NL(categories=(c,), subdiv=region) for c in ("school", "public"))


def _region_of(world: World, z: Row) -> tuple[str | None, dict[str, Any]]:
    """Holiday region of a pupil, and the areas of which delivered days hold."""
    wijken = [w for w in world["gebieden"] if w["vakantieregio"]]
    school = next((s for s in world["scholen"] if s["vestigingscode"] == z["vestigingscode"]), None)
    town = school["gemeente"] if school else z["woongemeente"]
    of_town = {w["vakantieregio"] for w in wijken if w["gemeente"] == town} or {
        s["vakantieregio"] for s in world["scholen"] if s["gemeente"] == town and s["vakantieregio"]
    }
    region = of_town.pop() if len(of_town) == 1 else None
    areas = {"land": "NL", "gemeente": town, "bestuur": None, "school": None}
    if school:
        of_wijk = [w["vakantieregio"] for w in wijken if w["wijk"] == school["wijkcode"]]
        region = school["vakantieregio"] or next(iter(of_wijk), region)
        areas |= {"bestuur": school["bevoegd_gezag"], "school": school["vestigingscode"]}
    elif z["vestigingscode"]:
        return None, dict.fromkeys(areas)
    return region, areas | {"vakantieregio": region}


def is_school_day(
    world: World, places: tuple[str | None, dict[str, Any]], day: dt.date
) -> bool | None:
    """Whether there is school for a pupil on a day; None where nobody can say."""
    if day.weekday() >= 5:
        return False
    region, areas = places
    for scope in ("school", "bestuur", "gemeente", "vakantieregio", "land"):
        told = {
            k["soort"] == "lesdagen"
            for k in world["schoolkalender"]
            if k["geldt_voor"] == scope
            and areas.get(scope) == k["gebied"]
            and k["van"] <= day <= k["tot_en_met"]
        }
        if told:
            return told == {True}
    if region is None or not dt.date(2014, 8, 1) <= day <= dt.date(2030, 7, 31):
        return None
    return not any(day in free for free in _free_days(region))


def school_day_after(world: World, z: Row, begin: dt.date, number: float) -> dt.date | None:
    """The so many-th school day after a day, where every day up to then is known."""
    for places in _places_of(world, z):
        day, count = begin, 0
        while count < number:
            day += dt.timedelta(days=1)
            there = is_school_day(world, places, day)
            if there is None:
                break
            count += there
        else:
            return day
    return None


def _places_of(world: World, z: Row) -> tuple[tuple[str | None, dict[str, Any]], ...]:
    """By the calendar of the school, or else by that of the municipality where the pupil lives."""
    return _region_of(world, z), _region_of(world, z | {"vestigingscode": None})


def school_day_before(world: World, z: Row, day: dt.date, number: float) -> dt.date | None:
    """The so many-th school day up to and with a day, back from it."""
    for places in _places_of(world, z):
        at, count = day, 0
        while (there := is_school_day(world, places, at)) is not None:
            count += there
            if there and count == number:
                return at
            at -= dt.timedelta(days=1)
    return None


def school_days_in(world: World, z: Row, begin: dt.date, end: dt.date) -> int | None:
    """School days of a period, both ends included."""
    days = [begin + dt.timedelta(days=n) for n in range((end - begin).days + 1)]
    for places in _places_of(world, z):
        told = [is_school_day(world, places, day) for day in days]
        if None not in told:
            return sum(map(bool, told))
    return None


def missed_more(world: World, z: Row, number: float) -> dt.date | None:
    """The day on which so many school days were missed and one more.

    None: it cannot be told, or not before the calendar ends.
    """
    found = school_day_after(world, z, z["start_datum"] - dt.timedelta(days=1), number + 1)
    if found:
        return found
    home = _region_of(world, z | {"vestigingscode": None})
    day, count = max(z["start_datum"], dt.date(2014, 8, 1)), 0
    while day < dt.date(2031, 1, 1):
        count += bool(is_school_day(world, home, day))
        if count > number:
            return day
        day += dt.timedelta(days=1)
    return None


# School social work ----------------------------------------------------------------------------


def _placed(world: World, row: Row) -> Areas:
    return world.school(row["vestigingscode"]) | {"aanbieder": row["aanbieder"]}


def _axis(world: World, row: Row) -> str:
    return world.contracts.codes["problematiek"][row["problematiek"]].extra["as"]


def _referred(world: World, row: Row) -> bool:
    return any(v["traject_id"] == row["traject_id"] for v in world["verwijzingen"])


def trajectories(
    date: str,
    above: Callable[[World, Row], Any] = lambda w, t: True,
    where: Callable[[World, Row], Any] = lambda w, t: True,
    weight: Callable[[Row], int] | None = None,
    *,
    share: bool = True,
) -> Callable[[World], Iterator[Unit]]:
    """Trajectories in the school year of a date; `share`: those that hold, of those that count."""

    def units(world: World) -> Iterator[Unit]:
        for t in world["smw_trajecten"]:
            if t[date] is None:
                continue
            counts = bool(where(world, t))
            holds = counts and above(world, t) is True
            value = weight(t) if weight and holds else 1
            yield Unit(
                t["traject_id"],
                t["leerling_id"],
                year_of(t[date]),
                _placed(world, t),
                t | {"as": _axis(world, t), "instrument": _tools(t)},
                value if holds else None,
                1 if share and counts else None,
            )

    return units


def _tools(t: Row) -> str:
    used = set(t["instrumenten"] or ())
    return "_en_".join(n for n in ("ETM", "LIRIK") if n in used) or "geen_instrument"


def _within(world: World, t: Row) -> bool:
    return (t["start_datum"] - t["aanmeld_datum"]).days <= world.norm("norm_smw_start_dagen")


def _begun_within(weeks: int) -> Callable[[World, Row], Any]:
    def begun(_world: World, t: Row) -> bool:
        start = t["start_datum"]
        return start is not None and start <= t["aanmeld_datum"] + dt.timedelta(weeks=weeks)

    return begun


def _thirteen_weeks_ago(date: str) -> Callable[[World, Row], Any]:
    return lambda world, row: row[date] + dt.timedelta(weeks=13) <= world.asof


def _done_within(months: int) -> Callable[[World, Row], Any]:
    def done(_world: World, t: Row) -> bool:
        return t["eind_datum"] is not None and t["eind_datum"] <= months_on(
            t["start_datum"], months
        )

    return done


def _year_ago(world: World, t: Row) -> bool:
    return months_on(t["start_datum"], 12) <= world.asof


def active_pupils(world: World, *, known: bool = False) -> Iterator[Unit]:
    groups = ((3, "tot_en_met_3"), (7, "4_tot_en_met_7"), (11, "8_tot_en_met_11"))
    groups += ((15, "12_tot_en_met_15"), (17, "16_en_17"), (999, "18_en_ouder"))
    for t in world["smw_trajecten"]:
        if t["start_datum"] is None:
            continue
        group = next(name for upper, name in groups if t["leeftijd"] <= upper)
        for year, _begin, _end in years_of(world, t["start_datum"], t["eind_datum"], "traject"):
            counted = world.enrolled(t["vestigingscode"], year) is not None
            yield Unit(
                t["leerling_id"],
                t["leerling_id"],
                year,
                _placed(world, t),
                {"leeftijdsgroep": group, "geslacht": t["geslacht"]},
                1 if counted or not known else None,
            )


def goals(world: World) -> Iterator[Unit]:
    for t in world["smw_trajecten"]:
        if None in (t["eind_datum"], t["doelen_gesteld"], t["doelen_behaald"]):
            continue
        yield Unit(
            t["traject_id"],
            t["leerling_id"],
            year_of(t["eind_datum"]),
            _placed(world, t),
            t,
            t["doelen_behaald"] or None,
            t["doelen_gesteld"] or None,
        )


def _until(world: World, t: Row) -> dt.date:
    return months_on(t["eind_datum"], world.norm("termijn_geen_nieuwe_start_maanden"))


def _observed(world: World, t: Row) -> bool:
    return _until(world, t) <= world.asof


def _no_new_start(world: World, t: Row) -> bool:
    return not any(
        o["leerling_id"] == t["leerling_id"]
        and o["start_datum"] is not None
        and t["eind_datum"] < o["start_datum"] <= _until(world, t)
        for o in world["smw_trajecten"]
    )


def pupils_closed(world: World) -> Iterator[Unit]:
    delivered = {j["woongemeente"] for j in world["jeugdhulp"]}
    closed = [
        t
        for t in world["smw_trajecten"]
        if t["eind_datum"]
        and _observed(world, t)
        and (t["woongemeente"] or world.school(t["vestigingscode"])["gemeente"]) in delivered
    ]
    helped = {
        (t["leerling_id"], year_of(t["eind_datum"]))
        for t in closed
        for j in world["jeugdhulp"]
        if j["leerling_id"] == t["leerling_id"]
        and t["eind_datum"] < j["start_datum"] <= _until(world, t)
    }
    for t in closed:
        year = year_of(t["eind_datum"])
        above = None if (t["leerling_id"], year) in helped else 1
        yield Unit(t["leerling_id"], t["leerling_id"], year, _placed(world, t), t, above, 1)


def caseload(world: World) -> Iterator[Unit]:
    deployed = {(i["vestigingscode"], i["schooljaar"], i["rol"]) for i in world["inzet"]}
    for t in world["smw_trajecten"]:
        if t["start_datum"] is None:
            continue
        for year, begin, end in years_of(world, t["start_datum"], t["eind_datum"], "traject"):
            for name in ("1_oktober", "1_april"):
                open_then = begin <= day_of(year, name) <= end
                if open_then and (t["vestigingscode"], year, t["rol"]) in deployed:
                    yield Unit(
                        (t["traject_id"], name),
                        t["leerling_id"],
                        year,
                        world.school(t["vestigingscode"]),
                        t,
                    )


# Referrals -------------------------------------------------------------------------------------


def referrals(
    above: Callable[[World, Row], Any] = lambda w, v: True,
    where: Callable[[World, Row], Any] = lambda w, v: True,
    date: str = "verwijs_datum",
    *,
    share: bool = True,
) -> Callable[[World], Iterator[Unit]]:
    def units(world: World) -> Iterator[Unit]:
        for v in world["verwijzingen"]:
            if v[date] is None or (date == "overleg_datum" and not _discussed(world, v)):
                continue
            counts = bool(where(world, v))
            yield Unit(
                v["verwijzing_id"],
                v["leerling_id"],
                year_of(v[date]),
                world.school(v["vestigingscode"]),
                v,
                1 if counts and above(world, v) is True else None,
                1 if share and counts else None,
            )

    return units


def _discussed(world: World, v: Row) -> bool:
    return v["overleg"] != "geen" and v["overleg_datum"] <= world.asof


def _helped_in_time(world: World, v: Row) -> bool:
    started = v["start_hulp_datum"]
    norm = world.norm("norm_hulp_start_dagen")
    return started is not None and (started - v["overleg_datum"]).days <= norm


def _helped_within(weeks: int) -> Callable[[World, Row], Any]:
    def helped(_world: World, v: Row) -> bool:
        start = v["start_hulp_datum"]
        return start is not None and start <= v["overleg_datum"] + dt.timedelta(weeks=weeks)

    return helped


def _document(world: World, v: Row) -> Any:
    found = [t for t in world["smw_trajecten"] if t["traject_id"] == v["traject_id"]]
    return found[0]["toeleidingsdocument"] if found else None


# Means -----------------------------------------------------------------------------------------


def deployed(
    above: Callable[[World, Row], Any] = lambda w, i: True,
    where: Callable[[World, Row], Any] = lambda w, i: True,
    *,
    hours: bool = True,
) -> Callable[[World], Iterator[Unit]]:
    def units(world: World) -> Iterator[Unit]:
        for n, i in enumerate(world["inzet"]):
            counts = bool(where(world, i))
            holds = counts and above(world, i) is True
            value = round(i["uren"] * 100) if hours else 1
            below = 1 if counts and not hours else None
            areas = world.school(i["vestigingscode"])
            yield Unit(n, None, i["schooljaar"], areas, i, value if holds else None, below)

    return units


def costed(world: World) -> Iterator[Unit]:
    known = {
        (i["vestigingscode"], i["schooljaar"], i["rol"])
        for i in world["inzet"]
        if i["kosten"] is not None
    }
    for t in world["smw_trajecten"]:
        if t["start_datum"] is None:
            continue
        year = year_of(t["start_datum"])
        below = 1 if (t["vestigingscode"], year, t["rol"]) in known else None
        yield Unit(
            t["traject_id"], t["leerling_id"], year, _placed(world, t), t, above=None, below=below
        )


def schools_by_spread(world: World) -> Iterator[Unit]:
    wijken: dict[tuple[str, str], set[str]] = defaultdict(set)
    caseloads: dict[tuple[str, str], int] = defaultdict(int)
    for t in world["smw_trajecten"]:
        if t["start_datum"] is None:
            continue
        for year, _begin, _end in years_of(world, t["start_datum"], t["eind_datum"], "traject"):
            place = (year, t["vestigingscode"])
            caseloads[place] += 1
            wijken[place] |= {t["wijkcode"]} - {None}
    least, busy = world.norm("xtra_minimum_wijken"), world.norm("xtra_minimum_caseload")
    for (year, school), caseload_of in caseloads.items():
        holds = len(wijken[year, school]) >= least and caseload_of >= busy
        areas = world.school(school)
        yield Unit(school, school, year, areas, {}, 1 if holds else None, 1)


def activities(kind: str, *, people: bool = False) -> Callable[[World], Iterator[Unit]]:
    def units(world: World) -> Iterator[Unit]:
        for a in world["activiteiten"]:
            if world.contracts.codes["vorm"][a["vorm"]].extra["groep"] != kind:
                continue
            place = world.school(a["vestigingscode"])
            if place["vestiging"] is None and a["wijkcode"]:
                place |= {"wijk": a["wijkcode"], "gemeente": "GM" + a["wijkcode"][2:6]}
            for n in range(a["deelnemers"] if people else 1):
                key = (a["activiteit_id"], n)
                yield Unit(key, key if people else None, year_of(a["datum"]), place, a)

    return units


def group_or_alone(world: World) -> Iterator[Unit]:
    for unit in activities("groepsaanbod", people=True)(world):
        yield Unit(unit.id, unit.person, unit.year, unit.areas, {}, 1, 1)
    for t in world["smw_trajecten"]:
        if t["start_datum"] and t["werkvorm"] == "individueel":
            place = world.school(t["vestigingscode"])
            year = year_of(t["start_datum"])
            yield Unit(t["traject_id"], t["leerling_id"], year, place, {}, None, 1)


def schools_that_agree(world: World) -> Iterator[Unit]:
    agreed = world["schoolafspraken"]
    delivered = {
        (world.school(a["vestigingscode"])["gemeente"], a["schooljaar"]) for a in agreed
    } - {(None, y) for y in {a["schooljaar"] for a in agreed}}
    for gemeente, year in delivered:
        for school in world["scholen"]:
            if school["gemeente"] != gemeente:
                continue
            code = school["vestigingscode"]
            themes = {
                a["thema"]
                for a in agreed
                if (a["vestigingscode"], a["schooljaar"]) == (code, year)
                and a["afgesproken_op"] <= day_of(year, "1_oktober")
            }
            for theme in themes or {None}:
                above = 1 if theme else None
                yield Unit(code, None, year, world.school(code), {"thema": theme}, above, 1)


def agreed_themes(world: World) -> Iterator[Unit]:
    for n, a in enumerate(world["schoolafspraken"]):
        done = any(
            b["vestigingscode"] == a["vestigingscode"]
            and b["thema"] == a["thema"]
            and year_of(b["datum"]) == a["schooljaar"]
            for b in world["activiteiten"]
        )
        areas = world.school(a["vestigingscode"])
        yield Unit(n, None, a["schooljaar"], areas, a, 1 if done else None, 1)


def means(world: World) -> Iterator[Unit]:
    partnership = {s["vestigingscode"]: s["samenwerkingsverband"] for s in world["scholen"]}
    points: dict[tuple[str, int], float] = defaultdict(float)
    for s in world["achterstandsscores"]:
        if partnership.get(s["vestigingscode"]):
            points[partnership[s["vestigingscode"]], s["jaar"]] += s["score"]
    for (name, year), score in points.items():
        enough = round(score, 6) >= world.norm("grens_achterstandsscore")
        cents = round(score * world.norm("bedrag_per_achterstandsscore") * 100) if enough else 0
        label = f"{year}/{year + 1}"
        yield Unit((name, year), None, label, {}, {"samenwerkingsverband": name}, cents)


# Suspensions -----------------------------------------------------------------------------------

SUSPENSION = ("schorsing_intern", "schorsing_extern")


def suspensions(
    where: Callable[[World, Row], Any],
    above: Callable[[World, Row], Any] = lambda w, s: True,
    *,
    pupils: bool = False,
    share: bool = False,
    days: bool = False,
) -> Callable[[World], Iterator[Unit]]:
    def units(world: World) -> Iterator[Unit]:
        for s in world["schorsingen"]:
            counts = bool(where(world, s))
            holds = counts and above(world, s) is True
            yield Unit(
                s["leerling_id"] if pupils else s["schorsing_id"],
                s["leerling_id"],
                year_of(s["start_datum"]),
                world.school(s["vestigingscode"]),
                s,
                (s["schooldagen"] if days else 1) if holds else None,
                1 if share and counts else None,
            )

    return units


def _suspended(world: World, s: Row) -> bool:
    return s["soort"] in SUSPENSION


def _suspended_known(world: World, s: Row) -> bool:
    known = world.enrolled(s["vestigingscode"], year_of(s["start_datum"])) is not None
    return known and _suspended(world, s)


def _again(world: World, s: Row) -> bool:
    same = [
        o
        for o in world["schorsingen"]
        if o["leerling_id"] == s["leerling_id"]
        and year_of(o["start_datum"]) == year_of(s["start_datum"])
        and _suspended(world, o)
    ]
    return len(same) >= 2


# Absence ---------------------------------------------------------------------------------------


def _absent(world: World) -> Iterator[tuple[Row, dt.date, str]]:
    """Periods of thuiszitten: row, the day from which, category."""
    boundary = world.norm("grens_langdurig_relatief_schooldagen")
    for z in world["thuiszitters"]:
        if z["soort"] == "absoluut":
            since, category = z["start_datum"], "absoluut"
        elif z["soort"] == "relatief":
            since, category = missed_more(world, z, boundary), "langdurig_relatief"
        else:
            continue
        if since and (z["eind_datum"] is None or z["eind_datum"] >= since):
            yield z, since, category


def _home(world: World, z: Row) -> Areas:
    return world.school(z["vestigingscode"]) | {"gemeente": z["woongemeente"]}


def absent_in_year(
    above: Callable[[World, Row, Any], Any] = lambda w, z, end: True,
    where: Callable[[World, Row, Any], Any] = lambda w, z, end: True,
    *,
    share: bool = False,
) -> Callable[[World], Iterator[Unit]]:
    def units(world: World) -> Iterator[Unit]:
        for z, since, category in _absent(world):
            for year, _begin, end in years_of(world, since, z["eind_datum"], "verzuim"):
                counts = bool(where(world, z, end))
                yield Unit(
                    z["leerling_id"],
                    z["leerling_id"],
                    year,
                    _home(world, z),
                    {"categorie": category},
                    1 if counts and above(world, z, end) is True else None,
                    1 if share and counts else None,
                )

    return units


def absent_on_days(world: World) -> Iterator[Unit]:
    for z, since, category in _absent(world):
        for year, begin, end in years_of(world, since, z["eind_datum"], "verzuim"):
            for name in ("1_oktober", "1_januari", "1_april", "31_juli"):
                if begin <= day_of(year, name) <= end:
                    cuts = {"peildag": name, "categorie": category}
                    child = z["leerling_id"]
                    yield Unit(child, child, year, _home(world, z), cuts)


def _long(world: World, z: Row, end: dt.date) -> bool:
    return months_on(z["start_datum"], world.norm("grens_thuiszitter_lang_maanden")) < end


def ended_absence(world: World) -> Iterator[Unit]:
    back = ("terug_eigen_school", "andere_school", "onderwijszorgarrangement")
    for z, _since, _category in _absent(world):
        if z["eind_datum"]:
            above = 1 if z["resultaat"] in back else None
            year = year_of(z["eind_datum"])
            yield Unit(z["verzuim_id"], z["leerling_id"], year, _home(world, z), {}, above, 1)


def first_actions(world: World) -> Iterator[Unit]:
    norm = world.norm("norm_eerste_actie_schooldagen")
    for z, since, _category in _absent(world):
        if since > world.asof:
            continue
        acted = z["eerste_actie_datum"]
        late = school_day_after(world, z, z["start_datum"], norm + 1)
        if late is None or (acted is None and late > world.asof):
            in_time = None
        else:
            in_time = acted is not None and acted < late
        above, below = 1 if in_time else None, None if in_time is None else 1
        yield Unit(
            z["verzuim_id"], z["leerling_id"], year_of(since), _home(world, z), {}, above, below
        )


def signals(world: World) -> Iterator[Unit]:
    """Sixteen hours in four weeks of school, as far as hours per period can tell."""
    limit, length = (
        int(world.norm(f"grens_signaal_verzuim_{unit}")) for unit in ("uren", "schooldagen")
    )
    one = dt.timedelta(days=1)
    periods = [
        (z, z["start_datum"], min(z["eind_datum"] or world.asof, world.asof))
        for z in world["thuiszitters"]
        if z["soort"] == "relatief" and z["start_datum"] <= world.asof
    ]

    def hours(z: Row) -> float | None:
        over = z["eind_datum"] is not None and z["eind_datum"] <= world.asof
        return z["uren_verzuim"] if over else None

    for z, begin, end in periods:
        own = [p for p in periods if p[0]["leerling_id"] == z["leerling_id"]]
        found: bool | None = None
        earliest = school_day_before(world, z, begin - one, length - 1)
        after = school_day_after(world, z, end, length)
        if earliest and after:
            near = [hours(o) for o, b, e in own if b < after and e >= earliest]
            if None not in near and sum(h or 0 for h in near) < limit:
                found = False
        for other, first, _last in own:
            past = school_day_after(world, other, first - one, length + 1)
            if past is None or begin < first or end >= past:
                continue
            inside = [hours(o) or 0 for o, b, e in own if first <= b and e < past]
            if sum(inside) >= limit:
                found = True
        count = school_days_in(world, z, begin, end)
        if count is not None and (hours(z) or 0) / max(1, math.ceil(count / length)) >= limit:
            found = True
        below = None if found is None else 1
        yield Unit(
            z["verzuim_id"],
            z["leerling_id"],
            year_of(begin),
            _home(world, z),
            {},
            1 if found else None,
            below,
        )


def exempt(world: World) -> Iterator[Unit]:
    for z in world["thuiszitters"]:
        if z["soort"] == "vrijstelling_5a":
            for year, _b, _e in years_of(world, z["start_datum"], z["eind_datum"], "verzuim"):
                yield Unit(z["leerling_id"], z["leerling_id"], year, _home(world, z))


# Evaluation and transitions --------------------------------------------------------------------

_ITEMS = {i.id: i for q in questionnaires.load().values() for i in q.items}


_JUDGED = {1: "oneens", 2: "oneens", 3: "neutraal", 4: "eens", 5: "eens"}
_FIVE = {
    "bereikbaarheid": "bereikbaarheid",
    "multidisciplinaire_samenwerking": "samenwerking_taken",
    "visie_taakverdeling": "samenwerking_taken",
    "preventie_vroegsignalering": "preventie",
    "toeleiding": "toeleiding_doorlopend",
    "doorgaande_lijnen": "toeleiding_doorlopend",
    "integrale_arrangementen": "aanbod_resultaat",
    "resultaat": "aanbod_resultaat",
}


def _respondent_place(world: World, a: Row) -> Areas:
    place = world.school(a["vestigingscode"])
    if place["gemeente"] is None and a["wijkcode"]:
        place["gemeente"] = "GM" + a["wijkcode"][2:6]
    place["wijk"] = place["wijk"] or a["wijkcode"]
    there = {
        t["aanbieder"]
        for t in world["smw_trajecten"]
        if t["start_datum"]
        and t["vestigingscode"] == a["vestigingscode"]
        and year_of(t["start_datum"]) == a["ronde"]
    }
    return place | {"aanbieder": there.pop() if len(there) == 1 else None}


def _asked(a: Row) -> dict[str, Any]:
    item = _ITEMS[a["vraag_id"]]
    return {
        "groep": a["groep"],
        "vraag": item.id,
        "evaluatiethema": item.theme,
        "hoofdthema": _FIVE[item.theme],
        "deel": item.part,
        "score": a["score"],
        "oordeel": _JUDGED.get(a["score"]),
    }


def respondents(world: World) -> Iterator[Unit]:
    for a in world["evaluatie_antwoorden"]:
        answered = a["score"] is not None or a["nvt"] is True
        yield Unit(
            a["antwoord_id"],
            a["antwoord_id"],
            a["ronde"],
            _respondent_place(world, a),
            _asked(a),
            1 if answered else None,
            1,
        )


def answers(
    above: Callable[[Row], Any] = lambda a: True, *, score: bool = False
) -> Callable[[World], Iterator[Unit]]:
    def units(world: World) -> Iterator[Unit]:
        for n, a in enumerate(world["evaluatie_antwoorden"]):
            if a["score"] is None:
                continue
            value = (a["score"] if score else 1) if above(a) else None
            place = _respondent_place(world, a)
            yield Unit(n, a["antwoord_id"], a["ronde"], place, _asked(a), value, 1)

    return units


def transitions(*, supported: bool) -> Callable[[World], Iterator[Unit]]:
    def units(world: World) -> Iterator[Unit]:
        term = dt.timedelta(weeks=world.norm("termijn_doorlopende_ondersteuning_weken"))
        for o in world["overgangen"]:
            until, after = o["datum"] + term, o["ondersteuning_na_datum"]
            goes_on = after is not None and after <= min(until, world.asof)
            if supported:
                below = 1 if o["ondersteuning_voor"] and (goes_on or until <= world.asof) else None
                above = 1 if below and goes_on else None
            else:
                above, below = 1 if o["warme_overdracht"] else None, 1
            place = world.school(o["van_vestigingscode"] or o["naar_vestigingscode"])
            year = year_of(o["datum"])
            yield Unit(o["overgang_id"], o["leerling_id"], year, place, o, above, below)

    return units


# Youth care ------------------------------------------------------------------------------------


def _lives(j: Row) -> Areas:
    return {"gemeente": j["woongemeente"]}


def children(world: World) -> Iterator[Unit]:
    for j in world["jeugdhulp"]:
        for year, _b, _e in years_of(world, j["start_datum"], j["eind_datum"], "jeugdhulp"):
            yield Unit(j["leerling_id"], j["leerling_id"], year, _lives(j), j)


def provisions(world: World) -> Iterator[Unit]:
    for j in world["jeugdhulp"]:
        year = year_of(j["start_datum"])
        yield Unit(j["toewijzing_id"], j["leerling_id"], year, _lives(j), j)


def heavier(world: World) -> Iterator[Unit]:
    for j in world["jeugdhulp"]:
        until = months_on(j["start_datum"], world.norm("termijn_zwaardere_zorg_maanden"))
        counts = until <= world.asof and j["niveau"] is not None
        followed = counts and any(
            o["leerling_id"] == j["leerling_id"]
            and j["start_datum"] < o["start_datum"] <= until
            and (o["niveau"] or 0) > j["niveau"]
            for o in world["jeugdhulp"]
        )
        yield Unit(
            j["toewijzing_id"],
            j["leerling_id"],
            year_of(j["start_datum"]),
            _lives(j),
            j,
            1 if followed else None,
            1 if counts else None,
        )


def _half_up(value: float) -> int:
    return math.floor(value + 0.5)


def euros(kind: str) -> Callable[[World], Iterator[Unit]]:
    def units(world: World) -> Iterator[Unit]:
        for j in world["jeugdhulp"]:
            for year, begin, end in years_of(world, j["start_datum"], j["eind_datum"], "jeugdhulp"):
                days = (end - begin).days + 1
                amount = _granted(j, year, days) if kind == "granted" else _declared(world, j, days)
                euro = None if amount is None else _half_up(amount)
                if euro:
                    key = (j["toewijzing_id"], year)
                    yield Unit(key, j["leerling_id"], year, _lives(j), j, euro)

    return units


def _granted(j: Row, year: str, days: int) -> float | None:
    if j["eind_datum"] is None:
        part = 1.0 if year_of(j["start_datum"]) == year else 0.0
    else:
        part = days / ((j["eind_datum"] - j["start_datum"]).days + 1)
    length = (last_of(year) - first_of(year)).days + 1
    times = {"1": float(days), "2": days / 7, "4": 12 * days / length, "6": part}.get(
        j["frequentie"]
    )
    price = 1.0 if j["eenheid"] == "83" else j["tarief"]
    if None not in (j["volume"], times, price):
        return float(j["volume"] * times * price)
    return None if j["bedrag_toegekend"] is None else float(j["bedrag_toegekend"] * part)


def _declared(world: World, j: Row, days: int) -> float | None:
    last = min(j["eind_datum"] or open_until(world, j["start_datum"], "jeugdhulp"), world.asof)
    whole = (last - j["start_datum"]).days + 1
    amount = j["bedrag_gedeclareerd"]
    return None if amount is None else amount * days / whole


# The catalogue ---------------------------------------------------------------------------------


def _reason(*reasons: str) -> Callable[[World, Row], bool]:
    return lambda w, t: t["afsluitreden"] in reasons


def _recorded(column: str) -> Callable[[World, Row], bool]:
    return lambda w, t: t[column] is not None


def _yes(column: str) -> Callable[[World, Row], bool]:
    return lambda w, t: t[column] is True


def _mark(who: str) -> dict[str, Callable[[World], Iterator[Unit]]]:
    column = f"tevredenheid_{who}"
    known = _recorded(column)
    return {
        f"smw_{column}": trajectories(
            "eind_datum", where=known, weight=lambda t: _half_up(t[column] * 10)
        ),
        f"smw_{column}_7": trajectories("eind_datum", lambda w, t: t[column] >= 7, known),
        f"smw_{column}_respons": trajectories("eind_datum", known),
    }


PLAIN: dict[str, Callable[[World], Iterable[Unit]]] = {
    "smw_trajecten": trajectories("start_datum", share=False),
    "smw_leerlingen": active_pupils,
    "smw_bereik": lambda w: active_pupils(w, known=True),
    "smw_aanmelder": trajectories("aanmeld_datum"),
    "smw_problematiek": trajectories("start_datum"),
    "smw_preventieniveau": trajectories("start_datum"),
    "smw_wettelijk_kader": trajectories("start_datum"),
    "smw_oorzaak_thuis": trajectories(
        "start_datum",
        lambda w, t: t["oorzaak"] == "thuis",
        lambda w, t: t["dreigende_uitval"] and t["oorzaak"] not in (None, "onbekend"),
    ),
    "smw_ouders_betrokken": trajectories(
        "start_datum", _yes("ouders_betrokken"), _recorded("ouders_betrokken")
    ),
    "smw_informeel_netwerk": trajectories(
        "start_datum", _yes("informeel_netwerk"), _recorded("informeel_netwerk")
    ),
    "smw_binnen_norm": trajectories("start_datum", _within),
    **{
        f"smw_start_weken_{n}": trajectories(
            "aanmeld_datum", _begun_within(n), _thirteen_weeks_ago("aanmeld_datum")
        )
        for n in (1, 2, 4, 8, 13)
    },
    **{
        f"smw_klaar_maanden_{n}": trajectories("start_datum", _done_within(n), _year_ago)
        for n in (3, 6, 12)
    },
    **{
        f"vw_start_weken_{n}": referrals(
            _helped_within(n), _thirteen_weeks_ago("overleg_datum"), "overleg_datum"
        )
        for n in (1, 2, 4, 8, 13)
    },
    "smw_afgesloten": trajectories(
        "start_datum",
        lambda w, t: (
            t["eind_datum"] is not None and year_of(t["eind_datum"]) == year_of(t["start_datum"])
        ),
    ),
    "smw_uren": trajectories(
        "eind_datum", where=_recorded("uren"), weight=lambda t: _half_up(t["uren"] * 10)
    ),
    "smw_caseload": caseload,
    "smw_toeleidingsdocument": referrals(
        _document,
        lambda w, v: (
            v["bestemming"] in ("wijkteam", "lokaal_team", "jeugdhulp_tweedelijn")
            and _document(w, v) is not None
        ),
    ),
    "smw_instrumenten": trajectories(
        "start_datum",
        lambda w, t: _tools(t) != "geen_instrument",
        lambda w, t: _axis(w, t) == "veiligheid" or _referred(w, t),
    ),
    "smw_smart": trajectories("start_datum", lambda w, t: (t["doelen_gesteld"] or 0) >= 1),
    "smw_doelrealisatie": goals,
    "smw_volgens_plan": trajectories("eind_datum", _reason("volgens_plan")),
    "smw_uitval": trajectories("eind_datum", _reason("eenzijdig_client", "eenzijdig_aanbieder")),
    "smw_afsluitreden": trajectories("eind_datum"),
    **_mark("leerling"),
    **_mark("ouder"),
    "smw_zonder_hulp_verder": trajectories(
        "eind_datum", lambda w, t: t["vervolg"] in ("geen", "nazorg"), _recorded("vervolg")
    ),
    "smw_geen_nieuwe_start": trajectories("eind_datum", _no_new_start, _observed),
    "smw_geen_tweedelijn": pupils_closed,
    "vw_aantal": referrals(share=False),
    "vw_stroom": referrals(share=False),
    "vw_start_binnen_norm": referrals(_helped_in_time, date="overleg_datum"),
    "vw_acceptatie": referrals(
        lambda w, v: v["status"] != "afgewezen",
        lambda w, v: v["status"] in ("geaccepteerd", "gestart", "afgewezen"),
    ),
    "vw_terugkoppeling": referrals(_recorded("terugkoppeling_datum")),
    "vw_informeel": referrals(lambda w, v: v["bestemming"] in ("informeel_netwerk", "vrije_tijd")),
    "vw_verwijsgraad": trajectories("eind_datum", _referred),
    "inzet_uren": deployed(),
    "inzet_per_100": deployed(
        where=lambda w, i: w.enrolled(i["vestigingscode"], i["schooljaar"]) is not None
    ),
    "inzet_aanvullend": deployed(
        lambda w, i: bool(i["doel_afgesproken"] and i["van"] and i["tot"]),
        lambda w, i: i["inzetsoort"] == "aanvullend",
        hours=False,
    ),
    "inzet_kosten_per_traject": costed,
    "xtra_spreiding_scholen": schools_by_spread,
    "xtra_uren": deployed(where=lambda w, i: i["inzetsoort"] == "smw_xtra"),
    "groep_deelname": activities("groepsaanbod", people=True),
    "groep_deelname_activiteiten": activities("groepsaanbod"),
    "groep_aandeel": group_or_alone,
    "thema_afgesproken": schools_that_agree,
    "thema_uitgevoerd": agreed_themes,
    "jw_vormen": activities("jongerenwerk"),
    "jw_vormen_deelnemers": activities("jongerenwerk", people=True),
    "middelen_achterstand": means,
    "sch_aantal": suspensions(_suspended),
    "sch_per_1000": suspensions(_suspended_known, pupils=True),
    "sch_per_1000_schorsingen": suspensions(_suspended_known),
    "sch_dagen": suspensions(_suspended_known, days=True),
    "sch_herhaald": suspensions(_suspended, _again, pupils=True, share=True),
    "sch_gemeld": suspensions(
        lambda w, s: _suspended(w, s) and s["schooldagen"] > 1, _yes("gemeld_inspectie"), share=True
    ),
    "sch_verwijderd": suspensions(lambda w, s: s["soort"] == "verwijdering"),
    "thuis_jaar": absent_in_year(),
    "thuis_jaar_per_1000": absent_in_year(),
    "thuis_peildatum": absent_on_days,
    "thuis_3_maanden": absent_in_year(_long),
    "thuis_terug": ended_absence,
    "thuis_eerste_actie": first_actions,
    "thuis_hulp": absent_in_year(
        lambda w, z, end: z["betrokken_hulp"],
        lambda w, z, end: z["betrokken_hulp"] is not None,
        share=True,
    ),
    "thuis_signaal": signals,
    "thuis_vrijstelling": exempt,
    "ev_respons": respondents,
    "ev_score": answers(score=True),
    "ev_score_eens": answers(lambda a: a["score"] >= 4),
    "ev_oordeel": answers(),
    "ev_score_verdeling": answers(),
    "lijn_warm": transitions(supported=False),
    "lijn_ondersteuning": transitions(supported=True),
    "jh_jeugdigen": children,
    "jh_jeugdigen_per_100": children,
    "jh_instroom": provisions,
    "jh_zwaarder": heavier,
    "jh_kosten_toegekend": euros("granted"),
    "jh_kosten_gedeclareerd": euros("declared"),
}

# Public numbers --------------------------------------------------------------------------------


def _pupils(world: World) -> Iterator[tuple[str, Areas, dict[str, Any], float]]:
    for row in world["leerlingaantallen"]:
        yield row["schooljaar"], world.school(row["vestigingscode"]), {}, row["leerlingen"]


def _jobs(world: World) -> Iterator[tuple[str, Areas, dict[str, Any], float]]:
    for i in world["inzet"]:
        for name in ("1_oktober", "1_april"):
            if day_of(i["schooljaar"], name) <= world.asof:
                jobs = i["uren"] / world.norm("uren_per_fte_per_jaar")
                yield i["schooljaar"], world.school(i["vestigingscode"]), {"rol": i["rol"]}, jobs


def _costs(world: World) -> Iterator[tuple[str, Areas, dict[str, Any], float]]:
    for i in world["inzet"]:
        if i["kosten"] is not None:
            place = world.school(i["vestigingscode"])
            yield i["schooljaar"], place, {"rol": i["rol"]}, i["kosten"]


BASES = {"leerlingen": _pupils, "voltijdbanen": _jobs, "kosten_van_inzet": _costs}

# Figures that are no sum of cells --------------------------------------------------------------

Cell = tuple[str, str, str, str, str]  # year, level, area, breakdown, category
Whole = dict[tuple[Cell, str], tuple[float | None, int]]  # with maat -> value, persons


def _quantile(waits: list[tuple[int, bool]], at: float) -> float | None:
    """Smallest value that a share `at` does not exceed; by statsmodels where some still run.

    Its own `quantile` asks for more than the share; here at least the share is enough.
    """
    if not any(running for _days, running in waits):
        return float(sorted(d for d, _r in waits)[math.ceil(round(at * len(waits), 9)) - 1])
    days, running = zip(*waits, strict=True)
    if all(running):
        return None
    curve = SurvfuncRight(np.array(days, float), 1 - np.array(running, int))
    pairs = zip(curve.surv_times, curve.surv_prob, strict=True)
    return next((float(day) for day, left in pairs if left <= 1 - at + 1e-9), None)


def _by_municipality(
    rows: Iterable[tuple[str, str | None, str, int, bool]], quantiles: dict[str, float]
) -> Whole:
    """rows: year, municipality, child, value, still running."""
    groups: dict[tuple[str, str], list[tuple[str, int, bool]]] = defaultdict(list)
    for year, area, child, value, running in rows:
        if area is not None:
            groups[year, area].append((child, value, running))
    return {
        ((year, "gemeente", area, "", ""), name): (
            _quantile([(v, r) for _c, v, r in found], at),
            len({c for c, _v, _r in found}),
        )
        for (year, area), found in groups.items()
        for name, at in quantiles.items()
    }


BOTH = {"mediaan": 0.5, "p90": 0.9}


def waits_smw(world: World) -> Whole:
    return _by_municipality(
        (
            (
                year_of(t["start_datum"]),
                world.school(t["vestigingscode"])["gemeente"],
                t["leerling_id"],
                (t["start_datum"] - t["aanmeld_datum"]).days,
                False,
            )
            for t in world["smw_trajecten"]
            if t["start_datum"]
        ),
        BOTH,
    )


def durations(world: World) -> Whole:
    return _by_municipality(
        (
            (
                year_of(t["eind_datum"]),
                world.school(t["vestigingscode"])["gemeente"],
                t["leerling_id"],
                (t["eind_datum"] - t["start_datum"]).days,
                False,
            )
            for t in world["smw_trajecten"]
            if t["start_datum"] and t["eind_datum"]
        ),
        {"mediaan": 0.5},
    )


def waits_help(world: World) -> Whole:
    def rows() -> Iterator[tuple[str, str | None, str, int, bool]]:
        for v in world["verwijzingen"]:
            if v["overleg_datum"] is None or not _discussed(world, v):
                continue
            if v["status"] in ("afgewezen", "ingetrokken"):
                continue
            started = v["start_hulp_datum"]
            running = started is None or started > world.asof
            until = started
            if running:
                until = open_until(world, v["overleg_datum"], "verwijzing")
            yield (
                year_of(v["overleg_datum"]),
                world.school(v["vestigingscode"])["gemeente"],
                v["leerling_id"],
                (until - v["overleg_datum"]).days,
                running,
            )

    return _by_municipality(rows(), BOTH)


def weeks_home(world: World) -> Whole:
    def rows() -> Iterator[tuple[str, str | None, str, int, bool]]:
        for z, since, _category in _absent(world):
            if since > world.asof:
                continue
            running = z["eind_datum"] is None or z["eind_datum"] > world.asof
            until = z["eind_datum"]
            if running:
                until = open_until(world, z["start_datum"], "verzuim")
            weeks = (until - z["start_datum"]).days // 7
            yield year_of(since), z["woongemeente"], z["leerling_id"], weeks, running

    return _by_municipality(rows(), {"mediaan": 0.5})


def spread_over_wijken(world: World) -> Whole:
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for t in world["smw_trajecten"]:
        if t["start_datum"]:
            for year, _b, _e in years_of(world, t["start_datum"], t["eind_datum"], "traject"):
                found[year, t["vestigingscode"]].append(t)
    return {
        ((year, "vestiging", school, "", ""), ""): (
            float(len({t["wijkcode"] for t in rows} - {None})),
            len({t["leerling_id"] for t in rows}),
        )
        for (year, school), rows in found.items()
    }


def _difference(first: dict[Any, list[int]], second: dict[Any, list[int]]) -> Any:
    """Value, persons and Welch's interval by scipy; None below two persons in a group."""
    if min(len(first), len(second)) < 2:
        return None
    a, b = ([float(np.mean(v)) for v in group.values()] for group in (first, second))
    return np.mean(a) - np.mean(b), min(len(a), len(b)), a, b


def welch(a: list[float], b: list[float]) -> tuple[float, float]:
    if len({*a}) == 1 and len({*b}) == 1:
        return a[0] - b[0], a[0] - b[0]
    with warnings.catch_warnings():  # one group without variance makes scipy doubt itself
        warnings.simplefilter("ignore", RuntimeWarning)
        found = stats.ttest_ind(a, b, equal_var=False).confidence_interval()
    return float(found.low), float(found.high)


def between_parties(world: World) -> dict[tuple[Cell, str], Any]:
    found: dict[tuple[Cell, str], Any] = {}
    scored = [a for a in world["evaluatie_antwoorden"] if a["score"] is not None]
    for first, second in (
        ("school", "smw_aanbieder"),
        ("school", "wijkteam"),
        ("smw_aanbieder", "wijkteam"),
    ):
        for year in {a["ronde"] for a in scored}:
            for theme in {_ITEMS[a["vraag_id"]].theme for a in scored}:
                groups: dict[str, dict[str, list[int]]] = {first: {}, second: {}}
                for a in scored:
                    on_theme = _ITEMS[a["vraag_id"]].theme == theme and a["ronde"] == year
                    if on_theme and a["groep"] in groups:
                        own = groups[a["groep"]].setdefault(a["antwoord_id"], [])
                        own.append(a["score"])
                category = f"{first}_min_{second}>{theme}"
                cell = (year, "totaal", "", "paar_evaluatiethema", category)
                found[cell, ""] = _difference(groups[first], groups[second])
    return {key: value for key, value in found.items() if value}


def between_rounds(world: World) -> dict[tuple[Cell, str], Any]:
    found: dict[tuple[Cell, str], Any] = {}
    scored = [a for a in world["evaluatie_antwoorden"] if a["score"] is not None]
    for year in {a["ronde"] for a in scored}:
        before = f"{int(year[:4]) - 1}/{year[:4]}"
        asked = [{a["vraag_id"] for a in scored if a["ronde"] == y} for y in (year, before)]
        same = asked[0] & asked[1]
        for theme in ("", *{_ITEMS[q].theme for q in same}):
            groups: list[dict[str, list[int]]] = [{}, {}]
            for a in scored:
                fits = a["vraag_id"] in same and theme in ("", _ITEMS[a["vraag_id"]].theme)
                if fits and a["ronde"] in (year, before):
                    group = groups[0 if a["ronde"] == year else 1]
                    group.setdefault(a["antwoord_id"], []).append(a["score"])
            cell = (year, "totaal", "", "evaluatiethema" if theme else "", theme)
            found[cell, ""] = _difference(*groups)
    return {key: value for key, value in found.items() if value}


WHOLE: dict[str, Callable[[World], Any]] = {
    "smw_wachttijd": waits_smw,
    "smw_doorlooptijd": durations,
    "vw_wachttijd": waits_help,
    "thuis_duur": weeks_home,
    "xtra_spreiding": spread_over_wijken,
    "ev_verschil": between_parties,
    "ev_trend": between_rounds,
}
