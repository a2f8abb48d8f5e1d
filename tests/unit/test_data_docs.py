"""Great Expectations' own page: what it says stays, what would reach outside or show a row goes."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from pipelines import contracts
from pipelines.validate import data_docs, expectations
from pipelines.validate.checks import checks
from pipelines.warehouse import engine, history, tables
from tests.conftest import pseudonym

PROMISES = contracts.load()
DATASET = PROMISES.dataset("schorsingen")
OUTSIDE = re.compile(
    r"https?:|//[a-z]|src=|href=|url\(|@import|<script|<link|<iframe|\bon\w+=", re.I
)


VALUES = {
    "schorsing_id": "'S' || n",
    "vestigingscode": "'99AA00'",
    "soort": "CASE WHEN n < 2 THEN 'strafwerk' ELSE 'schorsing_extern' END",
    "start_datum": "DATE '2024-03-04'",
    "schooldagen": "CASE WHEN n = 7 THEN 0 ELSE 1 END",
    "reden": "'overig'",
    "leerling_id": f"{[pseudonym(n) for n in range(8)]}[n + 1]",
}


@pytest.fixture(scope="module")
def page() -> str:
    """Docs of eight made-up suspensions, of which three break a promise."""
    cells = ", ".join(
        f"({VALUES.get(name, 'NULL')})::{kind} AS {name}"
        for name, kind in tables.columns(DATASET).items()
    )
    texts = ", ".join(
        f"NULL::VARCHAR AS {c.name}__tekst" for c in DATASET.columns if c.kind != "tekst"
    )
    with engine.open_warehouse(None) as con:
        tables.create(con, PROMISES)
        history.create(con)
        con.execute(
            f"CREATE TABLE proef AS SELECT *, {texts}"
            f" FROM (SELECT n AS _nr, n AS _rij, {cells} FROM range(8) r(n))"
        )
        promised = checks(DATASET, PROMISES, filled=frozenset())
        result = expectations.run(con, "proef", promised, DATASET.id)
    assert result.crashed == {}
    return str(result.record[expectations.DOCS])


def test_it_says_every_check_in_dutch(page: str) -> None:
    plain = re.sub(r"<style.*?</style>|<[^>]+>", " ", page, flags=re.S)
    for check in checks(DATASET, PROMISES, filled=frozenset()):
        assert check.could_not_run or check.message in plain, check.id
    assert "2 afwijkende waarden gevonden, 25% van 8 rijen." in plain
    assert "12,5% afwijkend" in plain
    assert re.search(r"Niet geslaagd\s+2\b", plain)
    assert not re.findall(
        r"\b(?:unexpected|values?|column|rows|Status|Expectation|Observed|Batch|null|Failed)\b",
        plain,
    )


def test_nothing_reaches_outside_and_no_row_is_shown(page: str) -> None:
    assert not OUTSIDE.findall(page.partition("</style>")[2])
    assert not OUTSIDE.findall(page.partition("<style>")[2].partition("</style>")[0])
    assert "default-src 'none'" in page
    assert "strafwerk" not in page
    assert not [n for n in range(8) if pseudonym(n) in page or f">S{n}<" in page]


def test_headings_follow_each_other(page: str) -> None:
    levels: list[int] = []

    class Headings(HTMLParser):
        def handle_starttag(self, tag: str, _: object) -> None:
            if re.fullmatch(r"h[1-6]", tag):
                levels.append(int(tag[1]))

    Headings().feed(page)
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_only_sections_pass_and_only_what_is_harmless_in_them() -> None:
    hostile = """<body><p>Buiten</p><div class="ge-section" onclick="x()" style="color:red">
      <h5>Overview</h5><script>1</script><iframe src="//a.example"></iframe>
      <a href="javascript:1">tekst</a> erna <img src="https://a.example/x.png">
      <form action="https://a.example"><input></form><svg><a href="//b"/></svg>
      <table><tr><td>Run Name</td><td>x</td></tr><tr><td>Statistics</td><td>95.45%</td></tr></table>
      <i class="fas fa-times"></i><i class="fas fa-onbekend"></i></div></body>"""
    told = data_docs.page(hostile, "Proef & <toets>")
    assert "Buiten" not in told
    assert not OUTSIDE.findall(told.partition("</style>")[2])
    assert "<title>Proef &amp; &lt;toets&gt;</title>" in told
    body = " ".join(re.sub(r"<[^>]+>", " ", told.partition("<p>")[2]).split())
    assert body.endswith("Overzicht tekst erna Telling 95,45% niet geslaagd")
