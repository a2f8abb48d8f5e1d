"""The contract files themselves: valid ODCS 3.1.0, complete, unambiguous, and rules that work.

Every rule carries a row that breaks it and a row that keeps it; both are run here in DuckDB.
"""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest
import yaml

from pipelines.contracts import Column, Dataset, Rule, load

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
DATASET_FILES = sorted((ROOT / "data_contracts/datasets").glob("*.odcs.yaml"))
CODE_FILES = sorted((ROOT / "data_contracts/codes").glob("*.csv"))

CONTRACTS = load()
COLUMNS = [(d, c) for d in CONTRACTS.datasets.values() for c in d.columns]
RULES = [(d, r) for d in CONTRACTS.datasets.values() for r in d.rules]

TYPE_OF_KIND = {
    "tekst": "VARCHAR",
    "geheel": "BIGINT",
    "getal": "DOUBLE",
    "datum": "DATE",
    "ja_nee": "BOOLEAN",
    "lijst": "VARCHAR[]",
}

# Schools that the examples in the rules refer to.
SCHOOLS = (("01BO00", "bo"), ("02SO00", "so"), ("03VO00", "vo"))

# Columns a contract has on top of the agreed list, with the reason.
EXTRA_COLUMNS = {
    ("jeugdhulp", "reden_wijziging"): "without JZ002 a removed toewijzing cannot be recognised",
    ("jeugdhulp", "levering_start_datum"): "the start of iJw (JW305) beside what was granted",
    ("jeugdhulp", "berichten"): "a message without its toewijzing must be told from a toewijzing",
    ("gebieden", "gemeentenaam"): "names for the dashboard",
    ("gebieden", "wijknaam"): "names for the dashboard",
    ("gebieden", "ses_woa"): "where support is needed; the figure of StatLine's regional tables",
    ("gebieden", "vakantieregio"): "which days are school days follows from the region",
    ("scholen", "vakantieregio"): "the same, as DUO tells it of a school",
    ("thuiszitters", "uren_verzuim"): "the legal signal is 16 hours in four weeks",
    **{
        ("schoolkalender", name): "own days off, over the national holidays"
        for name in ("geldt_voor", "gebied", "van", "tot_en_met", "soort")
    },
}
# Columns that a rule of the agreed page allows to be empty, against its own list.
EMPTY_BY_RULE = {("jeugdhulp", "productcategorie"): "product may be empty"}


