"""The choice of language: below the menu, and as `taal` in the address."""

from __future__ import annotations

import streamlit as st

from dashboard import language

KEY = "taal"
_SPOKEN = "gesproken_taal"


def follow() -> None:
    """Answer this reader in the language that was chosen, before anything is drawn.

    The address holds choices as they were read, in words; on a change of language they are set
    again, so that each is read in the new words and the page stays where it was.
    """
    state = st.session_state
    if KEY not in state:
        state[KEY] = language.LANGUAGES[_asked(st.query_params.get(KEY, ""))]
    now = language.choose(_asked(state[KEY]))
    if state.get(_SPOKEN, now) != now:
        for key in st.query_params:
            if key != KEY and key in state:
                state[key] = state[key]
    state[_SPOKEN] = now
    # The page says which language it is in, for who has it read aloud; `mended.js` takes it over.
    st.html(f'<span class="zl-language" data-language="{now}" hidden></span>')


def offer() -> None:
    """Draw the choice; each language in its own words."""
    with st.sidebar:
        st.radio(
            "Taal · Language", list(language.LANGUAGES.values()), key=KEY, horizontal=True,
            bind="query-params",
        )  # fmt: skip


def _asked(word: object) -> str:
    """The language that a code or its own name asks for; Dutch for what is neither."""
    for code, name in language.LANGUAGES.items():
        if str(word).lower() in {code, name.lower()}:
            return code
    return language.DUTCH
