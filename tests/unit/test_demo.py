"""The demo deliveries: repeatable, calibrated, clean but for what was planted."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import re
import time
from importlib.resources import files
from pathlib import Path

import duckdb
import fastexcel
import numpy as np
import polars as pl
import pytest
import yaml

from pipelines.contracts import Column, load
from pipelines.demo import deliveries, pilot_outcomes, register
from pipelines.demo.layouts import supplier_layout
from pipelines.demo.pupils import passes_eleven_test

REAL = Path(__file__).parents[3] / "shared" / "data" / "real"
TYPES = {
    "tekst": "VARCHAR",
    "geheel": "BIGINT",
    "getal": "DOUBLE",
    "datum": "DATE",
    "ja_nee": "BOOLEAN",
    "lijst": "VARCHAR[]",
}
DELIVERED = (
    "gebieden",
    "scholen",
    "leerlingaantallen",
    "tarieven",
    "smw_trajecten",
    "verwijzingen",
    "schorsingen",
    "thuiszitters",
    "jeugdhulp",
    "zis_deelnames",
    "incidenten",
    "metingen",
    "inzet",
    "achterstandsscores",
    "schoolafspraken",
    "activiteiten",
    "overgangen",
    "evaluatie_antwoorden",
    "schoolkalender",
)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, deliveries.Planted, float]:
    folder = tmp_path_factory.mktemp("demo")
    begin = time.process_time()
    planted = deliveries.write(folder)
    return folder, planted, time.process_time() - begin


@pytest.fixture(scope="module")
def built() -> register.Register:
    return register.build(2026)


def _digests(folder: Path) -> dict[str, str]:
    return {
        f.relative_to(folder).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest()
        for f in sorted(folder.rglob("*"))
        if f.is_file()
    }


def _table(file: Path) -> list[list[str]]:
    """All rows as text, as far down as the file goes; dates in ISO form."""
    if file.suffix == ".csv":
        encoding = _encoding(file)
        delimiter = "," if file.name.startswith("maatwerk") else ";"
        with file.open(encoding=encoding, newline="") as lines:
            return list(csv.reader(lines, delimiter=delimiter))
    page = fastexcel.read_excel(file).load_sheet(0, header_row=None, skip_rows=0, dtypes="string")
    frame = pl.DataFrame(page.to_arrow())
    return [["" if v is None else str(v) for v in row] for row in frame.iter_rows()]


def _encoding(file: Path) -> str:
    if file.name.startswith("maatwerk"):
        return "utf-8-sig"
    if file.name.startswith(("kolibri", "palet", "gemeente-veenmark_jeugdhulp", "pilot")):
        return "cp1252"
    return "utf-8"


# --- repeatable ---------------------------------------------------------------------------------


def test_same_seed_gives_the_same_bytes(
    written: tuple[Path, deliveries.Planted, float], tmp_path: Path
) -> None:
    deliveries.write(tmp_path)
    assert _digests(tmp_path) == _digests(written[0])


def test_another_seed_gives_other_children(tmp_path: Path, built: register.Register) -> None:
    other = register.build(7).datasets["smw_trajecten"]["leerling_id"]
    assert not set(other) & set(built.datasets["smw_trajecten"]["leerling_id"])


def test_generation_takes_seconds(written: tuple[Path, deliveries.Planted, float]) -> None:
    # Seconds of processor time, so that a busy machine does not fail it.
    assert written[2] < 8


# --- encodings and layouts ----------------------------------------------------------------------


def test_kolibri_writes_cp1252_with_accents(
    written: tuple[Path, deliveries.Planted, float],
) -> None:
    content = (written[0] / "inbox" / "kolibri_smw_trajecten_2023-2024.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    text = content.decode("cp1252")
    assert "Financiële zorgen in het gezin" in text
    assert re.search(r";\d+,\d+;", text)
    assert re.search(r";\d{2}-\d{2}-\d{4};", text)


def test_maatwerk_writes_utf8_with_a_mark(
    written: tuple[Path, deliveries.Planted, float],
) -> None:
    content = (written[0] / "inbox" / "maatwerk-havenrijk_smw_trajecten_2023-2024.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    header = content.decode("utf-8-sig").splitlines()[0]
    assert header.startswith("traject_nr,pseudoniem,brinvest,")


def test_vliegerhof_has_a_title_above_and_a_total_below(
    written: tuple[Path, deliveries.Planted, float],
) -> None:
    file = written[0] / "inbox" / "devliegerhof_smw_trajecten_2021-2025.xlsx"
    rows = _table(file)
    layout = supplier_layout("devliegerhof_smw")
    assert rows[0][0].startswith("De Vliegerhof")
    assert rows[2] == list(layout.headers.values())
    assert rows[-1][0].startswith("Totaal")
    typed = fastexcel.read_excel(file).load_sheet(0, header_row=2, n_rows=20)
    kinds = {c.name: c.dtype for c in typed.selected_columns}
    assert kinds["Aangemeld op"] == "datetime"
    assert kinds["Bestede uren"] == "float"


def test_canonical_files_have_the_contract_columns(
    written: tuple[Path, deliveries.Planted, float],
) -> None:
    for dataset in ("gebieden", "scholen", "leerlingaantallen"):
        for town in ("veenmark", "havenrijk"):
            rows = _table(written[0] / "inbox" / f"gemeente-{town}_{dataset}_2021-2025.csv")
            assert rows[0] == [c.name for c in load().dataset(dataset).columns]


def test_layouts_name_columns_and_codes_of_their_contract() -> None:
    contracts = load()
    for source in (files("data_contracts") / "sources").iterdir():
        document = yaml.safe_load(source.read_text("utf-8"))
        dataset = contracts.dataset(document["dataset"])
        names = [c.name for c in dataset.columns]
        columns = list(document["kolommen"].values())
        if "(demo)" not in str(document["leverancier"]):  # real ones know a column by more headings
            columns = sorted(set(columns))
        given = [*columns, *document.get("vast", {})]
        if "ontvouw" in document:
            given += [document["ontvouw"]["naam_naar"], document["ontvouw"]["waarde_naar"]]
        assert set(given) <= set(names), source.name
        assert len(given) == len(set(given)), source.name
        missing = {c.name for c in dataset.columns if c.required} - set(given)
        assert not missing, (source.name, missing)
        for column, spellings in document.get("codes", {}).items():
            codes = contracts.codes[str(dataset.column(column).codes)]
            assert set(spellings.values()) <= set(codes), (source.name, column)
            if "(demo)" in str(document["leverancier"]):  # the demo writes them back
                assert len(set(spellings.values())) == len(spellings), (source.name, column)


@pytest.mark.parametrize(
    ("layout", "file", "encoding"),
    [
        (
            "duo_02_vestigingen_bo",
            "02.-alle-schoolvestigingen-basisonderwijs.csv",
            "cp1252",
        ),
        (
            "duo_06_leerlingaantallen",
            "06.-historisch-overzicht-aantal-leerlingen-per-schoolvestiging.csv",
            "utf-8-sig",
        ),
    ],
)
def test_duo_layouts_cover_the_real_header(layout: str, file: str, encoding: str) -> None:
    path = REAL / "duo" / file
    if not path.exists():
        pytest.skip(f"DUO-bestand ontbreekt: {file}")
    with path.open(encoding=encoding, newline="") as lines:
        header = next(csv.reader(lines, delimiter=";"))
    source = files("data_contracts") / "sources" / f"{layout}.yaml"
    document = yaml.safe_load(source.read_text("utf-8"))
    pattern = document.get("ontvouw", {}).get("patroon", r"(?!)")
    fixed = {h for h in header if not re.fullmatch(pattern, h)}
    assert fixed == {*document["kolommen"], *document["negeer"]}
    if layout.startswith("duo_06"):
        assert "LEERLINGEN_2024" in set(header) - fixed


# --- clean but for what was planted -------------------------------------------------------------


@pytest.fixture(scope="module")
def engine(built: register.Register) -> duckdb.DuckDBPyConnection:
    """The clean register in tables with the contracts' types."""
    connection = duckdb.connect()
    for name in load().datasets:
        columns = load().dataset(name).columns
        kinds = ", ".join(f'"{c.name}" {TYPES[c.kind]}' for c in columns)
        connection.execute(f"CREATE TABLE {name} ({kinds})")
        if name in built.datasets:
            frame = built.datasets[name].to_arrow()
            given = set(built.datasets[name].columns)
            wanted = ", ".join(
                f'CAST("{c.name}" AS {TYPES[c.kind]})' if c.name in given else "NULL"
                for c in columns
            )
            connection.register("geleverd", frame)
            connection.execute(f"INSERT INTO {name} SELECT {wanted} FROM geleverd")
            connection.unregister("geleverd")
    return connection


