"""Rounding, rules, the protector and its checker on small tables."""

from __future__ import annotations

import itertools
import sys
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import ReleaseRefused
from pipelines.release.disclosure import (
    Component,
    Relation,
    build_component,
    certify,
    protect,
    protect_all,
)
from pipelines.release.disclosure.amounts import protect_amounts
from pipelines.release.disclosure.check import proof_hash
from pipelines.release.disclosure.numbers import range_of_rounded, round_counts
from pipelines.release.disclosure.problem import KEY, Witness
from pipelines.release.disclosure.rows import rows_of
from pipelines.release.disclosure.rules import (
    cost_base,
    first_hidden,
    known_ranges,
    mean,
    quantile_class,
    rate,
    round_cost,
)


def _grid(counts: list[list[int]], children: dict[tuple[int, int], int] | None = None) -> tuple:
    """Cells and atoms of schools (rows) x categories (columns), with all margins shown."""
    rows, columns = len(counts), len(counts[0])
    keys: list[tuple[str, str, str, str]] = [("totaal", "", "", "")]
    keys += [("vestiging", f"s{i}", "", "") for i in range(rows)]
    keys += [("totaal", "", "rol", f"c{j}") for j in range(columns)]
    keys += [("vestiging", f"s{i}", "rol", f"c{j}") for i, j in np.ndindex(rows, columns)]
    table = np.array(counts)
    values = [int(table.sum()), *table.sum(1).tolist(), *table.sum(0).tolist(), *table.ravel()]
    pupils = list(values)
    for (i, j), few in (children or {}).items():
        pupils[1 + rows + columns + i * columns + j] = few
    cells = pl.DataFrame(
        [
            (n, "2024/2025", *key, int(values[n]), int(pupils[n]), rows)
            for n, key in enumerate(keys)
        ],
        schema=["cel", *KEY, "aantal", "kinderen", "scholen"],
        orient="row",
    )
    atoms = pl.DataFrame(
        [
            (int(table[i, j]), [0, 1 + i, 1 + rows + j, 1 + rows + columns + i * columns + j])
            for i, j in np.ndindex(rows, columns)
            if table[i, j]
        ],
        schema={"aantal": pl.Int64, "cellen": pl.List(pl.Int64)},
        orient="row",
    )
    return cells, atoms


def _component(counts: list[list[int]], **rules: object) -> Component:
    cells, atoms = _grid(counts)
    return build_component("rooster", cells, atoms, **{"threshold": 5, **rules})  # type: ignore[arg-type]


TABLE = [[3, 12, 0], [21, 2, 8], [14, 9, 30]]


def test_counts_are_rounded_to_the_nearest_five() -> None:
    counts = np.arange(13)
    assert round_counts(counts, 5).tolist() == [0, 0, 0, 5, 5, 5, 5, 5, 10, 10, 10, 10, 10]
    assert round_counts(np.array([4, 5, 14, 15]), 10).tolist() == [0, 10, 10, 20]
    assert round_counts(counts, 1).tolist() == counts.tolist()


@given(st.integers(5, 500), st.sampled_from([5, 10]))
def test_a_shown_number_stands_for_a_range_that_holds_the_truth(count: int, threshold: int) -> None:
    if count < threshold:
        return
    published = round_counts(np.array([count]), 5)
    low, high = range_of_rounded(published, np.array([threshold]), 5)
    assert low[0] <= count <= high[0]
    assert published[0] >= threshold
    inside = np.arange(low[0], high[0] + 1)
    assert (round_counts(inside, 5) == published[0]).all()


def test_small_cells_are_hidden_zeros_are_shown_others_rounded() -> None:
    protection = protect(_component(TABLE))
    assert protection.verdict.safe
    shown = {
        tuple(row[2:6]): row[-1]
        for row in protection.cells.select(
            "cel", "schooljaar", "niveau", "gebied", "uitsplitsing", "categorie", "gepubliceerd"
        ).iter_rows()
    }
    assert shown[("vestiging", "s0", "rol", "c0")] is None
    assert shown[("vestiging", "s1", "rol", "c1")] is None
    assert shown[("vestiging", "s0", "rol", "c2")] == 0
    assert shown[("vestiging", "s2", "rol", "c2")] == 30
    assert shown[("totaal", "", "", "")] == 100


def test_cases_of_few_children_are_hidden_and_proved() -> None:
    cells, atoms = _grid([[8, 20], [30, 25]], children={(0, 0): 2})
    protection = protect(build_component("zaken", cells, atoms, threshold=5))
    assert protection.verdict.safe
    place = protection.cells.filter((pl.col("gebied") == "s0") & (pl.col("categorie") == "c0")).row(
        0, named=True
    )
    assert place["status"] == "afgeschermd"
    assert place["reden"] == "eerst"


