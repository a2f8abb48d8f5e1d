"""What a condition of a declaration says, in Dutch, and which delivered columns it looks at.

Declarations are ibis expressions; this reads their tree and runs nothing. Only names of columns and
constants of the declaration come out, never a value of a row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

import ibis.expr.operations as ops
import ibis.expr.types as ir

_SIGNS: dict[type[ops.Node], str] = {
    ops.Equals: "is",
    ops.NotEquals: "is niet",
    ops.Less: "is kleiner dan",
    ops.LessEqual: "is hoogstens",
    ops.Greater: "is groter dan",
    ops.GreaterEqual: "is minstens",
}
_NOT = "niet: "
_LISTED = 20  # values named one by one
_INSIDE = (ops.Cast, ops.Coalesce, ops.Alias)  # what stands first in these is what it is about


def parts(condition: ir.BooleanValue) -> tuple[ir.BooleanValue, ...]:
    """The conditions that must hold at once, in their order."""
    return tuple(node.to_expr() for node in _ands(condition.op()))


def _ands(node: ops.Node) -> Iterator[ops.Node]:
    if isinstance(node, ops.And):
        yield from _ands(node.left)
        yield from _ands(node.right)
    else:
        yield node


def said(node: ops.Node) -> str:
    """A condition or value in words; of what is too involved only which columns it is about."""
    if isinstance(node, ops.Field):
        return _name(node)
    if isinstance(node, ops.Literal):
        return _constant(node.value)
    if isinstance(node, _INSIDE):
        return said(node.arg[0] if isinstance(node, ops.Coalesce) else node.arg)
    if isinstance(node, ops.NotNull):
        return f"{said(node.arg)} is ingevuld"
    if isinstance(node, ops.IsNull):
        return f"{said(node.arg)} is leeg"
    if isinstance(node, ops.Not):
        return f"{_NOT}{said(node.arg)}"
    if isinstance(node, ops.And | ops.Or):
        word = " en " if isinstance(node, ops.And) else " of "
        return f"{said(node.left)}{word}{said(node.right)}"
    if isinstance(node, ops.InValues) and len(node.options) > _LISTED:
        return f"{said(node.value)} is een van {len(node.options)} waarden"
    if isinstance(node, ops.InValues):
        return f"{said(node.value)} is een van {', '.join(said(o) for o in node.options)}"
    sign = _SIGNS.get(type(node))
    if sign:
        return f"{said(node.left)} {sign} {said(node.right)}"
    about = dict.fromkeys(_name(field) for field in _fields(node))
    return f"berekend uit {', '.join(about)}" if about else "een vaste waarde"


def columns(node: ops.Node, dataset: str) -> frozenset[str]:
    """Columns of a dataset that a value is worked out from."""
    return frozenset(name for field in _fields(node) for name in _origin(field, dataset))


def _fields(node: ops.Node) -> list[ops.Field]:
    if isinstance(node, ops.Field):
        return [node]
    found: list[ops.Field] = list(node.find(ops.Field, filter=ops.Value))
    return found


def _origin(field: ops.Field, dataset: str) -> Iterator[str]:
    """Where a column comes from, back through every step to the delivered one."""
    rel: ops.Relation = field.rel
    if isinstance(rel, ops.PhysicalTable):
        if rel.name == dataset:
            yield field.name
        return
    if isinstance(rel, ops.Set):
        for side in (rel.left, rel.right):
            yield from _origin(ops.Field(side, field.name), dataset)
        return
    value = rel.values.get(field.name)
    if value is not None:
        for inner in _fields(value):
            yield from _origin(inner, dataset)


def _name(field: ops.Field) -> str:
    """A helper column of a declaration begins with `_`: what it is made of says more."""
    if not field.name.startswith("_") or isinstance(field.rel, ops.Set):
        return str(field.name).lstrip("_")
    value = field.rel.values.get(field.name)
    if value is None:
        return str(field.name).lstrip("_")
    return said(value)


def _constant(value: object) -> str:
    if isinstance(value, bool):
        return "J" if value else "N"
    if isinstance(value, dt.date):
        return f"{value:%d-%m-%Y}"
    return str(value)


@dataclass(frozen=True)
class Said:
    """A condition in words, with the delivered columns it looks at."""

    text: str
    columns: frozenset[str]

    @classmethod
    def of(cls, node: ops.Node, dataset: str) -> Said:
        """Of a column that is worked out it also says from which delivered ones."""
        text = said(node)
        made = {f.name: sorted(set(_origin(f, dataset))) for f in _fields(node)}
        made = {k: v for k, v in made.items() if v and k not in v and not k.startswith("_")}
        if isinstance(node, ops.Field) and made:
            text = f"{text} (uit {', '.join(made[node.name])})"
        elif made:
            notes = (f"{name} uit {', '.join(about)}" for name, about in made.items())
            text = f"{text} ({'; '.join(notes)})"
        return cls(text, columns(node, dataset))

    @property
    def failing(self) -> str:
        """That it does not hold."""
        opposite = self.text.removeprefix(_NOT)
        return f"geldt niet: {opposite}" if opposite == self.text else f"geldt wel: {opposite}"

    def empty(self, empties: Set[str]) -> str:
        """Which of its columns are empty in a row, as a remark; nothing when none is."""
        names = sorted(self.columns & empties)
        return f" (leeg: {', '.join(names)})" if names else ""

    def missing(self, row: Mapping[str, Any]) -> str:
        """The same from the row itself."""
        return self.empty({name for name, value in row.items() if value is None})
