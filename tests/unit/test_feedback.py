"""What goes back to a supplier: own words, own rows, nothing that could run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from pipelines import contracts
from pipelines.ingest import layouts
from pipelines.ingest.deliveries import Delivery
from pipelines.ingest.layout import Layout
from pipelines.ingest.read import TextFrame
from pipelines.validate.feedback import folder, page, report, unused, workbook
from pipelines.validate.feedback.report import Report
from pipelines.validate.feedback.sheet import FORMULA_STARTS
from tests.conftest import pseudonym

PROMISES = contracts.load()
SUSPENSIONS = Layout(
    id="proef",
    version=1,
    supplier="Stichting Proef",
    dataset="schorsingen",
    columns={
        "Volgnr": "schorsing_id",
        "Leerling": "leerling_id",
        "Locatie": "vestigingscode",
        "Maatregel": "soort",
        "Ingang": "start_datum",
        "Dagen": "schooldagen",
        "Aanleiding": "reden",
    },
    ignored=frozenset({"Printdatum"}),
    codes={"soort": {"Extern": "schorsing_extern"}},
    dates="dd-mm-jjjj",
    totals_row="Totaal",
)
HEADERS = (
    "Printdatum",
    "Dagen",
    "Volgnr",
    "Leerling",
    "Locatie",
    "Maatregel",
    "Ingang",
    "Aanleiding",
)
HOSTILE = (
    '=HYPERLINK("http://kwaad.example","klik")',
    "+31",
    "-1+1",
    "@SUM(A1:A9)",
    "\t=1+1",
    "http://kwaad.example",
    "mailto:niemand",
    "{=1}",
    "\x01\x0b\ufffe",
    "<script>alert(1)</script>",
    "0012",
    "1e5",
)


def row(number: int, **changes: str) -> dict[str, str]:
    return {
        "Printdatum": "01-09-2025",
        "Dagen": "1",
        "Volgnr": f"S{number}",
        "Leerling": pseudonym(number),
        "Locatie": "99AA00",
        "Maatregel": "Extern",
        "Ingang": "04-03-2024",
        "Aanleiding": "storend_gedrag",
    } | changes


def delivered(rows: Sequence[Mapping[str, str]], *, name: str = "proef.csv") -> Delivery:
    """Rows under a title and a header, as the reader gives them."""
    cells = [["Overzicht", *[None] * 7], list(HEADERS)]
    cells += [[r[h] or None for h in HEADERS] for r in rows]
    schema = {f"c{i}": pl.String for i in range(8)}
    frame = pl.DataFrame(cells, schema=schema, orient="row").with_row_index("rij", offset=1)
    text = TextFrame(frame, "csv", "")
    return Delivery(
        id="0123456789abcdef",
        file=name,
        dataset="schorsingen",
        supplier="Stichting Proef",
        period="2023-2024",
        match=layouts.match(text, [SUSPENSIONS], PROMISES),
        text=text,
    )


def finding(rule: str, columns: Sequence[str], rows: Sequence[int], **more: Any) -> dict[str, Any]:
    return {
        "rule": f"schorsingen.{rule}",
        "severity": "fout",
        "dimension": "conformity",
        "columns": list(columns),
        "outcome": "gevonden",
        "rows": list(rows),
        "count": len(rows),
        "message": "Er is iets mis.",
        "remedy": f"Vul {columns[0]} in.",
        "accepted": None,
    } | more


def reported(
    rows: Sequence[Mapping[str, str]], findings: Sequence[Mapping[str, Any]], **more: Any
) -> Report:
    bad = {r for f in findings if f["severity"] == "fout" for r in f["rows"]}
    return report.build(
        delivered(rows, **more),
        PROMISES,
        findings,
        rows_in=len(rows),
        accepted=len(rows) - len(bad),
        quarantined=len(bad),
    )


def opened(path: Path, told: Report) -> openpyxl.Workbook:
    workbook.write(path, told)
    return openpyxl.load_workbook(path)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "feedback.xlsx"


def test_rows_come_back_in_the_suppliers_own_layout(book: Path) -> None:
    rows = [row(1), row(2, Maatregel="straf"), row(3), row(4, Dagen="")]
    sheets = opened(
        book,
        reported(
            rows,
            [
                finding("soort.code", ["soort"], [4]),
                finding("schooldagen.verplicht", ["schooldagen"], [6]),
            ],
        ),
    )
    assert sheets.sheetnames == ["Uw rijen", "Bevindingen", "Onbekend", "Uitleg"]
    own = sheets["Uw rijen"]
    cells = [[c.value for c in line] for line in own.iter_rows()]
    assert cells[0] == ["Rij in uw bestand", "Wat is er mis", *HEADERS]
    assert [line[0] for line in cells[1:]] == [4, 6]
    assert cells[1][2:] == [rows[1][h] for h in HEADERS]
    assert cells[1][1] == "Maatregel: onbekende code"
    assert own.freeze_panes == "C2"
    assert own.auto_filter.ref == "A1:J3"
    broken, fine = own["H2"], own["G2"]
    assert broken.fill.fgColor.rgb == "FFF8CBAD"
    assert fine.fill.fill_type is None
    assert fine.comment is None
    assert broken.comment.text.split("\n") == [
        "FOUT: Er is iets mis.",
        "Toegestaan: Ook toegestaan, in uw eigen woorden: Extern.",
        "Herstel: Vul 'Maatregel' in.",
    ]
    assert own["D3"].comment is not None
    assert own["D3"].value is None


def test_a_rule_over_more_columns_marks_them_all(book: Path) -> None:
    told = reported([row(1)], [finding("proef", ["schooldagen", "soort"], [3])])
    own = opened(book, told)["Uw rijen"]
    assert [own[c].comment is not None for c in ("A2", "D2", "H2")] == [False, True, True]


def test_a_column_that_is_not_in_the_file_is_told_at_the_row_number(book: Path) -> None:
    told = reported(
        [row(1)], [finding("geen_melding", ["gemeld_inspectie"], [3], severity="waarschuwing")]
    )
    own = opened(book, told)["Uw rijen"]
    assert "WAARSCHUWING" in own["A2"].comment.text
    assert own["A2"].fill.fgColor.rgb == "FFFFE699"
    assert "niet in uw bestand" in own["B2"].value


@pytest.mark.parametrize("value", HOSTILE)
def test_no_cell_is_ever_a_formula_a_link_or_a_number(book: Path, value: str) -> None:
    told = reported(
        [row(1, Aanleiding=value, Maatregel=value)],
        [finding("reden.code", ["reden"], [3], message=value, remedy=value)],
        name=f"{value}.csv",
    )
    for sheet in opened(book, told):
        for line in sheet.iter_rows():
            for cell in line:
                assert cell.data_type != "f", (sheet.title, cell.coordinate)
                assert cell.hyperlink is None
        if sheet.title == "Uw rijen":
            assert sheet["J2"].data_type == "s"
            if value.startswith(FORMULA_STARTS):
                assert sheet["H2"].quotePrefix
                assert sheet["J2"].quotePrefix
            if value.isprintable() and "_x" not in value:
                assert sheet["J2"].value == value


def test_very_long_text_is_cut_and_said_so(book: Path) -> None:
    told = reported(
        [row(1, Aanleiding="z" * 100_000)],
        [finding("reden.code", ["reden"], [3], message="m" * 50_000)],
    )
    own = opened(book, told)["Uw rijen"]
    assert len(own["J2"].value) < 32_767
    assert own["J2"].value.endswith("(afgekapt: 100000 tekens)")
    assert len(own["J2"].comment.text) < 2_100


def test_ten_thousand_failing_rows_all_come_back(book: Path) -> None:
    rows = [row(n, Dagen="0", Maatregel="straf") for n in range(10_000)]
    numbers = range(3, 10_003)
    told = reported(
        rows,
        [
            finding("schooldagen.bereik", ["schooldagen"], numbers),
            finding("soort.code", ["soort"], numbers),
        ],
    )
    workbook.write(book, told)
    sheets = openpyxl.load_workbook(book, read_only=True)
    first = [line[0] for line in sheets["Uw rijen"].iter_rows(min_row=2, values_only=True)]
    sheets.close()
    assert first == list(numbers)
    assert book.stat().st_size < 5_000_000
    assert len(page.render(told, None)) < 50_000


def test_more_rows_than_a_sheet_holds_go_on_on_the_next(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 4)
    monkeypatch.setattr(workbook, "MOST_COMMENTS", 5)
    told = reported(
        [row(n) for n in range(10)], [finding("soort.code", ["soort"], list(range(3, 13)))]
    )
    sheets = opened(book, told)
    parts = [s for s in sheets if s.title.startswith("Uw rijen")]
    assert [s.title for s in parts] == ["Uw rijen", "Uw rijen (2)", "Uw rijen (3)"]
    assert [s[f"A{r}"].value for s in parts for r in range(2, s.max_row + 1)] == [*range(3, 13)]
    comments = [c for s in parts for line in s.iter_rows() for c in line if c.comment]
    assert len(comments) == 5
    assert any("eerste 5 cellen" in str(c.value) for c in sheets["Uitleg"]["A"])


def test_findings_are_counted_and_explained(book: Path) -> None:
    accepted = {"reason": "bekend", "by": "A. Analist", "until": "2027-07-31"}
    told = reported(
        [row(n) for n in range(6)],
        [
            finding("te_lang", ["schooldagen"], [3], severity="waarschuwing"),
            finding("start_datum.type", ["start_datum"], [4, 5, 6, 8]),
            finding("reden.code", ["reden"], [7], accepted=accepted),
            finding(
                "vestigingscode.verwijzing", ["vestigingscode"], [],
                outcome="niet_gecontroleerd", message="Niet gecontroleerd: geen scholen.",
            ),
        ],
    )  # fmt: skip
    sheets = opened(book, told)
    lines = [[c.value for c in line] for line in sheets["Bevindingen"].iter_rows(min_row=2)]
    assert [(line[0], line[2]) for line in lines] == [
        ("Fout: rij apart gehouden", 4),
        ("Waarschuwing: rij meegeteld", 1),
        ("Niet gecontroleerd", 0),
        ("Aanvaard", 1),
    ]
    assert lines[0][1] == "Ingang"
    assert lines[0][3] == "4-6, 8"
    assert lines[0][5] == "Een bestaande datum, geschreven als dd-mm-jjjj."
    assert "31-07-2027 door A. Analist: bekend" in lines[3][4]
    assert [c.value for c in sheets["Uw rijen"]["A"]][1:] == [3, 4, 5, 6, 8]
    unused = [c.value for c in sheets["Onbekend"]["A"]]
    assert "Controle niet uitgevoerd" in unused


def test_what_was_unknown_or_not_used_is_listed() -> None:
    rows = [
        row(1, Maatregel="straf"),
        row(2, Maatregel="straf"),
        row(3, Maatregel="strafwerk"),
        dict.fromkeys(HEADERS, ""),
        row(5, Maatregel=pseudonym(5)),
        dict.fromkeys(HEADERS, "") | {"Dagen": "Totaal", "Volgnr": "12"},
    ]
    told = reported(rows, [finding("soort.code", ["soort"], [3, 4, 5, 7])])
    listed = [(u.sort, u.what, u.count) for u in told.unused]
    assert ("Kolom niet gebruikt", "Printdatum", None) in listed
    assert ("Onbekende code", "Maatregel: straf", 2) in listed
    assert ("Onbekende code", "Maatregel: strafwerk", 1) in listed
    assert ("Onbekende code", "Maatregel: (afgeschermde waarde)", 1) in listed
    assert ("Rij overgeslagen", "6", 1) in listed
    assert ("Kolom niet geleverd", "Gemeld bij de Inspectie (gemeld_inspectie)", None) in listed
    assert [what for sort, what, _ in listed if sort == "Rij overgeslagen"] == ["6", "8"]


def test_unknown_values_are_listed_for_code_lists_only() -> None:
    told = reported(
        [row(1, Dagen="veel", Locatie="hier")],
        [
            finding("schooldagen.type", ["schooldagen"], [3]),
            finding("vestigingscode.patroon", ["vestigingscode"], [3]),
        ],
    )
    assert not [u for u in told.unused if u.sort == "Onbekende code"]
    assert "veel" not in page.render(told, None)
    assert "hier" not in page.render(told, None)


def test_nothing_found_is_one_friendly_page(book: Path) -> None:
    sheets = opened(book, reported([row(1)], []))
    assert sheets.sheetnames == ["Uitslag", "Onbekend"]
    assert sheets["Uitslag"]["A1"].value == "Alles goedgekeurd"
    assert "1 rij gelezen" in sheets["Uitslag"]["A2"].value


def test_only_accepted_findings_ask_nothing(book: Path) -> None:
    accepted = {"reason": "bekend", "by": "A. Analist", "until": "2027-07-31"}
    told = reported([row(1)], [finding("soort.code", ["soort"], [3], accepted=accepted)])
    assert told.verdict.endswith("U hoeft niets te herstellen.")
    assert not [u for u in told.unused if u.sort == "Onbekende code"]
    assert opened(book, told).sheetnames == ["Bevindingen", "Onbekend", "Uitleg"]


def test_a_refusal_is_a_sentence_and_no_rows(book: Path) -> None:
    told = report.refused(report.heading(delivered([row(1)]), "Schorsingen"), "Dit mag niet.")
    sheets = opened(book, told)
    assert sheets.sheetnames == ["Uitslag"]
    text = " ".join(str(c.value) for c in sheets["Uitslag"]["A"])
    assert "Dit mag niet." in text
    assert pseudonym(1) not in text
    assert "Dit mag niet." in page.render(told, None)


class Outline(HTMLParser):
    """Tags and headings; complains about what is never closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_stands_alone_and_is_well_formed() -> None:
    record = {
        "geslaagd": False,
        "verwachtingen": [
            {"regel": "a.b", "soort": "expect_x", "geslaagd": False, "aantal": 2},
            {"regel": "a.c", "soort": "expect_y", "geslaagd": True, "aantal": 0},
        ],
    }
    told = reported(
        [row(1, Maatregel="<b>straf</b>")],
        [finding("soort.code", ["soort"], [3], message='<img src=x onerror="a()">')],
        name="<i>bestand</i>.csv",
    )
    html = page.render(told, record)
    outline = Outline()
    outline.feed(html)
    assert outline.open == []
    names = [tag for tag, _ in outline.tags]
    assert ("html", {"lang": "nl"}) in outline.tags
    assert not {"img", "b", "i", "script", "link"} & set(names)
    assert all(a.get("scope") for tag, a in outline.tags if tag == "th")
    assert names.count("h1") == 1
    assert names.count("caption") == names.count("table") == 3
    assert not re.search(r"(src|href)=", html.replace("src=x", ""))
    assert pseudonym(1) not in html
    assert "2 controles, 1 zonder en 1 met afwijkende rijen" in html


@pytest.mark.parametrize(
    ("rows", "text"),
    [([], ""), ([4], "4"), ([9, 3, 4, 5, 3], "3-5, 9")],
)
def test_row_numbers_read_as_ranges(rows: list[int], text: str) -> None:
    assert unused.in_ranges(rows) == text


def test_too_many_row_numbers_are_cut_between_numbers() -> None:
    text = unused.in_ranges(range(0, 20_000, 2), 50)
    assert re.fullmatch(r"(\d+, )+\.\.\. \(zie het blad 'Uw rijen'\)", text)


def test_the_folder_keeps_an_earlier_record_and_leaves_no_scratch(tmp_path: Path) -> None:
    told = reported([row(1)], [], name="../boos: naam?.csv")
    record = {"geslaagd": True, "verwachtingen": []}
    place = folder.write(tmp_path, told, record)
    assert place == folder.write(tmp_path, told, None)
    assert place.parent == tmp_path
    assert place.name == "boos_naam_.csv_0123456789abcdef"
    assert sorted(p.name for p in place.iterdir()) == [
        "controle.json",
        "feedback.html",
        "feedback.xlsx",
    ]
    assert "nageteld: 0 controles" in (place / "feedback.html").read_text("utf-8")
