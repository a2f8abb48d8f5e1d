"""The access settings: one YAML file that says who may read what. Every fault names its line.

Read again when the file changes, so that access that was taken away is gone at the next view.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from dashboard.access.scope import ALL, REACHES, Place, Scope, parts_of

VARIABLE = "ZICHTLIJN_TOEGANG"
LEVELS = ("totaal", "gemeente", "wijk", "vestiging", "onderwijssoort", "aanbieder")
# What Streamlit needs to know of the login server.
NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
_SHORTEST_SECRET = 32
_LONGEST_SESSION = 24.0


class AccessRefused(Exception):
    """The settings cannot be used; the text is Dutch and holds no name of a person."""


@dataclass(frozen=True)
class Role:
    """`pages` and `levels` (level, reach): None is all of them."""

    name: str
    pages: tuple[str, ...] | None
    levels: tuple[tuple[str, str], ...] | None
    line: int

    def may_read(self, page: str) -> bool:
        return self.pages is None or page in self.pages

    def scope(self, areas: tuple[Place, ...]) -> Scope:
        return Scope(self.levels, areas, parts_of(self.pages))


@dataclass(frozen=True)
class Person:
    """Who has `value` in `claim` (email or groep) has this role for these areas."""

    claim: str
    value: str
    role: str
    areas: tuple[Place, ...]
    line: int


@dataclass(frozen=True)
class Login:
    """`settings`: file with the account at the login server; `hours`: length of a session."""

    settings: Path
    hours: float
    groups: str
    email_verified: bool


@dataclass(frozen=True)
class Rules:
    """`ask`: whom to ask for access. `log`: folder of the log; None is standard output, and ''
    the default folder."""

    path: Path
    ask: str
    login: Login
    roles: Mapping[str, Role]
    people: tuple[Person, ...]
    log: str | None

    def person(self, claims: Mapping[str, Any]) -> Person | None:
        """The first line that fits who logged in."""
        email = str(claims.get("email") or "").casefold()
        verified = claims.get("email_verified")
        if verified is False or (self.login.email_verified and verified is not True):
            email = ""
        told = claims.get(self.login.groups)
        groups = {told} if isinstance(told, str) else set(map(str, told or ()))
        for person in self.people:
            if person.claim == "email" and email and person.value.casefold() == email:
                return person
            if person.claim == "groep" and person.value in groups:
                return person
        return None


def configured() -> Path | None:
    """The file that the environment names; None is the demonstration without login."""
    told = os.environ.get(VARIABLE)
    return Path(told) if told else None


def current() -> Rules | None:
    """The settings as they are now; None without a file. Raises AccessRefused."""
    path = configured()
    if path is None:
        return None
    try:
        state = path.stat()
    except OSError as error:
        raise AccessRefused(f"Het toegangsbestand {path.name} is er niet.") from error
    return _kept(path, (state.st_mtime_ns, state.st_size))


@lru_cache(maxsize=2)
def _kept(path: Path, stamp: tuple[int, int]) -> Rules:
    del stamp
    return load(path)


def load(path: Path) -> Rules:
    """Read the settings; raises AccessRefused with the line to mend."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise AccessRefused(f"Het toegangsbestand {path.name} is niet te lezen.") from error
    except UnicodeDecodeError as error:
        raise AccessRefused(f"Het toegangsbestand {path.name} is geen tekst (UTF-8).") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise AccessRefused(
            f"{path.name}, regel {line}: dit is geen geldige YAML. Let op inspringing, dubbele "
            "punten en aanhalingstekens."
        ) from error
    except yaml.YAMLError as error:
        raise AccessRefused(f"{path.name}: dit is geen geldige YAML.") from error
    return _Reader(path).rules(root)


def login_settings(rules: Rules) -> Mapping[str, str]:
    """The account at the login server; raises AccessRefused. Its values are never repeated."""
    file = rules.login.settings
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise AccessRefused(
            f"Het bestand {file.name} met de instellingen voor het inloggen is niet te lezen."
        ) from error
    except ValueError as error:
        raise AccessRefused(f"Het bestand {file.name} is geen geldige TOML.") from error
    section = told.get("auth")
    if not isinstance(section, dict):
        raise AccessRefused(f"In {file.name} ontbreekt het onderdeel [auth].")
    missing = [name for name in NEEDED if not isinstance(section.get(name), str)]
    if missing:
        raise AccessRefused(f"In {file.name} ontbreekt onder [auth]: {', '.join(missing)}.")
    if len(section["cookie_secret"]) < _SHORTEST_SECRET:
        raise AccessRefused(
            f"In {file.name} is cookie_secret te kort: minstens {_SHORTEST_SECRET} willekeurige "
            "tekens."
        )
    return {name: section[name] for name in NEEDED}


