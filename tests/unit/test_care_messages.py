"""iJw messages joined: one row per toewijzing, nothing lost, nothing counted twice."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines import contracts
from pipelines.errors import DeliveryRefused
from pipelines.ingest import care_messages, layout_files, read
from pipelines.ingest.read import TextFrame
from tests.ijw import CLIENT, OTHER, granted, m301, m305, m307, m323, zipped

KNOWN = layout_files.load()
LAYOUT = next(la for la in KNOWN if la.id == care_messages.LAYOUT)
NAME = "Verzonnenachternaam"


def table(texts: list[TextFrame]) -> list[dict[str, str]]:
    """Rows by column name, empty cells left out."""
    names, *rows = texts[0].frame.drop("rij").rows()
    return [{n: c for n, c in zip(names, row, strict=True) if c is not None} for row in rows]


@pytest.fixture
def join(tmp_path: Path) -> Callable[..., list[dict[str, str]]]:
    def joined(*messages: str) -> list[dict[str, str]]:
        texts = read.read(zipped(tmp_path / "berichten.zip", *messages))
        return table(care_messages.joined(texts, KNOWN))

    return joined


Join = Callable[..., list[dict[str, str]]]


# Which messages make a row -----------------------------------------------------------------------


def test_a_toewijzing_with_its_start_stop_and_declarations_is_one_row(join: Join) -> None:
    (row,) = join(
        m323(("1", "4570", "D"), ("1", "4570", "D"), id_="8", made="2026-05-01"),
        m323(("1", "4570", "C"), id_="9", made="2026-06-01"),
        m307(),
        m305(),
        m301(granted(Budget="100000")),
    )
    assert row == {
        "Client.Pseudoniem": CLIENT,
        "ToewijzingNummer": "1",
        "Gemeente": "9901",
        "Product.Categorie": "41",
        "Product.Code": "41A17",
        "Product": "41",
        "Ingangsdatum": "2026-04-01",
        "Einddatum": "2026-06-30",
        "Levering.Begindatum": "2026-04-10",
        "RedenBeeindiging": "31",
        "Omvang.Volume": "2",
        "Omvang.Eenheid": "16",
        "Omvang.Frequentie": "2",
        "Budget": "1000.00",
        "GedeclareerdBedrag": "45.70",
        "Berichten": "JW301|JW305|JW307|JW323",
    }


def test_a_message_whose_values_stand_on_lines_of_their_own_is_the_same_message(join: Join) -> None:
    def indented(message: str) -> str:
        return re.sub(r">([^<>\s]+)</", r">\n   \1\n  </", message)

    messages = m301(granted(Budget="100000")), m305(), m307(), m323(("1", "4570", "D"))
    assert indented(m305()) != m305()
    assert join(*map(indented, messages)) == join(*messages)


def test_the_latest_toewijzing_per_number_counts(join: Join) -> None:
    first = m301(granted(Toewijzingsdatum="2026-03-30", Einddatum="2026-12-31"), id_="1")
    later = m301(granted(Toewijzingsdatum="2026-05-01", Einddatum="2026-05-31"), id_="2")
    late = m301(
        granted(Toewijzingsdatum="2026-05-01", Toewijzingstijd="12:00:01", Einddatum=""), id_="3"
    )
    for order in ((first, later, late), (late, first, later), (later, late, first)):
        (row,) = join(*order)
        assert "Einddatum" not in row
    (row,) = join(later, first)
    assert row["Einddatum"] == "2026-05-31"


def test_a_removed_toewijzing_stays_a_row_for_the_check_to_name(join: Join) -> None:
    removed = granted(Toewijzingsdatum="2026-05-01", Einddatum="2026-04-01", RedenWijziging="13")
    (row,) = join(m301(granted()), m301(removed, id_="2"))
    assert row["RedenWijziging"] == "13"


@pytest.mark.parametrize("alone", [m305(), m307(), m323(("1", "100", "D"))])
def test_a_message_without_its_toewijzing_is_a_row_of_its_own(join: Join, alone: str) -> None:
    rows = join(m301(granted("2")), alone)
    assert [r["ToewijzingNummer"] for r in rows] == ["2", "1"]
    assert rows[1]["Berichten"] in {"JW305", "JW307", "JW323"}
    assert rows[1]["Gemeente"] == "9901"  # whom it was sent to
    rows = join(m301(granted("1"), client=OTHER), alone)
    assert [r["Client.Pseudoniem"] for r in rows] == [OTHER, CLIENT]


def test_a_file_that_grants_nothing_is_refused_by_name_and_number(tmp_path: Path) -> None:
    texts = read.read(zipped(tmp_path / "a.zip", m305(), m323(("1", "1", "D"), ("1", "2", "D"))))
    with pytest.raises(DeliveryRefused, match=r"1 x JW305 StartProduct, 2 x JW323") as refusal:
        care_messages.taken_in(texts, KNOWN)
    assert refusal.value.rule == "bestand.bericht"


def test_a_number_of_two_municipalities_goes_with_the_parties(join: Join) -> None:
    here, there = m301(granted()), m301(granted(), town="9902")
    rows = join(here, there, m305(town="9902", first="2026-05-05"))
    assert [(r["Gemeente"], r.get("Levering.Begindatum")) for r in rows] == [
        ("9901", None),
        ("9902", "2026-05-05"),
    ]
    assert len(join(here, there, m305(town="9903"))) == 3


def test_rows_without_a_number_are_never_one(join: Join) -> None:
    nameless = granted(ToewijzingNummer="")
    rows = join(m301(nameless, nameless), m305(number=""), m305(number="", first="2026-05-01"))
    assert [r["Berichten"] for r in rows] == ["JW301", "JW301", "JW305", "JW305"]


def test_a_message_that_was_sent_twice_counts_once(join: Join) -> None:
    declared = m323(("1", "100", "D"), ("1", "100", "D"))
    (row,) = join(m301(granted()), declared, declared.replace("><", ">\n<"), m301(granted()))
    assert row["GedeclareerdBedrag"] == "2.00"


NUMBERS = st.sampled_from(["1", "2", "3"])
CLIENTS = st.sampled_from([CLIENT, OTHER])
DAYS = st.sampled_from(["2026-04-02", "2026-05-03", "2026-06-04"])
STATUS = st.sampled_from(["1", "2", "3", "9"])
ANY_MESSAGE = st.one_of(
    st.builds(lambda n, c, d: {"code": "301", "n": n, "c": c, "d": d}, NUMBERS, CLIENTS, DAYS),
    st.builds(
        lambda n, c, d, s: {"code": "305", "n": n, "c": c, "d": d, "s": s},
        NUMBERS, CLIENTS, DAYS, STATUS,
    ),
    st.builds(
        lambda n, c, d, s, r: {"code": "307", "n": n, "c": c, "d": d, "s": s, "r": r},
        NUMBERS, CLIENTS, DAYS, STATUS, st.sampled_from(["20", "31"]),
    ),
    st.builds(
        lambda n, c, a, s: {"code": "323", "n": n, "c": c, "a": a, "s": s},
        NUMBERS, CLIENTS, st.integers(0, 10**6), st.sampled_from("DC"),
    ),
)  # fmt: skip


def made(told: dict[str, str], place: int) -> str:
    header = {"id_": str(place), "client": told["c"]}
    match told["code"]:
        case "301":
            return m301(granted(told["n"], Toewijzingsdatum=told["d"]), **header)
        case "305":
            return m305(told["n"], told["d"], status=told["s"], **header)
        case "307":
            return m307(told["n"], told["d"], told["r"], status=told["s"], **header)
        case _:
            return m323((told["n"], str(told["a"]), told["s"]), **header)


@given(st.lists(ANY_MESSAGE, min_size=1, max_size=12), st.randoms(use_true_random=False))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_nothing_is_lost_counted_twice_or_dependent_on_order(
    tmp_path: Path, told: list[dict[str, str]], chance: random.Random
) -> None:
    messages = [made({"c": CLIENT, "n": "1", "d": "2026-04-02", "code": "301"}, 99)]
    messages += [made(t, i) for i, t in enumerate(told)]
    texts = read.read(zipped(tmp_path / "a.zip", *messages))
    rows = table(care_messages.joined(texts, KNOWN))
    keys = [(r["Client.Pseudoniem"], r["ToewijzingNummer"]) for r in rows]
    assert set(keys) == {(t["c"], t["n"]) for t in told} | {(CLIENT, "1")}
    assert len(keys) == len(set(keys))
    declared = sum(int(t["a"]) * (1 if t["s"] == "D" else -1) for t in told if t["code"] == "323")
    assert declared == sum(round(float(r.get("GedeclareerdBedrag", "0")) * 100) for r in rows)
    chance.shuffle(messages)
    again = read.read(zipped(tmp_path / "a.zip", *messages))
    assert care_messages.joined(again, KNOWN)[0].frame.equals(
        care_messages.joined(texts, KNOWN)[0].frame
    )


# Start and stop ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("messages", "end", "reason", "start"),
    [
        ([m305()], "2026-12-31", None, "2026-04-10"),
        ([m305(), m307(reason="20")], "2026-12-31", "20", "2026-04-10"),  # a pause
        (
            [m305(), m307(reason="20"), m307(last="2026-07-31", reason="32", id_="2")],
            "2026-07-31",
            "32",
            "2026-04-10",
        ),
        ([m305(), m307(reason="20"), m305(first="2026-08-20")], "2026-12-31", None, "2026-04-10"),
        ([m305(), m307(reason="31"), m305(first="2026-08-20")], "2026-12-31", None, "2026-04-10"),
        ([m305(), m307(last="2027-01-31")], "2026-12-31", "31", "2026-04-10"),
        ([m305(), m305(status="3", made="2026-04-02")], "2026-12-31", None, None),
        (
            [
                m305(first="2026-04-10"),
                m305(first="2026-04-10", status="3", made="2026-04-02"),
                m305(first="2026-04-12", made="2026-04-02", id_="2"),
            ],
            "2026-12-31",
            None,
            "2026-04-12",
        ),
        ([m305(), m307(), m307(status="3", made="2026-07-02")], "2026-12-31", None, "2026-04-10"),
        ([m305(), m307(), m307(last="2026-05-31", status="2", made="2026-07-02")],
         "2026-05-31", "31", "2026-04-10"),
    ],
)  # fmt: skip
def test_a_stop_ends_a_toewijzing_and_a_pause_does_not(
    join: Join, messages: list[str], end: str, reason: str | None, start: str | None
) -> None:
    (row,) = join(m301(granted()), *messages)
    assert row["Einddatum"] == end
    assert row.get("RedenBeeindiging") == reason
    assert row.get("Levering.Begindatum") == start


def test_a_stop_ends_a_toewijzing_without_an_end(join: Join) -> None:
    (row,) = join(m301(granted(Einddatum="")), m307())
    assert row["Einddatum"] == "2026-06-30"
    (row,) = join(m301(granted(Einddatum="")), m307(reason="20"))
    assert "Einddatum" not in row


@pytest.mark.parametrize("wrong", ["2026-02-30", "30-06-2026", "2026-06-30Z", "morgen"])
def test_what_is_no_date_goes_on_for_the_check_to_name(join: Join, wrong: str) -> None:
    (row,) = join(m301(granted(Einddatum=wrong)), m305(), m307())
    assert row["Einddatum"] == wrong
    (row,) = join(m301(granted()), m305(first=wrong), m305())
    assert row["Levering.Begindatum"] == wrong
    for reason in ("20", "31"):
        (row,) = join(m301(granted()), m307(last=wrong, reason=reason), m307(first="2026-04-11"))
        assert row["Einddatum"] == wrong
    (row,) = join(m301(granted()), m305(first=""), m307(last=""))
    assert row["Einddatum"] == row["Levering.Begindatum"] == care_messages.MISSING


# Amounts and products ----------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 10**9), st.sampled_from("DC")), max_size=20))
def test_declared_is_debit_less_credit_to_the_cent(amounts: list[tuple[int, str]]) -> None:
    field = "Prestatie.IngediendBedrag"
    told = care_messages._declared(
        [
            {f"{field}.Bedrag": f"{cents:04}", f"{field}.DebetCredit": side}
            for cents, side in amounts
        ]
    )
    assert (told == "") is (not amounts)
    if amounts:
        total = sum(cents if side == "D" else -cents for cents, side in amounts)
        assert round(float(told) * 100) == total
        assert len(told.rpartition(".")[2]) == 2


@pytest.mark.parametrize("amount", [("12,50", "D"), ("12.50", "D"), ("-5", "C"), ("5", "")])
def test_an_amount_that_is_none_is_no_number(join: Join, amount: tuple[str, str]) -> None:
    (row,) = join(m301(granted(Budget="1.5")), m323(("1", *amount), ("1", "100", "D")))
    for cell in (row["GedeclareerdBedrag"], row["Budget"]):
        with pytest.raises(ValueError, match="could not convert"):
            float(cell)


def test_a_volume_of_euros_is_told_in_eurocents(join: Join) -> None:
    euros = granted(Omvang={"Volume": "20000", "Eenheid": "83", "Frequentie": "4"})
    (row,) = join(m301(euros))
    assert row["Omvang.Volume"] == "200.00"


def test_a_product_may_be_missing_or_of_the_municipality_itself(join: Join) -> None:
    rows = join(
        m301(
            granted("1", Product="", Omvang="", Budget="5"),
            granted("2", Product={"Categorie": "45"}),
            granted("3", Product={"Categorie": "45", "Code": "45B12"}),
            granted("4", Product={"Categorie": "45", "Code": "45X99"}),
        )
    )
    told = [r["Product"] for r in rows]
    assert told == [care_messages.NO_PRODUCT, "45", "45B12", "45"]
    helps = [LAYOUT.codes["hulpvorm"][t] for t in told]
    assert helps == ["overig", "overig", "begeleiding_groep", "overig"]
    assert "Product.Categorie" not in rows[0]


def test_every_category_and_only_listed_products_have_a_kind_of_help(real_data: Path) -> None:
    kinds = LAYOUT.codes["hulpvorm"]
    assert set(contracts.load().codes["ijw_productcategorie"]) <= set(kinds)
    file = real_data / "istandaarden_ijw_3_2/codelijsten/jeugdwet_jz21_productcodes.json"
    names = {p["productcode"]: p["omschrijving"] for p in json.loads(file.read_text())["products"]}
    products = {k: v for k, v in kinds.items() if len(k) == 5}
    assert set(products) <= set(names)
    for code, kind in products.items():
        assert kind.split("_")[0][:4] in names[code].lower() or kind in {
            "gezinsbehandeling",
            "pleegzorg",
        }, code


# The door ----------------------------------------------------------------------------------------


def test_numbers_names_and_remarks_are_refused_in_any_part(tmp_path: Path) -> None:
    whole = m301(granted())
    for said, told in (
        (m301(granted(), client="999900006"), "burgerservicenummer in kolom Client.Bsn"),
        (whole.replace("</m:Bsn>", f"</m:Bsn><m:Naam><m:Achternaam>{NAME}</m:Achternaam></m:Naam>"),
         "naam in kolom Client.Naam.Achternaam"),
        (whole.replace("</m:Bsn>", "</m:Bsn><m:Geboortedatum><m:Datum>2012-03-04</m:Datum>"
                       "</m:Geboortedatum>"), "geboortedatum"),
        (m301(granted(Commentaar="Moeder belt morgen weer terug")), "vrije tekst"),
    ):  # fmt: skip
        texts = read.read(zipped(tmp_path / "a.zip", m305(), said))
        with pytest.raises(DeliveryRefused, match=told) as refusal:
            care_messages.taken_in(texts, KNOWN)
        assert refusal.value.rule == "identiteit.herleidbaar"
        assert NAME not in str(refusal.value)
        assert "999900006" not in str(refusal.value)


def test_one_number_among_pseudonyms_keeps_the_name_of_the_column(join: Join) -> None:
    rows = join(m301(granted("1")), m301(granted("2"), client="9999.00.006"))
    assert all("Client.Bsn" in row for row in rows)


def test_a_file_is_the_same_delivery_whatever_the_order_of_its_messages(tmp_path: Path) -> None:
    one, two = m301(granted()), m305()
    first = care_messages.joined(read.read(zipped(tmp_path / "a.zip", one, two)), KNOWN)
    second = care_messages.joined(read.read(zipped(tmp_path / "b.zip", two, one)), KNOWN)
    other = care_messages.joined(read.read(zipped(tmp_path / "c.zip", one)), KNOWN)
    assert first[0].digest == second[0].digest != other[0].digest
    assert first[0].frame.equals(second[0].frame)


def test_other_tables_in_the_file_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a;b\n1;2\n", "utf-8")
    texts = read.read(path)
    assert care_messages.joined(texts, KNOWN) == texts
