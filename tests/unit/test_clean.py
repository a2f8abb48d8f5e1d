"""Text -> typed: Dutch notation in, typed values out, and what is not understood stays visible."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import duckdb
import polars as pl
import pytest

from pipelines import contracts
from pipelines.errors import ContractError, DeliveryRefused
from pipelines.ingest import clean, doubts, layout_files, layouts, marks, notation, stage
from pipelines.ingest.layout import Layout, Match
from pipelines.ingest.layout_files import parse
from pipelines.ingest.read import Origin, TextFrame
from pipelines.validate.checks import checks

PROMISES = contracts.load()


def value(expression: str, text: str | None) -> object:
    row = duckdb.execute(f"SELECT {expression} FROM (SELECT ?::VARCHAR AS t)", [text]).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("text", "answer"),
    [("J", True), ("Ja", True), ("1", True), ("n", False), ("NEE", False), ("0", False),
     ("wellicht", None), ("2", None)],
)  # fmt: skip
def test_yes_and_no(text: str, answer: bool | None) -> None:
    assert value(clean._yes_no("t", {}), text) is answer


def test_yes_and_no_in_a_suppliers_own_words() -> None:
    own = clean._yes_no("t", {"2": "N", "Zeker": "J"})
    assert value(own, "2") is False
    assert value(own, "zeker") is True


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2024/2025", "2024/2025"),
        ("2024-2025", "2024/2025"),
        ("2024/25", "2024/2025"),
        ("2024/'25", "2024/2025"),
        ("2024", "2024/2025"),
        ("24/25", "2024/2025"),
        ("24-25", "2024/2025"),
        ("2024\u20132025", "2024/2025"),
        ("2024 / 2025", "2024/2025"),
        ("20242025", "2024/2025"),
        ("99/00", "99/00"),
        ("24/26", "24/26"),
        ("2425", "2425"),
        ("20240801", "20240801"),
        ("SJ2425", "SJ2425"),
        ("2024/2026", "2024/2026"),
        ("2024-26", "2024-26"),
    ],
)
def test_school_years(text: str, year: str) -> None:
    assert value(clean.school_year_text("t"), text) == year


def test_lists_are_split_and_mapped() -> None:
    items = clean._list("t", ",", {"etm": "ETM", "lirik": "LIRIK"})
    assert value(items, "etm, Lirik ,") == ["ETM", "LIRIK"]
    assert value(items, "etm,onzin") == ["ETM", "onzin"]
    assert value(items, None) is None


# Whole tables: what is done to a cell is reported -------------------------------------------------


def table(
    headers: tuple[str, ...], *rows: tuple[str | None, ...], origin: Origin = "csv"
) -> TextFrame:
    schema = {f"c{i}": pl.String for i in range(len(headers))}
    data = pl.DataFrame([headers, *rows], orient="row", schema=schema)
    return TextFrame(data.with_row_index("rij", offset=1), origin, "")


def understood(text: TextFrame, layout: Layout) -> Match:
    return layouts.match(text, [layout], PROMISES)


def stage_in(con: duckdb.DuckDBPyConnection, text: TextFrame, layout: Layout) -> Match:
    """The staged rows as the table `r`."""
    match = understood(text, layout)
    (part,) = text.parts()
    rows = stage.staged(con, part, match, PROMISES.dataset(layout.dataset), PROMISES)
    con.register("rijen", rows)
    con.execute("CREATE TABLE r AS FROM rijen")
    return match


def refuse_month_first(text: TextFrame, layout: Layout) -> None:
    with duckdb.connect() as con:
        match = stage_in(con, text, layout)
        doubts.refuse_month_first(con, "r", text, match, PROMISES.dataset(layout.dataset))


def staged(text: TextFrame, layout: Layout) -> list[dict[str, object]]:
    with duckdb.connect() as con:
        match = stage_in(con, text, layout)
        assert match.layout is layout
        return con.execute("FROM r ORDER BY _nr").pl().to_dicts()


def failing(text: TextFrame, layout: Layout) -> dict[str, list[int]]:
    """Rows of every check that finds something, by rule id."""
    dataset, match = PROMISES.dataset(layout.dataset), understood(text, layout)
    promised = checks(dataset, PROMISES, filled=set(), marks=marks.marks(match, dataset))
    with duckdb.connect() as con:
        stage_in(con, text, layout)
        found = {
            c.id: [n for (n,) in con.execute(f"SELECT _rij FROM r WHERE {c.fails}").fetchall()]
            for c in promised
            if not c.could_not_run and c.sort != "uniek"
        }
    return {rule: rows for rule, rows in found.items() if rows}


COUNTS = parse("tellingen.yaml", """
id: tellingen
versie: 1
leverancier: Verzonnen
dataset: leerlingaantallen
kolommen: {School: vestigingscode, Jaar: schooljaar, Aantal: leerlingen}
symbolen: {"<5": afgeschermd, ".": onbekend, "x": geheim, "-": nihil}
""")  # fmt: skip


def test_hidden_unknown_secret_nil_blank_and_zero_stay_different_things() -> None:
    cells = ("12", "<5", ".", "x", "-", None, "0", "<10")
    rows = [("99AA00", f"{2010 + i}", cell) for i, cell in enumerate(cells)]
    text = table(("School", "Jaar", "Aantal"), *rows)
    assert failing(text, COUNTS) == {
        "leerlingaantallen.leerlingen.afgeschermd_bron": [3],
        "leerlingaantallen.leerlingen.onbekend_bron": [4],
        "leerlingaantallen.leerlingen.geheim_bron": [5],
        "leerlingaantallen.leerlingen.nihil_bron": [6],
        "leerlingaantallen.leerlingen.verplicht": [7],
        "leerlingaantallen.leerlingen.type": [9],
    }
    assert [r["leerlingen"] for r in staged(text, COUNTS)] == [12, *[None] * 5, 0, None]


def test_a_symbol_in_an_optional_column_is_a_warning() -> None:
    layout = parse("t.yaml", """