def document(file: Path) -> dict[str, Any]:
    loaded = yaml.safe_load(file.read_text("utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def custom(item: Mapping[str, Any]) -> dict[str, Any]:
    return {p["property"]: p["value"] for p in item.get("customProperties", [])}


def code_rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def plain(text: str) -> str:
    """As suppliers' labels are compared: without case, accents and outer spaces."""
    decomposed = unicodedata.normalize("NFKD", text)
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(kept.casefold().split())


# ---------------------------------------------------------------- the documents


@pytest.fixture(scope="module")
def odcs_validator() -> jsonschema.Draft201909Validator:
    schema = json.loads((files("open_data_contract_standard") / "schema.json").read_text("utf-8"))
    return jsonschema.Draft201909Validator(schema)


@pytest.mark.parametrize("file", DATASET_FILES, ids=lambda f: f.name)
def test_contract_is_valid_odcs_3_1(
    file: Path, odcs_validator: jsonschema.Draft201909Validator
) -> None:
    found = document(file)
    problems = [f"{e.json_path}: {e.message[:200]}" for e in odcs_validator.iter_errors(found)]
    assert problems == []
    assert found["apiVersion"] == "v3.1.0"
    assert found["id"] == f"zichtlijn.{found['schema'][0]['name']}"
    assert file.name == f"{found['schema'][0]['name']}.odcs.yaml"
    assert re.fullmatch(r"\d+\.\d+\.\d+", found["version"])


@pytest.mark.parametrize("file", DATASET_FILES, ids=lambda f: f.name)
def test_physical_types_follow_logical_types(file: Path) -> None:
    columns = {c.name: c for c in CONTRACTS.dataset(file.name.split(".")[0]).columns}
    for item in document(file)["schema"][0]["properties"]:
        assert item["physicalType"] == TYPE_OF_KIND[columns[item["name"]].kind], item["name"]


def test_all_files_are_loaded() -> None:
    assert len(CONTRACTS.datasets) == len(DATASET_FILES) == 19
    assert len(CONTRACTS.codes) == len(CODE_FILES)
    assert CONTRACTS.in_load_order()


# ---------------------------------------------------------------- columns


@pytest.mark.parametrize("dataset", CONTRACTS.datasets.values(), ids=lambda d: d.id)
def test_labels_are_unique_and_descriptions_are_sentences(dataset: Dataset) -> None:
    labels = [c.label.casefold() for c in dataset.columns]
    assert len(labels) == len(set(labels))
    for column in dataset.columns:
        assert column.description[0].isupper(), column.name
        assert column.description.endswith("."), column.name
        assert column.label[0].isupper(), column.name


@pytest.mark.parametrize("dataset", CONTRACTS.datasets.values(), ids=lambda d: d.id)
def test_dataset_has_a_key_and_a_known_period_column(dataset: Dataset) -> None:
    assert dataset.keys
    if dataset.period_column is not None:
        dataset.column(dataset.period_column)
    if dataset.person_level:
        assert dataset.period_column is not None


@pytest.mark.parametrize(
    ("dataset", "column"), COLUMNS, ids=[f"{d.id}.{c.name}" for d, c in COLUMNS]
)
def test_shared_formats(dataset: Dataset, column: Column) -> None:
    expected = {
        "leerling_id": "^[0-9a-f]{64}$",
        "vestigingscode": "^[0-9]{2}[A-Z]{2}[0-9]{2}$",
        "gemeente": "^GM[0-9]{4}$",
        "woongemeente": "^GM[0-9]{4}$",
        "wijkcode": "^WK[0-9]{4}[0-9A-Z]{2}$",
        "schooljaar": "^[0-9]{4}/[0-9]{4}$",
    }
    if column.name in expected:
        assert column.pattern == expected[column.name]
    if column.minimum is not None and column.maximum is not None:
        assert column.minimum < column.maximum
    if column.kind in ("geheel", "getal"):
        assert column.minimum is not None, "a number needs a lower bound"
        assert column.maximum is not None, "a number needs an upper bound"


def test_every_column_of_hours_says_so() -> None:
    """So that 7:30 and a length of time are hours in it."""
    columns = [c for d in CONTRACTS.datasets.values() for c in d.columns if c.kind == "getal"]
    named = {c.name for c in columns if c.name.startswith("uren")}
    assert named == {c.name for c in columns if c.hours}


def test_the_evaluation_has_no_column_for_free_text() -> None:
    texts = [c for c in CONTRACTS.dataset("evaluatie_antwoorden").columns if c.kind == "tekst"]
    assert all(c.pattern or c.codes for c in texts)


def agreed_columns() -> Iterator[tuple[str, str, bool | None, tuple[str, ...]]]:
    """(dataset, column, optional or None when not said, codes) as agreed in datasets.md."""
    text = (SHARED / "datasets.md").read_text("utf-8")
    for block in re.split(r"^### ", text, flags=re.M)[1:]:
        heading, _, body = block.partition("\n")
        name = re.match(r"`(\w+)`", heading)
        line = next(row for row in body.splitlines() if " · " in row)
        assert name is not None
        for part in line.split(" · "):
            codes = re.search(r"\{([^}]*)\}", part)
            listed = tuple(re.split(r",\s*", codes[1])) if codes else ()
            bare = re.sub(r"\{[^}]*\}|\([^)]*\)", " ", part)
            words = bare.split()
            if not words or part.startswith("("):
                continue
            for i, word in enumerate(words):
                found = re.fullmatch(r"([a-z_0-9]+)([?:.]?)", word)
                if found and (i == 0 or found[2] == "?"):
                    yield name[1], found[1], found[2] == "?", listed if i == 0 else ()
    reference = text.split("## Reference", 1)[1].split("##", 1)[0]
    for name, inside in re.findall(r"`(\w+)` \(([^)]*)\)", reference):
        if name == "parameters":
            continue
        for word in re.split(r",\s*", inside.split(": ")[-1].split(";")[0]):
            yield name, word.rstrip("?"), None, ()


def test_every_agreed_column_and_code_is_in_a_contract() -> None:
    if not (SHARED / "datasets.md").is_file():
        pytest.skip("the agreed list of datasets (shared/datasets.md) is not on this machine")
    agreed = list(agreed_columns())
    assert len(agreed) > 150
    for name, column_name, optional, codes in agreed:
        column = CONTRACTS.dataset(name).column(column_name)
        if optional is not None and (name, column_name) not in EMPTY_BY_RULE:
            assert column.required is not optional, (name, column_name)
        if codes:
            assert column.codes is not None
            # youth-work forms are a second list of the same column
            assert set(codes) <= set(CONTRACTS.codes[column.codes]), (name, column_name)
    have = {(d.id, c.name) for d, c in COLUMNS}
    assert have - {(n, c) for n, c, _, _ in agreed} == set(EXTRA_COLUMNS)


# ---------------------------------------------------------------- code lists


@pytest.mark.parametrize("file", CODE_FILES, ids=lambda f: f.stem)
def test_no_spelling_points_to_two_codes(file: Path) -> None:
    owner: dict[str, str] = {}
    rows = code_rows(file)
    assert [r["code"] for r in rows] == list(CONTRACTS.codes[file.stem]), "a code stands twice"
    for row in rows:
        own = {plain(row["code"]), plain(row["label_nl"])}
        spellings = [plain(s) for s in row["spellings"].split("|") if s]
        assert len(spellings) == len(set(spellings)), row["code"]
        for name in own | set(spellings):
            assert owner.setdefault(name, row["code"]) == row["code"], name


@pytest.mark.parametrize("file", CODE_FILES, ids=lambda f: f.stem)
def test_code_list_is_complete(file: Path) -> None:
    rows = code_rows(file)
    for labels in ("label_nl", "label_en"):
        assert all(r[labels] for r in rows)
        assert len({r[labels] for r in rows}) == len(rows)
    for code in CONTRACTS.codes[file.stem].values():
        if code.valid_from and code.valid_to:
            assert code.valid_from < code.valid_to


def test_every_code_list_is_used() -> None:
    used = {c.codes for _, c in COLUMNS}
    for file in DATASET_FILES:
        used |= {
            custom(p).get("referentielijst") for p in document(file)["schema"][0]["properties"]
        }
    used |= {"problematiek_as"}  # through the column `as` of problematiek
    assert {f.stem for f in CODE_FILES} == used - {None}


def test_every_problem_has_a_known_axis() -> None:
    axes = {code.extra["as"] for code in CONTRACTS.codes["problematiek"].values()}
    assert axes == set(CONTRACTS.codes["problematiek_as"])


@pytest.mark.parametrize(
    ("list_id", "ijw", "width"),
    [
        ("ijw_productcategorie", "JZ020", 2),
        ("ijw_eenheid", "WJ756", 2),
        ("ijw_frequentie", "WMO757", 1),
        ("ijw_verwijzer", "COD327", 2),
        ("ijw_reden_einde", "JZ588", 2),
        ("ijw_reden_wijziging", "JZ002", 2),
    ],
)
def test_ijw_codes_equal_the_published_lists(list_id: str, ijw: str, width: int) -> None:
    published = (
        SHARED / "data/real/istandaarden_ijw_3_2/codelijsten/Codes gebruikt in berichten.csv"
    )
    if not published.is_file():
        pytest.skip("the published iJw 3.2 code lists are not on this machine")
    with published.open(encoding="utf-8-sig", newline="") as lines:
        rows = [r for r in csv.DictReader(lines) if r["Codelijst"].startswith(ijw + ":")]
    # that file went through a spreadsheet, which dropped the leading zeros
    starts = {
        r["Code"].zfill(width): r["Ingangsdatum"] if r["Mutatie"] == "toegevoegd" else ""
        for r in rows
        if r["Code"] != r["Codelijst"]
    }
    ours = CONTRACTS.codes[list_id]
    assert set(ours) == set(starts)
    for code, start in starts.items():
        if start:
            day, month, year = map(int, start.split("-"))
            assert ours[code].valid_from == dt.date(year, month, day), code


# ---------------------------------------------------------------- rules


def quality_of(dataset: Dataset, rule: Rule) -> dict[str, Any]:
    found = document(ROOT / f"data_contracts/datasets/{dataset.id}.odcs.yaml")
    (item,) = (q for q in found["schema"][0]["quality"] if q["id"] == rule.id)
    assert isinstance(item, dict)
    return item


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(":memory:")
    for dataset in CONTRACTS.datasets.values():
        columns = ", ".join(f'"{c.name}" {TYPE_OF_KIND[c.kind]}' for c in dataset.columns)
        connection.execute(f'CREATE TABLE "{dataset.id}" ({columns})')
        connection.execute(f'CREATE TABLE "rij_{dataset.id}" ({columns})')
    connection.executemany(
        "INSERT INTO scholen (vestigingscode, onderwijssoort) VALUES (?, ?)", SCHOOLS
    )
    yield connection
    connection.close()


def breaks(
    warehouse: duckdb.DuckDBPyConnection, dataset: Dataset, fails: str, row: Mapping[str, Any]
) -> bool:
    """Whether a row with these values, and nothing else filled in, breaks the rule."""
    table = f'"rij_{dataset.id}"'
    warehouse.execute(f"DELETE FROM {table}")
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" for _ in row)
    warehouse.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))
    found = warehouse.execute(f"SELECT COUNT(*) FROM {table} WHERE {fails}").fetchone()
    assert found is not None
    return bool(found[0] == 1)