def test_an_area_total_over_two_schools_is_hidden() -> None:
    cells, atoms = _grid([[30, 20], [30, 25]])
    cells = cells.with_columns(
        niveau=pl.when(pl.col("niveau") == "totaal")
        .then(pl.lit("gemeente"))
        .otherwise(pl.col("niveau"))
    )
    protection = protect(build_component("gebied", cells, atoms, threshold=5))
    hidden = protection.cells.filter(pl.col("status") == "afgeschermd")
    assert hidden["niveau"].unique().to_list() == ["gemeente"]


def _ratio(teller: list[int], noemer: list[int], **rules: object) -> Component:
    """A ratio per school, with the total."""
    cells, atoms, n = [], [], len(teller)
    for part, counts in (("noemer", noemer), ("teller", teller)):
        cells += [(part, "totaal", "", sum(counts))]
        cells += [(part, "vestiging", f"s{i}", count) for i, count in enumerate(counts)]
    frame = pl.DataFrame(
        [(k, "2024/2025", lv, ar, "", "", p, v, v, n) for k, (p, lv, ar, v) in enumerate(cells)],
        schema=["cel", *KEY, "deel", "aantal", "kinderen", "scholen"],
        orient="row",
    )
    for i, (t, m) in enumerate(zip(teller, noemer, strict=True)):
        atoms += [(t, [0, 1 + i, n + 1, n + 2 + i])] if t else []
        atoms += [(m - t, [0, 1 + i])] if m > t else []
    atom_frame = pl.DataFrame(
        atoms, schema={"aantal": pl.Int64, "cellen": pl.List(pl.Int64)}, orient="row"
    )
    return build_component("aandeel", frame, atom_frame, **{"threshold": 5, **rules})  # type: ignore[arg-type]


def _status(component: Component, part: str, area: str) -> str:
    protection = protect(component)
    assert protection.verdict.safe
    row = protection.cells.filter((pl.col("deel") == part) & (pl.col("gebied") == area))
    return str(row["status"].item())


def test_a_small_complement_hides_the_numerator() -> None:
    tellers, noemers = [38, 20, 15], [40, 40, 45]
    assert _status(_ratio(tellers, noemers, complement=True), "teller", "s0") == "afgeschermd"
    assert _status(_ratio(tellers, noemers, complement=True), "noemer", "s0") == "zichtbaar"
    assert _status(_ratio(tellers, noemers), "teller", "s0") == "zichtbaar"


def test_a_group_that_shares_an_outcome_is_hidden_when_declared() -> None:
    tellers, noemers = [40, 20, 15], [40, 40, 45]
    alone = _ratio(tellers, noemers, complement=True)
    assert _status(alone, "teller", "s0") == "zichtbaar"
    shared = _ratio(tellers, noemers, complement=True, all_share=True)
    assert _status(shared, "teller", "s0") == "afgeschermd"


def test_the_remainder_of_a_known_figure_is_protected() -> None:
    cells, atoms = _grid([[20, 18], [30, 25], [40, 41]])
    known = pl.DataFrame(
        [("2024/2025", "vestiging", "s0", "", "", 40)], schema=[*KEY, "aantal"], orient="row"
    )
    protection = protect(build_component("bereik", cells, atoms, threshold=5, known=known))
    assert protection.verdict.safe
    school = protection.cells.filter((pl.col("gebied") == "s0") & (pl.col("categorie") == ""))
    assert school["status"].item() == "afgeschermd"


def test_zeros_are_hidden_where_presence_is_sensitive() -> None:
    cells, atoms = _grid([[9, 12, 7], [21, 12, 8], [14, 9, 30]])
    component = build_component("nul", cells, atoms, threshold=5, hide_zeros=True)
    assert protect(component).verdict.safe
    assert not protect(component).cells["status"].eq("afgeschermd").any()


def test_a_relation_known_from_elsewhere_binds_the_proof() -> None:
    """Two hidden cells of which the sum is published exactly elsewhere."""
    cells, atoms = _grid([[3, 30], [4, 25], [30, 41]])
    free = build_component("vrij", cells, atoms, threshold=5)
    assert protect(free).verdict.safe
    both = free.cells.filter(pl.col("aantal").is_in([3, 4]))["cel"].to_list()
    bound = replace(
        free, relations=(Relation("elders", tuple((c, 1) for c in both), low=7, high=7),)
    )
    protection = protect(bound)
    assert protection.verdict.reasons == ("een verborgen aantal is te nauw te begrenzen",)
    rows = rows_of(bound)
    for witness in protection.witnesses:
        change = np.zeros(bound.counts.size + 50, np.int64)
        change[witness.atoms] = witness.changes
        assert (rows.value + rows.matrix @ change[: bound.counts.size])[-1] == 7


