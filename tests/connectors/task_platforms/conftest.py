"""The stand-in that a test is parametrized with."""

from collections.abc import Iterator

import pytest

from tests.connectors.task_platforms.trial import Trial, on_trial


@pytest.fixture
def trial(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trial]:
    with on_trial(request.param(), monkeypatch) as found:
        yield found
