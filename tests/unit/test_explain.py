"""Explaining a figure: which rows count, which do not, and why; by key, never by pupil."""

from __future__ import annotations

import json
from pathlib import Path

import ibis
import pytest
from ibis import _

from pipelines import contracts, why
from pipelines.cli import console
from pipelines.cli import main as cli
from pipelines.delivery import intake
from pipelines.delivery.deliver import deliver
from pipelines.effects.savings.trace import Step, Trace, Used
from pipelines.effects.savings.trace_rows import Row
from pipelines.errors import UsageError
from pipelines.ingest import layout_files
from pipelines.metrics import conditions
from pipelines.metrics.explain.explanation import Explanation
from pipelines.warehouse import engine
from tests.conftest import pseudonym

PROMISES = contracts.load()
SCHOLEN = """vestigingscode;naam;bevoegd_gezag;gemeente;wijkcode;onderwijssoort;samenwerkingsverband
99AA00;De Brug;99901;GM9901;WK990101;bo;PO9901
99AB00;De Linde;99901;GM9901;WK990102;bo;PO9901
99AC00;De Kade;99902;GM9902;WK990201;bo;PO9902
"""
GEBIEDEN = """gemeente;gemeentenaam;wijk;wijknaam
GM9901;Veenmark;WK990101;Centrum
GM9901;Veenmark;WK990102;Noord
GM9902;Havenrijk;WK990201;Centrum
"""
AANTALLEN = """vestigingscode;schooljaar;leerlingen
99AA00;2023/2024;210
99AA00;2024/2025;200
99AB00;2024/2025;100
"""
COLUMNS = (
    "traject_id", "leerling_id", "vestigingscode", "leeftijd", "aanbieder", "rol", "inzetsoort",
    "aanmelder", "aanmeld_datum", "start_datum", "eind_datum", "problematiek", "preventieniveau",
    "wettelijk_kader", "werkvorm", "afsluitreden", "dreigende_uitval", "oorzaak",
)  # fmt: skip


def traject(number: int, child: int, school: str, start: str, **own: str) -> str:
    values = {
        "traject_id": f"T{number}",
        "leerling_id": pseudonym(child),
        "vestigingscode": school,
        "leeftijd": "9",
        "aanbieder": "Kolibri",
        "rol": "SMW",
        "inzetsoort": "basis",
        "aanmelder": "leerling",
        "aanmeld_datum": start or "2024-09-01",
        "start_datum": start,
        "problematiek": "pesten",
        "preventieniveau": "primair",
        "wettelijk_kader": "preventie",
        "werkvorm": "individueel",
        "afsluitreden": "nog_open",
    } | own
    return ";".join(values.get(name, "") for name in COLUMNS)


TRAJECTEN = "\n".join(
    [
        ";".join(COLUMNS),
        traject(1, 1, "99AA00", "2024-09-02", dreigende_uitval="J", oorzaak="thuis"),
        traject(2, 1, "99AA00", "2025-01-06", dreigende_uitval="J", oorzaak="school"),
        traject(3, 2, "99AA00", "2024-09-02", dreigende_uitval="J"),
        traject(4, 3, "99AA00", "2024-09-02", dreigende_uitval="N", oorzaak="thuis"),
        traject(5, 4, "99AA00", "", dreigende_uitval="J", oorzaak="thuis"),
        traject(6, 5, "99AA00", "2023-09-04", eind_datum="2024-02-01", afsluitreden="volgens_plan"),
        traject(7, 6, "99AB00", "2024-09-02", dreigende_uitval="J", oorzaak="thuis"),
        traject(8, 7, "99AC00", "2024-09-02", dreigende_uitval="J", oorzaak="thuis"),
    ]
)


@pytest.fixture(scope="module")
def workdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("uitleg")
    texts = {
        "gebieden": GEBIEDEN, "scholen": SCHOLEN, "leerlingaantallen": AANTALLEN,
        "smw_trajecten": TRAJECTEN,
    }  # fmt: skip
    with engine.open_warehouse(home) as con:
        intake.prepare(con, PROMISES)
        for name, text in texts.items():
            file = home / f"veenmark_{name}_2023-2025.csv"
            file.write_text(text, "utf-8")
            (outcome,) = deliver(con, file, PROMISES, layout_files.load(), gate=False)
            assert outcome.accepted == outcome.rows_in > 0, outcome.findings
    return home


def told(workdir: Path, metric: str, school: str | None = None, town: str | None = None,
         year: str = "2024/2025") -> Explanation:  # fmt: skip
    return why.why(workdir, metric, year, school=school, municipality=town)[0]