id: tarieven_export
versie: 1
leverancier: Verzonnen
dataset: jeugdhulp
kolommen: {Nr: toewijzing_id, Leerling: leerling_id, Gemeente: woongemeente, Categorie:
  productcategorie, Vorm: hulpvorm, Levering: leveringsvorm, Begin: start_datum, Tarief: tarief}
symbolen: {".": onbekend}
""")  # fmt: skip
    dataset = PROMISES.dataset("jeugdhulp")
    headers = tuple(layout.columns)
    found = marks.marks(understood(table(headers), layout), dataset, seen={})
    (mark,) = found
    assert (mark.sort, mark.column, mark.is_error) == ("onbekend_bron", "tarief", False)


SCHOOLS = parse("scholen.yaml", """
id: scholen_export
versie: 1
leverancier: Verzonnen
dataset: scholen
kolommen: {Code: vestigingscode, Naam: naam, Gemeente: gemeente, Soort: onderwijssoort}
bewerk: {gemeente: {voorvoegsel: GM, breedte: 4}}
""")  # fmt: skip


def test_lost_zeros_come_back_where_the_layout_says_so_and_are_reported() -> None:
    text = table(
        ("Code", "Naam", "Gemeente", "Soort"),
        ("99AA00", "Verzonnen A", "118", "bo"),
        ("99AB00", "Verzonnen B", "0118", "bo"),
        ("9AC00", "Verzonnen C", "Elders", "bo"),
    )
    assert [r["gemeente"] for r in staged(text, SCHOOLS)] == ["GM0118", "GM0118", "GMElders"]
    assert failing(text, SCHOOLS) == {
        "scholen.gemeente.hersteld": [2],
        "scholen.gemeente.patroon": [4],
        "scholen.vestigingscode.patroon": [4],
    }


SUSPENSIONS = parse("schorsingen.yaml", """
id: schorsingen_export
versie: 1
leverancier: Verzonnen
dataset: schorsingen
kolommen: {Nr: schorsing_id, Leerling: leerling_id, School: vestigingscode, Soort: soort,
  Begin: start_datum, Dagen: schooldagen, Reden: reden}
