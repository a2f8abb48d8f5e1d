"""The same delivery checked by Zichtlijn and by comparable products, each in its own environment.

    python benchmarks/peers.py [--rows 100000] [--folder DIR]

The rules of the contract of `smw_trajecten` are put to each peer as far as it can express them
(`COVERS`). Zichtlijn does more in its time than the peers: it also keeps failing rows apart, loads
the rest and keeps a history. Environments are made in a temporary folder with `uv`, from the
package index that the computer uses; a peer that cannot be installed or run is named as such.
Printed are processor and elapsed seconds after loading the library, the ratio to Zichtlijn's, and
how many rows (or checks of a row) were found broken.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

PACKAGES = {
    "frictionless": ("frictionless",),
    "pandera": ("pandera[polars]",),
    "pointblank": ("pointblank", "polars"),
    "datacontract-cli": ("datacontract-cli[duckdb]",),
}
COVERS = {
    "zichtlijn": "all rules of the contract, references and unknown codes; quarantine and load",
    "frictionless": "types, required, unique, pattern, range, codes, end before start",
    "pandera": "types, required, unique, pattern, range, codes, end before start",
    "pointblank": "required, unique, pattern, range, codes, end before start; reading gives types",
    "datacontract-cli": "the contract itself: types, required, unique, pattern, range and its SQL"
    " rules; no codes and no references; counts broken rules, not rows",
}
INSTALL_SECONDS, RUN_SECONDS = 600, 1800
MOST_ERRORS = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where all is made (default: temporary)")
    parser.add_argument("--one", nargs=3, metavar=("PEER", "FILE", "RULES"), help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.one:
        name, file, rules = told.one
        print(json.dumps(_measured(PEERS[name], Path(file), Path(rules))))
        return
    with tempfile.TemporaryDirectory(dir=told.folder) as folder:
        _compare(Path(folder), told.rows)


def _compare(folder: Path, rows: int) -> None:
    from ingest import _in_a_process, made_up  # beside this file; needs Zichtlijn itself

    file = made_up(folder, rows)
    rules = folder / "rules.json"
    rules.write_text(json.dumps(_rules()), "utf-8")
    measured = _in_a_process("zichtlijn", file)
    ours = asdict(measured) | {"broken": measured.quarantined}
    print(f"{rows:,} rows\n{'':18}{'cpu s':>9}{'elapsed':>9}{'cpu x':>8}{'elapsed x':>11}  broken")
    _print("zichtlijn", ours, ours)
    for name in PACKAGES:
        _print(name, _peer(folder, name, file, rules), ours)
    print("\nWhat each checks:")
    for name, covered in COVERS.items():
        print(f"  {name}: {covered}")


def _print(name: str, found: dict[str, Any] | str, ours: dict[str, Any]) -> None:
    if isinstance(found, str):
        print(f"{name:18}could not run: {found}")
        return
    cpu, elapsed = found["cpu"], found["elapsed"]
    print(
        f"{name:18}{cpu:9.2f}{elapsed:9.2f}{cpu / ours['cpu']:8.2f}"
        f"{elapsed / ours['elapsed']:11.2f}  {found['broken']}"
    )


def _rules() -> dict[str, Any]:
    """The promises of the contract that need no other dataset, for peers to put in their words."""
    from importlib.resources import files

    from pipelines import contracts as contract_files

    promises = contract_files.load()
    columns = [
        {
            "name": c.name,
            "kind": c.kind,
            "required": c.required,
            "unique": c.unique,
            "pattern": c.pattern,
            "minimum": c.minimum,
            "maximum": c.maximum,
            "codes": list(promises.codes[c.codes]) if c.codes and c.kind != "lijst" else None,
        }
        for c in promises.dataset("smw_trajecten").columns
    ]
    source = files("data_contracts") / "datasets" / "smw_trajecten.odcs.yaml"
    return {"columns": columns, "contract": source.read_text("utf-8")}


def _peer(folder: Path, name: str, file: Path, rules: Path) -> dict[str, Any] | str:
    """What was measured, or in a line why nothing was."""
    home = folder / name
    python = home / "bin" / "python"
    uv = Path(sys.executable).with_name("uv")
    for command, seconds in (
        ([uv, "venv", "--quiet", home], INSTALL_SECONDS),
        ([uv, "pip", "install", "--quiet", "--python", python, *PACKAGES[name]], INSTALL_SECONDS),
        ([python, __file__, "--one", name, file, rules], RUN_SECONDS),
    ):
        try:
            done = subprocess.run(
                [str(part) for part in command],
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
                cwd=folder,
            )
        except subprocess.TimeoutExpired:
            return f"not done within {seconds} seconds"
        except OSError as problem:
            return str(problem)
        if done.returncode:
            return (done.stderr.strip().splitlines() or ["no message"])[-1][:200]
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def _measured(peer: Callable[..., Callable[[], int]], file: Path, rules: Path) -> dict[str, Any]:
    check = peer(file, json.loads(rules.read_text("utf-8")))  # the library is loaded here
    cpu, start = _processor(), time.perf_counter()
    broken = check()
    return {
        "cpu": _processor() - cpu,
        "elapsed": time.perf_counter() - start,
        "broken": broken,
    }


def _processor() -> float:
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


# Each peer gives a function that checks the file and counts what it finds broken. --------------


def _frictionless(file: Path, rules: dict[str, Any]) -> Callable[[], int]:
    from frictionless import Checklist, Dialect, Resource, Schema, checks, formats, system

    kinds = {"geheel": "integer", "getal": "number", "datum": "date", "ja_nee": "boolean"}
    fields = []
    for column in rules["columns"]:
        limits = {
            "required": column["required"],
            "unique": column["unique"],
            "pattern": column["pattern"],
            "minimum": column["minimum"],
            "maximum": column["maximum"],
            "enum": column["codes"],
        }
        kept = {k: v for k, v in limits.items() if v not in (None, False)}
        field = {
            "name": column["name"],
            "type": kinds.get(column["kind"], "string"),
            "constraints": kept,
        }
        if column["kind"] == "ja_nee":
            field |= {"trueValues": ["J"], "falseValues": ["N"]}
        fields.append(field)
    schema = Schema.from_descriptor({"fields": fields})
    dialect = Dialect(controls=[formats.CsvControl(delimiter=";")])
    order = checks.row_constraint(
        formula="eind_datum == None or start_datum == None or eind_datum >= start_datum"
    )

    def check() -> int:
        with system.use_context(trusted=True):
            resource_ = Resource(str(file), schema=schema, dialect=dialect)
            report = resource_.validate(Checklist(checks=[order]), limit_errors=MOST_ERRORS)
        return len(report.flatten(["rowNumber"]))

    return check


def _typed(file: Path, rules: dict[str, Any]) -> Any:
    """The file as a polars frame with the types of the contract."""
    import polars as pl

    kinds = {"geheel": pl.Int64, "getal": pl.Float64, "datum": pl.Date}
    text = pl.read_csv(file, separator=";", infer_schema=False)
    return text.with_columns(
        pl.col(c["name"]).cast(kinds[c["kind"]], strict=False)
        if c["kind"] != "datum"
        else pl.col(c["name"]).str.to_date(strict=False)
        for c in rules["columns"]
        if c["kind"] in kinds
    )


def _pandera(file: Path, rules: dict[str, Any]) -> Callable[[], int]:
    import pandera.polars as pa
    import polars as pl

    kinds = {"geheel": pl.Int64, "getal": pl.Float64, "datum": pl.Date}
    columns = {}
    for column in rules["columns"]:
        checks = []
        if column["pattern"]:
            checks.append(pa.Check.str_matches(column["pattern"]))
        if column["minimum"] is not None:
            checks.append(pa.Check.in_range(column["minimum"], column["maximum"]))
        codes = ["J", "N"] if column["kind"] == "ja_nee" else column["codes"]
        if codes:
            checks.append(pa.Check.isin(codes))
        columns[column["name"]] = pa.Column(
            kinds.get(column["kind"], pl.String),
            checks,
            nullable=not column["required"],
            unique=column["unique"],
        )
    order = pa.Check(
        lambda data: data.lazyframe.select(
            (pl.col("eind_datum") >= pl.col("start_datum")).fill_null(value=True)
        )
    )
    schema = pa.DataFrameSchema(columns, checks=[order])

    def check() -> int:
        try:
            schema.validate(_typed(file, rules), lazy=True)
        except pa.errors.SchemaErrors as found:
            return int(found.failure_cases.height)
        return 0

    return check


def _pointblank(file: Path, rules: dict[str, Any]) -> Callable[[], int]:
    import pointblank as pb
    import polars as pl

    def check() -> int:
        plan = pb.Validate(_typed(file, rules))
        for column in rules["columns"]:
            name = column["name"]
            if column["required"]:
                plan = plan.col_vals_not_null(name)
            if column["unique"]:
                plan = plan.rows_distinct(name)
            if column["pattern"]:
                plan = plan.col_vals_regex(name, column["pattern"], na_pass=True)
            if column["minimum"] is not None:
                plan = plan.col_vals_between(
                    name, column["minimum"], column["maximum"], na_pass=True
                )
            codes = ["J", "N"] if column["kind"] == "ja_nee" else column["codes"]
            if codes:
                allowed = codes if column["required"] else [*codes, None]
                plan = plan.col_vals_in_set(name, allowed)
        order = (pl.col("eind_datum") >= pl.col("start_datum")).fill_null(value=True)
        done = plan.col_vals_expr(order).interrogate()
        return int(sum(done.n_failed().values()))

    return check


def _datacontract(file: Path, rules: dict[str, Any]) -> Callable[[], int]:
    import yaml
    from datacontract.data_contract import DataContract

    contract = yaml.safe_load(rules["contract"])
    for column in contract["schema"][0]["properties"]:
        if column["logicalType"] in ("boolean", "array"):  # J, N and lists are no such thing there
            column |= {"logicalType": "string", "physicalType": "VARCHAR"}
            column.pop("items", None)
    alone = [r for r in contract["schema"][0]["quality"] if "FROM scholen" not in r["query"]]
    contract["schema"][0]["quality"] = alone
    contract["servers"] = [
        {"server": "local", "type": "local", "path": str(file), "format": "csv", "delimiter": ";"}
    ]
    text = yaml.safe_dump(contract, allow_unicode=True)

    def check() -> int:
        run = DataContract(data_contract_str=text, server="local").test()
        if not run.checks or all(str(c.result) == "error" for c in run.checks):
            raise SystemExit("no check could be run")
        return sum(str(getattr(c.result, "value", c.result)) == "failed" for c in run.checks)

    return check


PEERS = {
    "frictionless": _frictionless,
    "pandera": _pandera,
    "pointblank": _pointblank,
    "datacontract-cli": _datacontract,
}


if __name__ == "__main__":
    main()
