"""Open data: every released table as CSV and Parquet, with descriptions for people and machines.

`datapackage.json` follows Data Package 2, `dcat.jsonld` DCAT-AP-DONL as far as Zichtlijn can know
it: who publishes, under which licence and where, is decided by who publishes. `contracten/` holds
the ODCS contract of each table.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import tempfile
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from dashboard.release.opening import TABLES
from dashboard.release.released import About, Released
from dashboard.reports import files
from dashboard.reports.content import ReportRefused
from dashboard.words import wording

_PROFILES = "https://datapackage.org/profiles/2.0"
_EU = "http://publications.europa.eu/resource/authority"
_FIELDS = {
    "string": "string", "number": "number", "integer": "integer", "boolean": "boolean",
    "date": "date", "timestamp": "datetime",
}  # fmt: skip
_TITLE = "Cijfers over schoolmaatschappelijk werk en Zorg In School"
_TERMS = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "spdx": "http://spdx.org/rdf/terms#",
    "adms": "http://www.w3.org/ns/adms#",
    "overheid": "http://standaarden.overheid.nl/owms/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_READ_ME = """{title}

Publicatie {id} van {made}, peildatum {until}. Herkomst: {origin}.

Elke tabel staat er twee keer: als CSV (UTF-8, komma's, punten in getallen) en als Parquet.
- datapackage.json  alle tabellen en kolommen, volgens Data Package 2
- dcat.jsonld       beschrijving voor een datacatalogus, volgens DCAT-AP-DONL
- contracten        het contract van elke tabel (ODCS), met eigenaar en versie

Lees dit eerst
- Een leeg getal met de status "afgeschermd" gaat over te weinig kinderen of beschermt een ander
  klein aantal. Het is geen nul.
- Aantallen zijn afgerond op {step}; delen tellen daarom niet precies op tot het geheel.
- Een tekst die een rekenblad voor een formule zou houden, heeft in de CSV een apostrof ervoor. In
  Parquet staat zij onveranderd.

Voordat u dit aanbiedt aan data.overheid.nl
- Vul in dcat.jsonld aan wat alleen u kunt besluiten: dct:publisher, overheid:authority,
  dcat:contactPoint en dct:license; en maak van de bestandsnamen bij dcat:accessURL de adressen
  waar de bestanden komen te staan.
"""


def write(release: Released, out: Path) -> None:
    """A new folder, whole or not at all. Raises ReportRefused when it cannot be written."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ReportRefused(f"{out} bestaat al en is niet leeg. Kies een nieuwe of lege map.")
    parts = made(release)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    except OSError as error:
        raise ReportRefused(f"In {out.parent} kan geen map worden gemaakt.") from error
    try:
        for name, body in parts.items():
            files.write(draft / name, body)
        draft.chmod(0o755)
        draft.replace(out)
    except OSError as error:
        raise ReportRefused(f"De map {out} kan niet worden gemaakt.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def made(release: Released) -> dict[str, bytes]:
    """File name -> content; the same release gives the same bytes."""
    parts: dict[str, bytes] = {}
    described = {name: _contract(name) for name in TABLES}
    for name, (text, _) in described.items():
        frame = release.table(name, "ALL")
        parts[f"{name}.csv"] = _csv(frame)
        parts[f"{name}.parquet"] = _parquet(frame)
        parts[f"contracten/{name}.odcs.yaml"] = text
    schemas = {name: schema for name, (_, schema) in described.items()}
    about = release.about
    parts["datapackage.json"] = _json(_package(about, schemas, parts))
    parts["dcat.jsonld"] = _json(_catalogue(about, schemas, parts))
    parts["LEESMIJ.txt"] = _READ_ME.format(
        title=_title(about), id=about.id, made=wording.date(about.gemaakt_op),
        until=wording.date(about.peildatum), origin=wording.origin(about.bron),
        step=about.afronding,
    ).encode()  # fmt: skip
    return parts


def _contract(name: str) -> tuple[bytes, Mapping[str, Any]]:
    """The contract of a table: its text, and what it says."""
    path = resources.files("data_contracts").joinpath("released", f"{name}.odcs.yaml")
    text = path.read_bytes()
    return text, yaml.safe_load(text)


def _csv(frame: pl.DataFrame) -> bytes:
    safe = frame.with_columns(
        pl.when(pl.col(name).str.contains(r"^[=+\-@\t\r]"))
        .then("'" + pl.col(name))
        .otherwise(pl.col(name))
        .alias(name)
        for name, kind in frame.schema.items()
        if kind == pl.String
    )
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(safe.columns)
    writer.writerows(["" if v is None else _written(v) for v in row] for row in safe.iter_rows())
    return out.getvalue().encode()


def _written(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if hasattr(value, "isoformat") else value


def _parquet(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_parquet(out, compression="zstd")
    return out.getvalue()


def _title(about: About) -> str:
    return f"{_TITLE} (demonstratiegegevens)" if wording.is_demo(about.bron) else _TITLE


def _package(
    about: About, schemas: Mapping[str, Mapping[str, Any]], parts: Mapping[str, bytes]
) -> dict[str, Any]:
    return {
        "$schema": f"{_PROFILES}/datapackage.json",
        "name": f"zichtlijn-{about.id}",
        "id": about.id,
        "title": _title(about),
        "description": f"{wording.HIDDEN_NOTE} {wording.ROUNDED_NOTE.format(step=about.afronding)}",
        "version": about.id,
        "created": about.gemaakt_op.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "resources": [
            _resource(name, suffix, schema, parts)
            for name, schema in schemas.items()
            for suffix in ("csv", "parquet")
        ],
    }


def _resource(
    name: str, suffix: str, schema: Mapping[str, Any], parts: Mapping[str, bytes]
) -> dict[str, Any]:
    body = parts[f"{name}.{suffix}"]
    columns = schema["schema"][0]["properties"]
    told: dict[str, Any] = {
        "$schema": f"{_PROFILES}/dataresource.json",
        "name": name if suffix == "csv" else f"{name}-{suffix}",
        "type": "table",
        "path": f"{name}.{suffix}",
        "title": schema["name"],
        "description": schema["description"]["purpose"],
        "format": suffix,
        "mediatype": _MEDIA[suffix],
        "bytes": len(body),
        "hash": f"sha256:{hashlib.sha256(body).hexdigest()}",
        "schema": {
            "fields": [_field(column) for column in columns],
            "primaryKey": [column["name"] for column in columns if column.get("primaryKey")],
            "missingValues": [""],
        },
    }
    if suffix == "csv":
        told["encoding"] = "utf-8"
    return told


_MEDIA = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
_FILE_TYPES = {"csv": f"{_EU}/file-type/CSV", "parquet": f"{_EU}/file-type/PARQUET"}


def _field(column: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": column["name"],
        "title": column["businessName"],
        "description": column["description"],
        "type": _FIELDS[column["logicalType"]],
    }
    if column.get("required") and column["logicalType"] != "string":
        told["constraints"] = {"required": True}
    return told


def _catalogue(
    about: About, schemas: Mapping[str, Mapping[str, Any]], parts: Mapping[str, bytes]
) -> dict[str, Any]:
    """A dataset with a distribution per file."""
    day = about.gemaakt_op.date().isoformat()
    language = {"@id": f"{_EU}/language/NLD"}
    return {
        "@context": _TERMS,
        "@id": f"urn:zichtlijn:{about.id}",
        "@type": "dcat:Dataset",
        "dct:identifier": f"urn:zichtlijn:{about.id}",
        "dct:title": _nl(_title(about)),
        "dct:description": _nl(
            "Bereik, proces, resultaat, verwijzing, schorsing, verzuim, jeugdhulp en samenwerking "
            "rond schoolmaatschappelijk werk, en de beloften en besparing van Zorg In School; "
            "kleine aantallen zijn afgeschermd en de andere afgerond."
        ),
        "dct:language": language,
        "overheid:metadataLanguage": language,
        "dct:accessRights": {"@id": f"{_EU}/access-right/PUBLIC"},
        "dct:issued": {"@type": "xsd:date", "@value": day},
        "dct:modified": {"@type": "xsd:date", "@value": day},
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:endDate": {"@type": "xsd:date", "@value": about.peildatum.isoformat()},
        },
        "dcat:theme": [{"@id": f"{_EU}/data-theme/EDUC"}, {"@id": f"{_EU}/data-theme/SOCI"}],
        "dcat:keyword": [
            _nl(word)
            for word in ("schoolmaatschappelijk werk", "Zorg In School", "jeugdhulp", "verzuim")
        ],
        "adms:versionNotes": _nl(f"Zichtlijn {about.versie_zichtlijn}"),
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dct:title": _nl(f"{schema['name']} ({suffix})"),
                "dct:description": _nl(schema["description"]["purpose"]),
                "dcat:accessURL": {"@id": f"{name}.{suffix}"},
                "dct:format": {"@id": _FILE_TYPES[suffix]},
                "dcat:mediaType": _MEDIA[suffix],
                "dcat:byteSize": len(parts[f"{name}.{suffix}"]),
                "dct:language": language,
                "spdx:checksum": {
                    "@type": "spdx:Checksum",
                    "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
                    "spdx:checksumValue": hashlib.sha256(parts[f"{name}.{suffix}"]).hexdigest(),
                },
            }
            for name, schema in schemas.items()
            for suffix in ("csv", "parquet")
        ],
    }


def _nl(text: str) -> dict[str, str]:
    return {"@language": "nl", "@value": text}


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
