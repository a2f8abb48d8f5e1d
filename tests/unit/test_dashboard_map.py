"""The map: which boundary files are read, how values are classed, what a reader is told."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dashboard.charts import areas
from dashboard.release import boundaries, released
from dashboard.release.boundaries import BoundariesRefused
from dashboard.release.released import Metric
from pipelines.demo import boundaries as demo
from pipelines.demo.places import MUNICIPALITIES, WIJKEN
from tests import drawings, pages
from tests.browser.fixture_release import build, edited


def _square(x: float, y: float, side: float = 0.1) -> list[list[float]]:
    return [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]


def _file(folder: Path, *features: tuple[Mapping[str, object], list[list[float]]]) -> Path:
    path = folder / boundaries.FILE
    told = [
        {"type": "Feature", "properties": dict(properties),
         "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for properties, ring in features
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": told}), "utf-8")
    return path


def test_demo_boundaries_cover_each_made_up_place(tmp_path: Path) -> None:
    path = demo.write(tmp_path)
    wijken = boundaries.of(path, "wijk", [wijk.code for wijk in WIJKEN])
    towns = boundaries.of(path, "gemeente", list(MUNICIPALITIES))
    assert wijken is not None
    assert towns is not None
    assert len(wijken) == len(WIJKEN)
    assert set(towns) == set(MUNICIPALITIES)


@pytest.mark.parametrize("name", ["statcode", "wijkcode", "WK_CODE"])
@pytest.mark.parametrize("scale", ["graden", "meters"])
def test_names_of_cbs_and_both_grids(name: str, scale: str, tmp_path: Path) -> None:
    x, y, side = (6.4, 52.7, 0.1) if scale == "graden" else (229_000.0, 525_000.0, 7_000.0)
    path = _file(
        tmp_path,
        ({name: "WK011801"}, _square(x, y, side)),
        ({name: "WK011802", "water": "JA"}, _square(x + side, y, side)),
        ({name: "WK059901"}, _square(x + side, y, side)),
    )
    found = boundaries.of(path, "wijk", ["WK011801", "WK011802"])
    assert found is not None
    assert set(found) == {"WK011801"}, "not in the release, or water: not drawn"
    across = max(p[0] for p in found["WK011801"].rings[0])
    up = max(p[1] for p in found["WK011801"].rings[0])
    assert across / up == pytest.approx(1.0 if scale == "meters" else 0.605, abs=0.01)


def test_town_is_put_together_of_its_wijken_only_where_it_has_no_area_itself(
    tmp_path: Path,
) -> None:
    parts = [
        ({"gemeentecode": "GM0118", "wijkcode": "WK011801"}, _square(6.4, 52.7)),
        ({"gemeentecode": "GM0118", "wijkcode": "WK011802"}, _square(6.5, 52.7)),
    ]
    found = boundaries.of(_file(tmp_path, *parts), "gemeente", ["GM0118"])
    assert found is not None
    assert len(found["GM0118"].rings) == 2
    whole = _file(tmp_path, *parts, ({"gemeentecode": "GM0118"}, _square(6.4, 52.7, 0.2)))
    found = boundaries.of(whole, "gemeente", ["GM0118"])
    assert found is not None
    assert len(found["GM0118"].rings) == 1


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("PK geen json", "is geen GeoJSON"),
        ("[1, 2]", "is geen GeoJSON"),
        ('{"features": [{"properties": null}]}', "mist een vlak zijn eigenschappen"),
        ('{"features": []}', "staat geen wijk uit deze publicatie"),
        (
            '{"features": [{"properties": {"wijkcode": "WK011801"}, "geometry": {"type": '
            '"Polygon", "coordinates": [["x"]]}}]}',
            "een vlak dat niet klopt",
        ),
        (
            '{"features": [{"properties": {"wijkcode": "WK011801"}, "geometry": {"type": '
            '"Polygon", "coordinates": [[[52.7, 6.4], [52.8, 6.4], [52.8, 6.5]]]}}]}',
            "liggen niet in Nederland",
        ),
    ],
)
def test_wrong_file_says_what_to_do(body: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / boundaries.FILE
    path.write_text(body, "utf-8")
    with pytest.raises(BoundariesRefused, match=sentence):
        boundaries.of(path, "wijk", ["WK011801"])


def test_huge_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = demo.write(tmp_path)
    monkeypatch.setattr(boundaries, "LARGEST_MB", 0)
    with pytest.raises(BoundariesRefused, match="groter dan"):
        boundaries.of(path, "wijk", ["WK990101"])


def _metric(kind: str) -> Metric:
    return Metric(
        "m", "bereik", "Bereik", "Definitie.", "procent", kind, "", "", "", None, "", "", "", "",
        "1.0.0", None,
    )  # fmt: skip


def _row(value: float | None) -> Any:
    status = "afgeschermd" if value is None else "zichtbaar"
    return {"gebied": f"WK{value}", "label": "x", "waarde": value, "onder": None, "boven": None,
            "status": status}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "values", "labels"),
    [
        ("aandeel", [52.0, 64.0, 71.0], ["50–59%", "60–69%", "70–79%"]),
        ("per_100", [7.0, 9.0], ["7", "8", "9"]),
        ("per_100", [9.0], ["9"]),
        ("aandeel", [0.0, 100.0], ["0–49%", "50–99%", "100%"]),
    ],
)
def test_few_round_classes(kind: str, values: list[float], labels: list[str]) -> None:
    found = areas.classes(_metric(kind), [_row(v) for v in values])
    assert len(found) <= 4
    assert [one.label for one in found] == labels


def test_classes_say_nothing_of_hidden_values() -> None:
    with_hidden = areas.classes(_metric("per_100"), [_row(7.0), _row(9.0), _row(None)])
    assert with_hidden == areas.classes(_metric("per_100"), [_row(7.0), _row(9.0)])
    assert areas.classes(_metric("per_100"), [_row(None)]) == []


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release with two wijken in it, of which one is hidden."""
    folder = tmp_path_factory.mktemp("kaart")
    with edited(build(folder)) as con:
        con.execute(
            "INSERT INTO gebieden VALUES ('wijk', 'WK011801', 'Oost', 'GM0118', ''), "
            "('wijk', 'WK011802', 'West', 'GM0118', '')"
        )
        con.execute(
            "INSERT INTO cellen VALUES "
            "('smw_bereik', '2024/2025', 'wijk', 'WK011801', '', '', '', 120, 1000, 12, 11, 15, "
            "1000, 'zichtbaar', '', '', ''), ('smw_bereik', '2024/2025', 'wijk', 'WK011802', '', "
            "'', '', NULL, NULL, NULL, NULL, NULL, NULL, 'afgeschermd', '', '', '')"
        )
    return folder


