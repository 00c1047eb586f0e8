"""One of many, chosen once and kept from page to page, its name in the language of the moment."""

from collections.abc import Mapping
from typing import Any, TypeVar

import streamlit as st

K = TypeVar("K")


def choose(label: str, names: Mapping[K, str], *, key: str, first: K | None = None, width: int = 560) -> K:
    """The chosen one; at the beginning `first`, or the first of all. There must be something to choose from."""
    has_choice = keep_choice(names, key=key)
    begins = list(names).index(first) if first is not None and first in names and not has_choice else 0
    chosen: Any = st.selectbox(
        label,
        list(names),
        index=begins,
        format_func=names.__getitem__,
        key=key,
        persist_state="session",
        width=width,
    )
    return chosen  # type: ignore[no-any-return]


def keep_choice(names: Mapping[Any, str], *, key: str) -> bool:
    """Say again what is chosen, if it can still be chosen: Streamlit would go on showing its name as it was before."""
    if key not in st.session_state:
        return False
    chosen = st.session_state[key]
    if chosen is not None and chosen not in names:
        del st.session_state[key]
        return False
    st.session_state[key] = chosen
    return True
