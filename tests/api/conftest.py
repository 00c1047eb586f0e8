"""The small county with its API, and programs that ask it."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from okr_engine.access import OPERATOR
from okr_engine.api.application import application
from okr_engine.model import TokenScope
from okr_engine.services.api_tokens import create_token
from okr_engine.services.installation import Installation
from okr_engine.settings import Settings
from tests.services.small_county import FIRST_LINE_OWNER, NOW, SmallCounty

SETTINGS = Settings(api_requests_per_minute=60, api_max_body_kb=8)


@dataclass
class Clock:
    """A clock that stands until somebody moves it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Program:
    """Something that asks the API with the token it has been given."""

    app: FastAPI
    token: str | None
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request, answered by the app itself; an error it does not expect comes out here."""
        headers = {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **self.headers}
        headers |= more.pop("headers", {})

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://county.example") as client:
                return await client.request(method, f"/v1{path}", headers=headers, **more)

        return asyncio.run(asked())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def put(self, path: str, body: Any, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("PUT", path, json=body, headers=named)

    def speaking(self, languages: str) -> "Program":
        return replace(self, headers={"Accept-Language": languages})


@dataclass(frozen=True)
class Api:
    """The county, its clock and its API."""

    county: SmallCounty
    place: Installation
    clock: Clock
    app: FastAPI

    def program(self, person: str = FIRST_LINE_OWNER, scope: TokenScope = TokenScope.WRITE, days: int = 30) -> Program:
        """A program that acts as that person."""
        _, secret = self.place.act(OPERATOR, create_token, person, purpose="test", scope=scope, days=days)
        return Program(self.app, secret)


@pytest.fixture
def api(engine: Engine) -> Api:
    """The API of the small county, on each kind of database."""
    county, clock = SmallCounty.laid_out(engine), Clock()
    place = Installation(SETTINGS, engine, county.rulebooks, clock=clock)
    return Api(county, place, clock, application(lambda: place, SETTINGS))
