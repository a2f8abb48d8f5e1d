"""Files that readers take along: their address tells nothing of them."""

from __future__ import annotations

import pytest
from streamlit.runtime import memory_media_file_storage as storage
from streamlit.runtime.media_file_storage import MediaFileKind

from dashboard.server import files


def test_the_address_of_a_file_says_nothing_about_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same file has another address each time, so none follows from the content."""
    taken = (b"schooljaar;waarde", "text/csv", MediaFileKind.DOWNLOADABLE, "cijfers.csv")
    monkeypatch.setattr(storage, "_calculate_file_id", storage._calculate_file_id)
    files.unguessable()
    held = storage.MemoryMediaFileStorage("/media")
    addresses = {held.load_and_get_id(*taken) for _ in range(50)}
    assert len(addresses) == 50
    assert {len(address) for address in addresses} == {64}
    assert {held.get_file(address).content for address in addresses} == {taken[0]}
