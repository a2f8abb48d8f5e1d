"""The catalogues of the dashboard hold every message that is said, and say each in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import duckdb
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from dashboard import language as spoken
from dashboard.words import sentences
from pipelines import contracts
from pipelines.docs import messages
from pipelines.effects.catalogue import EFFECTS
from pipelines.release.figure import LACKING
from tests.conftest import DemoRun

ROOT = Path(__file__).parents[2]
DECLARED = contracts.load()
# Words that are the same in English; a message of these words only may be its own translation.
SAME = {
    "euro": "in a price per thing",
    "in": "before a place or a year",
    "instrument": "as in a questionnaire",
    "norm": "the definitions of the figures use it too",
    "p": "the sign of a p-value",
    "per": "before a unit",
    "scenario": "the name of a page",
    "school": "one school",
    "start": "the day help began",
    "volume": "of youth care",
    "week": "in a term",
}
# They stay as they are: no place or programme is called otherwise in English.
NAMES = re.compile("Zorg In School|Zichtlijn|SMW-XTRA|Servicepunt")
# Texts that a reader sees as they are released, none of them made from what was delivered.
SHOWN = {
    "metrieken": ("eenheid", "teller", "noemer", "norm_eenheid", "norm_bron"),
    "cellen": ("reden",),
    "effecten": (
        "belofte", "maat", "eenheid", "ontwerp_label", "bewijsniveau", "populatie", "blootstelling",
        "vergelijking",
    ),
    "effect_reeks": ("periode",),
    "besparing": ("product", "route_label", "eenheid"),
    "besparing_balans": ("onderdeel_label", "betaler", "eenheid", "reden"),
    "besparing_gevoeligheid": ("label", "eenheid", "bron"),
    "leveringen": ("dataset",),
    "bronnen": ("dataset",),
    "release": ("oordeel",),
}  # fmt: skip
SENTENCES = re.compile(r"(?<=\.) ")


def written(language: str) -> Catalog:
    with (ROOT / messages.FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def said(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def forms(text: object) -> tuple[str, ...]:
    """The text of a message, or its forms for one and for more."""
    return tuple(str(form) for form in text) if isinstance(text, tuple | list) else (str(text),)


def places(text: str) -> set[str]:
    """The names between braces that values go into."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


ENGLISH = written("en")


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_the_catalogue_holds_what_is_said(language: str) -> None:
    file = ROOT / messages.FOLDER / f"{language}.po"
    assert file.read_text("utf-8") == messages.catalogue(language, DECLARED, file), (
        "run 'make docs'"
    )


def test_dutch_stands_in_the_code_only() -> None:
    assert [m.id for m in said(written("nl")) if any(forms(m.string))] == []


def test_every_message_is_said_in_english() -> None:
    assert [m.id for m in said(ENGLISH) if not all(forms(m.string))] == []


def test_plurals_have_both_forms() -> None:
    known = [(m.id, forms(m.id), forms(m.string)) for m in said(ENGLISH) if any(forms(m.string))]
    assert [key for key, dutch, english in known if len(dutch) != len(english)] == []


def test_values_go_into_every_translation() -> None:
    """A name that is not passed would be a KeyError; one that is left out, a value unsaid."""
    differ = [
        (dutch, english)
        for message in said(ENGLISH)
        for dutch, english in zip(forms(message.id), forms(message.string), strict=False)
        if english and places(dutch) != places(english)
    ]
    assert differ == []


def test_a_translation_is_no_dutch() -> None:
    same = [
        dutch
        for message in said(ENGLISH)
        for dutch, english in zip(forms(message.id), forms(message.string), strict=False)
        if dutch == english and not words(dutch) <= set(SAME)
    ]
    assert same == []


def words(text: str) -> set[str]:
    """The words of a message, without names and the names of values."""
    own = re.sub(r"\{[^}]*\}", " ", NAMES.sub(" ", text))
    return set(re.findall(r"[^\W\d_]+", own.lower()))


def test_every_sentence_of_an_effect_is_worded_in_english(demo_run: DemoRun) -> None:
    with duckdb.connect(str(demo_run.release), read_only=True) as con:
        told = con.sql("SELECT DISTINCT zin FROM effecten WHERE status = 'zichtbaar'").fetchall()
    assert len(told) > 20
    with spoken.speaking(spoken.ENGLISH):
        said = [sentences.worded(zin) for (zin,) in told if zin]
    assert [one for one in said if isinstance(one, spoken.Dutch)] == []


def test_a_space_or_a_mark_at_either_end_stays() -> None:
    """Parts of a sentence bring their own space; a full stop ends the same (not "n.v.t.")."""
    differ = [
        (dutch, english)
        for message in said(ENGLISH)
        for dutch, english in zip(forms(message.id), forms(message.string), strict=False)
        if english and edges(dutch) != edges(english)
    ]
    assert differ == []


def edges(text: str) -> tuple[bool, bool, bool]:
    stop = text.rstrip().endswith(".") and not re.search(r"\.\w\.$", text.rstrip())
    return text[0] == " ", text[-1] == " ", stop


def test_what_else_could_explain_a_result_is_said_one_by_one() -> None:
    for effect in EFFECTS:
        for sentence in SENTENCES.split(" ".join(effect.threats)):
            assert sentence in ENGLISH, sentence


@pytest.mark.xdist_group("demo")
def test_every_short_text_of_a_release_is_known(demo_run: DemoRun) -> None:
    with duckdb.connect(str(demo_run.release), read_only=True) as con:
        found = {
            (table, column, text)
            for table, columns in SHOWN.items()
            for column in columns
            for (text,) in con.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall()
            if text
        }
        kinds = con.execute("SELECT naam FROM gebieden WHERE niveau = 'onderwijssoort'").fetchall()
        asked = con.execute(
            "SELECT label_nl FROM categorieen WHERE uitsplitsing = 'vraag' AND code <> 'onbekend'"
        )
        found |= {("gebieden", "naam", text) for (text,) in kinds}
        found |= {("categorieen", "vraag", text) for (text,) in asked.fetchall()}
    # What was not delivered is told with the names of suppliers; it stays Dutch and says so.
    found = {one for one in found if not one[2].startswith(LACKING)}
    assert len(found) > 300
    assert sorted(one for one in found if one[2] not in ENGLISH) == []
