"""Layouts: the right one by its headers, and every unknown column named at once."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines import contracts
from pipelines.errors import DeliveryRefused
from pipelines.ingest import layouts
from pipelines.ingest.layouts import Layout, match
from pipelines.ingest.read import TextFrame

PROMISES = contracts.load()
SCHOOLS = ("vestigingscode", "naam", "bevoegd_gezag", "gemeente", "wijkcode", "onderwijssoort",
           "samenwerkingsverband")  # fmt: skip


def frame(*rows: tuple[str | None, ...]) -> TextFrame:
    data = pl.DataFrame(
        list(rows),
        orient="row",
        schema={f"c{i}": pl.String for i in range(max(len(r) for r in rows))},
    )
    return TextFrame(data.with_row_index("rij", offset=1), "csv", "")


def test_every_layout_maps_to_columns_that_exist() -> None:
    for layout in layouts.load():
        dataset = PROMISES.dataset(layout.dataset)
        names = {c.name for c in dataset.columns}
        mapped = [*layout.columns.values(), *layout.constants]
        if layout.unpivot:
            mapped += [layout.unpivot.name_to, layout.unpivot.value_to]
        assert set(mapped) <= names, layout.id
        assert len(set(mapped)) == len(mapped), f"{layout.id} maps two headers to one column"
        required = {c.name for c in dataset.columns if c.required}
        assert required <= set(mapped), layout.id
        for column, pairs in layout.codes.items():
            codes = dataset.column(column).codes
            allowed = set(PROMISES.codes[codes]) if codes else {"J", "N"}
            assert set(pairs.values()) <= allowed, f"{layout.id}.{column}"


def test_contract_headers_need_no_layout() -> None:
    found = match(frame(SCHOOLS, ("x",) * len(SCHOOLS)), [], PROMISES)
    assert found.layout.id == "zichtlijn_scholen"
    assert found.header_row == 1
    assert found.places["gemeente"] == "c3"


def test_header_may_stand_below_a_title_and_in_any_spelling() -> None:
    empty = (None,) * len(SCHOOLS)
    titled = ("Overzicht scholen", *empty[1:])
    shouted = tuple(f"  {h.upper()} " for h in SCHOOLS)
    found = match(frame(titled, empty, shouted), [], PROMISES)
    assert found.header_row == 3


def test_all_unknown_and_missing_columns_are_named_at_once() -> None:
    headers = ("vestigingscode", "naam", "gemeente", "wijkcode", "kleur", "geur")
    with pytest.raises(DeliveryRefused) as refusal:
        match(frame(headers), [], PROMISES)
    assert refusal.value.rule == "indeling.kolommen"
    for name in ("kleur", "geur", "onderwijssoort"):
        assert name in str(refusal.value)


def test_a_row_of_data_in_place_of_headers_is_not_repeated() -> None:
    with pytest.raises(DeliveryRefused) as refusal:
        match(frame(("Jansen", "2012-01-01", "Dorpsstraat 1")), [], PROMISES)
    assert refusal.value.rule == "indeling.onbekend"
    assert "Jansen" not in str(refusal.value)


def test_double_columns_are_refused() -> None:
    with pytest.raises(DeliveryRefused, match="dubbele kolommen: naam"):
        match(frame((*SCHOOLS, "naam")), [], PROMISES)


def test_date_formats_per_column() -> None:
    layout = Layout("x", 1, None, "scholen", {}, dates={"van": "dd-mm-jjjj"})
    assert layout.date_format("van") == "%d-%m-%Y"
    assert layout.date_format("tot") == "%Y-%m-%d"
