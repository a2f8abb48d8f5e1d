"""Check the certificate of a release: python bewijs.py RELEASE.duckdb [PUBLIC_KEY]

Needs duckdb and cryptography only. It works out again from released files what each number stands
for and what adds up; whether every world of the certificate agrees; and whether every hidden count
is nothing in one and large enough in another (or moves by five), hidden amounts move by 15% both
ways, and hidden sums behind means by five or a whole unit.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KEY = "schooljaar, niveau, gebied, uitsplitsing, categorie"
ROUNDING, WIDE, CROSS, EDGE = 5, 5, ">", 1e-6
SMALLEST = {"Share": 20, "Split": 20, "Mean": 10}  # denominators below this give no percentage
MARGIN, HALF = 0.15, 0.05  # of a hidden amount; of the tenth to which a mean is shown
Place = tuple[tuple[str, ...], tuple[str, ...]]  # (measure, weight, condition), KEY
Range = tuple[float, float]
MOST: Range = (0, 10**10)  # of what nothing is said


class Refused(Exception):
    """Why the certificate does not prove what it should."""


class Topic:
    """What one release says of one count: ranges, hidden cells, and what adds up to what."""

    def __init__(self) -> None:
        self.places: dict[Place, int] = {}  # with the threshold of each
        self.shown: dict[Place, Range] = {}
        self.marked, self.pairs = set[Place](), set[tuple[Place, Place]]()
        self.distinct, self.kind, self.scale = False, "", 1  # kind: geld, som or '' of counts


def _both(one: Range, other: Range) -> Range:
    low, high = max(one[0], other[0]), min(one[1], other[1])
    return (low, high) if math.ceil(low - EDGE) <= math.floor(high + EDGE) else one


def check(file: Path, trusted: str = "") -> dict[str, int]:
    """Check the certificate beside a released file, signed with the key `trusted` (hex)."""
    told = _signed(file, trusted)
    read = {}
    for name in told["volgorde"]:
        path = file.parent / f"{name}.duckdb"
        content = path.read_bytes() if path.exists() else b""
        if hashlib.sha256(content).hexdigest() != told["bestanden"].get(name):
            raise Refused(f"{path.name} is weg, of niet het bestand van het bewijs")
        read[name] = _topics(path, told["tellingen"])
    names = read[told["uitgave"]][0].keys()
    if names != set(told["onderwerpen"]):
        raise Refused("het bewijs gaat over andere tellingen dan de uitgave")
    counts = {"tellingen": len(names), "verborgen": 0, "nooit nul": 0, "bedragen": 0}
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
        raise Refused(f"{proof.name} is er niet, of veranderd na het ondertekenen") from None
    if trusted and key != trusted:
        raise Refused("het bewijs is met een andere sleutel ondertekend")
    return told


def _topics(file: Path, declared: dict[str, Any]) -> tuple[dict[str, Topic], dict[str, str]]:
    with duckdb.connect(str(file), read_only=True) as con:
        about = con.execute("SELECT drempel, drempel_zwaar FROM release").fetchall()[0]
        rows = con.execute(
            f"SELECT metriek, {KEY}, teller, noemer, waarde, status FROM cellen WHERE maat = ''"
        ).fetchall()
        parents = dict(con.execute("SELECT code, ouder FROM gebieden WHERE ouder <> ''").fetchall())
    found: dict[str, Topic] = defaultdict(Topic)
    least: dict[Place, int] = {}
    for metric, *rest in rows:
        for place, *_ in _columns(declared.get(metric), tuple(rest[:5])):
            least[place] = max(about[declared[metric]["zwaar"]], least.get(place, 0))
    for metric, *rest in rows:
        key, row, status = tuple(rest[:5]), rest[5:], rest[-1]
        if metric not in declared or status == "niet_geleverd":
            continue
        own: dict[str, dict[str, Place]] = defaultdict(dict)
        for place, column, scale, kind in _columns(declared[metric], key):
            name = " ".join(part for part in (*place[0][:2], key[0]) if part)
            topic = found[name]
            topic.kind, topic.scale = max(topic.kind, kind), max(topic.scale, scale)
            topic.distinct |= declared[metric]["distinct"]
            topic.places[place] = least[place]
            own[name][column] = place
            seen = _range(declared[metric]["vorm"], column, scale, kind, row, least[place])
            if seen is not None:
                topic.shown[place] = _both(topic.shown.get(place, seen), seen)
            if status == "afgeschermd":
                topic.marked.add(place)
        for name, both in own.items():
            if len(both) == 2 and both["teller"] != both["noemer"]:
                found[name].pairs.add((both["teller"], both["noemer"]))
    return dict(found), parents


def _columns(metric: Any, key: tuple[str, ...]) -> Iterator[tuple[Place, str, int, str]]:
    for column, *population, scale, whole, kind in metric["kolommen"] if metric else ():
        yield (tuple(population), (*key[:3], "", "") if whole else key), column, scale, kind


def _range(form: str, column: str, scale: int, kind: str, row: Any, least: int) -> Any:
    number, noemer, mean, status = row[column == "noemer"], row[1], row[2], row[3]
    if kind == "som" and status == "zichtbaar" and mean is not None and noemer is not None:
        low, high = (max(0.0, (mean + s * HALF) * (noemer + s * 2) * scale) for s in (-1, 1))
        near = (low, high) if number is None else (number * scale - 2.5, number * scale + 2.5)
        return _both((low, high), near)  # older releases show the sum behind a mean
    if kind == "geld" and status == "zichtbaar" and number is not None:
        step = 10 ** round(math.log10(0.02 * number)) if number else 0
        bases = [b for b in (1000, step, 10 * step, step // 10) if b >= 1000 and number % b == 0]
        half = max(1000, min(max(bases), 10 * step)) / 2
        return max(0.0, number - half), number + half
    if not kind and status == "zichtbaar" and number is not None:
        value = round(number * scale)
        return (0, 0) if value == 0 else (max(value - 2, least), value + 2)
    if kind != "som" and status == "te_klein" and form in SMALLEST and scale == 1:
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
    sums = [(by, up, sorted(set(ps))) for (up, by), ps in inside.items() if up in topic.places]
    sums = [(by, whole, members) for by, whole, members in sums if members != [whole]]
    broken = {""}
    for by, whole, members in sums:
        low, high = (sum(topic.shown.get(p, MOST)[i] for p in members) for i in (0, 1))
        if low > topic.shown.get(whole, MOST)[1] or high < topic.shown.get(whole, MOST)[0]:
            broken.add(by if by[:3] != "cut" else "")
    for by, whole, members in sums:
        kind = "hoogstens" if topic.distinct and by[:3] == "cut" else "som"
        yield "deel" if by in broken else kind, whole, members
    yield from (("deel", whole, [part]) for part, whole in topic.pairs)


def _prove(name: str, told: dict[str, Any], read: dict[str, Any], counts: dict[str, int]) -> None:
    mine, here = told["uitgave"], told["onderwerpen"][name]
    topic, ranges, rules = read[mine][0][name], dict[Any, Range](), list[Any]()
    for old in (mine, *reversed(told["volgorde"][:-1])):
        then, parents = read[old]
        if name not in then or old not in (mine, *here["naast"]):
            continue
        moved = _changed(told["plaatsen"][old], told["plaatsen"][mine])
        same = {p for p in then[name].places if p in topic.places and p[1][1:3] not in moved}
        label = {p: (*p, "" if p in same else old) for p in then[name].places}
        for place, named in label.items():
            ranges[named] = _both(ranges.get(named, MOST), then[name].shown.get(place, MOST))
        rules += [
            (kind, label[whole], [label[part] for part in parts])
            for kind, whole, parts in _relations(then[name], parents, told["plaatsen"][old])
        ]
    order = {named: i for i, named in enumerate(sorted(ranges))}
    most = MOST[1] if topic.kind else 10**6  # of children
    limits = [(ranges[named][0], min(ranges[named][1], most)) for named in order]
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
        far = high - low >= (max(WIDE, topic.scale) if topic.kind == "som" else WIDE)
        if topic.kind == "geld":
            far &= high * (1 - MARGIN) >= low * (1 + MARGIN)
        elif not topic.kind:
            far = high >= enough and (low == 0 or far or (low >= enough and high - low >= 4))
        if cell not in empty and not far:
            raise Refused(f"voor een verborgen getal van {name} ontbreken de werelden")
        counts["bedragen" if topic.kind else "verborgen"] += 1
        counts["nooit nul"] += low > 0 and not topic.kind


def _changed(then: dict[str, Any], now: dict[str, Any]) -> set[tuple[str, str]]:
    before, after = ({(*at, x) for x in side for at in side[x].items()} for side in (then, now))
    return {(level, area) for level, area, _ in before ^ after}


def _agrees(world: list[int], limits: list[Range], rules: list[Any]) -> bool:
    agrees = len(world) == len(limits) and all(type(n) is int for n in world)
    for n, (low, high) in zip(world, limits, strict=True) if agrees else ():
        agrees &= low - EDGE <= n <= high + EDGE
    for kind, up, members in rules if agrees else ():
        parts, total = [world[i] for i in members], world[up]
        agrees &= max(parts) <= total and (kind == "deel" or sum(parts) >= total)
        agrees &= kind != "som" or sum(parts) <= total
    return agrees


if __name__ == "__main__":
    try:
        print(check(Path(sys.argv[1]), *sys.argv[2:3]))  # noqa: T201
    except (Refused, LookupError, TypeError, ValueError) as refused:
        sys.exit(f"Geweigerd: {refused}.")