def test_what_cannot_be_proved_is_refused_by_name() -> None:
    """A single hidden cell of which everything about it is known elsewhere."""
    cells, atoms = _grid([[3, 30], [8, 25], [30, 41]])
    component = build_component("tabel_x", cells, atoms, threshold=5)
    small = component.cells.filter(pl.col("aantal") == 3)["cel"].item()
    exact = replace(component, relations=(Relation("elders", ((small, 1),), low=3, high=3),))
    with pytest.raises(ReleaseRefused, match="tabel_x"):
        protect_all([component, exact])


def test_a_corrupted_witness_is_refused() -> None:
    component = _component(TABLE)
    protection = protect(component)
    for index, witness in enumerate(protection.witnesses):
        for changes in (witness.changes + 40, -witness.changes * 30):
            broken = list(protection.witnesses)
            broken[index] = Witness(witness.atoms, changes)
            forged = replace(
                protection,
                witnesses=tuple(broken),
                proof_hash=proof_hash(broken, protection.proof),
            )
            assert not certify(component, forged).safe
        loose = replace(protection, witnesses=protection.witnesses[:index])
        assert not certify(component, loose).safe


def test_a_cell_shown_again_is_refused() -> None:
    component = _component(TABLE)
    protection = protect(component)
    for cell in np.flatnonzero(~protection.visible).tolist():
        visible = protection.visible.copy()
        visible[cell] = True
        assert not certify(component, replace(protection, visible=visible)).safe
        unmasked = protection.cells.with_columns(
            status=pl.when(pl.col("cel") == cell)
            .then(pl.lit("zichtbaar"))
            .otherwise(pl.col("status"))
        )
        assert not certify(component, replace(protection, cells=unmasked)).safe


def test_a_number_that_is_not_the_rounded_one_is_refused() -> None:
    component = _component(TABLE)
    protection = protect(component)
    published = protection.published + 5 * protection.visible
    assert not certify(component, replace(protection, published=published)).safe


def test_the_same_input_gives_the_same_release_to_the_byte() -> None:
    once, again = (protect(_component(TABLE)) for _ in range(2))
    assert once.proof_hash == again.proof_hash
    assert once.cells.write_csv() == again.cells.write_csv()
    side_by_side = protect_all([_component(TABLE)] * 2, processes=1)
    assert {p.proof_hash for p in side_by_side} == {once.proof_hash}


def test_processes_do_not_change_the_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    components = [_component(TABLE), _component([[4, 9], [6, 30]])]
    alone = protect_all(components)
    monkeypatch.setattr(sys.modules[protect_all.__module__], "WORTH_A_PROCESS", 0)
    together = protect_all(components, processes=2)
    assert [p.proof_hash for p in alone] == [p.proof_hash for p in together]


def test_an_area_of_few_schools_is_the_sum_of_those_with_units_in_it() -> None:
    """A wijk of two schools; one school counts elsewhere too, and is not the sum of this wijk."""
    rows = [
        ("wijk", "W1", 9, 2), ("wijk", "W2", 4, 2), ("vestiging", "S1", 4, 1),
        ("vestiging", "S2", 5, 1), ("vestiging", "S3", 6, 1),
    ]  # fmt: skip
    cells = pl.DataFrame(
        [
            {
                "cel": i, "schooljaar": "", "niveau": level, "gebied": area, "uitsplitsing": "",
                "categorie": "", "deel": "", "aantal": n, "kinderen": n, "scholen": schools,
            }
            for i, (level, area, n, schools) in enumerate(rows)
        ]
    )  # fmt: skip
    units = [(4, [0, 2]), (5, [0, 3]), (4, [1, 4]), (2, [4])]
    atoms = pl.DataFrame({"aantal": [n for n, _ in units], "cellen": [c for _, c in units]})
    assert build_component("proef", cells, atoms, threshold=5).sum_of_schools == {0: (2, 3)}