RULE_IDS = [f"{d.id}.{r.id}" for d, r in RULES]


def test_rule_ids_are_unique_and_do_not_clash_with_column_checks() -> None:
    assert len(RULE_IDS) == len(set(RULE_IDS))
    for dataset, rule in RULES:
        assert re.fullmatch(r"[a-z][a-z_]*", rule.id)
        assert rule.id not in {c.name for c in dataset.columns}


@pytest.mark.parametrize(("dataset", "rule"), RULES, ids=RULE_IDS)
def test_rule_runs_on_an_empty_table(
    dataset: Dataset, rule: Rule, warehouse: duckdb.DuckDBPyConnection
) -> None:
    warehouse.execute(f'DELETE FROM "rij_{dataset.id}"')
    found = warehouse.execute(f'SELECT COUNT(*) FROM "rij_{dataset.id}" WHERE {rule.fails}')
    assert found.fetchone() == (0,)


@pytest.mark.parametrize(("dataset", "rule"), RULES, ids=RULE_IDS)
def test_rule_fails_its_bad_example_and_keeps_its_good_one(
    dataset: Dataset, rule: Rule, warehouse: duckdb.DuckDBPyConnection
) -> None:
    item = quality_of(dataset, rule)
    own = custom(item)
    assert set(own["voorbeeld_fout"]) == set(own["voorbeeld_goed"]) == set(rule.columns)
    assert breaks(warehouse, dataset, rule.fails, own["voorbeeld_fout"])
    assert not breaks(warehouse, dataset, rule.fails, own["voorbeeld_goed"])


