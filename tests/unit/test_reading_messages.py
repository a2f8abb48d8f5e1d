"""iJw messages: a row per granted, started, stopped or declared product; nothing from outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.errors import ContractError, DeliveryRefused
from pipelines.ingest.read import TextFrame, read
from pipelines.ingest.reading import limits, standards

SAMPLES = "istandaarden_ijw_3_2/berichten"
SPACE = "http://www.istandaarden.nl/ijw/3_2"
NAME = "Verzonnenachternaam"

DECLARATION = f"""<?xml version="1.0" encoding="UTF-8"?>
<d:Bericht xmlns:d="{SPACE}/jw323/schema" xmlns:ijw="{SPACE}/basisschema/schema">
  <d:Header><d:BerichtCode>1</d:BerichtCode><d:BerichtVersie>3</d:BerichtVersie>
    <d:BerichtSubversie>2</d:BerichtSubversie><d:Afzender>42420001</d:Afzender></d:Header>
  <d:Declaratie><d:DeclaratieNummer>D1</d:DeclaratieNummer>
    <d:Clienten>
      <d:Client><d:Bsn>999900006</d:Bsn><d:Prestaties>
        <d:Prestatie><d:ToewijzingNummer>1</d:ToewijzingNummer>
          <d:IngediendBedrag><ijw:Bedrag>01250</ijw:Bedrag>
            <ijw:DebetCredit>D</ijw:DebetCredit></d:IngediendBedrag>
        </d:Prestatie>
        <d:Prestatie><d:ToewijzingNummer>2</d:ToewijzingNummer></d:Prestatie>
      </d:Prestaties></d:Client>
      <d:Client><d:Bsn>999990019</d:Bsn><d:Prestaties>
        <d:Prestatie><d:ToewijzingNummer>3</d:ToewijzingNummer></d:Prestatie>
      </d:Prestaties></d:Client>
    </d:Clienten>
  </d:Declaratie>
