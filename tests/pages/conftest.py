"""The screens without a browser: signed in as somebody of the demo, on a database of the test's own."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from okr_engine.access import OPERATOR
from okr_engine.clock import now
from okr_engine.database import connect, writing
from okr_engine.model import OrgUnit, Person, Role, RoleHolding, RoleKind
from okr_engine.services.demo import load_demo
from okr_engine.services.evaluation import evaluate
from okr_engine.services.installation import read_rulebooks

MAIN = Path(__file__).parents[2] / "app_pages" / "main.py"
PROVIDER = {
    "OKR_OIDC_METADATA_URL": "https://login.example/.well-known/openid-configuration",
    "OKR_OIDC_CLIENT_ID": "okr",
    "OKR_OIDC_CLIENT_SECRET": "kept",
    "OKR_OIDC_REDIRECT_URL": "http://localhost:8501/oauth2callback",
    "OKR_COOKIE_SECRET": "a secret as long as a real one would be",
}

Visit = Callable[..., AppTest]


@pytest.fixture(scope="session")
def demo_database(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with both cases of the demo, made once."""
    path = tmp_path_factory.mktemp("pages") / "demo.db"
    shutil.copy(sqlite_template, path)
    engine = connect(f"sqlite:///{path}")
    with writing(engine, actor=OPERATOR.code, now=now()) as session:
        evaluate(session, OPERATOR, load_demo(session, OPERATOR), read_rulebooks())
    engine.dispose()
    return path


@pytest.fixture
def database(demo_database: Path, tmp_path: Path) -> Path:
    """The demo in a file that the test may change."""
    return Path(shutil.copy(demo_database, tmp_path / "okr.db"))


@pytest.fixture
def visit(database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    """Open a screen: `visit("strategy-office@county.example", page="goal.py", code="A1")`; None is a stranger."""
    yield from visits(database, monkeypatch)


@pytest.fixture
def visit_nothing(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    """The same where nothing has been imported yet: there are a data steward and a viewer, `…@example.org`."""
    database = Path(shutil.copy(sqlite_template, tmp_path / "nothing.db"))
    engine = connect(f"sqlite:///{database}")
    with writing(engine, actor=OPERATOR.code, now=now()) as session:
        unit = OrgUnit(code="county", name_en="County")
        session.add(unit)
        session.flush()
        for code, kind in (("steward", RoleKind.DATA_STEWARD), ("viewer", RoleKind.VIEWER)):
            role = Role(code=f"county.{code}", kind=kind, unit_id=unit.id, name_en=code)
            person = Person(code=code, name=code, email=f"{code}@example.org")
            session.add_all([role, person])
            session.flush()
            session.add(RoleHolding(role_id=role.id, person_id=person.id, starts=date(2025, 1, 1)))
    engine.dispose()
    yield from visits(database, monkeypatch)


def visits(database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    for name, value in {**PROVIDER, "OKR_DATABASE_URL": f"sqlite:///{database}"}.items():
        monkeypatch.setenv(name, value)
    forget()

    def visit(email: str | None, *, page: str | None = None, language: str = "fi", **params: str) -> AppTest:
        app = AppTest.from_file(MAIN, default_timeout=30)
        app.session_state["language"] = language
        app.user = {"is_logged_in": bool(email), "sub": email or "", "email": email, "email_verified": True}
        for name, value in params.items():
            app.query_params[name] = value
        app.run()
        if page:
            app.switch_page(page)
            for name, value in params.items():
                app.query_params[name] = value
            app.run()
        return app

    yield visit
    forget()


def forget() -> None:
    """What one test's screens remembered is nothing to the next."""
    st.cache_resource.clear()
    st.cache_data.clear()


def sections(app: AppTest) -> list[dict[str, Any]]:
    """Every table on the screen, in order: caption, heading, notes, columns and rows."""
    mounted = [json.loads(one.proto.json) for one in app.get("bidi_component") if one.proto.json]
    return [section for data in mounted for section in data.get("sections", ())]


def words(part: Any) -> str:
    """What a piece of a cell says, with ordinary spaces."""
    return spaced(part if isinstance(part, str) else part.get("text", ""))


def spaced(text: str) -> str:
    """The text with ordinary spaces where figures and units are kept together by hard ones."""
    return text.replace("\N{NO-BREAK SPACE}", " ")
