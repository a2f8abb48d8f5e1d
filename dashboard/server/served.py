"""Whether the dashboard is well: a release stands ready, can be read, and is the one served."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

from dashboard.access.scope import EVERYTHING
from dashboard.release import released
from dashboard.release.opening import ReleaseUnreadable

HEALTH = "/gezond"
_PATIENCE = 10
# Never through a proxy: this is our own computer.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class NotServed(Exception):
    """Nothing is served, or something else; the text is Dutch."""


def readable(workdir: Path) -> str:
    """The id of the release that the pointer names; raises NotServed."""
    try:
        found = released.of(workdir.resolve(), EVERYTHING)
        if found is not None:
            return found.about.id
    except ReleaseUnreadable as problem:
        raise NotServed(str(problem)) from problem
    raise NotServed("Er is nog geen publicatie in de werkmap.")


def answers(port: int, release: str) -> None:
    """Raises NotServed unless the dashboard on this computer serves this release."""
    try:
        with _DIRECT.open(f"http://localhost:{port}{HEALTH}", timeout=_PATIENCE) as answer:
            told = json.load(answer)
    except (OSError, ValueError) as problem:
        raise NotServed(
            f"Het dashboard op poort {port} antwoordt niet, of kan de publicatie niet lezen."
        ) from problem
    if told.get("publicatie") != release:
        raise NotServed(
            f"Het dashboard op poort {port} toont een andere publicatie dan de werkmap aanwijst."
        )
