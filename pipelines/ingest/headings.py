"""What a heading says: the same words in another spelling, a question's number, or its text.

A survey tool writes one question in several ways, as the person who exports chooses: its code
(`schoolproces1[p01]`, `schoolproces1_p01`), its text behind its theme (`Bereikbaarheid [De ...]`),
or both (`schoolproces1[p01]. Bereikbaarheid [De ...]`). Only a whole text tells which statement it
is: a shortened one is no heading that anything is read from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

NEVER = re.compile(r"(?!)")  # matches no header

_IN_BRACKETS = re.compile(r"[^\[\]]+\[\s*(.+?)\s*\]", re.DOTALL)  # a theme, and the statement in it
_CODE_FIRST = re.compile(r"([A-Za-z][A-Za-z0-9_\[\]]*)[.:]\s+(\S.*)", re.DOTALL)
_SHORTENED = re.compile(r"(\.\.|…)\s*\]?\s*$")


@dataclass(frozen=True)
class Unpivot:
    """Wide to long: every header that matches `pattern` becomes a row of its own.

    With a questionnaire `names` maps a header (a question's number or text, as `normal` makes it)
    to the question, `values` the words of the scale to a score, and an answer in `not_applicable`
    goes to the yes/no column `not_applicable_to`. `incomplete_counts`: answers that were not sent
    count as well.
    """

    pattern: re.Pattern[str]
    name_to: str
    value_to: str
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    not_applicable: tuple[str, ...] = ()
    not_applicable_to: str = ""
    incomplete_counts: bool = False

    @property
    def questionnaire(self) -> bool:
        return bool(self.names)

    def name(self, header: str) -> str | None:
        """The name that a wide column's header stands for; None for any other header.

        Of a code and a text together both say it; where they say different things neither does.
        """
        if found := self.names.get(normal(header)) or self._by_pattern(header):
            return found
        if not self.questionnaire:
            return None
        code, text = coded(header)
        by_code = (self.names.get(normal(code)) or self._by_pattern(code)) if code else None
        said = normal(statement(text or header))
        by_text = self.names.get(said) if said not in self.names.values() else None
        if by_code and by_text and by_code != by_text:
            return None
        return by_code or by_text

    def _by_pattern(self, header: str) -> str | None:
        matched = self.pattern.fullmatch(header.strip())
        if matched is None or (self.names and matched.group(1) not in self.names.values()):
            return None
        return matched.group(1)


@lru_cache(maxsize=4096)
def normal(header: str) -> str:
    """A header without case, accents, outer and double spaces, and what nobody sees (byte order
    marks, soft hyphens)."""
    plain = header
    if not plain.isascii():
        decomposed = unicodedata.normalize("NFKD", plain)
        plain = "".join(
            c
            for c in decomposed
            if not unicodedata.combining(c) and unicodedata.category(c) != "Cf"
        )
    return re.sub(r"\s+", " ", plain).strip().casefold()


def coded(header: str) -> tuple[str, str]:
    """`code. text` -> both; two empty texts where a header is not of that form."""
    found = _CODE_FIRST.fullmatch(header.replace("\ufeff", "").strip())
    return (found.group(1), found.group(2)) if found else ("", "")


def statement(header: str) -> str:
    """What stands in brackets behind a theme; a header without is a statement itself."""
    found = _IN_BRACKETS.fullmatch(header.replace("\ufeff", "").strip())
    return found.group(1) if found else header


def is_shortened(header: str) -> bool:
    """Whether a survey tool cut a heading off: `Bereikbaarheid [De schoolmaatsc.. ]`."""
    return _SHORTENED.search(header) is not None