def _possible_tables(component: Component, visible: np.ndarray, most: int) -> np.ndarray:
    """Every table (rows' values) that agrees with what is shown, by enumeration."""
    rows = rows_of(component)
    low, high = known_ranges(component, rows, visible)
    n = component.counts.size
    tables = np.array(list(itertools.product(range(most + 1), repeat=n)), np.int64)
    sums = tables @ rows.matrix.toarray().T + rows.constant
    return sums[((sums >= low) & (sums <= high)).all(axis=1)]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 7), min_size=2, max_size=2), min_size=2, max_size=2).filter(
        lambda table: sum(map(sum, table)) > 0
    )
)
def test_enumeration_agrees_with_the_checker(counts: list[list[int]]) -> None:
    component = _component(counts)
    protection = protect(component)
    possible = _possible_tables(component, protection.visible, 20)
    values = component.values
    sensitive = np.flatnonzero((values > 0) & (values < 5))
    enumerated = all(
        possible[:, cell].min() == 0 and possible[:, cell].max() >= 5 for cell in sensitive
    )
    if protection.verdict.safe:
        assert enumerated
    assert (possible == rows_of(component).value).all(axis=1).any(), "the truth is possible"


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=3, max_size=5).filter(
        lambda table: sum(map(sum, table)) > 0
    ),
    st.sampled_from([5, 10]),
)
def test_every_small_table_can_be_protected(counts: list[list[int]], threshold: int) -> None:
    protection = protect(_component(counts, threshold=threshold))
    assert protection.verdict.safe
    hidden = ~protection.visible
    values = _component(counts).values
    assert hidden[(values > 0) & (values < threshold)].all()


# Rules ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(5, 20, 25.0), (10, 415, 2.0), (5, 15, None), (None, 40, None), (5, None, None), (1, 40, 3.0)],
)
def test_a_rate_is_whole_and_needs_twenty(
    numerator: int | None, denominator: int | None, expected: float | None
) -> None:
    assert rate(numerator, denominator, 20) == expected


def test_a_rate_per_thousand_needs_a_hundred() -> None:
    assert rate(10, 400, 100, per=1000) == 25.0
    assert rate(10, 95, 100, per=1000) is None


def test_means_and_quantiles_need_enough_children() -> None:
    assert mean(300.0, 20) == 15.0
    assert mean(300.0, 9) is None
    assert mean(None, 20) is None
    assert quantile_class(17.4, 10, 7) == 17.0  # 14 to 20
    assert quantile_class(21.0, 10, 7) == 24.0  # 21 to 27
    assert quantile_class(17.5, 19, 7, minimum=20) is None
    with pytest.raises(ValueError, match="width"):
        quantile_class(17.5, 19, 0)


@pytest.mark.parametrize(
    ("per_child", "shown"),
    [
        ([1_000.0] * 20, True),
        ([1_000.0] * 9, False),
        ([16_000.0, 14_000.0, *[1_000.0] * 10], True),  # the largest two are exactly 75%
        ([17_000.0, 14_000.0, *[1_000.0] * 10], False),
    ],
)
def test_an_amount_is_shown_where_no_child_shows_in_it(
    per_child: list[float], *, shown: bool
) -> None:
    ordered = sorted(per_child, reverse=True)
    cell = {
        "cel": [0], "aantal": [sum(per_child)], "kinderen": [len(per_child)],
        "grootste": [ordered[0]], "tweede": [ordered[1]],
    }  # fmt: skip
    atoms = pl.DataFrame({"aantal": per_child, "cellen": [[0]] * len(per_child)})
    found = protect_amounts("kosten", pl.DataFrame(cell), atoms)
    assert found.cells["zichtbaar"].to_list() == [shown]


@pytest.mark.parametrize(
    ("value", "base"), [(0, 1_000), (12_345, 1_000), (499_999, 10_000), (-30_000_000, 1_000_000)]
)
def test_the_step_of_an_amount_is_about_two_per_cent_of_it(value: float, base: int) -> None:
    assert cost_base(value) == base


def test_one_to_four_units_or_children_are_hidden_and_zero_is_not() -> None:
    cells, atoms = _grid([[0, 1, 4], [5, 9, 20]], {(1, 1): 4})
    component = build_component("klein", cells, atoms, threshold=5)
    hidden = first_hidden(component, rows_of(component))
    assert hidden[-6:].tolist() == [False, True, True, False, True, False]


def test_costs_are_rounded_to_about_two_per_cent() -> None:
    assert round_cost(12_345) == 12_000
    assert round_cost(499) == 0
    assert round_cost(1_234_567) == 1_230_000
    assert round_cost(0) == 0


def test_cells_that_are_not_the_sum_of_their_atoms_are_refused() -> None:
    cells, atoms = _grid(TABLE)
    with pytest.raises(ValueError, match="sum of their atoms"):
        build_component("fout", cells.with_columns(pl.col("aantal") + 1), atoms, threshold=5)
    with pytest.raises(ValueError, match="multiple"):
        build_component("fout", cells, atoms, threshold=7)