def _broken(column: Column) -> list[str]:
    """Predicates of a column's own promises, true where a value breaks one."""
    name = f'"{column.name}"'
    found: list[str] = []
    if column.required:
        found.append(f"{name} IS NULL")
    if column.pattern:
        found.append(f"NOT regexp_matches({name}, '{column.pattern}')")
    if column.minimum is not None:
        found.append(f"{name} < {column.minimum}")
    if column.maximum is not None:
        found.append(f"{name} > {column.maximum}")
    if column.codes:
        listed = ", ".join(f"'{c}'" for c in load().codes[column.codes])
        values = name if column.kind == "lijst" else f"[CAST({name} AS VARCHAR)]"
        found.append(f"{name} IS NOT NULL AND NOT list_has_all([{listed}], {values})")
    if column.refers_to:
        table, key = column.refers_to
        found.append(f"{name} IS NOT NULL AND {name} NOT IN (SELECT {key} FROM {table})")
    return found


NOT_IN_THE_DEMO = {
    ("jeugdhulp", "levering_start_datum"): "only an iJw message JW305 tells it",
    ("jeugdhulp", "berichten"): "only a reader of iJw messages fills it",
}


def test_every_column_of_a_contract_is_in_the_demo(built: register.Register) -> None:
    """A column that is added is delivered by somebody, or says why not."""
    for name, frame in built.datasets.items():
        filled = {c for c in frame.columns if frame[c].null_count() < frame.height}
        absent = [c.name for c in load().dataset(name).columns if c.name not in filled]
        for column in absent:
            assert (name, column) in NOT_IN_THE_DEMO, (
                f"pipelines/demo: kolom {column} van {name} staat in geen enkele levering"
            )
    assert set(NOT_IN_THE_DEMO) <= {
        (name, c.name) for name in built.datasets for c in load().dataset(name).columns
    }


