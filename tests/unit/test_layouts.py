"""Layouts: the right one by its headers, and every unknown column named at once."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from pipelines import contracts
from pipelines.errors import ContractError, DeliveryRefused
from pipelines.ingest import layout_files, questionnaires
from pipelines.ingest.layout import Layout
from pipelines.ingest.layout_files import parse
from pipelines.ingest.layouts import match
from pipelines.ingest.read import TextFrame

PROMISES = contracts.load()
SCHOOLS = ("vestigingscode", "naam", "bevoegd_gezag", "gemeente", "wijkcode", "onderwijssoort",
           "samenwerkingsverband")  # fmt: skip


def frame(*rows: tuple[str | None, ...]) -> TextFrame:
    data = pl.DataFrame(
        list(rows),
        orient="row",
        schema={f"c{i}": pl.String for i in range(max(len(r) for r in rows))},
    )
    return TextFrame(data.with_row_index("rij", offset=1), "csv", "")


def test_every_layout_maps_to_columns_that_exist() -> None:
    for layout in layout_files.load():
        dataset = PROMISES.dataset(layout.dataset)
        names = {c.name for c in dataset.columns}
        mapped = [*layout.columns.values(), *layout.constants]
        if layout.unpivot:
            mapped += [layout.unpivot.name_to, layout.unpivot.value_to]
        assert set(mapped) <= names, layout.id
        # LimeSurvey and DUO head one column in several ways, of which a file has one.
        several = layout.id.startswith(("limesurvey_", "duo_vestigingen_so"))
        assert several or len(set(mapped)) == len(mapped), f"{layout.id} maps two headers to one"
        required = {c.name for c in dataset.columns if c.required}
        assert required <= set(mapped), layout.id
        for column, pairs in layout.codes.items():
            codes = dataset.column(column).codes
            allowed = set(PROMISES.codes[codes]) if codes else {"J", "N"}
            assert set(pairs.values()) <= allowed, f"{layout.id}.{column}"


def test_contract_headers_need_no_layout() -> None:
    found = match(frame(SCHOOLS, ("x",) * len(SCHOOLS)), [], PROMISES)
    assert found.layout.id == "zichtlijn_scholen"
    assert found.header_row == 1
    assert found.places["gemeente"] == "c3"


def test_header_may_stand_below_a_title_and_in_any_spelling() -> None:
    empty = (None,) * len(SCHOOLS)
    titled = ("Overzicht scholen", *empty[1:])
    shouted = tuple(f"  {h.upper()} " for h in SCHOOLS)
    found = match(frame(titled, empty, shouted), [], PROMISES)
    assert found.header_row == 3


def test_all_unknown_and_missing_columns_are_named_at_once() -> None:
    headers = ("vestigingscode", "naam", "gemeente", "wijkcode", "kleur", "geur")
    with pytest.raises(DeliveryRefused) as refusal:
        match(frame(headers), [], PROMISES)
    assert refusal.value.rule == "indeling.kolommen"
    for name in ("kleur", "geur", "onderwijssoort"):
        assert name in str(refusal.value)


def test_a_row_of_data_in_place_of_headers_is_not_repeated() -> None:
    with pytest.raises(DeliveryRefused) as refusal:
        match(frame(("Jansen", "2012-01-01", "Dorpsstraat 1")), [], PROMISES)
    assert refusal.value.rule == "indeling.onbekend"
    assert "Jansen" not in str(refusal.value)


def test_double_columns_are_refused() -> None:
    with pytest.raises(DeliveryRefused, match="dubbele kolommen: naam"):
        match(frame((*SCHOOLS, "naam")), [], PROMISES)


@pytest.mark.parametrize(
    "added",
    [
        ("Begintijd", "Tijd van voltooien", "Tijd van laatste wijziging", "Taal"),
        ("Begintijd", "Tijd van voltooien", "Tijdstip laatste wijziging"),
        ("Start time", "Completion time", "Last modified time", "Language"),
    ],
)
def test_what_forms_adds_by_itself_is_known_in_both_languages(added: tuple[str, ...]) -> None:
    asked = next(la for la in layout_files.load() if la.id == "forms_evaluatie_antwoorden")
    question = questionnaires.find("smw_jaarevaluatie").items[0].text
    headers = (*asked.columns, *added, question)
    found = match(frame(headers, ("x",) * len(headers)), layout_files.load(), PROMISES)
    assert found.layout.id == asked.id
    assert list(found.unpivoted.values()) == ["p01"]


def test_the_lists_of_locations_are_told_apart_by_their_headers() -> None:
    primary = next(la for la in layout_files.load() if la.id == "duo_02_vestigingen_bo")
    headers = (*primary.columns, *sorted(primary.ignored))
    for added, wanted in (((), "bo"), (("ONDERWIJSSTRUCTUUR",), "vo")):
        row = ("x",) * (len(headers) + len(added))
        found = match(frame((*headers, *added), row), layout_files.load(), PROMISES)
        assert found.layout.constants["onderwijssoort"] == wanted


def test_date_formats_per_column() -> None:
    layout = Layout("x", 1, None, "scholen", {}, dates={"van": "dd-mm-jjjj"})
    assert layout.date_format("van") == "%d-%m-%Y"
    assert layout.date_format("tot") == "%Y-%m-%d"


def test_several_date_forms_for_one_column() -> None:
    layout = Layout("x", 1, None, "scholen", {}, dates={"van": ["dd-mm-jjjj", "jjjjmmdd"]})
    assert layout.date_forms("van") == ("dd-mm-jjjj", "jjjjmmdd")
    assert layout.date_forms("tot") == ("jjjj-mm-dd",)


# Versions and validity --------------------------------------------------------------------------

MINIMAL = """
id: school_export
versie: {version}
leverancier: Verzonnen leverancier
dataset: scholen
kolommen: {{Code: vestigingscode, Naam: naam, Gemeente: gemeente, Soort: onderwijssoort{more}}}
{rest}
"""


def layout(version: int = 1, more: str = "", rest: str = "") -> Layout:
    return parse("school_export.yaml", MINIMAL.format(version=version, more=more, rest=rest))


def test_the_headers_choose_between_versions() -> None:
    old, new = layout(1), layout(2, more=", Wijk: wijkcode")
    headers = ("Code", "Naam", "Gemeente", "Soort")
    assert match(frame(headers), [new, old], PROMISES).layout.version == 1
    assert match(frame((*headers, "Wijk")), [old, new], PROMISES).layout.version == 2


def test_of_equal_fits_the_newest_valid_comes_first() -> None:
    headers = ("Code", "Naam", "Gemeente", "Soort")
    old = layout(1, rest="negeer: [Oud]\ngeldig_tot: 2024-07-31")
    new = layout(2, rest="negeer: [Nieuw]\ngeldig_vanaf: 2024-08-01")

    def chosen(day: dt.date) -> int:
        return match(frame(headers), [old, new], PROMISES, today=day).layout.version

    assert chosen(dt.date(2024, 7, 31)) == 1
    assert chosen(dt.date(2024, 8, 1)) == 2


def test_an_expired_layout_still_reads_the_exports_of_its_time() -> None:
    old = layout(1, rest="negeer: [Oud]\ngeldig_tot: 2020-07-31")
    found = match(frame(("Code", "Naam", "Gemeente", "Soort", "Oud")), [old], PROMISES)
    assert found.layout is old


def test_two_layouts_with_the_same_headers_are_refused_by_name() -> None:
    with pytest.raises(ContractError, match=r"school_export \(versie 1\).*\(versie\s2\)"):
        layout_files.refuse_twins([layout(1), layout(2, rest="geldig_vanaf: 2024-08-01")])


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("symbolen: {'<5': weg}", "betekenis weg"),
        ("symbolen: {'0': nihil}", "geen symbool"),
        ("datums: [dd-mm-jjjj, mm-dd-jjjj]", "mm-dd-jjjj is onbekend"),
        ("geldig_vanaf: gisteren", "niet te lezen"),
        ("verzonnen: 1", "onbekende sleutels verzonnen"),
        ("ontvouw: {vragenlijst: geen, naam_naar: a, waarde_naar: b}", "geen vragenlijst geen"),
    ],
)
def test_a_layout_that_says_something_else_is_refused(rest: str, said: str) -> None:
    with pytest.raises(ContractError, match=said):
        layout(rest=rest)


# Questionnaires ---------------------------------------------------------------------------------


def test_the_questionnaire_covers_every_part_theme_and_group() -> None:
    asked = questionnaires.find("smw_jaarevaluatie")
    assert {i.part for i in asked.items} == set(questionnaires.PARTS)
    assert {i.theme for i in asked.items} == set(questionnaires.THEMES)
    assert {g for i in asked.items for g in i.groups} == set(PROMISES.codes["evaluatiegroep"])
    assert all(i.text.endswith(".") and len(i.text) <= 110 for i in asked.items)


def test_a_question_that_is_not_on_the_list_is_an_unknown_column() -> None:
    headers = ("id", "schooljaar", "groep", "vestiging", "wijk", "proces[p01]", "proces[p99]")
    with pytest.raises(DeliveryRefused, match=r"onbekende kolommen: proces\[p99\]"):
        match(frame(headers), layout_files.load(), PROMISES)


def test_an_open_answer_is_an_unknown_column() -> None:
    headers = ("id", "schooljaar", "groep", "vestiging", "wijk", "proces[p01]", "toelichting")
    with pytest.raises(DeliveryRefused, match="onbekende kolommen: toelichting"):
        match(frame(headers), layout_files.load(), PROMISES)
