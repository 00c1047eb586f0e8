"""Every source keeps the promises of a source."""

import pytest

from connectors.registry import own_names
from okr_engine.testing.sources import PROMISES, Promise, SourceCase, named
from tests.connectors.cases import CASES


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("promise", PROMISES, ids=named)
def test_a_source_keeps_its_promises(
    name: str, promise: Promise, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OKR_SECRET_TEST", "not-a-real-token")
    folder = tmp_path_factory.mktemp(name)
    monkeypatch.setenv("OKR_SECRET_DATABASE", f"sqlite:///{folder / 'register.db'}")
    case: SourceCase = CASES[name](folder)

    promise(case)


def test_no_source_of_ours_escapes_the_suite() -> None:
    assert sorted({name.split("-")[0] for name in CASES}) == own_names()
