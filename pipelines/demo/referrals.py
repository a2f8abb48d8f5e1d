"""Referrals that follow from trajectories, and what they add to the trajectory itself."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.demo.calendar import (
    LAST_START,
    NO_DATE,
    YEARS,
    Bools,
    Dates,
    Floats,
    Ints,
    Texts,
    days,
    to_weekday,
    year_of,
)
from pipelines.demo.chance import (
    blank,
    chance,
    members,
    pick,
    pick_by,
    scale_for,
    text_series,
)
from pipelines.demo.places import KOLIBRI, MAATWERK, SPECIAL, VLIEGERHOF
from pipelines.demo.trajectories import SAFETY, Trajectories

STARTED_IN_TIME = 0.65
"""Of the referrals after an overleg: help begun within 14 days of it (de Meierij promises this)."""
NORM_DAYS = 14

_MEETING = {
    "bo": {"OZO": 0.80, "MDO": 0.06, "geen": 0.14},
    "vo": {"SOT": 0.56, "ZAT": 0.24, "MDO": 0.06, "geen": 0.14},
    "speciaal": {"MDO": 0.55, "SOT": 0.22, "ZAT": 0.09, "geen": 0.14},
}
_TO = {
    "primair": {
        "informeel_netwerk": 18,
        "vrije_tijd": 17,
        "cjg": 25,
        "wijkteam": 17,
        "jgz": 12,
        "smw_xtra": 3,
        "anders": 8,
    },
    "secundair": {
        "wijkteam": 33,
        "cjg": 18,
        "lokaal_team": 10,
        "informeel_netwerk": 9,
        "vrije_tijd": 8,
        "samenwerkingsverband": 7,
        "jeugdhulp_tweedelijn": 5,
        "smw_xtra": 4,
        "huisarts": 3,
        "leerplicht": 2,
        "anders": 1,
    },
    "tertiair": {
        "wijkteam": 32,
        "jeugdhulp_tweedelijn": 30,
        "lokaal_team": 13,
        "veilig_thuis": 6,
        "huisarts": 7,
        "samenwerkingsverband": 8,
        "leerplicht": 4,
    },
}
_HELP = {
    "individuele_training": 16,
    "groepstraining_agressieregulatie": 9,
    "groepstraining_weerbaarheid": 11,
    "groepstraining_sociale_vaardigheid": 15,
    "coach": 11,
    "huisbezoek_ouders": 14,
    "ambulante_thuishulp": 12,
    "anders": 3,
}
_HEAVY_HELP = {
    "gezinsbehandeling": 24,
    "begeleiding": 33,
    "dagbesteding": 6,
    "diagnostiek": 20,
    "ambulante_thuishulp": 14,
    "anders": 3,
}
_FRAME = {
    "informeel_netwerk": "preventie",
    "vrije_tijd": "preventie",
    "jgz": "preventie",
    "cjg": "preventie",
    "samenwerkingsverband": "passend_onderwijs",
    "leerplicht": "passend_onderwijs",
    "smw_xtra": "passend_onderwijs",
    "jeugdhulp_tweedelijn": "jeugdwet",
    "veilig_thuis": "jeugdwet",
    "huisarts": "jeugdwet",
    "wijkteam": "jeugdwet",
    "lokaal_team": "jeugdwet",
    "anders": "preventie",
}
_PACE = {
    "jeugdhulp_tweedelijn": 2.1,
    "samenwerkingsverband": 1.4,
    "huisarts": 1.2,
    "vrije_tijd": 0.7,
}
_STATUS = {
    "gestart": 0.82,
    "geaccepteerd": 0.05,
    "aangevraagd": 0.03,
    "afgewezen": 0.06,
    "ingetrokken": 0.04,
}
_FOLLOW_UP = {
    "wijkteam": "wijkteam",
    "lokaal_team": "wijkteam",
    "cjg": "cjg",
    "jeugdhulp_tweedelijn": "jeugdhulp",
    "samenwerkingsverband": "samenwerkingsverband",
    "informeel_netwerk": "nazorg",
    "vrije_tijd": "geen",
}
_WITH_DOCUMENT = ("wijkteam", "lokaal_team", "cjg", "jeugdhulp_tweedelijn")
_PREFIX = {KOLIBRI: "KV", VLIEGERHOF: "VV", MAATWERK: "mv"}


def referrals(rng: np.random.Generator, of: Trajectories, kinds: Texts) -> pl.DataFrame:
    """The dataset `verwijzingen`; also keeps `aanbieder`, to know who delivers a row.

    `kinds`: onderwijssoort per school. One or two referrals for each trajectory that is referred
    on, and a few that came without a trajectory.
    """
    row, without = _referred(rng, of.referred)
    size, base = len(row), of.frame[row]
    kind = kinds[of.school[row]]
    group = np.where(np.isin(kind, SPECIAL), "speciaal", np.where(kind == "bo", "bo", "vo"))
    level = base["preventieniveau"].to_numpy()
    to = pick_by(rng, level, _TO)
    meeting = pick_by(rng, group.astype(object), _MEETING)
    met = _met(rng, base["aanmeld_datum"].to_numpy(), of.started[row], of.ended[row])
    status = pick(rng, _STATUS, size)
    # Nobody waits for ever: an open referral becomes a finding later.
    status = np.where(np.isin(status, ("geaccepteerd", "aangevraagd")), "ingetrokken", status)
    step = (year_of(met) - YEARS[0]).astype(np.float64)
    no_meeting = meeting == "geen"
    waited = _waited(rng, to, status, step, no_meeting)

    sent = np.minimum(met + days(waited * rng.uniform(0.0, 0.35, size)), LAST_START)
    answered = sent + days(waited * rng.uniform(0.1, 0.5, size))
    begun = met + days(waited)
    echo = np.where(status == "gestart", begun, sent) + days(rng.integers(4, 45, size))
    frame = np.array([_FRAME[t] for t in to], dtype=object)
    frame[chance(rng, 0.12, size)] = "grijs_gebied"
    help_kind = _help_kind(rng, to)
    provider = base["aanbieder"].to_numpy()
    return pl.DataFrame(
        {
            "verwijzing_id": _numbers(provider, year_of(met).tolist()),
            "traject_id": text_series(base["traject_id"].to_numpy(), without),
            "leerling_id": base["leerling_id"],
            "vestigingscode": base["vestigingscode"],
            "overleg": meeting,
            "overleg_datum": np.where(no_meeting, NO_DATE, met),
            "verwijs_datum": sent,
            "bestemming": to,
            "hulpsoort": help_kind,
            "wettelijk_kader": frame,
            "status": status,
            "acceptatie_datum": np.where(
                np.isin(status, ("gestart", "geaccepteerd")), answered, NO_DATE
            ),
            "start_hulp_datum": np.where(status == "gestart", begun, NO_DATE),
            "terugkoppeling_datum": np.where(
                chance(rng, 0.60 + 0.04 * step, size) & (status != "aangevraagd"), echo, NO_DATE
            ),
            "aanbieder": provider,
        }
    )


def _referred(rng: np.random.Generator, referred: Bools) -> tuple[Ints, Bools]:
    """Trajectories of the referrals, in order, and which came without a trajectory."""
    once = np.flatnonzero(referred)
    twice = once[chance(rng, 0.11, len(once))]
    loose = rng.choice(np.flatnonzero(~referred), size=len(once) // 40, replace=False)
    row = np.sort(np.concatenate([once, twice, loose]))
    return row, np.isin(row, loose)


def _met(rng: np.random.Generator, registered: Dates, started: Dates, ended: Dates) -> Dates:
    """The day of the overleg: a weekday between the start of help and its end."""
    begin: Dates = np.where(np.isnat(started), registered, started)
    room = np.minimum(ended, LAST_START) - begin
    reach = np.clip(room.astype(np.int64) - 5, 0, 125)
    met = to_weekday(begin + days(rng.random(len(begin)) * reach))
    return np.minimum(np.maximum(met, begin), LAST_START)


def _help_kind(rng: np.random.Generator, to: Texts) -> pl.Series:
    """What help was meant; empty where the destination gives none, and of a few."""
    light, heavy = pick(rng, _HELP, len(to)), pick(rng, _HEAVY_HELP, len(to))
    kind = np.where(to == "jeugdhulp_tweedelijn", heavy, light).astype(object)
    no_help = np.isin(to, ("informeel_netwerk", "vrije_tijd", "leerplicht", "huisarts", "jgz"))
    return text_series(kind, no_help | chance(rng, 0.05, len(to)))


def _waited(
    rng: np.random.Generator, to: Texts, status: Texts, step: Floats, no_meeting: Bools
) -> Floats:
    """Days from overleg to start of help, such that the promised share starts in time."""
    pace = np.array([_PACE.get(t, 1.0) for t in to]) * 0.93**step
    spread = pace * np.exp(rng.normal(0, 0.7, len(to)))
    begun = status == "gestart"

    def share(scale: float) -> float:
        in_time = begun & (np.floor(scale * spread) <= NORM_DAYS)
        return float(np.mean(in_time[~no_meeting]))

    waited: Floats = np.clip(scale_for(share, STARTED_IN_TIME, 2.0, 40.0) * spread, 0, 240)
    return waited


def _numbers(provider: Texts, years: list[int]) -> list[str]:
    count: dict[tuple[str, int], int] = {}
    made: list[str] = []
    for name, first in zip(provider.tolist(), years, strict=True):
        count[name, first] = count.get((name, first), 0) + 1
        made.append(f"{_PREFIX[name]}-{first}-{count[name, first]:04d}")
    return made


def complete(rng: np.random.Generator, of: Trajectories, referred: pl.DataFrame) -> pl.DataFrame:
    """The trajectories with what follows from their referrals: document, instruments, follow-up."""
    first = referred.drop_nulls("traject_id").group_by("traject_id", maintain_order=True)
    to = of.frame.select("traject_id").join(
        first.agg(pl.col("bestemming").first()), on="traject_id", how="left", maintain_order="left"
    )["bestemming"]
    where = to.to_numpy()
    size = of.frame.height
    has_goal = np.isin(where, _WITH_DOCUMENT)
    document = np.where(has_goal, chance(rng, 0.73, size), False).astype(object)
    document = blank(document, ~has_goal & chance(rng, 0.5, size))
    safety = np.isin(of.frame["problematiek"].to_numpy(), SAFETY)
    used = chance(rng, np.where(safety, 0.75, np.where(has_goal, 0.34, 0.03)), size)
    counts = np.where(used, 1 + chance(rng, 0.2, size), 0)
    tools = [codes or None for codes in members(rng, ("ETM", "LIRIK"), counts)]
    follow = np.array([_FOLLOW_UP.get(t, "anders") if t else None for t in where], dtype=object)
    alone = pick(rng, {"geen": 0.72, "nazorg": 0.28}, size)
    follow = np.where(follow == None, alone, follow)  # noqa: E711  (elementwise on an object array)
    follow = blank(follow.astype(object), chance(rng, 0.02, size))
    return of.frame.with_columns(
        toeleidingsdocument=pl.Series(document.tolist(), dtype=pl.Boolean),
        instrumenten=pl.Series(tools, dtype=pl.List(pl.String)),
        vervolg=pl.Series(follow.tolist(), dtype=pl.String),
    )