</d:Bericht>
"""


def records(text: TextFrame) -> list[dict[str, str]]:
    """Rows by column name, empty cells left out."""
    names, *rows = text.frame.drop("rij").rows()
    return [{n: c for n, c in zip(names, row, strict=True) if c is not None} for row in rows]


def refusal_of(content: str | bytes, folder: Path) -> DeliveryRefused:
    file = folder / "a.xml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(DeliveryRefused) as refusal:
        read(file)
    assert NAME not in str(refusal.value)
    return refusal.value


def test_granted_products_of_the_published_sample(real_data: Path) -> None:
    by_name = {t.sheet: records(t) for t in read(real_data / SAMPLES / "JW301.xml")}
    assert list(by_name) == ["JW301 Relatie", "JW301 Contact", "JW301 ToegewezenProduct"]
    assert [len(rows) for rows in by_name.values()] == [2, 4, 2]
    first, second = by_name["JW301 ToegewezenProduct"]
    assert first["ToegewezenProduct.ToewijzingNummer"] == "300201"
    assert second["ToegewezenProduct.Product.Code"] == "55A12"
    assert second["ToegewezenProduct.Omvang.Eenheid"] == "16"
    for row in (first, second):
        assert row["Header.Afzender"] == "0384"
        assert row["Header.BerichtIdentificatie.Dagtekening"] == "2026-04-01"
        assert row["Client.Geboortedatum.Datum"] == "2010-02-14"
        assert not [name for name in row if name.startswith(("Relatie", "Contact"))]
    assert [row.get("Relatie.Nummer") for row in by_name["JW301 Contact"]] == ["1", "2", None, None]


@pytest.mark.parametrize(
    ("code", "element", "field"),
    [("JW305", "StartProduct", "Begindatum"), ("JW307", "StopProduct", "RedenBeeindiging")],
)
def test_started_and_stopped_products(real_data: Path, code: str, element: str, field: str) -> None:
    (text,) = read(real_data / SAMPLES / f"{code}.xml")
    assert (text.sheet, text.origin) == (f"{code} {element}", "bericht")
    assert text.frame["rij"].to_list() == [1, 2, 3]
    assert all(row[f"{element}.{field}"] for row in records(text))


def test_a_declaration_has_a_row_per_performance_with_its_own_client(tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_text(DECLARATION, "utf-8")
    clients, performances = read(file)
    assert clients.frame.height == 3
    assert [(r["Client.Bsn"], r["Prestatie.ToewijzingNummer"]) for r in records(performances)] == [
        ("999900006", "1"),
        ("999900006", "2"),
        ("999990019", "3"),
    ]
    assert records(performances)[0]["Prestatie.IngediendBedrag.Bedrag"] == "01250"
    assert records(performances)[2]["Declaratie.DeclaratieNummer"] == "D1"


@pytest.mark.parametrize("code", ["302", "306", "308", "316", "317", "319", "320"])
def test_other_messages_are_refused_by_name(real_data: Path, code: str) -> None:
    with pytest.raises(DeliveryRefused, match=f"JW{code}") as refusal:
        read(real_data / SAMPLES / f"JW{code}.xml")
    assert refusal.value.rule == "bestand.bericht"


@pytest.mark.parametrize(
    ("old", "new", "rule", "said"),
    [
        ("ijw/3_2", "ijw/3_1", "bestand.berichtversie", "van iJw 3.1, maar in de kop ervan staat"),
        ("Subversie>2<", "Subversie>3<", "bestand.berichtversie", "in de kop ervan staat iJw 3.3"),
        ("ijw/3_2", "iwmo/3_2", "bestand.bericht", "een bericht van de iwmo"),
        ("jw323/schema", "jw999/schema", "bestand.bericht", "Bericht JW999 wordt niet gelezen"),
        ("jw323/schema", "jw315/schema", "bestand.bericht", "JW315 (verzoek om toewijzing)"),
        ("jw323/schema", "jw325/schema", "bestand.bericht", "JW325 (antwoord op een declaratie)"),
        ("www.istandaarden.nl", "example.org", "bestand.soort", "maar geen bericht van"),
        ("d:Bericht", "d:Bestand", "bestand.soort", "maar geen bericht van"),
        ("d:Prestatie>", "d:Iets>", "", ""),
        ("d:Client>", "d:Iets>", "", ""),
        ("</d:Bericht>", "", "bestand.afgebroken", "klopt niet op regel"),
        ("UTF-8", "UTF-7", "bestand.tekenset", "niet in UTF-8"),
    ],
)
def test_what_is_wrong_with_a_message_is_named(
    tmp_path: Path, old: str, new: str, rule: str, said: str
) -> None:
    content = DECLARATION.replace(old, new)
    if not rule:
        file = tmp_path / "a.xml"
        file.write_text(content, "utf-8")
        assert len(read(file)) == 1
        return
    refusal = refusal_of(content, tmp_path)
    assert (refusal.rule, said in str(refusal)) == (rule, True), str(refusal)


def test_a_message_without_products_is_empty(tmp_path: Path) -> None:
    content = DECLARATION.replace("d:Prestatie>", "d:Iets>").replace("d:Client>", "d:Ander>")
    assert refusal_of(content, tmp_path).rule == "bestand.leeg"


def test_entities_are_refused_before_anything_is_fetched_or_grown(tmp_path: Path) -> None:
    secret = tmp_path / "geheim.txt"
    secret.write_text(NAME, "utf-8")
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    for declared in (
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>',
    ):
        head, body = DECLARATION.split("\n", 1)
        content = f"{head}\n{declared}\n{body.replace('D1', '&e;')}"
        assert refusal_of(content, tmp_path).rule == "bestand.onveilig"
    for encoding in ("utf-16", "utf-32"):
        content_of = DECLARATION.replace("UTF-8", encoding).encode(encoding)
        assert refusal_of(content_of, tmp_path).rule in {"bestand.soort", "bestand.tekenset"}


def test_depth_length_and_number_of_elements_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = DECLARATION.replace("D1", "<x>" * 5000 + "</x>" * 5000)
    assert refusal_of(deep, tmp_path).rule == "bestand.afgebroken"
    long = DECLARATION.replace("D1", NAME * 600_000)
    assert refusal_of(long, tmp_path).rule == "bestand.afgebroken"
    many = DECLARATION.replace("D1", "<x/>" * (limits.MAX_TAGS + 1))
    assert refusal_of(many, tmp_path).rule == "bestand.te_groot"
    huge = DECLARATION.replace("D1", " " * limits.MAX_MESSAGE)
    assert refusal_of(huge, tmp_path).rule == "bestand.te_groot"
    wide = "".join(f"<x{i}>1</x{i}>" for i in range(limits.MAX_COLUMNS + 1))
    assert refusal_of(DECLARATION.replace("D1", wide), tmp_path).rule == "bestand.te_groot"


def test_markup_that_is_no_message_is_named(tmp_path: Path) -> None:
    page = "<!DOCTYPE html><html><table><tr><td>1</td></tr></table></html>"
    assert "webpagina" in str(refusal_of(page, tmp_path))
    assert refusal_of('<?xml version="1.0"?><Workbook/>', tmp_path).rule == "bestand.soort"


# Versions and envelopes ---------------------------------------------------------------------------


@pytest.mark.parametrize("minor", ["0", "1", "2"])
def test_every_version_that_has_a_file_is_read_alike(tmp_path: Path, minor: str) -> None:
    whole = read_text(tmp_path, DECLARATION)
    older = DECLARATION.replace("ijw/3_2", f"ijw/3_{minor}")
    older = older.replace("Subversie>2<", f"Subversie>{minor}<")
    mended = [
        [row | {"Header.BerichtSubversie": "2"} for row in records(t)]
        for t in read_text(tmp_path, older)
    ]
    assert mended == [records(t) for t in whole]


def read_text(folder: Path, content: str) -> list[TextFrame]:
    file = folder / "a.xml"
    file.write_text(content, "utf-8")
    return read(file)


ENVELOPES = {
    "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
    "1.2": "http://www.w3.org/2003/05/soap-envelope",
}


def enveloped(space: str, *messages: str, head: str = "") -> str:
    inside = "".join(m.partition("?>")[2] for m in messages)
    return (
        f'{head}<soap:Envelope xmlns:soap="{space}"><soap:Header/><soap:Body>'
        f'<v:verstuur xmlns:v="urn:verzonnen">{inside}</v:verstuur></soap:Body></soap:Envelope>'
    )


@pytest.mark.parametrize("space", ENVELOPES.values(), ids=ENVELOPES)
@pytest.mark.parametrize("head", ["", '<?xml version="1.0" encoding="UTF-8"?>'])
def test_a_message_in_its_envelope_is_read_as_without(
    tmp_path: Path, space: str, head: str
) -> None:
    whole = read_text(tmp_path, DECLARATION)
    inside = read_text(tmp_path, enveloped(space, DECLARATION, head=head))
    assert [records(t) for t in inside] == [records(t) for t in whole]


def test_an_envelope_with_nothing_or_more_in_it_is_named(tmp_path: Path) -> None:
    space = ENVELOPES["1.1"]
    assert "zit geen bericht" in str(refusal_of(enveloped(space), tmp_path))
    twice = enveloped(space, DECLARATION, DECLARATION)
    assert "zit meer dan een bericht" in str(refusal_of(twice, tmp_path))
    assert "maar geen bericht" in str(refusal_of(enveloped("urn:iets", DECLARATION), tmp_path))


def test_a_version_without_a_file_is_refused_by_name(tmp_path: Path) -> None:
    newer = DECLARATION.replace("ijw/3_2", "ijw/3_3").replace("Subversie>2<", "Subversie>3<")
    refusal = refusal_of(newer, tmp_path)
    assert refusal.rule == "bestand.berichtversie"
    assert "JW323 (declaratie) van iJw 3.3; gelezen worden" in str(refusal)
    assert "van iJw 3.0, 3.1 en 3.2" in str(refusal)


def test_a_file_of_a_version_that_lacks_something_is_named() -> None:
    with pytest.raises(ContractError, match=r"berichten/x\.yaml is niet te lezen"):
        standards.parse("x.yaml", "standaard: iJw\nversie: '3.4'\n")
