"""The browser's side of a screen: the page's language, and an address that leads back to what is shown."""

from collections.abc import Mapping

import streamlit as st

from app_pages.components.here import LANGUAGE_COOKIE, language

_JS = """
export default function ({ data }) {
  document.documentElement.lang = data.language
  if (data.remember) document.cookie = `${data.cookie}=${data.language}; path=/; max-age=31536000; samesite=lax`
  // Replaced, not pushed: «Back» leads to where the visitor was, not to the same screen under a shorter address.
  const address = new URL(window.location.href)
  for (const [name, value] of Object.entries(data.params)) address.searchParams.set(name, value)
  if (address.href !== window.location.href) window.history.replaceState(window.history.state, '', address)
}
"""

_mount = st.components.v2.component("okr_address", html="<span hidden></span>\n", js=_JS)


def keep_address(page: str, params: Mapping[str, str], *, remember_language: bool) -> None:
    """Let the browser know the language, and put `params` into the address of `page`."""
    _mount(
        data={
            "page": page,
            "params": dict(params),
            "asked": st.query_params.to_dict(),
            "language": language().value,
            "cookie": LANGUAGE_COOKIE,
            "remember": remember_language,
        },
        key="main.address",
    )