@pytest.mark.parametrize(("dataset", "rule"), RULES, ids=RULE_IDS)
def test_an_empty_date_never_breaks_a_date_order(
    dataset: Dataset, rule: Rule, warehouse: duckdb.DuckDBPyConnection
) -> None:
    if any(dataset.column(c).kind != "datum" for c in rule.columns) or "IS NULL" in rule.fails:
        return
    item = quality_of(dataset, rule)
    example = custom(item)["voorbeeld_fout"]
    for emptied in itertools.chain(rule.columns, [None]):
        row = {k: None if emptied in (k, None) else v for k, v in example.items()}
        assert not breaks(warehouse, dataset, rule.fails, row)


@pytest.mark.parametrize(("dataset", "rule"), RULES, ids=RULE_IDS)
def test_rule_says_what_is_wrong_and_what_to_do(dataset: Dataset, rule: Rule) -> None:
    for text in (rule.message, rule.remedy):
        assert text[0].isupper()
        assert text.endswith(".")
    assert rule.owner == dataset.owner or rule.owner


def test_score_ranges_in_the_rule_equal_the_reference_table(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    dataset = CONTRACTS.dataset("metingen")
    (rule,) = dataset.rules
    for code in CONTRACTS.codes["instrument"].values():
        low, high = float(code.extra["minimum"]), float(code.extra["maximum"])
        for score, expected in ((low, False), (high, False), (low - 1, True), (high + 1, True)):
            row = {"instrument": code.code, "score": score}
            assert breaks(warehouse, dataset, rule.fails, row) is expected, (code.code, score)
        assert code.extra["richting"] in ("hoger", "lager")


# ---------------------------------------------------------------- parameters


def test_parameters_have_a_source_and_a_plausible_range() -> None:
    items = yaml.safe_load((ROOT / "data_contracts/parameters.yaml").read_text("utf-8"))
    names = [item["naam"] for item in items["parameters"]]
    assert len(names) == len(set(names)) == len(CONTRACTS.parameters)
    for parameter in CONTRACTS.parameters.values():
        assert parameter.source
        assert parameter.unit
        assert parameter.distribution in ("vast", "driehoek", "uniform")
        if parameter.distribution == "vast":
            assert parameter.low is None
            assert parameter.high is None
            continue
        assert parameter.low is not None
        assert parameter.high is not None
        assert parameter.low < parameter.high
        assert parameter.low <= parameter.value <= parameter.high


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("norm_smw_start_dagen", 14),
        ("norm_hulp_start_dagen", 14),
        ("norm_eerste_actie_schooldagen", 5),
        ("grens_langdurig_relatief_schooldagen", 20),
        ("drempel", 5),
        ("drempel_zwaar", 10),
        ("afronding", 5),
        ("referentie_oorzaak_thuis", 60),
        ("bedrag_per_achterstandsscore", 12.66),
        ("programmakosten_per_jaar", 172000),
    ],
)
def test_agreed_values(name: str, value: float) -> None:
    assert CONTRACTS.parameters[name].value == value