@pytest.mark.parametrize("name", DELIVERED)
def test_clean_rows_break_no_promise(engine: duckdb.DuckDBPyConnection, name: str) -> None:
    dataset = load().dataset(name)
    predicates = [p for c in dataset.columns for p in _broken(c)]
    predicates += [r.fails for r in dataset.rules]
    for predicate in predicates:
        counted = engine.execute(f"SELECT count(*) FROM {name} WHERE {predicate}").fetchone()
        assert counted == (0,), predicate
    keys = ", ".join(dataset.keys)
    distinct = engine.execute(f"SELECT count(*) - count(DISTINCT ({keys})) FROM {name}").fetchone()
    assert distinct == (0,)


def test_no_trajectory_stays_open(built: register.Register) -> None:
    ended = built.datasets["smw_trajecten"]["eind_datum"]
    assert ended.null_count() == 0
    assert str(ended.max()) < "2026-04-01"


def test_dates_do_not_pass_the_last_school_year(built: register.Register) -> None:
    last = dt.date(2025, 7, 31)
    for dataset, column in (
        ("smw_trajecten", "start_datum"),
        ("verwijzingen", "verwijs_datum"),
        ("schorsingen", "start_datum"),
        ("thuiszitters", "start_datum"),
        ("jeugdhulp", "start_datum"),
    ):
        assert (built.datasets[dataset][column].drop_nulls() <= last).all()


