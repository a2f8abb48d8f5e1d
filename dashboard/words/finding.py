"""Which figures answer a question as a reader puts it: "wat is een thuiszitter". No Streamlit.

Words that ask and join are left out, and a plural finds its singular. What holds the words in its
name comes before what holds them in its definition.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dashboard.release.released import Metric
from dashboard.words import wording

# Words of a question that every definition could hold.
_ASKING = """
wat is een de het zijn hoe wordt worden waar wie welke welk wanneer waarom betekent bedoeld bedoelen
jullie u ik met in op van voor bij naar door en of er dat die dit deze te aan om ook eigenlijk
precies telt tellen geteld cijfer definitie what which how who when where why does do are the a an
of for to and or mean means counted
"""
_EMPTY = frozenset(_ASKING.split())
_ENDS = ("en", "s", "e")
_SHORT = 4


def found(metrics: Sequence[Metric], question: str) -> list[Metric]:
    """The figures that hold every word that matters, what is named so first; all without any."""
    asked = re.findall(r"\w+", question.lower())
    wanted = [_stem(word) for word in asked if word not in _EMPTY]
    kept = [metric for metric in metrics if all(word in _text(metric) for word in wanted)]
    return sorted(kept, key=lambda metric: -sum(word in _name(metric) for word in wanted))


def _stem(word: str) -> str:
    """A word without the end of a plural."""
    end = next((end for end in _ENDS if word.endswith(end)), "")
    return word.removesuffix(end) if len(word) - len(end) >= _SHORT else word


def _name(metric: Metric) -> str:
    return f"{metric.label_nl} {wording.label(metric)}".lower()


def _text(metric: Metric) -> str:
    """All that is said of it, in the language of the reader and as it was published."""
    told = (
        metric.id, metric.definitie, metric.teller, metric.noemer, wording.definition(metric),
        wording.theme(metric.thema),
    )  # fmt: skip
    return f"{_name(metric)} {' '.join(told)}".lower()
