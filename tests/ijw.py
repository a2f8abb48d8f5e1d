"""Made-up messages in the form of iJw 3.2. Clients have a pseudonym, or a number of the range that
is published for tests."""

from __future__ import annotations

import zipfile
from pathlib import Path

SPACE = "http://www.istandaarden.nl/ijw/3_2"
TOWN, PROVIDER = "9901", "98765432"
CLIENT = "a" * 64
OTHER = "b" * 64

Fields = dict[str, "str | Fields"]


def element(name: str, fields: Fields) -> str:
    inner = "".join(
        element(k, v) if isinstance(v, dict) else f"<m:{k}>{v}</m:{k}>" for k, v in fields.items()
    )
    return f"<m:{name}>{inner}</m:{name}>"


def message(
    code: str, body: str, *, made: str = "2026-04-01", id_: str = "1", town: str = TOWN,
    provider: str = PROVIDER,
) -> str:  # fmt: skip
    """`code`: 301, 305, 307 or 323; a 301 goes from the municipality to the provider."""
    sender, receiver = (town, provider) if code == "301" else (provider, town)
    header = element(
        "Header",
        {
            "BerichtCode": "436",
            "BerichtVersie": "3",
            "BerichtSubversie": "2",
            "Afzender": sender,
            "Ontvanger": receiver,
            "BerichtIdentificatie": {"Identificatie": id_, "Dagtekening": made},
        },
    )
    return f'<m:Bericht xmlns:m="{SPACE}/jw{code}/schema">{header}{body}</m:Bericht>'


def _client(client: str, kind: str, records: list[Fields]) -> str:
    inner = "".join(element(kind, r) for r in records)
    return f"<m:Client><m:Bsn>{client}</m:Bsn>{inner}</m:Client>"


def granted(number: str = "1", **fields: str | Fields) -> Fields:
    """A ToegewezenProduct; a field given as "" is left out."""
    usual: Fields = {
        "ToewijzingNummer": number,
        "Product": {"Categorie": "41", "Code": "41A17"},
        "Toewijzingsdatum": "2026-03-30",
        "Toewijzingstijd": "12:00:00",
        "Ingangsdatum": "2026-04-01",
        "Einddatum": "2026-12-31",
        "Omvang": {"Volume": "2", "Eenheid": "16", "Frequentie": "2"},
    }
    return {k: v for k, v in (usual | fields).items() if v != ""}


def m301(*products: Fields, client: str = CLIENT, **header: str) -> str:
    return message("301", _client(client, "ToegewezenProduct", list(products)), **header)


def m305(
    number: str = "1", first: str = "2026-04-10", *, status: str = "1", client: str = CLIENT,
    **header: str,
) -> str:  # fmt: skip
    start: Fields = {
        "ToewijzingNummer": number,
        "Product": {"Categorie": "41", "Code": "41A17"},
        "ToewijzingIngangsdatum": "2026-04-01",
        "Begindatum": first,
        "StatusAanlevering": status,
    }
    return message("305", _client(client, "StartProduct", [start]), **header)


def m307(
    number: str = "1", last: str = "2026-06-30", reason: str = "31", *, first: str = "2026-04-10",
    status: str = "1", client: str = CLIENT, **header: str,
) -> str:  # fmt: skip
    stop: Fields = {
        "ToewijzingNummer": number,
        "Product": {"Categorie": "41", "Code": "41A17"},
        "ToewijzingIngangsdatum": "2026-04-01",
        "Begindatum": first,
        "RedenBeeindiging": reason,
        "Einddatum": last,
        "StatusAanlevering": status,
    }
    return message("307", _client(client, "StopProduct", [stop]), **header)


def m323(*amounts: tuple[str, str, str], client: str = CLIENT, **header: str) -> str:
    """A declaration; each amount as (number of the toewijzing, eurocents, D or C)."""
    records: list[Fields] = [
        {
            "ProductReferentie": {"ReferentieNummer": f"{header.get('id_', '1')}-{i}"},
            "ToewijzingNummer": number,
            "ProductCategorie": "41",
            "ProductCode": "41A17",
            "ProductPeriode": {"Begindatum": "2026-04-01", "Einddatum": "2026-04-30"},
            "GeleverdVolume": "8",
            "Eenheid": "16",
            "IngediendBedrag": {"Bedrag": cents, "DebetCredit": side},
        }
        for i, (number, cents, side) in enumerate(amounts)
    ]
    body = f"<m:Declaratie>{_client(client, 'Prestatie', records)}</m:Declaratie>"
    return message("323", body, **header)


def zipped(path: Path, *messages: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for i, content in enumerate(messages):
            archive.writestr(f"{i:03}.xml", content)
    return path
