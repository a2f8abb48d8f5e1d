"""What is said of deliveries that are missing: which, and what they mean for a figure. Dutch."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.effects.effect import Minimum, Observed
from pipelines.effects.rounding import rounded_count

_ARM = {"zis": "deelnemers", "vergelijking": "de vergelijkingsgroep"}


def named(observed: Observed) -> str:
    """`jeugdhulp van gemeente-x over 2023/2024 en 2024/2025`; empty when all was delivered."""
    return "; ".join(
        f"{one.dataset.replace('_', ' ')} van {_suppliers(one.suppliers)} over {joined(one.years)}"
        for one in observed.lacking
    )


def told(observed: Observed, minimum: Minimum) -> str:
    """One to four sentences on what was not delivered; empty when all was.

    The number of pupils who cannot be followed is rounded, and left out where it is small.
    """
    parts = []
    if observed.lacking:
        parts.append(f"Niet geleverd, dus niet meegeteld: {named(observed)}.")
    parts += observed.unknown
    if observed.resumed:
        parts.append(
            "Wat in een niet geleverd schooljaar begon en doorliep, staat in geen levering; daarom"
            f" telt ook {joined(observed.resumed)} niet mee."
        )
    if observed.out:
        verb = "telt" if len(observed.out) == 1 else "tellen"
        parts.append(
            f"{joined(observed.out)} {verb} daardoor voor niemand mee, omdat er van te veel"
            " leerlingen niets over bekend is."
        )
    pupils = sum(number for number, _schools in observed.lost.values())
    schools = sum(number for _pupils, number in observed.lost.values())
    if pupils >= minimum.show_children and schools >= minimum.show_schools:
        shown = rounded_count(pupils, minimum.rounding_base)
        parts.append(f"Ongeveer {shown} leerlingen zijn daardoor niet te volgen.")
    return " ".join(parts)


def not_observed(observed: Observed, arms: Sequence[str]) -> str:
    """Why an arm has nobody who can be followed; empty where that is not for want of deliveries."""
    empty = [a for a in arms if observed.lost.get(a, (0, 0))[0] and not observed.followed.get(a)]
    if not empty:
        return ""
    what = named(observed) or " ".join(observed.unknown)
    whose = " en ".join(_ARM[arm] for arm in reversed(empty))
    return f"Niet geleverd: {what}. Daardoor is van {whose} niemand vóór en na de start te volgen."


def _suppliers(names: str) -> str:
    return joined(names.split("; ")) if names else "een onbekende leverancier"


def joined(names: Sequence[str]) -> str:
    """`a, b en c`."""
    return " en ".join(filter(None, (", ".join(names[:-1]), names[-1])))