# --- what was planted ---------------------------------------------------------------------------


def test_planted_list_is_the_one_on_disk(written: tuple[Path, deliveries.Planted, float]) -> None:
    folder, planted, _ = written
    on_disk = json.loads((folder / "geplant.json").read_text("utf-8"))
    assert on_disk == json.loads(planted.as_json())
    assert 40 <= len(planted.fouten) <= 100
    assert len({(f.file, f.row) for f in planted.fouten}) == len(planted.fouten)
    assert len({f.rule for f in planted.fouten}) >= 40


def test_planted_rules_exist_in_the_contracts(
    written: tuple[Path, deliveries.Planted, float],
) -> None:
    kinds = {"verplicht", "type", "code", "patroon", "bereik", "uniek", "verwijzing"}
    for mistake in written[1].fouten:
        name, _, rest = mistake.rule.partition(".")
        dataset = load().dataset(name)
        dataset.column(mistake.column)
        column, _, kind = rest.partition(".")
        if kind:
            assert kind in kinds
            assert mistake.column == column
            assert mistake.severity == "fout"
            continue
        rule = next(r for r in dataset.rules if r.id == rest)
        assert rule.severity == mistake.severity
        assert mistake.column in rule.columns


def test_planted_mistakes_stand_where_they_are_said_to_stand(
    written: tuple[Path, deliveries.Planted, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files differ from a demo without mistakes in the planted rows, and nowhere else."""
    folder, planted, _ = written
    monkeypatch.setattr(deliveries.plant, "plant", lambda *_: ())
    deliveries.write(tmp_path)
    changed: set[tuple[str, int]] = set()
    for file in sorted((folder / "inbox").iterdir()):
        spoiled, clean = _table(file), _table(tmp_path / "inbox" / file.name)
        total = file.suffix == ".xlsx"
        extra = len(spoiled) - len(clean)
        body = len(clean) - 1 if total else len(clean)
        changed |= {(file.name, n + 1) for n in range(body) if spoiled[n] != clean[n]}
        changed |= {(file.name, body + n + 1) for n in range(extra)}
        for mistake in (f for f in planted.fouten if f.file == file.name):
            header = next(row for row in spoiled[:4] if mistake.header in row)
            place = header.index(mistake.header)
            if mistake.row <= body and not mistake.rule.endswith(".uniek"):
                assert spoiled[mistake.row - 1] != clean[mistake.row - 1]
                assert spoiled[mistake.row - 1][place] != clean[mistake.row - 1][place]
    assert changed == {(f.file, f.row) for f in planted.fouten}


@pytest.mark.parametrize(
    ("rule", "raw"),
    [
        ("smw_trajecten.aanmeld_datum.type", "31-02-2023"),
        ("smw_trajecten.leeftijd.bereik", "45"),
        ("smw_trajecten.preventieniveau.verplicht", ""),
        ("smw_trajecten.vestigingscode.verwijzing", "99ZZ00"),
        ("schorsingen.start_datum.type", "20230231"),
        ("jeugdhulp.verwijderde_toewijzing", "13"),
    ],
)
def test_planted_cells_read_back_raw(
    written: tuple[Path, deliveries.Planted, float], rule: str, raw: str
) -> None:
    mistake = next(f for f in written[1].fouten if f.rule == rule)
    rows = _table(written[0] / "inbox" / mistake.file)
    assert rows[mistake.row - 1][rows[0].index(mistake.header)] == raw


def test_duplicate_keys_are_really_repeated(
    written: tuple[Path, deliveries.Planted, float],
) -> None:
    for mistake in (f for f in written[1].fouten if f.rule.endswith(".uniek")):
        rows = _table(written[0] / "inbox" / mistake.file)
        header = next(row for row in rows[:4] if mistake.header in row)
        place = header.index(mistake.header)
        key = rows[mistake.row - 1][place]
        assert sum(row[place] == key for row in rows) == 2


# --- nobody real --------------------------------------------------------------------------------


def test_no_cell_could_be_a_bsn(written: tuple[Path, deliveries.Planted, float]) -> None:
    found = set()
    for file in (written[0] / "inbox").iterdir():
        for row in _table(file):
            found |= {int(n) for cell in row for n in re.findall(r"(?<!\w)\d{9}(?!\w)", cell)}
    if found:
        assert not passes_eleven_test(np.array(sorted(found), dtype=np.int64)).any()


def test_codes_do_not_exist_in_reality(built: register.Register) -> None:
    assert built.datasets["scholen"]["vestigingscode"].str.starts_with("99").all()
    assert built.datasets["scholen"]["gemeente"].is_in(["GM9901", "GM9902"]).all()
    assert built.datasets["gebieden"]["wijk"].str.starts_with("WK99").all()
    assert built.datasets["smw_trajecten"]["leerling_id"].str.contains(r"^[0-9a-f]{64}$").all()


# --- realistic ----------------------------------------------------------------------------------


def test_register_is_calibrated_to_the_published_year(built: register.Register) -> None:
    reached = built.calibration
    assert reached["trajecten_per_school_per_jaar"] == pytest.approx(3243 / 151, rel=0.04)
    assert reached["afgesloten_in_hetzelfde_jaar"] == pytest.approx(0.64, abs=0.01)
    assert reached["doorverwezen"] == pytest.approx(0.79, abs=0.015)
    assert reached["thema_sociaal_emotioneel"] == pytest.approx(0.38, abs=0.02)
    assert reached["thema_gedrag"] == pytest.approx(0.16, abs=0.015)
    assert reached["thema_opvoeding"] == pytest.approx(0.13, abs=0.015)
    assert reached["wachttijd_mediaan_dagen"] == pytest.approx(9, abs=1)
    assert 0.65 <= reached["doelen_behaald"] <= 0.75
    assert reached["oorzaak_thuis_bij_dreigende_uitval"] > 0.60
    assert 0.60 <= reached["hulp_binnen_14_dagen"] <= 0.70


def test_places_are_enough_to_protect_and_compare(built: register.Register) -> None:
    schools = built.datasets["scholen"]
    assert 55 <= schools.height <= 65
    assert set(schools["onderwijssoort"]) == {"bo", "sbo", "so", "vso", "vo", "mbo"}
    assert schools["wijkcode"].value_counts()["count"].min() >= 3  # type: ignore[operator]
    arms = built.datasets["zis_deelnames"].group_by("groep", "vestigingscode").len()
    assert arms["len"].min() >= 25  # type: ignore[operator]
    assert arms["len"].max() <= 30  # type: ignore[operator]
    assert dict(arms["groep"].value_counts().iter_rows()) == {"zis": 10, "vergelijking": 12}


def test_schools_differ_more_than_chance(built: register.Register) -> None:
    counts = built.datasets["smw_trajecten"].group_by("vestigingscode").len()
    pupils = (
        built.datasets["leerlingaantallen"]
        .group_by("vestigingscode")
        .agg(pl.col("leerlingen").mean())
    )
    both = (
        counts.join(pupils, on="vestigingscode")
        .join(built.datasets["scholen"], on="vestigingscode")
        .filter(pl.col("onderwijssoort") == "bo")
    )
    expected = both["leerlingen"] * (both["len"].sum() / both["leerlingen"].sum())
    dispersion = (((both["len"] - expected) ** 2) / expected).sum() / (both.height - 1)
    assert 1.5 < dispersion < 15


def test_suspensions_of_participants_fall_as_planted(built: register.Register) -> None:
    events = built.datasets["schorsingen"].select("leerling_id", gebeurd="start_datum")
    taking_part = built.datasets["zis_deelnames"].select("leerling_id", "groep", "start_datum")
    counts = (
        events.join(taking_part, on="leerling_id")
        .group_by("groep", na=pl.col("gebeurd") >= pl.col("start_datum"))
        .len()
    )
    number = {(group, after): n for group, after, n in counts.iter_rows()}
    months = taking_part.with_columns(
        voor=pl.col("start_datum").dt.year() * 12 + pl.col("start_datum").dt.month() - 2021 * 12 - 8
    )
    change = {}
    for group in ("zis", "vergelijking"):
        before = months.filter(pl.col("groep") == group)["voor"].to_numpy()
        exposure = float((48 - before).sum() / before.sum())
        change[group] = number[group, True] / number[group, False] / exposure
    assert change["zis"] / change["vergelijking"] == pytest.approx(0.60 / 0.95, rel=0.25)


@pytest.mark.parametrize(
    ("kind", "level", "ratio"),
    [
        ("dagbesteding", 7, 0.75),
        ("begeleiding_individueel", 5, 0.85),
        ("gezinsbehandeling", 5, 0.85),
    ],
)
def test_volumes_of_participants_fall_from_the_second_year(
    built: register.Register, kind: str, level: int, ratio: float
) -> None:
    care = (
        built.datasets["jeugdhulp"]
        .filter((pl.col("hulpvorm") == kind) & (pl.col("niveau") == level))
        .join(built.datasets["zis_deelnames"].select("leerling_id", "groep"), on="leerling_id")
    )
    units = (
        care.with_columns(eenheden=pl.col("bedrag_toegekend") / pl.col("tarief"))
        .group_by("groep", later=pl.col("start_datum") >= dt.date(2024, 8, 1))
        .agg(pl.col("eenheden").mean())
    )
    mean = {(group, later): value for group, later, value in units.iter_rows()}
    change = {g: mean[g, True] / mean[g, False] for g in ("zis", "vergelijking")}
    assert change["zis"] / change["vergelijking"] == pytest.approx(ratio, abs=0.05)


def test_incidents_of_participants_fall_as_planted(built: register.Register) -> None:
    rate = _monthly(built, built.datasets["incidenten"].rename({"datum": "start_datum"}))
    net = (rate["zis", True] / rate["zis", False]) / (
        rate["vergelijking", True] / rate["vergelijking", False]
    )
    share = 0.035 / 0.09
    mixed = share * pilot_outcomes.DYSREGULATION + (1 - share) * pilot_outcomes.OTHER_INCIDENTS
    assert net == pytest.approx(mixed / pilot_outcomes.INCIDENTS_COMPARED, abs=0.1)


@pytest.mark.parametrize("scale", pilot_outcomes.SCALES, ids=lambda s: s.instrument)
def test_scores_of_participants_change_as_planted(
    built: register.Register, scale: pilot_outcomes.Scale
) -> None:
    group = built.datasets["zis_deelnames"].select("leerling_id", "groep")
    scores = built.datasets["metingen"].filter(pl.col("instrument") == scale.instrument)
    before = scores.filter(pl.col("meetmoment") == "voor").select("leerling_id", voor="score")
    after = scores.filter(pl.col("meetmoment") == "na").select("leerling_id", na="score")
    pairs = before.join(after, on="leerling_id").join(group, on="leerling_id")
    change = dict(pairs.group_by("groep").agg((pl.col("na") - pl.col("voor")).mean()).iter_rows())
    assert len(pairs) > 300
    assert change["zis"] == pytest.approx(scale.change, abs=0.35)
    assert change["vergelijking"] == pytest.approx(scale.change_compared, abs=0.35)


def _monthly(built: register.Register, events: pl.DataFrame) -> dict[tuple[str, bool], float]:
    """Events per pupil-month by group, before and after the own start."""
    spells = built.datasets["zis_deelnames"].select(
        "leerling_id", "groep", begin="start_datum", leave="eind_datum"
    )
    dated = events.join(spells, on="leerling_id").with_columns(
        after=pl.col("start_datum") >= pl.col("begin")
    )
    happened = {
        (groep, after): count
        for groep, after, count in dated.group_by("groep", "after").len().iter_rows()
    }
    first = dt.date(2021, 8, 1)
    months = {
        (groep, after): sum(
            (((leave - begin) if after else (begin - first)).days / 30.4375)
            for _, who, begin, leave in spells.iter_rows()
            if who == groep
        )
        for groep, after in happened
    }
    return {key: happened[key] / months[key] for key in happened}
