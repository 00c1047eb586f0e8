"""What is served beside the screens, asked as a browser asks: the small county, its routes, and one request."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.middleware import Middleware

from app_pages.components.here import installation
from app_pages.serving import PageLanguage, routes
from okr_engine.database import connect
from tests.services.small_county import SmallCounty


class Browser:
    """Asks for an address, or clicks; what the app did not expect comes out here."""

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._ask("GET", path, {name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path: str) -> httpx.Response:
        return self._ask("POST", path, {})

    def _ask(self, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
        async def asked() -> httpx.Response:
            app = Starlette(routes=routes(), middleware=[Middleware(PageLanguage)])
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="https://okr.example") as client:
                return await client.request(method, path, headers=headers)

        return asyncio.run(asked())


@contextmanager
def served_county(path: Path, monkeypatch: pytest.MonkeyPatch, **env: str) -> Iterator[SmallCounty]:
    """The small county in the database at `path`, as the one installation of this process."""
    for name, value in {**env, "OKR_DATABASE_URL": f"sqlite:///{path}"}.items():
        monkeypatch.setenv(name, value)
    st.cache_resource.clear()
    engine = connect(f"sqlite:///{path}")
    yield SmallCounty.laid_out(engine)
    engine.dispose()
    installation().engine.dispose()
    st.cache_resource.clear()