class _Reader:
    """From YAML nodes, which know their line, to settings."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def fault(self, node: yaml.Node | int, sentence: str) -> AccessRefused:
        line = node if isinstance(node, int) else node.start_mark.line + 1
        return AccessRefused(f"{self.path.name}, regel {line}: {sentence}")

    def rules(self, root: yaml.Node | None) -> Rules:
        if root is None:
            raise AccessRefused(f"Het toegangsbestand {self.path.name} is leeg.")
        told = self.fields(root, ("vragen_aan", "inloggen", "rollen", "mensen"), ("logboek",))
        roles = {name: self.role(name, node) for name, node in self.mapping(told["rollen"]).items()}
        people = tuple(self.person(node, roles) for node in self.items(told["mensen"]))
        return Rules(
            path=self.path,
            ask=self.text(told["vragen_aan"]),
            login=self.login(told["inloggen"]),
            roles=roles,
            people=people,
            log=self.log(told.get("logboek")),
        )

    def login(self, node: yaml.Node) -> Login:
        told = self.fields(
            node, ("instellingen",), ("sessie_uren", "kenmerk_groep", "email_bevestigd")
        )
        hours = 8.0
        if "sessie_uren" in told:
            hours = self.number(told["sessie_uren"])
            if not 0 < hours <= _LONGEST_SESSION:
                raise self.fault(told["sessie_uren"], "sessie_uren ligt tussen 0 en 24.")
        verified = self.option(told, "email_bevestigd", {"verplicht": True, "niet nodig": False})
        return Login(
            settings=self.path.parent / self.text(told["instellingen"]),
            hours=hours,
            groups=self.text(told["kenmerk_groep"]) if "kenmerk_groep" in told else "groups",
            email_verified=verified,
        )

    def log(self, node: yaml.Node | None) -> str | None:
        if node is None:
            return ""
        told = self.fields(node, (), ("naar", "map"))
        if not self.option(told, "naar", {"map": True, "uitvoer": False}):
            return None
        if "map" not in told:
            return ""
        return str(self.path.parent.resolve() / self.text(told["map"]))

    def role(self, name: str, node: yaml.Node) -> Role:
        told = self.fields(node, ("paginas", "niveaus"), ())
        pages: tuple[str, ...] | None = None
        if not self.is_all(told["paginas"]):
            pages = tuple(self.text(item) for item in self.items(told["paginas"]))
        levels: tuple[tuple[str, str], ...] | None = None
        if not self.is_all(told["niveaus"]):
            levels = tuple(
                (self.known(level, LEVELS, "het niveau", told["niveaus"]), self.reach(reach))
                for level, reach in self.mapping(told["niveaus"]).items()
            )
        return Role(name, pages, levels, node.start_mark.line + 1)

    def reach(self, node: yaml.Node) -> str:
        return self.known(self.text(node), REACHES, "het bereik", node)

    def person(self, node: yaml.Node, roles: Mapping[str, Role]) -> Person:
        told = self.fields(node, ("rol",), ("email", "groep", "gebieden"))
        claims = [claim for claim in ("email", "groep") if claim in told]
        if len(claims) != 1:
            raise self.fault(node, "noem een email of een groep, en niet allebei.")
        role = self.known(self.text(told["rol"]), tuple(roles), "de rol", told["rol"])
        areas: list[Place] = []
        if "gebieden" in told:
            for level, listed in self.mapping(told["gebieden"]).items():
                self.known(level, LEVELS[1:], "het niveau", listed)
                areas += [(level, self.text(code)) for code in self.items(listed)]
        value = self.text(told[claims[0]])
        return Person(claims[0], value, role, tuple(areas), node.start_mark.line + 1)

    # Nodes ---------------------------------------------------------------------------------------

    def fields(
        self, node: yaml.Node, needed: tuple[str, ...], optional: tuple[str, ...]
    ) -> dict[str, yaml.Node]:
        told = self.mapping(node)
        for name in told:
            self.known(name, (*needed, *optional), "het veld", told[name])
        for name in needed:
            if name not in told:
                raise self.fault(node, f"het veld ‘{name}’ ontbreekt.")
        return told

    def mapping(self, node: yaml.Node) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise self.fault(node, "hier horen velden te staan (naam: waarde).")
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = self.text(key)
            if name in found:
                raise self.fault(key, f"‘{name}’ staat hier twee keer.")
            found[name] = value
        return found

    def items(self, node: yaml.Node) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode):
            raise self.fault(node, "hier hoort een lijst te staan, met op elke regel een streepje.")
        return list(node.value)

    def text(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode) or not str(node.value).strip():
            raise self.fault(node, "hier hoort een tekst te staan.")
        return str(node.value).strip()

    def number(self, node: yaml.Node) -> float:
        try:
            return float(self.text(node).replace(",", "."))
        except ValueError as error:
            raise self.fault(node, "hier hoort een getal te staan.") from error

    def option(self, told: Mapping[str, yaml.Node], name: str, choices: dict[str, bool]) -> bool:
        """One of two words; the first is the default."""
        if name not in told:
            return next(iter(choices.values()))
        word = self.text(told[name])
        return choices[self.known(word, tuple(choices), name, told[name])]

    def is_all(self, node: yaml.Node) -> bool:
        return isinstance(node, yaml.ScalarNode) and node.value == ALL

    def known(self, value: str, choices: tuple[str, ...], what: str, node: yaml.Node) -> str:
        """The value, when it is one of the choices; what may be a person is not repeated."""
        if value not in choices:
            told = "dit" if "@" in value else f"{what} ‘{value}’"
            raise self.fault(node, f"{told} bestaat niet. Kies uit: {', '.join(choices)}.")
        return value
