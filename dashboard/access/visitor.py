"""Who is asking: from the login to a role and a scope, anew at every view."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import streamlit as st

from dashboard.access import rules
from dashboard.access.rules import AccessRefused, Role, Rules
from dashboard.access.scope import EVERYTHING, Scope

DEMO = "demo"
_EVERY_PAGE = Role(DEMO, None, None, 0)
_LOG = logging.getLogger("zichtlijn.dashboard")
_PURPOSE = b"zichtlijn logboek"


class Why(Enum):
    """Why nothing is shown."""

    LOGIN = "niet ingelogd"
    EXPIRED = "sessie verlopen"
    UNKNOWN = "niet in de toegangslijst"
    NO_SCOPE = "rol zonder gebieden"
    SETTINGS = "instellingen niet te lezen"


class NoAccess(Exception):
    """Nothing may be shown to who asks; `ask`: whom to turn to, `hours`: length of a session."""

    def __init__(self, why: Why, ask: str = "", hours: float = 0.0, subject: str = "") -> None:
        super().__init__(why.value)
        self.why = why
        self.ask = ask
        self.hours = hours
        self.subject = subject


@dataclass(frozen=True)
class Visitor:
    """Somebody who may see something. `subject`: keyed hash of who it is, for the log.

    `until`: when the session ends, in seconds since 1970; None in the demonstration.
    `log`: where reading is written down, as in the settings; None in the demonstration.
    """

    role: Role
    scope: Scope
    subject: str
    until: float | None
    rules: Rules | None
    ask: str = ""

    def may_read(self, page: str) -> bool:
        return self.role.may_read(page)

    @property
    def expired(self) -> bool:
        return self.until is not None and _now() >= self.until


_DEMONSTRATION = Visitor(_EVERY_PAGE, EVERYTHING, DEMO, None, None)


def current() -> Visitor:
    """Who is asking now; raises NoAccess."""
    try:
        found = rules.current()
        return _DEMONSTRATION if found is None else of_claims(found, claims())
    except AccessRefused as problem:
        _LOG.error("access settings: %s", problem)
        raise NoAccess(Why.SETTINGS) from problem


def claims() -> Mapping[str, Any]:
    """What the login server says of who is logged in; empty for nobody."""
    told: Mapping[str, Any] = st.user.to_dict()
    return told if told.get("is_logged_in") is True else {}


def of_claims(found: Rules, told: Mapping[str, Any]) -> Visitor:
    """A visitor from the claims of the login server; raises NoAccess."""
    if not told.get("sub"):
        raise NoAccess(Why.LOGIN, found.ask)
    started = told.get("iat")
    hours = found.login.hours
    if not isinstance(started, int | float) or _now() >= started + 3600 * hours:
        raise NoAccess(Why.EXPIRED, found.ask, hours)
    subject = subject_of(found, told)
    person = found.person(told)
    if person is None:
        raise NoAccess(Why.UNKNOWN, found.ask, hours, subject)
    role = found.roles[person.role]
    scope = role.scope(person.areas)
    if scope.empty:
        raise NoAccess(Why.NO_SCOPE, found.ask, hours, subject)
    return Visitor(role, scope, subject, started + 3600 * hours, found, found.ask)


def subject_of(found: Rules, told: Mapping[str, Any]) -> str:
    """A keyed hash: the same person is the same mark, and only the key tells which person."""
    secret = rules.login_settings(found)["cookie_secret"].encode()
    key = hmac.new(secret, _PURPOSE, hashlib.sha256).digest()
    who = f"{told.get('iss', '')}\n{told['sub']}".encode()
    return hmac.new(key, who, hashlib.sha256).hexdigest()[:24]


def _now() -> float:
    return dt.datetime.now(dt.UTC).timestamp()
