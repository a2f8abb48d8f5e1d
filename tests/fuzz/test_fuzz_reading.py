"""Made-up tables come back as they were written; damaged and random files are read or refused.

`make test` runs a short share with the same examples each time; `make fuzz` runs `FUZZ` times as
many, other ones each time.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pipelines.errors import DeliveryRefused
from pipelines.ingest.read import TextFrame, read
from pipelines.ingest.reading import delimited, sandbox, worker
from tests.fuzz import formats

FUZZ = int(os.environ.get("FUZZ", "1"))
NAME = "Verzonnenachternaam"
MESSAGE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<j:Bericht xmlns:j="http://www.istandaarden.nl/ijw/3_2/jw305/schema"><j:Header>'
    "<j:BerichtVersie>3</j:BerichtVersie><j:BerichtSubversie>2</j:BerichtSubversie></j:Header>"
    f"<j:Client><j:Naam>{NAME}</j:Naam><j:StartProducten><j:StartProduct><j:Begindatum>2024-09-01"
    "</j:Begindatum></j:StartProduct></j:StartProducten></j:Client></j:Bericht>"
).encode()


def examples(count: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return settings(
        max_examples=count * FUZZ,
        derandomize=FUZZ == 1,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers of sound files need no child process."""

    def tables(kind: str, data: bytes, *, sample: bool) -> object:
        return sandbox._answer(worker.answer(kind, data, sample=sample))

    monkeypatch.setattr(sandbox, "tables", tables)


# There and back ---------------------------------------------------------------------------------

# Excluded: what separates cells, what no format keeps (control characters, a mark in front), and
# what a workbook takes for its own notation.
ANYTHING = st.characters(
    exclude_categories=("Cc", "Cs", "Cn", "Zs", "Zl", "Zp"),
    exclude_characters=[*delimited.DELIMITERS, "\ufeff", "_"],
)
WESTERN = st.sampled_from("abcXYZ0189'\"<>=-. ÀÉëïüÿßñ")


@st.composite
def tables(draw: st.DrawFn, letters: st.SearchStrategy[str], extra: str = "") -> list[list[str]]:
    """A header, and rows as wide as it is."""
    width = draw(st.integers(2, 5))
    cell = st.text(letters | st.sampled_from(extra) if extra else letters, max_size=12)
    rows = draw(st.lists(st.lists(cell, min_size=width, max_size=width), min_size=1, max_size=8))
    return [[f"kop{i}" for i in range(width)], *rows]


def as_read(table: list[list[str]]) -> list[tuple[str | None, ...]]:
    return trimmed([tuple(cell or None for cell in row) for row in table])


def trimmed(rows: list[tuple[str | None, ...]]) -> list[tuple[str | None, ...]]:
    """Without the empty rows at the end, which a workbook does not have."""
    while rows and not any(rows[-1]):
        rows = rows[:-1]
    return rows


def back(file: Path, content: bytes) -> list[tuple[str | None, ...]]:
    file.write_bytes(content)
    (text,) = read(file)
    return trimmed(text.frame.drop("rij").rows())


@examples(150)
@given(
    data=st.data(),
    delimiter=st.sampled_from(delimited.DELIMITERS),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "latin-1"]),
    quote_all=st.booleans(),
)
def test_csv_there_and_back(
    tmp_path: Path,
    data: st.DataObject,
    delimiter: str,
    line_end: str,
    encoding: str,
    quote_all: bool,
) -> None:
    letters = WESTERN if encoding in {"cp1252", "latin-1"} else ANYTHING
    table = data.draw(tables(letters, extra=f'{delimiter}"\n '))
    inner = [[cell.replace("\n", line_end) for cell in row] for row in table]
    text = formats.csv_text(inner, delimiter, line_end, quote_all=quote_all)
    assert back(tmp_path / "a.csv", text.encode(encoding)) == as_read(table)


@examples(40)
@given(
    table=tables(ANYTHING, extra="\n"),
    kind=st.sampled_from(["xlsx", "xls", "xlsb", "ods", "parquet"]),
)
@pytest.mark.usefixtures("in_process")
def test_workbooks_and_parquet_there_and_back(
    tmp_path: Path, table: list[list[str]], kind: str
) -> None:
    if kind == "ods":  # a paragraph per line
        table = [[cell.strip("\n") for cell in row] for row in table]
    content = getattr(formats, kind)(table)
    assert back(tmp_path / f"a.{kind}", content) == as_read(table)


@examples(20)
@given(
    table=tables(ANYTHING),
    names=st.lists(st.text(st.characters(codec="utf-8"), max_size=20), max_size=3),
)
def test_packed_csv_there_and_back(
    tmp_path: Path, table: list[list[str]], names: list[str]
) -> None:
    content = formats.csv_text(table).encode()
    assert back(tmp_path / "a.csv.gz", formats.gz(content)) == as_read(table)
    members = {f"{i}/{name}.csv": content for i, name in enumerate(names)}
    assume(members)
    file = tmp_path / "a.zip"
    file.write_bytes(formats.zipped(members))
    texts = read(file)
    assert [trimmed(t.frame.drop("rij").rows()) for t in texts] == [as_read(table)] * len(members)
    assert not [t.member for t in texts if "/" in t.member or "\\" in t.member]


