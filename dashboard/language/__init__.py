"""In which language the dashboard speaks: Dutch, or English for who asks for it.

Dutch stands in the code, where it is used; `locale/<language>.po` holds what is said instead, and a
message without a translation stays Dutch. `make docs` gathers the messages; a test keeps both
catalogues whole. The choice belongs to one reader: it is set anew at every view.
"""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from html import escape
from importlib.resources import files

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

DUTCH, ENGLISH = "nl", "en"
# As each language calls itself.
LANGUAGES = {DUTCH: "Nederlands", ENGLISH: "English"}
# Whose numbers and dates go with it.
_LOCALES = {DUTCH: "nl_NL", ENGLISH: "en_GB"}

_WITHIN = re.compile(rf"\[{DUTCH}\](.+?)\[/{DUTCH}\]")

_NOW: ContextVar[str] = ContextVar("language", default=DUTCH)


def now() -> str:
    """The language of the reader who is being answered."""
    return _NOW.get()


def locale() -> str:
    """The locale of numbers and dates."""
    return _LOCALES[now()]


def choose(language: object) -> str:
    """From here on this reader is answered in `language`; one that is not spoken becomes Dutch."""
    known = language if isinstance(language, str) and language in LANGUAGES else DUTCH
    _NOW.set(known)
    return known


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within this block everything is said in `language`."""
    token = _NOW.set(language)
    try:
        yield
    finally:
        _NOW.reset(token)


def tr(text: str, /, **values: object) -> str:
    """A text in the language of the reader, with `{name}` filled in from `values`."""
    said = _catalogue(now()).gettext(text) if text else ""
    return said.format(**values) if values else said


def plural(one: str, more: str, amount: int, /, **values: object) -> str:
    """The form that goes with `amount`, with `{name}` filled in from `values`."""
    said = _catalogue(now()).ngettext(one, more, amount)
    return said.format(**values) if values else said


def mark(text: str) -> str:
    """Marks a text for the catalogues where it stands; `tr` says it where it is used."""
    return text


def published(text: str) -> str:
    """A text that came with the release, such as a unit; one that is unknown stays Dutch."""
    said = tr(text)
    return Dutch(text) if said == text and now() != DUTCH else said


class Dutch(str):
    """A text that is only there in Dutch, such as a sentence the pipeline wrote."""

    __slots__ = ()


def html(text: object) -> str:
    """A text, escaped; what is Dutch on a page in another language says so to a screen reader."""
    body = escape(str(text))
    if body and isinstance(text, Dutch) and now() != DUTCH:
        return f'<span lang="{DUTCH}">{body}</span>'
    return body


def within(text: str) -> str:
    """A text that is only there in Dutch, for in a sentence that goes through `marked`."""
    return text if now() == DUTCH else f"[{DUTCH}]{text}[/{DUTCH}]"


def marked(body: str) -> str:
    """HTML of a sentence in which a part is Dutch, with that part as it must be read aloud."""
    return _WITHIN.sub(rf'<span lang="{DUTCH}">\1</span>', body)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    source = files(__package__).joinpath("locale", f"{language}.po")
    compiled = io.BytesIO()
    with source.open("rb") as written:
        write_mo(compiled, read_po(written, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
