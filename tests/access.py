"""A work folder with access settings, and people who come and look. All of them are made up."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import dashboard
from dashboard.access import rules, visitor
from dashboard.access.scope import FRONT
from dashboard.release import released
from dashboard.server import menu
from tests import pages

EXAMPLE = Path(dashboard.__file__).parents[1] / "deploy"
SECRET = "alleen voor deze proef, en lang genoeg"  # noqa: S105
PAGES = {
    address or FRONT: view.__name__.rpartition(".")[2]
    for listed in menu.SECTIONS.values()
    for view, address in listed
}
# Who logs in with what, in the settings of deploy/toegang.yaml.
CLAIMS: dict[str, dict[str, Any]] = {
    "analist": {"groups": ["zichtlijn-analist"]},
    "bestuur": {"groups": ["iets anders", "zichtlijn-bestuur"]},
    "beleid": {"email": "Beleid@voorbeeld.nl", "email_verified": True},
    "school": {"email": "directie@voorbeeld.nl", "email_verified": True},
    "aanbieder": {"email": "teamleider@voorbeeld.nl", "email_verified": True},
}


def settings(folder: Path, **replaced: str) -> Path:
    """The example settings with an account at a login server; `replaced`: text -> other text."""
    told = (EXAMPLE / "toegang.yaml").read_text("utf-8")
    for before, after in replaced.items():
        assert before in told
        told = told.replace(before, after)
    (folder / "toegang.yaml").write_text(told, "utf-8")
    account(folder)
    return folder / "toegang.yaml"


def account(
    folder: Path, issuer: str = "http://localhost:9", url: str = "http://localhost"
) -> None:
    """The account at a login server."""
    told = (EXAMPLE / "inloggen.toml").read_text("utf-8")
    values = {
        "redirect_uri": f"{url}/oauth2callback",
        "cookie_secret": SECRET,
        "client_id": "zichtlijn",
        "client_secret": "proef",
        "server_metadata_url": f"{issuer}/.well-known/openid-configuration",
    }
    for name, value in values.items():
        told = re.sub(rf'(?m)^{name} = ".*"$', f'{name} = "{value}"', told)
    (folder / "inloggen.toml").write_text(told, "utf-8")


def log_in(
    monkeypatch: pytest.MonkeyPatch, claims: Mapping[str, Any] | None, age: float = 60.0
) -> None:
    """From now on it is this person who looks; None is nobody. `age`: of the login, in seconds."""
    told: dict[str, Any] = {}
    if claims is not None:
        told = {"sub": "s-1", "iss": "https://x", "iat": time.time() - age, **claims}
    monkeypatch.setattr(visitor, "claims", lambda: told)


def guard(monkeypatch: pytest.MonkeyPatch, workdir: Path, access: Path) -> None:
    """Serve this work folder to who may see it."""
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(workdir))
    monkeypatch.setenv(rules.VARIABLE, str(access))


def look(page: str, **query: str) -> AppTest:
    """The page at an address."""
    return pages.look(PAGES[page], page, **query)