# Damage -----------------------------------------------------------------------------------------


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """A few bytes changed, cut out, doubled or put in; or the end cut off."""
    content = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        length = draw(st.integers(1, 40))
        match draw(st.sampled_from(["verander", "knip", "verdubbel", "voeg", "eind"])):
            case "verander":
                content[at : at + length] = draw(st.binary(min_size=length, max_size=length))
            case "knip":
                del content[at : at + length]
            case "verdubbel":
                content[at:at] = content[at : at + length]
            case "voeg":
                content[at:at] = draw(
                    st.sampled_from([b'"', b"\n", b";", b"\r", b"\0", b"\xff", b"<", b"&x;"])
                )
            case "eind":
                del content[at:]
    return bytes(content)


def read_or_refused(file: Path, content: bytes) -> list[TextFrame]:
    """Tables that hang together, or one sentence without a value."""
    file.write_bytes(content)
    for sample in (True, False):
        texts, refusal = outcome(file, sample=sample)
        if refusal:
            assert NAME not in str(refusal)
            assert str(refusal).endswith(".")
            assert refusal.rule.startswith("bestand.")
    for text in texts:
        assert text.columns == [f"c{i}" for i in range(len(text.columns))]
        assert text.frame["rij"].to_list() == list(range(1, text.frame.height + 1))
        assert text.frame.height
        assert "" not in [cell for _, cells in text.head(50) for cell in cells]
    return texts


def outcome(file: Path, *, sample: bool) -> tuple[list[TextFrame], DeliveryRefused | None]:
    try:
        return read(file, sample=sample), None
    except DeliveryRefused as refusal:
        return [], refusal


TABLE = [["school", "naam"], ["00AA01", NAME], ["00AB02", 'a "b"; c\nd'], ["", "Zoë €"]]
SOUND_TEXT = {
    "utf8.csv": formats.csv_text(TABLE * 3).encode("utf-8-sig"),
    "cp1252.csv": formats.csv_text(TABLE * 3, "\t", "\r\n", quote_all=True).encode("cp1252"),
    "utf16.csv": formats.csv_text(TABLE * 3, ",", "\r").encode("utf-16"),
    "a.csv.gz": formats.gz(formats.csv_text(TABLE * 3).encode()),
    "a.zip": formats.zipped({f"{i}.csv": formats.csv_text(TABLE).encode() for i in range(3)}),
    "a.xml": MESSAGE,
}
SOUND_BINARY = {
    "a.xlsx": formats.xlsx(TABLE),
    "a.xls": formats.xls(TABLE),
    "a.xlsb": formats.xlsb(TABLE),
    "a.ods": formats.ods(TABLE),
    "a.parquet": formats.parquet(TABLE),
}


@pytest.mark.parametrize("name", SOUND_TEXT)
def test_damaged_text_is_read_or_refused(tmp_path: Path, name: str) -> None:
    @examples(80)
    @given(damaged(SOUND_TEXT[name]))
    def attempt(content: bytes) -> None:
        read_or_refused(tmp_path / name, content)

    attempt()


@pytest.mark.parametrize("name", SOUND_BINARY)
def test_damaged_workbooks_are_read_or_refused(tmp_path: Path, name: str) -> None:
    """Each in a child process, since some of them bring their reader down."""
    whole = SOUND_BINARY[name]
    packed = formats.unzipped(whole) if whole.startswith(b"PK") else {}

    @examples(3)
    @given(st.data())
    def attempt(data: st.DataObject) -> None:
        if not packed:
            content = data.draw(damaged(whole))
        else:  # damage behind the check sums of the zip
            part = data.draw(st.sampled_from(sorted(packed)))
            content = formats.zipped(packed | {part: data.draw(damaged(packed[part]))})
        read_or_refused(tmp_path / name, content)

    attempt()


@examples(200)
@given(
    start=st.sampled_from(
        [
            b"",
            b"a;b\n",
            b"\xef\xbb\xbf",
            b"\xff\xfe",
            b"\xfe\xff",
            b"\x1f\x8b\x08",
            b"<?xml",
            b"sep=;",
        ]
    ),
    content=st.binary(max_size=600),
)
def test_anything_is_read_or_refused(tmp_path: Path, start: bytes, content: bytes) -> None:
    read_or_refused(tmp_path / "a.csv", start + content)


@examples(200)
@given(st.lists(st.sampled_from([*'";,\t\r\n\\ab0é', '""', "\r\n", ";;"]), max_size=60))
def test_any_mixture_of_quotes_and_separators_is_read_or_refused(
    tmp_path: Path, pieces: list[str]
) -> None:
    """And no letter is lost on the way."""
    text = "".join(pieces)
    texts = read_or_refused(tmp_path / "a.csv", text.encode())
    for found in texts:
        kept = "".join(c for row in found.frame.drop("rij").rows() for c in row if c)
        assert [c for c in kept if c in "ab0é"] == [c for c in text if c in "ab0é"]
