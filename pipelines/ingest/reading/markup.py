"""The one XML parser: no entities, no DTD, no network, no endless depth."""

from __future__ import annotations

from lxml import etree


def parser() -> etree.XMLParser:
    """Stops at depth 256 and at texts of 10 MB (libxml2 without `huge_tree`)."""
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