def _look(home: Path, monkeypatch: pytest.MonkeyPatch, **query: str) -> tuple[str, list[Any]]:
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(home))
    app = pages.look("kaart", **query)
    told = pages.text(app)
    assert 'role="alert"' not in told
    return told, drawings.of_page(app)


def test_without_a_file_the_page_says_so_in_words_for_readers_and_shows_the_table(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, drawn = _look(home, monkeypatch)
    assert "De grenzen van wijken en gemeenten zijn nog niet toegevoegd" in told
    for word in (boundaries.VARIABLE, boundaries.FILE, "werkmap", "GeoJSON", "release.json"):
        assert word not in told
    assert str(home) not in told
    assert "Oost" in told
    assert not drawn


def test_hidden_wijk_is_hatched_and_has_no_number(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _file(
        tmp_path,
        ({"wijkcode": "WK011801"}, _square(6.4, 52.7)),
        ({"wijkcode": "WK011802"}, _square(6.5, 52.7)),
    )
    monkeypatch.setenv(boundaries.VARIABLE, str(path))
    told, drawn = _look(home, monkeypatch)
    assert "Nog geen kaart" not in told
    assert "zichtbaar in 1 van de 2 wijken" in told
    (chart,) = drawn
    hatched = [trace["text"] for trace in chart["data"] if "fillpattern" in trace]
    assert hatched == ["West<br>afgeschermd"]
    assert {"12\nOost", "·\nWest"} <= set(drawings.words(chart))
    assert "geen cijfer" in told


def test_wrong_file_keeps_the_table(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fout.geojson").write_text("geen json", "utf-8")
    monkeypatch.setenv(boundaries.VARIABLE, str(tmp_path / "fout.geojson"))
    told, drawn = _look(home, monkeypatch)
    assert "De kaart kan niet worden getekend" in told
    assert re.search(r"<th[^>]*>Oost</th>", told)
    assert not drawn


def test_nothing_to_show_is_said_before_and_on_the_map(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an earlier year there is no figure per wijk."""
    told, drawn = _look(home, monkeypatch, schooljaar="2023/2024")
    assert "geen cijfers om een conclusie op te baseren" in told
    assert told.index("zl-conclusion") < told.index("geen gegevens")
    assert not drawn
