"""Check the certificate of a release: python bewijs.py RELEASE.duckdb [PUBLIC_KEY]

Needs duckdb and cryptography, nothing of the product. It works out again from released files what
each number stands for and which counts add up; whether every world of the certificate agrees; and
whether every hidden count is nothing in one world and large enough in another (or moves by five).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KEY = ("schooljaar", "niveau", "gebied", "uitsplitsing", "categorie")
ROUNDING, WIDE, CROSS = 5, 5, ">"
SMALLEST = {"Share": 20, "Split": 20, "Mean": 10}  # denominators below this give no percentage
Place = tuple[tuple[str, ...], tuple[str, ...]]  # (measure, weight, condition), KEY
Range = tuple[float, float]
MOST: Range = (0, 10**6)  # of what nothing is said


class Refused(Exception):
    """Why the certificate does not prove what it should."""


class Topic:
    """What one release says of one count: ranges, hidden cells, and what adds up to what."""

    def __init__(self) -> None:
        self.places: dict[Place, int] = {}  # with the threshold of each
        self.shown: dict[Place, Range] = {}
        self.marked, self.pairs = set[Place](), set[tuple[Place, Place]]()
        self.money = self.distinct = False


def _both(one: Range, other: Range) -> Range:
    low, high = max(one[0], other[0]), min(one[1], other[1])
    return (low, high) if low <= high else one


def check(file: Path, trusted: str = "") -> dict[str, int]:
    """Check the certificate beside a released file, signed with the key `trusted` (hex)."""
    told = _signed(file, trusted)
    files = {name: file.parent / f"{name}.duckdb" for name in told["volgorde"]}
    for name, path in files.items():
        content = path.read_bytes() if path.exists() else b""
        if hashlib.sha256(content).hexdigest() != told["bestanden"].get(name):
            raise Refused(f"{path.name} is weg, of niet het bestand van het bewijs")
    read = {name: _topics(path, told["tellingen"]) for name, path in files.items()}
    names = {name for name, topic in read[told["uitgave"]][0].items() if not topic.money}
    if names != set(told["onderwerpen"]):
        raise Refused("het bewijs gaat over andere tellingen dan de uitgave")
    counts = {"tellingen": len(names), "verborgen": 0, "nooit nul": 0}
    for name in sorted(names):
        _prove(name, told, read, counts)
    return counts


def _signed(file: Path, trusted: str) -> dict[str, Any]:
    proof = file.with_suffix(".bewijs.json.gz")
    try:
        outer = json.loads(gzip.decompress(proof.read_bytes()))
        key = outer["sleutel"]
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(
            bytes.fromhex(outer["handtekening"]), outer["inhoud"].encode()
        )
        told: dict[str, Any] = json.loads(outer["inhoud"])
    except (OSError, EOFError, ValueError, KeyError, TypeError, InvalidSignature):
        raise Refused(
            f"{proof.name} is er niet, of is veranderd sinds het ondertekend is"
        ) from None
    if trusted and key != trusted:
        raise Refused("het bewijs is met een andere sleutel ondertekend")
    return told


def _topics(file: Path, declared: dict[str, Any]) -> tuple[dict[str, Topic], dict[str, str]]:
    with duckdb.connect(str(file), read_only=True) as con:
        about = con.execute("SELECT drempel, drempel_zwaar FROM release").fetchall()[0]
        rows = con.execute(
            f"SELECT metriek, {', '.join(KEY)}, teller, noemer, status FROM cellen WHERE maat = ''"
        ).fetchall()
        parents = dict(con.execute("SELECT code, ouder FROM gebieden WHERE ouder <> ''").fetchall())
    found: dict[str, Topic] = defaultdict(Topic)
    least: dict[Place, int] = {}
    for metric, *rest in rows:
        for place, *_ in _columns(declared.get(metric), tuple(rest[:5])):
            least[place] = max(about[declared[metric]["zwaar"]], least.get(place, 0))
    for metric, *rest in rows:
        key, teller, noemer, status = tuple(rest[:5]), *rest[5:]
        if metric not in declared or status == "niet_geleverd":
            continue
        own: dict[str, dict[str, Place]] = defaultdict(dict)
        for place, column, scale, money in _columns(declared[metric], key):
            name = " ".join(part for part in (*place[0][:2], key[0]) if part)
            topic = found[name]
            topic.money |= money
            topic.distinct |= declared[metric]["distinct"]
            topic.places[place] = least[place]
            own[name][column] = place
            number = teller if column == "teller" else noemer
            seen = _range(declared[metric]["vorm"], column, scale, number, status, least[place])
            if seen is not None:
                topic.shown[place] = _both(topic.shown.get(place, seen), seen)
            if status == "afgeschermd":
                topic.marked.add(place)
        for name, both in own.items():
            if len(both) == 2 and both["teller"] != both["noemer"]:
                found[name].pairs.add((both["teller"], both["noemer"]))
    return dict(found), parents


def _columns(metric: Any, key: tuple[str, ...]) -> Iterator[tuple[Place, str, int, bool]]:
    for column, *population, scale, whole, money in metric["kolommen"] if metric else ():
        yield (tuple(population), (*key[:3], "", "") if whole else key), column, scale, money


def _range(form: str, column: str, scale: int, number: Any, status: str, least: int) -> Any:
    if status == "zichtbaar" and number is not None:
        value = round(number * scale)
        return (0, 0) if value == 0 else (max(value - 2, least), value + 2)
    if status == "te_klein" and form in SMALLEST and scale == 1:
        return least if column == "noemer" else 0, SMALLEST[form] - ROUNDING + ROUNDING // 2
    return (0, 0) if status == "nvt" and form in SMALLEST else None


def _relations(
    topic: Topic, parents: dict[str, str], schools: dict[str, dict[str, str]]
) -> Iterator[tuple[str, Place, list[Place]]]:
    """(kind, whole, parts): `som` adds up, `hoogstens` may count a unit twice, `deel` is inside."""
    inside: dict[tuple[Place, str], list[Place]] = defaultdict(list)
    cuts = sorted({key[3] for _, key in topic.places if key[3]})
    for place in topic.places:
        population, (year, level, area, cut, category) = place
        above = [("totaal", "", f"level {level}")] if level != "totaal" else []
        if level in ("wijk", "vestiging"):
            above.append(("gemeente", parents.get(area, ""), f"gemeente {level}"))
        if level == "vestiging" and area in schools:
            above += [(x, schools[area].get(x, ""), x) for x in ("wijk", "onderwijssoort")]
        for wider, code, by in above:
            inside[(population, (year, wider, code, cut, category)), by].append(place)
        if cut:
            inside[(population, (year, level, area, "", "")), f"cut {cut}"].append(place)
        codes = category.split(CROSS)
        for name in cuts if len(codes) == 2 else ():
            for i, fits in ((0, cut.startswith(f"{name}_")), (1, cut.endswith(f"_{name}"))):
                if fits:
                    up = (population, (year, level, area, name, codes[i]))
                    inside[up, f"cut {cut}"].append(place)
        every = ((*population[:2], "None"), place[1])
        if every in topic.places and every != place:
            yield "deel", every, [place]
    sums = [
        (by, whole, sorted(set(members)))
        for (whole, by), members in inside.items()
        if whole in topic.places and members != [whole]
    ]
    broken = {""}
    for by, whole, members in sums:
        low, high = (sum(topic.shown.get(p, MOST)[i] for p in members) for i in (0, 1))
        if low > topic.shown.get(whole, MOST)[1] or high < topic.shown.get(whole, MOST)[0]:
            broken.add(by if by[:3] != "cut" else "")
    for by, whole, members in sums:
        kind = "hoogstens" if topic.distinct and by[:3] == "cut" else "som"
        yield "deel" if by in broken else kind, whole, members
    for part, whole in topic.pairs:
        yield "deel", whole, [part]


def _prove(name: str, told: dict[str, Any], read: dict[str, Any], counts: dict[str, int]) -> None:
    mine, here = told["uitgave"], told["onderwerpen"][name]
    topic = read[mine][0][name]
    ranges: dict[Any, Range] = {(*p, ""): topic.shown.get(p, MOST) for p in topic.places}
    rules: list[Any] = [
        (kind, (*whole, ""), [(*part, "") for part in parts])
        for kind, whole, parts in _relations(topic, read[mine][1], told["plaatsen"][mine])
    ]
    for old in reversed(told["volgorde"][:-1]):
        then, parents = read[old]
        if name not in then or old not in here["naast"]:
            continue
        moved = _changed(told["plaatsen"][old], told["plaatsen"][mine])
        same = {p for p in then[name].places if p in topic.places and p[1][1:3] not in moved}
        label = {p: (*p, "" if p in same else old) for p in then[name].places}
        for place, named in label.items():
            seen = then[name].shown.get(place, MOST)
            ranges[named] = _both(ranges.get(named, MOST), seen)
        rules += [
            (kind, label[whole], [label[part] for part in parts])
            for kind, whole, parts in _relations(then[name], parents, told["plaatsen"][old])
        ]
    order = {named: i for i, named in enumerate(sorted(ranges))}
    limits = [ranges[named] for named in order]
    for i, most in here["plafonds"].items():
        low, high = limits[int(i)]
        limits[int(i)] = low, max(low, min(high, most))
    lines = [(kind, order[w], [order[p] for p in ps]) for kind, w, ps in rules]
    for world in here["werelden"]:
        if not _agrees(world, limits, lines):
            raise Refused(f"een wereld van {name} spreekt tegen wat is uitgegeven")
    empty = {part for _, up, parts in lines if not limits[up][1] for part in parts}
    empty |= {up for kind, up, ps in lines if kind != "deel" and not any(limits[p][1] for p in ps)}
    for place in topic.marked - topic.shown.keys():
        cell, least = order[(*place, "")], topic.places[place]
        values = [world[cell] for world in here["werelden"]]
        low, high = min(values, default=0), max(values, default=0)
        enough = max(1, min(max(least, WIDE), here["plafonds"].get(str(cell), 10**6)))
        large = low >= enough and high - low >= ROUNDING - 1
        if cell not in empty and not large and (high < enough or 0 < low > high - WIDE):
            raise Refused(f"voor een verborgen aantal van {name} ontbreken de werelden")
        counts["verborgen"] += 1
        counts["nooit nul"] += low > 0


def _changed(then: dict[str, Any], now: dict[str, Any]) -> set[tuple[str, str]]:
    before, after = (
        {(level, area, school) for school in side for level, area in side[school].items()}
        for side in (then, now)
    )
    return {(level, area) for level, area, _ in before ^ after}


def _agrees(world: list[int], limits: list[Range], rules: list[Any]) -> bool:
    if len(world) != len(limits) or any(type(n) is not int for n in world):
        return False
    if any(not low <= n <= high for n, (low, high) in zip(world, limits, strict=True)):
        return False
    for kind, up, members in rules:
        parts, total = [world[i] for i in members], world[up]
        if max(parts) > total or (kind != "deel" and sum(parts) < total):
            return False
        if kind == "som" and sum(parts) > total:
            return False
    return True


if __name__ == "__main__":
    try:
        print(check(Path(sys.argv[1]), *sys.argv[2:3]))  # noqa: T201
    except (Refused, LookupError, TypeError, ValueError) as refused:
        sys.exit(f"Geweigerd: {refused}.")
