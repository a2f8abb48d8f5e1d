"""The folder of an organisation: found, read beside ours, and every mistake named with its line."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from unittest import mock

import pytest

from dashboard.exhibits import events, owed
from pipelines import contracts, founding, organisation, settings
from pipelines.cli.own import choose
from pipelines.delivery import unchanged
from pipelines.errors import ContractError, UsageError, UserError
from pipelines.ingest import layout_files, questionnaires
from pipelines.warehouse import calendar
from tests.commands import zichtlijn
from tests.conftest import pseudonym

NORM = "norm_smw_start_dagen"
OWN_NORM = f"""parameters:
  - naam: {NORM}
    waarde: 21
    vervangt: 14
    bron: Afspraak met de raad
    geldig_vanaf: '2024-08-01'
"""
LAYOUT = """id: eigen_schorsingen
versie: 1
leverancier: Het Eiland
dataset: schorsingen
kolommen:
  Nr: schorsing_id
  Lln: leerling_id
  School: vestigingscode
  Soort: soort
  Start: start_datum
  Dagen: schooldagen
  Aanleiding: reden
codes:
  soort: {Naar huis: schorsing_extern}
datums: dd-mm-jjjj
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an organisation, which the environment names."""
    made = tmp_path / "eigen"
    founding.make(made, "Servicepunt: Proef")
    monkeypatch.setenv(settings.ORGANISATION, str(made))
    monkeypatch.delenv("ZICHTLIJN_GEBEURTENISSEN", raising=False)
    return made


def own(folder: Path) -> organisation.Organisation:
    return organisation.read(folder.resolve())


def test_a_new_folder_is_whole_and_changes_nothing(folder: Path) -> None:
    said, remarks = founding.check(folder)
    assert (said.name, remarks) == ("Servicepunt: Proef", [])
    mine, ours = contracts.load(), contracts.of(None)
    assert (mine.codes, mine.parameters) == (ours.codes, ours.parameters)
    assert layout_files.load() == layout_files.of(None)
    assert questionnaires.load() == questionnaires.of(None)
    assert calendar.agreements() == calendar.of(None)


def test_an_own_norm_counts_from_its_first_day_and_ours_before(folder: Path) -> None:
    (folder / "parameters.yaml").write_text(OWN_NORM, "utf-8")
    norm = contracts.of(own(folder)).parameters[NORM]
    assert [norm.on(dt.date(*day)).value for day in ((2024, 7, 31), (2024, 8, 1))] == [14, 21]
    assert (norm.label, norm.source) == (contracts.of(None).parameters[NORM].label,
                                         "Afspraak met de raad")  # fmt: skip
    assert contracts.of(own(folder)).fingerprint != contracts.of(None).fingerprint


def test_after_an_own_norm_that_ends_ours_counts_again(folder: Path) -> None:
    ends = f"{OWN_NORM}    geldig_tot: '2025-07-31'\n"
    (folder / "parameters.yaml").write_text(ends, "utf-8")
    norm = contracts.of(own(folder)).parameters[NORM]
    days = [dt.date(2024, 7, 31), dt.date(2025, 7, 31), dt.date(2025, 8, 1)]
    assert [norm.on(day).value for day in days] == [14, 21, 14]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (OWN_NORM.replace("    bron: Afspraak met de raad\n", ""), "regel 2: .* geen bron"),
        (OWN_NORM.replace(NORM, "norm_smw_start_dag"), f"regel 2: .*Bedoelt u {NORM}"),
        (OWN_NORM.replace("21", "veel"), "regel 3: .* geen getal"),
        (OWN_NORM + OWN_NORM.partition("\n")[2], "ook al een waarde"),
        (OWN_NORM.replace(NORM, "drempel").replace("21", "4"), "alleen strenger"),
        (OWN_NORM + "    waarde: 28\n", "regel 7: 'waarde' staat er twee keer .*regel 3"),
        ("parameters: 7\n", "geen lijst"),
        ("parameters: [\n", "regel 2: dit is geen geldige YAML"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named_with_its_line(
    folder: Path, text: str, says: str
) -> None:
    (folder / "parameters.yaml").write_text(text, "utf-8")
    wrong = [remark.text for remark in founding.check(folder)[1] if remark.wrong]
    assert len(wrong) == 1
    with pytest.raises(ContractError, match=says):
        raise ContractError(wrong[0])
    assert wrong[0].startswith("parameters.yaml")


def test_what_changed_beneath_an_own_value_is_told(folder: Path) -> None:
    (folder / "parameters.yaml").write_text(OWN_NORM.replace("vervangt: 14", "vervangt: 10"))
    ((told,),) = [[r for r in founding.check(folder)[1] if not r.wrong]]
    assert "regel 2" in told.text
    assert "verving 10, en Zichtlijn rekent nu met 14" in told.text
    (folder / "parameters.yaml").write_text(OWN_NORM.replace("waarde: 21", "waarde: 14"))
    assert any("kan weg" in r.text for r in founding.check(folder)[1])


def test_a_run_sees_that_an_own_file_changed(folder: Path, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "a.csv").write_text("a;b\n", "utf-8")
    seen = []
    for text in ("parameters: []\n", OWN_NORM):
        (folder / "parameters.yaml").write_text(text, "utf-8")
        seen += [unchanged.went_in(inbox, "duckdb", dt.date(2026, 1, 1), sure=False) for _ in "ab"]
    assert seen[0] == seen[1] != seen[2] == seen[3]
    assert all(seen)


def test_own_spellings_are_added_to_ours(folder: Path) -> None:
    (folder / "codes" / "soort_schorsing.csv").write_text(
        "code,spellings\nschorsing_extern,naar huis|thuisgezet\n", "utf-8"
    )
    code = contracts.of(own(folder)).codes["soort_schorsing"]["schorsing_extern"]
    ours = contracts.of(None).codes["soort_schorsing"]["schorsing_extern"]
    assert code.spellings == (*ours.spellings, "naar huis", "thuisgezet")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("soort_schorsing", "code,spellings\nschorsing_exter,x\n",
         "codes/soort_schorsing.csv, regel 2: .*Bedoelt u schorsing_extern"),
        ("soort_schorsingen", "code,spellings\n", "Bedoelt u soort_schorsing"),
        ("soort_schorsing", "code;spellings\n", "regel 1: .*kolommen code,spellings"),
        ("soort_schorsing", "code,spellings\nschorsing_extern,x\nschorsing_intern,X\n",
         "regel 3: 'X' hoort al bij schorsing_extern"),
    ],
)  # fmt: skip
def test_a_spelling_that_cannot_be_used_is_named(
    folder: Path, name: str, text: str, says: str
) -> None:
    (folder / "codes" / f"{name}.csv").write_text(text, "utf-8")
    with pytest.raises(ContractError, match=says):
        contracts.of(own(folder))
    assert [r.wrong for r in founding.check(folder)[1]] == [True]


def test_a_delivery_is_read_by_an_own_layout(folder: Path, tmp_path: Path) -> None:
    (folder / "indelingen" / "eiland.yaml").write_text(LAYOUT, "utf-8")
    file = tmp_path / "eiland.csv"
    row = f"1;{pseudonym(1)};99AA00;Naar huis;01-09-2024;2;pesten"
    file.write_text(f"Nr;Lln;School;Soort;Start;Dagen;Aanleiding\n{row}\n", "utf-8")
    told = json.loads(zichtlijn("check", str(file), "--json").stdout)["deliveries"][0]
    assert (told["dataset"], told["supplier"]) == ("schorsingen", "Het Eiland")
    rules = {finding["rule"] for finding in told["findings"]}
    assert "schorsingen.soort.code" not in rules


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("Aanleiding: reden", "Aanleiding: redden"), "regel 12: .*'redden'. Bedoelt u reden"),
        (("Naar huis: schorsing_extern", "Naar huis: schorsing_exter"),
         "regel 14: soort heeft geen code 'schorsing_exter'. Bedoelt u schorsing_extern"),
        (("dataset: schorsingen", "dataset: schorsing"), "regel 4: .*Bedoelt u schorsingen"),
        (("  Lln: leerling_id", "  Nr: leerling_id"), "regel 7: 'Nr' staat er twee keer"),
        (("datums: dd-mm-jjjj", "datums: {startdatum: dd-mm-jjjj}"),
         "regel 15: .*Bedoelt u start_datum"),
        (("datums:", "datum:"), "onbekende sleutels datum"),
    ],
)  # fmt: skip
def test_a_layout_that_cannot_be_used_is_named_with_its_line(
    folder: Path, change: tuple[str, str], says: str
) -> None:
    (folder / "indelingen" / "eiland.yaml").write_text(LAYOUT.replace(*change), "utf-8")
    with pytest.raises(ContractError, match=f"^indelingen/eiland.yaml.*{says}"):
        layout_files.of(own(folder))
    assert [r.wrong for r in founding.check(folder)[1]] == [True]


EXPORT = "Meldnr;Pseudoniem;Vestigingscode;Soort;Ingangsdatum;Schooldagen;Reden\n"


def test_a_proposal_is_written_in_the_folder_and_tried_before_it_counts(
    folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "eiland.csv"
    rows = [f"{i};{pseudonym(i)};99AA00;schorsing_extern;2024-09-02;1;pesten\n" for i in range(9)]
    file.write_text(EXPORT + "".join(rows), "utf-8")
    said = zichtlijn("layout", "new", file, "--dataset", "schorsingen")
    assert said.returncode == 0, said.stderr
    made = folder / "indelingen" / "eiland_schorsingen.voorstel"
    assert f"zichtlijn check {file} --layout {made}" in said.stderr
    assert layout_files.of(own(folder)) == layout_files.of(None)
    assert "is een voorstel" in founding.check(folder)[1][0].text
    assert zichtlijn("layout", "new", file, "--dataset", "schorsingen").returncode == 2
    assert zichtlijn("layout", "check", made).returncode == 0
    told = json.loads(zichtlijn("check", file, "--layout", made, "--json").stdout)
    assert told["deliveries"][0]["dataset"] == "schorsingen"


def test_a_layout_that_is_asked_for_is_the_only_one_tried(folder: Path, tmp_path: Path) -> None:
    mine, file = tmp_path / "eiland.yaml", tmp_path / "eiland.csv"
    mine.write_text(LAYOUT.replace("reden", "redden"), "utf-8")
    file.write_text("Nr;Lln\n1;2\n", "utf-8")
    for command in (("layout", "check", mine), ("check", file, "--layout", mine)):
        said = zichtlijn(*command)
        assert (said.returncode, "Bedoelt u reden" in said.stderr) == (2, True)
    said = zichtlijn("check", file, "--layout", "duo_2_vestigingen_bo")
    assert (said.returncode, "Bedoelt u" in said.stderr) == (2, True)
    assert zichtlijn("layout", "check", tmp_path / "weg.yaml").returncode == 2


def test_an_own_layout_takes_the_place_of_ours_with_its_id(folder: Path) -> None:
    ours = layout_files.of(None)[0]
    text = LAYOUT.replace("eigen_schorsingen", ours.id)
    (folder / "indelingen" / "eiland.yaml").write_text(text, "utf-8")
    known = layout_files.of(own(folder))
    assert [la.supplier for la in known if la.id == ours.id] == ["Het Eiland"]
    assert any("in de plaats van" in r.text for r in founding.check(folder)[1])


def test_an_own_calendar_says_what_differs_for_the_command_and_the_dashboard(folder: Path) -> None:
    (folder / "leveringskalender.yaml").write_text(
        "datasets:\n  smw_trajecten: {uiterlijk: '09-15'}\n", "utf-8"
    )
    agreed, ours = calendar.of(own(folder)), calendar.of(None)
    assert (agreed["smw_trajecten"].month, agreed["smw_trajecten"].day) == (9, 15)
    assert agreed["smw_trajecten"].role == ours["smw_trajecten"].role
    assert {k: v for k, v in agreed.items() if k != "smw_trajecten"} == {
        k: v for k, v in ours.items() if k != "smw_trajecten"
    }
    owed._agreements.cache_clear()
    try:
        assert owed._due("smw_trajecten", 2024) == dt.date(2025, 9, 15)
        assert owed._due("schorsingen", 2024) == ours["schorsingen"].due(2024)
    finally:
        owed._agreements.cache_clear()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("datasets:\n  smw_traject: {uiterlijk: '09-15'}\n", "regel 2: .*Bedoelt u smw_trajecten"),
        ("datasets:\n  scholen: {uiterlijks: '09-15'}\n", "regel 2: .*Bedoelt u uiterlijk"),
        ("dataset: {}\n", "regel 1: .*Bedoelt u datasets"),
        ("datasets:\n  scholen: 3\n", "regel 2: hier horen"),
    ],
)
def test_a_calendar_that_cannot_be_used_is_named(folder: Path, text: str, says: str) -> None:
    (folder / "leveringskalender.yaml").write_text(text, "utf-8")
    with pytest.raises(ContractError, match=says):
        calendar.of(own(folder))


def test_what_happened_is_found_by_the_dashboard(folder: Path) -> None:
    (folder / "gebeurtenissen.yaml").write_text("gebeurtenissen: []\n", "utf-8")
    with mock.patch.dict(os.environ):
        choose(None)
        assert events.place(folder.parent / "werkmap") == folder / "gebeurtenissen.yaml"


def test_what_is_not_read_is_told(folder: Path) -> None:
    (folder / "parameter.yaml").touch()
    (folder / "indelingen" / "a.yml").touch()
    told = [remark.text for remark in founding.check(folder)[1]]
    assert told == [
        "parameter.yaml wordt niet gelezen. Bedoelt u parameters.yaml?",
        "indelingen/a.yml wordt niet gelezen; hier horen bestanden op .yaml.",
    ]


def test_the_folder_is_found_from_below(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(settings.ORGANISATION)
    (folder / "inbox" / "juni").mkdir(parents=True)
    monkeypatch.chdir(folder / "inbox" / "juni")
    assert organisation.current() == own(folder)
    monkeypatch.chdir(folder.parent)
    assert organisation.current() is None


def test_two_folders_at_once_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = folder / "nog een"
    founding.make(inner, "Tweede")
    said = zichtlijn("--organisatie", str(inner), "metrics")
    assert (said.returncode, "twee mappen van een organisatie" in said.stderr) == (2, True)
    monkeypatch.delenv(settings.ORGANISATION)
    monkeypatch.chdir(inner)
    with pytest.raises(UsageError, match="allebei de map van een organisatie"):
        organisation.current()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("versie: 2\nnaam: X\n", "regel 1: deze map is van versie 2, en dit programma leest"),
        ("naam: X\n", "van versie onbekend"),
        ("versie: 1\nnaam: ''\n", "regel 2: vul bij 'naam' een naam in"),
        ("versie: 1\nnaam: X\nlogo: x\n", "regel 3: 'logo' is onbekend"),
    ],
)
def test_a_folder_of_another_version_is_refused(folder: Path, text: str, says: str) -> None:
    (folder / "zichtlijn.yaml").write_text(text, "utf-8")
    with pytest.raises(UserError, match=says):
        own(folder)
    said = zichtlijn("metrics")
    assert said.returncode == 2
    assert "Traceback" not in said.stderr


def test_the_command_makes_a_folder_once_and_checks_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(settings.ORGANISATION, raising=False)
    folder = str(tmp_path / "map")
    assert zichtlijn("init", folder).returncode == 2  # no name
    assert zichtlijn("init", folder, "--naam", "Eigen").returncode == 0
    before = {p: p.read_bytes() for p in Path(folder).rglob("*") if p.is_file()}
    said = zichtlijn("init", folder, "--naam", "Ander")
    assert (said.returncode, "niets gemaakt" in said.stderr) == (2, True)
    assert {p: p.read_bytes() for p in Path(folder).rglob("*") if p.is_file()} == before
    assert zichtlijn("init", "--check", folder).returncode == 0
    (Path(folder) / "parameters.yaml").write_text("parameters: [{naam: x}]\n", "utf-8")
    told = json.loads(zichtlijn("init", "--check", folder, "--json").stdout)
    assert [remark["wrong"] for remark in told["remarks"]] == [True]
    assert zichtlijn("init", "--check").returncode == 2
    assert zichtlijn("init", "--check", str(tmp_path)).returncode == 2