def reasons(found: Explanation) -> dict[str, tuple[str, str]]:
    return {row.key: (row.verdict, row.reason) for row in found.rows}


def test_every_row_of_the_school_is_there_with_its_reason(workdir: Path) -> None:
    found = told(workdir, "smw_oorzaak_thuis", school="99AA00")
    assert (found.numerator, found.denominator) == (1, 2)
    assert reasons(found) == {
        "T1": ("teller", "telt mee"),
        "T2": ("noemer", "niet in de teller; geldt niet: oorzaak is thuis"),
        "T3": ("niet", "geldt niet: oorzaak is ingevuld (leeg: oorzaak)"),
        "T4": ("niet", "geldt niet: dreigende_uitval"),
        "T5": ("niet", "zonder schooljaar (leeg: start_datum)"),
        "T6": ("niet", "ander schooljaar: 2023/2024"),
    }


def test_a_child_with_two_rows_counts_once_against_a_known_number(workdir: Path) -> None:
    found = told(workdir, "smw_bereik", school="99AA00")
    assert (found.numerator, found.known, found.once) == (3, 200, True)
    assert sum(row.verdict == "teller" for row in found.rows) == 4
    assert reasons(found)["T5"] == (
        "niet", "valt buiten de telling; geldt niet: start_datum is ingevuld (leeg: start_datum)",
    )  # fmt: skip


def test_a_municipality_has_the_rows_of_its_schools_only(workdir: Path) -> None:
    found = told(workdir, "smw_trajecten", town="Veenmark")
    assert found.numerator == 5
    assert set(reasons(found)) == {"T1", "T2", "T3", "T4", "T5", "T6", "T7"}
    assert set(reasons(told(workdir, "smw_trajecten", town="GM9902"))) == {"T8"}
    assert len(told(workdir, "smw_trajecten").rows) == 8


def test_a_median_says_what_is_empty(workdir: Path) -> None:
    found = told(workdir, "smw_doorlooptijd", town="GM9901", year="2023/2024")
    assert reasons(found)["T6"] == ("teller", "telt mee")
    assert reasons(found)["T1"][0] == "niet"
    assert "eind_datum" in reasons(found)["T1"][1]


def test_counts_add_up_to_the_rows(workdir: Path) -> None:
    found = told(workdir, "smw_oorzaak_thuis", town="GM9901")
    assert sum(count for *_, count in found.counts) == len(found.rows) == 7
    assert [verdict for verdict, *_ in found.counts] == sorted(
        (verdict for verdict, *_ in found.counts), key=("teller", "noemer", "niet").index
    )


# Words of conditions -----------------------------------------------------------------------------

TABLE = ibis.table({"a": "string", "b": "int64", "c": "boolean"}, name="proef")


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (_.a == "thuis", "geldt niet: a is thuis"),
        (_.a != "thuis", "geldt niet: a is niet thuis"),
        (_.b >= 4, "geldt niet: b is minstens 4"),
        (_.a.isnull(), "geldt niet: a is leeg"),
        (_.a.isin(["x", "y"]), "geldt niet: a is een van x, y"),
        (~_.c, "geldt wel: c"),
        ((_.a == "x") | _.c, "geldt niet: a is x of c"),
        (_.b + 1 > 3, "geldt niet: berekend uit b is groter dan 3"),
    ],
)
def test_a_condition_is_said_in_words(condition: ibis.Deferred, said: str) -> None:
    (part,) = conditions.parts(condition.resolve(TABLE))
    assert conditions.Said.of(part.op(), "proef").failing == said


def test_a_worked_out_column_says_where_it_comes_from() -> None:
    made = TABLE.mutate(binnen=(_.b <= 14)).filter(_.a.notnull()).mutate(d=_.b + 1)
    both = made.union(made)
    said = conditions.Said.of(both["binnen"].op(), "proef")
    assert (said.text, said.columns) == ("binnen (uit b)", {"b"})
    assert said.missing({"a": None, "b": None}) == " (leeg: b)"
    later = conditions.Said.of((both["d"] > 3).op(), "proef")
    assert later.failing == "geldt niet: d is groter dan 3 (d uit b)"


# The command -------------------------------------------------------------------------------------


