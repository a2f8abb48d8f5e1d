"""A proposal for an unknown file: found right, sure only when right, and nobody's data repeated."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import contracts
from pipelines.errors import DeliveryRefused
from pipelines.ingest import layout, layout_files, layouts, questionnaires
from pipelines.ingest.headings import normal
from pipelines.ingest.layout_files import parse
from pipelines.ingest.propose.labels import LABEL_LIKELY, _means, code_guesses
from pipelines.ingest.propose.proposal import Proposal, as_yaml
from pipelines.ingest.propose.story import for_file, propose
from pipelines.ingest.read import TextFrame
from tests.conftest import pseudonym

PROMISES = contracts.load()


def frame(*rows: tuple[str | None, ...]) -> TextFrame:
    names = {f"c{i}": pl.String for i in range(len(rows[0]))}
    data = pl.DataFrame(list(rows), orient="row", schema=names)
    return TextFrame(data.with_row_index("rij", offset=1), "csv", "")


HEADERS = ("Meldnr", "Leerling", "School", "Maatregel", "Ingangsdatum", "Aantal dagen", "Reden",
           "Inspectie ingelicht", "Kleur map")  # fmt: skip


def row(number: int, day: str) -> tuple[str | None, ...]:
    return (f"M{number}", pseudonym(number), "99AA00", "Schorsing extern", day, str(number % 5 + 1),
            "storend_gedrag", "Ja", "groen")  # fmt: skip


def found(proposal: Proposal) -> dict[str, str | None]:
    return {guess.header: guess.column for guess in proposal.guesses}


def suspensions(*days: str) -> TextFrame:
    return frame(HEADERS, *(row(i, day) for i, day in enumerate(days)))


def test_dataset_columns_and_forms_are_proposed() -> None:
    proposal = propose(suspensions("13-01-2025", "02-12-2024", "28-02-2025"), PROMISES)
    assert proposal.dataset == "schorsingen"
    assert found(proposal) == {
        "Meldnr": "schorsing_id",
        "Leerling": "leerling_id",
        "School": "vestigingscode",
        "Maatregel": "soort",
        "Ingangsdatum": "start_datum",
        "Aantal dagen": "schooldagen",
        "Reden": "reden",
        "Inspectie ingelicht": "gemeld_inspectie",
        "Kleur map": None,
    }
    assert proposal.dates == {"start_datum": "dd-mm-jjjj"}
    assert {g.certainty for g in proposal.guesses if g.column is None} == {"niet gevonden"}


def test_the_proposal_is_a_layout_that_loads() -> None:
    proposal = propose(suspensions("13-01-2025", "02-12-2024"), PROMISES)
    text = as_yaml(proposal, layout_id="nieuw_schorsingen", supplier="Verzonnen School: noord")
    layout = parse("nieuw.yaml", text)
    assert layout.columns == {h: c for h, c in found(proposal).items() if c}
    assert (layout.id, layout.supplier) == ("nieuw_schorsingen", "Verzonnen School: noord")
    assert layout.date_forms("start_datum") == ("dd-mm-jjjj",)
    assert "Kleur map" in text
    assert not layout.knows("Kleur map"), "a person decides about what was not found"


def test_identifying_columns_are_named_by_kind_and_never_proposed() -> None:
    headers = (*HEADERS, "Geboortedatum", "Naam leerling")
    rows = [(*row(i, f"{13 + i}-01-2025"), f"{i + 1}-05-2012", "Verzonnen Persoon")
            for i in range(5)]  # fmt: skip
    proposal = propose(frame(headers, *rows), PROMISES)
    assert {kind for kind, _ in proposal.identifying} >= {"geboortedatum", "naam"}
    assert not {"Geboortedatum", "Naam leerling"} & set(found(proposal))
    layout = parse("x.yaml", as_yaml(proposal, layout_id="x", supplier="y"))
    assert not layout.knows("Geboortedatum")


def test_month_first_dates_are_doubtful() -> None:
    proposal = propose(suspensions("01-13-2025", "12-25-2024", "03-04-2025"), PROMISES)
    (guess,) = [g for g in proposal.guesses if g.column == "start_datum"]
    assert guess.certainty == "onzeker"
    assert any("maand" in remark for remark in proposal.remarks)


def test_a_table_without_headers_is_refused() -> None:
    with pytest.raises(DeliveryRefused, match="kopregel") as refusal:
        propose(frame(("12", "13"), ("14", "15")), PROMISES)
    assert refusal.value.rule == "indeling.onbekend"


def test_what_may_be_data_is_not_repeated_as_headers() -> None:
    table = frame(("Verzonnen", "Persoon", "Dorpsstraat"), ("Ander", "Mens", "Kerkplein"))
    with pytest.raises(DeliveryRefused) as refusal:
        propose(table, PROMISES)
    assert not [w for w in ("Verzonnen", "Persoon", "Dorpsstraat") if w in str(refusal.value)]


# Wide tables -------------------------------------------------------------------------------------


def test_headers_that_differ_in_a_year_become_rows() -> None:
    table = frame(
        ("VESTIGINGSCODE", "NAAM_VESTIGING", "LEERLINGEN_2022", "LEERLINGEN_2023",
         "LEERLINGEN_2024"),
        ("99AA00", "De Verzonnen School", "310", "305", "<5"),
        ("99AA01", "De Andere School", "120", None, "118"),
    )  # fmt: skip
    proposal = propose(table, PROMISES)
    assert proposal.dataset == "leerlingaantallen"
    assert proposal.unfold is not None
    assert (proposal.unfold.name_to, proposal.unfold.value_to) == ("schooljaar", "leerlingen")
    assert (proposal.unfold.headers, proposal.unfold.certainty) == (3, "zeker")
    assert proposal.required == ()
    assert found(proposal) == {"VESTIGINGSCODE": "vestigingscode", "NAAM_VESTIGING": None}
    text = as_yaml(proposal, layout_id="x", supplier="y")
    layout = parse("x.yaml", text.replace("kolommen:", "negeer: [NAAM_VESTIGING]\nkolommen:"))
    match = layouts.match(table, [layout], PROMISES)
    assert match.layout.id == "x"
    assert match.unpivoted == {"c2": "2022", "c3": "2023", "c4": "2024"}


@pytest.mark.parametrize(
    ("headers", "years"),
    [
        (("Leerlingen 2022/2023", "Leerlingen 2023/2024"), ["2022", "2023"]),
        (("Aantal leerlingen (2022-23)", "Aantal leerlingen (2023-24)"), ["2022", "2023"]),
        (("2022", "2023"), ["2022", "2023"]),
    ],
)
def test_years_are_read_as_they_are_written(headers: tuple[str, str], years: list[str]) -> None:
    table = frame(("Vestigingscode", *headers), ("99AA00", "310", "305"), ("99AA01", "12", "118"))
    proposal = propose(table, PROMISES, dataset="leerlingaantallen")
    layout = parse("x.yaml", as_yaml(proposal, layout_id="x", supplier="y"))
    assert layout.unpivot is not None
    assert [layout.wide(header) for header in headers] == years


def test_years_over_other_than_numbers_stay_columns() -> None:
    table = frame(
        ("Vestigingscode", "Schooljaar", "Richting 2022", "Richting 2023"),
        ("99AA00", "2023/2024", "openbaar", "openbaar"),
        ("99AA01", "2023/2024", "bijzonder", "openbaar"),
    )
    proposal = propose(table, PROMISES, dataset="leerlingaantallen")
    assert proposal.unfold is None
    assert {"Richting 2022", "Richting 2023"} <= set(found(proposal))


def test_a_dataset_without_a_year_takes_no_wide_columns() -> None:
    headers = (*HEADERS, "Telling 2022", "Telling 2023")
    rows = [(*row(i, f"{13 + i}-01-2025"), "3", "4") for i in range(6)]
    proposal = propose(frame(headers, *rows), PROMISES)
    assert (proposal.dataset, proposal.unfold) == ("schorsingen", None)
    assert {"Telling 2022", "Telling 2023"} <= set(found(proposal))


QUESTIONS = questionnaires.find("smw_jaarevaluatie").items[:4]
ABOUT = ("Inzending", "Schooljaar", "Namens wie", "Vestiging")


@pytest.mark.parametrize(
    "headers",
    [
        [q.text for q in QUESTIONS],
        [q.id for q in QUESTIONS],
        [f"proces[{q.id}]" for q in QUESTIONS],
        [f"Vraag {q.id}" for q in QUESTIONS],
    ],
)
def test_questions_of_a_questionnaire_become_rows(headers: list[str]) -> None:
    rows = [(str(n), "2024/2025", "school", "99AA00", "4", "5", None, "3") for n in range(1, 9)]
    table = frame((*ABOUT, *headers), *rows)
    proposal = propose(table, PROMISES)
    assert proposal.dataset == "evaluatie_antwoorden"
    layout = parse("x.yaml", as_yaml(proposal, layout_id="x", supplier="y"))
    assert layout.unpivot is not None
    assert (layout.unpivot.name_to, layout.unpivot.value_to) == ("vraag_id", "score")
    assert layout.unpivot.not_applicable_to == "nvt"
    assert [layout.wide(h) for h in headers] == [q.id for q in QUESTIONS]
    assert not set(headers) & set(found(proposal))


# Labels of codes ---------------------------------------------------------------------------------


def with_reasons(*labels: str) -> Proposal:
    rows = []
    for i in range(24):
        cells = list(row(i, f"{13 + i % 10}-01-2025"))
        cells[6] = labels[i % len(labels)]
        rows.append(tuple(cells))
    return propose(frame(HEADERS, *rows), PROMISES)


def test_labels_that_read_like_a_code_are_mapped_with_how_sure_it_is() -> None:
    proposal = with_reasons(
        "storend_gedrag", "Gedrag: storend", "Vernielingen", "Pesten en uitlachen",
        "Kapot raam", "Jantje Verzonnen",
    )  # fmt: skip
    guesses = {g.label: (g.code, g.certainty) for g in proposal.codes["reden"]}
    assert guesses["Gedrag: storend"] == ("storend_gedrag", "zeker")
    assert guesses["Vernielingen"] == ("vernieling", "waarschijnlijk")
    assert guesses["Pesten en uitlachen"] == ("pesten", "onzeker")
    assert "storend_gedrag" not in guesses, "what is on the list needs no mapping"
    text = as_yaml(proposal, layout_id="x", supplier="y")
    layout = parse("x.yaml", text)
    assert layout.codes["reden"]["Vernielingen"] == "vernieling"
    assert "Pesten en uitlachen" not in layout.codes["reden"], "what is not sure is not used"
    assert "# Pesten en uitlachen: pesten   # onzeker" in text
    (remark,) = [r for r in proposal.remarks if "in reden" in r]
    assert remark.startswith("3 benamingen (waaronder 'Pesten en uitlachen') in reden")


def test_a_value_that_reads_like_no_code_is_not_repeated() -> None:
    proposal = with_reasons("storend_gedrag", "Jantje Verzonnen", "pesten 061234567", "agressie@x")
    said = as_yaml(proposal, layout_id="x", supplier="y") + str(proposal.as_dict())
    assert not [w for w in ("Jantje", "061234567", "agressie@") if w in said]


def test_a_denial_never_means_what_it_denies() -> None:
    codes = PROMISES.codes["verwijsstatus"].values()
    (guess,) = code_guesses(["niet akkoord"], codes)
    assert guess.certainty == "onzeker"
    assert _means("niet akkoord", "akkoord") < LABEL_LIKELY <= _means("akkoord", "akkoord")
    (plain,) = code_guesses(["Geaccepteerd (wijkteam)"], codes)
    assert (plain.code, plain.certainty) == ("geaccepteerd", "onzeker")
    assert code_guesses(["zomaar iets"], codes) == ()


WORDS = st.text("abcdefghijklmnopqrstuvwxyzé_ ':#-", min_size=1, max_size=20)
CELLS = st.one_of(st.none(), st.text(max_size=12))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_table_gives_a_layout_that_loads_or_a_refusal(data: st.DataObject) -> None:
    width = data.draw(st.integers(2, 6))
    headers = data.draw(st.lists(WORDS, min_size=width, max_size=width))
    rows = data.draw(st.lists(st.tuples(*[CELLS] * width), max_size=6))
    try:
        proposal = propose(frame(tuple(headers), *rows), PROMISES, dataset="schorsingen")
    except DeliveryRefused:
        return
    layout = parse("x.yaml", as_yaml(proposal, layout_id="x", supplier="y: z"))
    assert list(layout.columns.values()) == [g.column for g in proposal.guesses if g.column]


@pytest.fixture(scope="module")
def supplied(demo_files: Path) -> list[tuple[TextFrame, layout.Match]]:
    """One demo file per layout of a supplier, as its layout reads it."""
    from pipelines.ingest import read

    seen: dict[str, tuple[TextFrame, layout.Match]] = {}
    for file in sorted((demo_files / "inbox").iterdir()):
        (text,) = read.read(file)
        match = layouts.match(text, layout_files.load(), PROMISES)
        if match.layout.supplier:
            seen.setdefault(match.layout.id, (text, match))
    return list(seen.values())


@pytest.mark.slow
@pytest.mark.parametrize(("words", "floor"), [(None, 0.97), ({}, 0.90)])
def test_suppliers_files_are_understood_without_their_layouts(
    supplied: list[tuple[TextFrame, layout.Match]],
    words: dict[str, list[str]] | None,
    floor: float,
) -> None:
    """With the words of practice, and with the contract's own names and labels only.

    The demo's headers and those words were written by the same people: the second floor is the
    fairer measure of a supplier that nobody has seen.
    """
    right = wrong_but_sure = sure = total = mapped = 0
    refused: list[str] = []
    for text, match in supplied:
        true = {layouts.shown(header): column for column, header in match.headers.items()}
        total += len(true)
        try:
            proposal = propose(text, PROMISES, head_words=words)
        except DeliveryRefused:
            refused.append(match.layout.id)
            continue
        assert proposal.dataset == match.layout.dataset
        right += sum(found(proposal).get(h) == c for h, c in true.items())
        certain = [g for g in proposal.guesses if g.certainty == "zeker"]
        sure += len(certain)
        wrong_but_sure += sum(true.get(g.header) != g.column for g in certain)
        for column, labels in proposal.codes.items():
            meant = {normal(k): v for k, v in match.layout.codes.get(column, {}).items()}
            used = [g for g in labels if g.certainty != "onzeker"]
            mapped += len(used)
            assert [g.label for g in used if meant.get(normal(g.label)) != g.code] == []
    # Four columns under words of their own say too little: then no contract is guessed at.
    assert refused == ([] if words is None else ["maatwerk_havenrijk_schoolafspraken"])
    assert total > 150
    assert mapped >= 15
    assert right / total >= floor
    assert wrong_but_sure / sure <= 0.02


# What is said, and what is not -------------------------------------------------------------------


def test_a_known_layout_that_fits_after_anonymise_is_named(tmp_path: Path) -> None:
    known = layout_files.load()
    (a04,) = [layout for layout in known if layout.id == "duo_a04_verzuim"]
    headers = [*a04.columns, *sorted(a04.ignored), "ACHTERNAAM", "GEBOORTEDATUM"]
    file = tmp_path / "export.csv"
    cells = [""] * (len(headers) - 2) + ["Verzonnen", "01-02-2010"]
    file.write_text("\n".join(";".join(line) for line in (headers, cells)), "utf-8")
    proposal, text = for_file(file, PROMISES, dataset=None, known=known)
    assert proposal.as_dict()["fitting"] == "duo_a04_verzuim"
    assert proposal.dataset == a04.dataset
    assert "als 'zichtlijn anonymise' de herleidbare kolommen heeft vervangen" in text
    assert "Verzonnen" not in text


def test_a_layout_that_reads_the_file_already_is_named(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text("OMSCHRIJVING;WAARDE\nx;y\n", "utf-8")
    with pytest.raises(DeliveryRefused):
        for_file(file, PROMISES, dataset=None, known=layout_files.load())
    (suspensions_layout,) = [la for la in layout_files.load() if la.id == "havenlicht_schorsingen"]
    file.write_text(";".join(suspensions_layout.columns) + "\n", "utf-8")
    proposal, text = for_file(file, PROMISES, dataset=None, known=layout_files.load())
    assert proposal.fitting == "havenlicht_schorsingen"
    assert "leest dit bestand al" in text


@pytest.mark.parametrize("nothing", ["", "-", "NULL", "n.v.t.", " "])
def test_an_empty_column_is_never_a_likely_guess(nothing: str) -> None:
    names = [c.name for c in PROMISES.dataset("schorsingen").columns]
    text = frame(tuple(names), *(tuple(nothing or None for _ in names) for _ in range(3)))
    proposal = propose(text, PROMISES, dataset="schorsingen")
    assert {g.certainty for g in proposal.guesses} <= {"onzeker", "niet gevonden"}


@pytest.mark.parametrize(
    ("header", "cells", "dataset", "column"),
    [
        ("RMC_REGIO", ("REGIO 18", "REGIO 25"), "scholen", "vakantieregio"),
        ("Reden uitstroom", ("pesten", "vernieling"), "schorsingen", "reden"),
        ("Afmelddatum", ("2024-09-01", "2024-10-01"), "smw_trajecten", "aanmeld_datum"),
        ("Adres locatie", ("99AA00", "99AB00"), "scholen", "vestigingscode"),
    ],
)
def test_a_look_alike_is_never_a_likely_guess(
    header: str, cells: tuple[str, str], dataset: str, column: str
) -> None:
    text = frame((header, "Iets anders"), *((cell, "x") for cell in cells))
    try:
        proposal = propose(text, PROMISES, dataset=dataset)
    except DeliveryRefused:
        return
    for guess in proposal.guesses:
        if guess.column == column:
            assert guess.certainty in ("onzeker", "niet gevonden")


def test_no_label_or_heading_that_could_be_a_name_is_repeated() -> None:
    labels = ("Sanne Pesten", "pesten door Elamrani", "Merel", "PESTEN JANSEN", "pesten")
    made = frame((*HEADERS, "Sanne de Vries"),
                 *((*row(i, "2025-01-13")[:6], label, "Ja", "groen", "x")
                   for i, label in enumerate(labels)))  # fmt: skip
    proposal = propose(made, PROMISES, dataset="schorsingen")
    said = f"{proposal.as_dict()} {as_yaml(proposal, layout_id='x', supplier='y')}"
    for name in ("Sanne", "Elamrani", "Merel", "JANSEN", "Vries"):
        assert name not in said