datums: dd-mm-jjjj
""")  # fmt: skip


ACTIVITIES = parse("activiteiten.yaml", """
id: activiteiten_export
versie: 1
leverancier: Verzonnen
dataset: activiteiten
kolommen: {Nr: activiteit_id, School: vestigingscode, Vorm: vorm, Dag: datum, Uren: uren}
datums: dd-mm-jjjj
decimaal: komma
""")  # fmt: skip


def suspensions(*days: str, origin: Origin = "csv") -> TextFrame:
    rows = [(f"S{i}", "a" * 64, "99AA00", "schorsing_extern", day, "1", "pesten")
            for i, day in enumerate(days)]  # fmt: skip
    return table(tuple(SUSPENSIONS.columns), *rows, origin=origin)


def test_serials_of_a_worksheet_are_read_and_reported() -> None:
    sheet = suspensions("45536", "01-09-2024", "2024-09-01 00:00:00", origin="werkblad")
    assert {r["start_datum"] for r in staged(sheet, SUSPENSIONS)} == {dt.date(2024, 9, 1)}
    assert failing(sheet, SUSPENSIONS) == {"schorsingen.start_datum.excel_datum": [2]}
    assert failing(suspensions("45536"), SUSPENSIONS) == {"schorsingen.start_datum.type": [2]}


def test_serials_of_a_workbook_that_counts_from_1904_are_four_years_later() -> None:
    sheet = suspensions("44074", "01-09-2024", origin="werkblad")
    kinds = {"rij": pl.Series([2, 3], dtype=pl.UInt32), "c4": ["dagen_1904", None]}
    told = replace(sheet, kinds=pl.DataFrame(kinds))
    assert {r["start_datum"] for r in staged(told, SUSPENSIONS)} == {dt.date(2024, 9, 1)}


def test_what_a_cell_was_reaches_the_cleaning() -> None:
    """A number cell 1.125 is 1.125 in every notation; the text is what the layout says."""
    cells = [("1.125", "getal"), ("1.125", None), ("62.125", "getal"), ("7:30", None)]
    rows = [
        (f"A{i}", "99AA00", "voorlichting", "1-9-2024", hours) for i, (hours, _) in enumerate(cells)
    ]
    text = table(tuple(ACTIVITIES.columns), *rows, origin="werkblad")
    kinds = pl.DataFrame({"rij": [2, 3, 4, 5], "c4": [kind for _, kind in cells]},
                         schema={"rij": pl.UInt32, "c4": pl.String})  # fmt: skip
    text = replace(text, kinds=kinds)
    assert [r["uren"] for r in staged(text, ACTIVITIES)] == [1.125, 1125.0, 62.125, 7.5]


def test_two_notations_in_one_column_are_refused_with_the_evidence() -> None:
    rows = [(f"A{i}", "99AA00", "voorlichting", "1-9-2024", hours)
            for i, hours in enumerate(["1.125", "2", "0.125", "8.5"])]  # fmt: skip
    text = table(tuple(ACTIVITIES.columns), *rows)
    with duckdb.connect() as con:
        match = stage_in(con, text, ACTIVITIES)
        with pytest.raises(DeliveryRefused) as refused:
            doubts.refuse_ambiguous_numbers(con, "r", match, PROMISES.dataset("activiteiten"))
    assert refused.value.rule == "indeling.getal"
    assert "Uren: 1 keer (eerst in rij 2)" in str(refused.value)
    assert "2 keer (eerst in rij 4)" in str(refused.value)
    assert "125" not in str(refused.value)


EMPTY = ("NULL", "NA", "nvt", "-", "(leeg)", "#N/B", ".", "n.v.t.")


@pytest.mark.parametrize("word", EMPTY)
def test_words_for_nothing_are_empty_and_reported(word: str) -> None:
    """In a code, in plain text and in a date; what a code list knows stays a code."""
    layout = replace(SUSPENSIONS, dates="dd-mm-jjjj")
    text = table(tuple(layout.columns),
                 ("S1", "a" * 64, "99AA00", "schorsing_extern", "01-09-2024", "2", word),
                 (word, "a" * 64, "99AA00", "schorsing_extern", word, "2", "pesten"))  # fmt: skip
    first, second = staged(text, layout)
    assert (first["reden"], second["schorsing_id"], second["start_datum"]) == (None, None, None)
    found = failing(text, layout)
    assert found["schorsingen.reden.leeg_teken"] == [2]
    assert found["schorsingen.schorsing_id.leeg_teken"] == [3]
    assert found["schorsingen.start_datum.verplicht"] == [3]


def test_a_layout_says_which_words_mean_nothing() -> None:
    def of(empty: str) -> Layout:
        return parse("schorsingen.yaml", f"""