def call(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.argv", ["zichtlijn", *arguments])
    with pytest.raises(SystemExit) as left:
        cli.main()
    return int(left.value.code or 0)


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["smw_oorzaak_thius", "--year", "2024/2025"], "smw_oorzaak_thuis"),
        (["smw_bereik", "--year", "2042/2043"], "2024/2025"),
        (["smw_bereik", "--year", "2024/2025", "--school", "De Brugg"], "De Brug"),
        (["smw_bereik", "--year", "2024/2025", "--school", "99AA01"], "99AA00"),
        (["smw_bereik", "--year", "2024/2025", "--municipality", "Veenmrak"], "Veenmark"),
        (["sch_aantal", "--year", "2024/2025"], "niet geleverd is schorsingen"),
        (["jh_kosten_per_jeugdige", "--year", "2024/2025"], "jh_jeugdigen"),
        (["smw_bereik", "--year", "2024/2025", "--school", "De Brug", "--municipality", "GM9901"],
         "niet allebei"),
        (["zis_m10", "--year", "2024/2025"], "Niet geleverd: jeugdhulp, tarieven, zis_deelnames"),
        (["zis_l6", "--year", "2024/2025", "--school", "De Brug"], "de hele proef"),
    ],
)  # fmt: skip
def test_what_is_unknown_is_answered_with_what_is_near(
    workdir: Path,
    arguments: list[str],
    hint: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert call(["explain", *arguments, "--workdir", str(workdir)], monkeypatch) == console.USAGE
    out, err = capfd.readouterr()
    assert (out, hint in err) == ("", True), err


def test_the_answer_warns_and_holds_no_pseudonym(
    workdir: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    arguments = ["explain", "smw_oorzaak_thuis", "--year", "2024-2025", "--school", "De Brug",
                 "--workdir", str(workdir)]  # fmt: skip
    assert call(arguments, monkeypatch) == console.OK
    shown, warned = capfd.readouterr()
    assert "niet afgeschermd" in warned
    assert "Deel dit niet" in warned
    assert "veenmark_smw_trajecten_2023-2025.csv: T1" in shown
    assert call([*arguments, "--json"], monkeypatch) == console.OK
    text = capfd.readouterr().out
    document = json.loads(text)
    assert document["unprotected"] == why.WARNING
    assert {"verdict": "noemer", "reason": "niet in de teller; geldt niet: oorzaak is thuis",
            "rows": 1} in document["counts"]  # fmt: skip
    assert not any(pseudonym(child) in shown + text for child in range(10))


def test_a_limit_shows_the_first_rows_and_how_many_more(
    workdir: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    arguments = ["explain", "smw_trajecten", "--year", "2024/2025", "--municipality", "Veenmark",
                 "--limit", "2", "--workdir", str(workdir)]  # fmt: skip
    assert call(arguments, monkeypatch) == console.OK
    shown = capfd.readouterr().out
    assert "T2" in shown
    assert "T3" not in shown
    assert "en nog 3" in shown


def test_a_euro_is_shown_with_its_sum_its_parameters_and_its_rows(
    workdir: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = [Row("zis_deelnames", "L1", f"D{n}", n < 3, "telt mee" if n < 3 else "niet gemeld")
            for n in range(5)]  # fmt: skip
    used = Used("uren_per_zorgplan", "Uren", 6, None, 6, "uren per zorgplan", "aanname")
    paid = Step("zorgplannen", "Vermeden zorgplannen", "", 1260.0, "3 leerlingen × 6 uur × € 70,00",
                parameters=(used,), rows=tuple(rows))  # fmt: skip
    found = Trace("2024/2025", "basis", (paid,), ("2024/2025",))
    monkeypatch.setattr(why, "money", lambda *_: (found, {"L1": "pilot_zis_deelnames.csv"}))
    arguments = ["explain", "zis_m4", "--year", "2024/2025", "--limit", "2",
                 "--workdir", str(workdir)]  # fmt: skip
    assert call(arguments, monkeypatch) == console.OK
    shown, warned = capfd.readouterr()
    assert "Deel dit niet" in warned
    assert "3 leerlingen × 6 uur × € 70,00" in shown
    assert "uren_per_zorgplan: 6 uren per zorgplan (aanname)" in shown
    assert "3 rijen zis_deelnames, telt mee: pilot_zis_deelnames.csv: D0, pilot" in shown
    assert "2 rijen zis_deelnames, niet gemeld" in shown
    assert "D2" not in shown
    assert call([*arguments, "--json"], monkeypatch) == console.OK
    document = json.loads(capfd.readouterr().out)
    assert document["steps"][0]["value"] == 1260
    assert len(document["steps"][0]["rows"]) == 5


def test_without_a_warehouse_there_is_nothing_to_explain(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="zichtlijn run"):
        why.why(tmp_path, "smw_bereik", "2024/2025", school=None, municipality=None)
    assert list(tmp_path.iterdir()) == []
