"""What must be in order before the dashboard serves anybody. Says what to mend, or nothing."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from pathlib import Path

from dashboard.access import log, rules
from dashboard.access.rules import AccessRefused, Rules
from dashboard.access.scope import EVERYTHING, FRONT, Place


def is_loopback(name: str) -> bool:
    """Whether an address or host name can only mean this computer."""
    bare = name.strip("[]").rstrip(".").lower()
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def demonstration(address: str) -> None:
    """Without login only this computer may look; raises AccessRefused."""
    if not is_loopback(address):
        raise AccessRefused(
            f"Zonder toegangsbestand is het dashboard alleen op deze computer te openen, en niet "
            f"op het adres {address}. Geef met --toegang een bestand mee dat zegt wie wat mag "
            "zien; een voorbeeld staat in deploy/toegang.yaml."
        )


def check(path: Path, workdir: Path) -> Rules:
    """The settings, when all in them can be used; raises AccessRefused or LogUnwritable."""
    from dashboard.release import released
    from dashboard.server import menu

    found = rules.load(path)
    rules.login_settings(found)
    check_pages(found, [address or FRONT for address in menu.TITLES])
    with_release = released.of(workdir, EVERYTHING)
    if with_release is not None:
        check_areas(found, with_release.areas)
    log.check(found, workdir)
    return found


def check_pages(found: Rules, pages: Collection[str]) -> None:
    """Raises AccessRefused when a role names a page that is not there."""
    for role in found.roles.values():
        if not role.may_read(FRONT):
            raise AccessRefused(
                f"{found.path.name}, regel {role.line}: de pagina ‘{FRONT}’ is de voorpagina en "
                "hoort bij elke rol."
            )
        for page in role.pages or ():
            if page not in pages:
                raise AccessRefused(
                    f"{found.path.name}, regel {role.line}: de pagina ‘{page}’ bestaat niet. Kies "
                    f"uit: {', '.join(pages)}."
                )


def check_areas(found: Rules, areas: Collection[Place]) -> None:
    """Raises AccessRefused when somebody is given an area that the release does not know."""
    for person in found.people:
        for level, code in person.areas:
            if (level, code) not in areas:
                raise AccessRefused(
                    f"{found.path.name}, regel {person.line}: {level} ‘{code}’ staat niet in de "
                    "publicatie. Kijk de code na."
                )