id: schorsingen_export
versie: 1
leverancier: Verzonnen
dataset: schorsingen
kolommen: {{Nr: schorsing_id, Leerling: leerling_id, School: vestigingscode, Soort: soort,
  Begin: start_datum, Dagen: schooldagen, Reden: reden}}
leeg: {empty}
""")  # fmt: skip

    row = ("NA", "a" * 64, "99AA00", "schorsing_extern", "2024-09-01", "2", "geen opgave")
    text = table(tuple(SUSPENSIONS.columns), row)
    everywhere = staged(text, of("[geen opgave]"))[0]
    assert (everywhere["schorsing_id"], everywhere["reden"]) == ("NA", None)
    per_column = staged(text, of("{schorsing_id: [], reden: [NULL, geen opgave]}"))[0]
    assert (per_column["schorsing_id"], per_column["reden"]) == ("NA", None)
    with pytest.raises(ContractError):
        of("geen")


def test_dates_that_cannot_be_true_are_named() -> None:
    days = ("01-09-1024", "01-01-0001", "01-01-2204", "31-12-9999", "01-09-202", "01-09-24")
    found = failing(suspensions(*days), SUSPENSIONS)
    assert found == {
        "schorsingen.start_datum.bereik": [2, 3, 4, 5],
        "schorsingen.start_datum.type": [6],
        "schorsingen.start_datum.jaar_in_twee_cijfers": [7],
    }


@pytest.mark.parametrize(
    ("cell", "rule"),
    [(notation.NO_VALUE, "formule"), ("#REF!", "foutwaarde"), ("#VERW!", "foutwaarde")],
)
def test_formulas_without_a_value_and_errors_are_named(cell: str, rule: str) -> None:
    row = ("S1", "a" * 64, "99AA00", "schorsing_extern", "01-09-2024", cell, cell)
    found = failing(table(tuple(SUSPENSIONS.columns), row, origin="werkblad"), SUSPENSIONS)
    assert found[f"schorsingen.schooldagen.{rule}"] == [2]
    assert found[f"schorsingen.reden.{rule}"] == [2]
    assert "schorsingen.schooldagen.type" not in found


def refusal(text: TextFrame) -> str:
    with pytest.raises(DeliveryRefused) as refused:
        refuse_month_first(text, SUSPENSIONS)
    assert refused.value.rule == "indeling.datum"
    return str(refused.value)


def test_dates_that_are_all_month_first_are_refused_with_the_evidence() -> None:
    said = refusal(suspensions("09-25-2024", "03-04-2024", "12-31-2024"))
    assert "Begin: 2 keer past alleen maand-dag (rij 2, 4), 0 keer alleen dag-maand en 1" in said
    assert "09-25" not in said


def test_a_column_of_both_kinds_is_refused_with_the_evidence() -> None:
    said = refusal(suspensions("25-09-2024", "09-25-2024", "03-04-2024"))
    assert "1 keer past alleen maand-dag (rij 3), 1 keer alleen dag-maand en 1 keer" in said


@pytest.mark.parametrize(
    "days",
    [("25-09-2024", "03-04-2024"), ("03-04-2024",), ("31-02-2024", "45-67-2024"), ("onbekend",)],
)
def test_day_first_and_impossible_dates_are_no_evidence(days: tuple[str, ...]) -> None:
    refuse_month_first(suspensions(*days), SUSPENSIONS)


SINCE = dt.date(2016, 8, 1)


def refuse_year_first(text: TextFrame, layout: Layout) -> None:
    with duckdb.connect() as con:
        match = stage_in(con, text, layout)
        remarks = stage.remarks(con.execute("FROM r").pl())
    doubts.refuse_year_first(text, match, PROMISES.dataset(layout.dataset), remarks, SINCE)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        # Days up to 16 cannot be years that are still kept, so these can only be year-first.
        (
            ("24-09-02", "24-09-20", "24-10-05"),
            "Begin: 2 keer past alleen jaar-maand-dag (rij 2, 4), 0 keer alleen dag-maand-jaar",
        ),
        (("20-10-24",), "Begin: 0 keer past alleen jaar-maand-dag, 0 keer alleen"),  # 2024 or 2020
        (("01-09-24", "24-09-02"), "1 keer past alleen jaar-maand-dag (rij 3), 1 keer alleen"),
        (("24-02-29 00:00:00", "24-02-01"), "1 keer past alleen jaar-maand-dag (rij 3), 0 keer"),
    ],
)
def test_dates_that_may_be_year_first_are_refused_with_the_evidence(
    days: tuple[str, ...],
    said: str,
) -> None:
    with pytest.raises(DeliveryRefused) as refused:
        refuse_year_first(suspensions(*days), SUSPENSIONS)
    assert refused.value.rule == "indeling.datum"
    assert said in str(refused.value)
    assert not any(day in str(refused.value) for day in days)


@pytest.mark.parametrize(
    "days",
    [
        ("01-09-24", "20-10-24"),  # the first cannot be 2001
        ("20-10-24", "1-9-24"),  # nobody writes a year with one digit
        ("20-10-24", "20-10-2024"),
        ("24-09-31x", "onbekend"),
        ("2024-09-02",),
        ("02-09-98",),  # neither way, as long as rows of 1998 are not kept
    ],
)
def test_two_digit_years_are_read_where_a_column_says_that_the_day_comes_first(
    days: tuple[str, ...],
) -> None:
    refuse_year_first(suspensions(*days), SUSPENSIONS)


def days_of(*texts: str) -> doubts.YearOrDay:
    frame = pl.DataFrame({"rij": range(2, 2 + len(texts)), "t": texts})
    return doubts.year_or_day(frame, SINCE, dt.date(2049, 12, 31))


def test_a_column_that_does_not_say_is_read_as_the_others_of_its_file() -> None:
    unsure, sure, other = days_of("20-10-24"), days_of("01-09-24"), days_of("24-09-02")
    doubts.refuse_unsure_years({"Begin": sure, "Einde": unsure}, "geladen")
    with pytest.raises(DeliveryRefused, match="Einde: 1 keer past alleen jaar-maand-dag"):
        doubts.refuse_unsure_years({"Begin": sure, "Einde": other}, "geladen")


# The evaluation ---------------------------------------------------------------------------------


def source(name: str) -> Layout:
    return next(la for la in layout_files.load() if la.id == name)


def test_limesurvey_becomes_a_row_per_question() -> None:
    text = table(
        ("id", "submitdate", "schooljaar", "groep", "vestiging", "wijk", "proces[p01]",
         "inhoud[i10]"),
        ("1", "2025-06-03 10:00:00", "2024-2025", "school", "99AA00", None, "4", "nvt"),
        ("2", "2025-06-04 11:00:00", "2024-2025", "wijkteam", None, "WK990101", "6", None),
    )  # fmt: skip
    layout = source("limesurvey_evaluatie_antwoorden")
    rows = staged(text, layout)
    assert [(r["antwoord_id"], r["vraag_id"], r["score"], r["nvt"]) for r in rows] == [
        ("2024/2025:1", "p01", 4, False),
        ("2024/2025:1", "i10", None, True),
        ("2024/2025:2", "p01", 6, False),
    ]
    assert {r["ronde"] for r in rows} == {"2024/2025"}
    assert failing(text, layout) == {"evaluatie_antwoorden.score.bereik": [3]}


def test_forms_answers_in_words_become_scores() -> None:
    text = table(
        ("Id", "Begintijd", "Over welk schooljaar gaat uw antwoord?",
         "Namens wie vult u deze vragenlijst in?",
         "Over welke school gaat uw antwoord (vestigingscode)?",
         "De schoolmaatschappelijk werker is voor de school goed bereikbaar.",
         "Na een verwijzing start de hulp snel genoeg. "),
        ("7", "45811.4", "2024/2025", "Schoolteam", "99AA00", "Helemaal mee eens",
         "Niet van toepassing"),
        ("8", "45811.5", "2024/2025", "school", "99AA00", "mee oneens", "misschien"),
    )  # fmt: skip
    layout = source("forms_evaluatie_antwoorden")
    assert [(r["antwoord_id"], r["groep"], r["vraag_id"], r["score"], r["nvt"])
            for r in staged(text, layout)] == [
        ("2024/2025:7", "school", "p01", 5, False),
        ("2024/2025:7", "school", "i08", None, True),
        ("2024/2025:8", "school", "p01", 2, False),
        ("2024/2025:8", "school", "i08", None, False),
    ]  # fmt: skip
    assert failing(text, layout) == {"evaluatie_antwoorden.score.type": [3]}
