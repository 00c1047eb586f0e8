"""Whatever a server does, the run ends, says what happened, loses nothing, and the next one heals it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from connectors.kit.client import Patience, open_client
from okr_engine.model import RunState, Source
from okr_engine.services.pulls import PullReport, pull
from tests.connectors.misbehaving_server import (
    Reply,
    answer,
    drips,
    hangs,
    misbehaving,
    promises_too_little,
    promises_too_much,
    redirects_to,
    truncated_gzip,
)
from tests.services.pulled_county import Q3, PulledCounty, pulled_county

HASTY = Patience(connect=0.5, read=0.3, answer=0.6, waiting=5, attempts=2, first_pause=0.01, longest_pause=0.02)
COLUMNS = {
    "episode_id": "/id",
    "unit_id": "/unit",
    "service_class": "/class",
    "start_date_local": "/from",
    "end_date_local": "/to",
    "age_at_start": "/age",
}


def waits(*days: int) -> bytes:
    """Waits from the first of July, of so many days each; fourteen are allowed."""
    same = {"unit": "a", "class": "PTH_SAIR", "from": "2025-07-01", "age": 9}
    told = [same | {"id": f"w{number}", "to": f"2025-07-{1 + one:02}"} for number, one in enumerate(days)]
    return json.dumps(told).encode()


@dataclass
class Register:
    """A county whose waits come from a server that answers as it is told."""

    county: PulledCounty
    replies: dict[str, Reply]

    def read(self, reply: Reply) -> PullReport:
        self.replies["/waits"] = reply
        self.county.watch.now += timedelta(days=1)
        inner = self.county.installation.settings.model_copy(update={"inner_hosts": "127.0.0.1"})
        report = pull(replace(self.county.installation, settings=inner), "registers", asked_by="schedule")
        assert report is not None
        return report


@pytest.fixture
def register(memory_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    monkeypatch.setattr("okr_engine.services.connections.open_client", partial(open_client, patience=HASTY))
    county, replies = pulled_county(memory_engine, tmp_path), dict[str, Reply]()
    with misbehaving(replies) as server:
        settings: dict[str, Any] = {
            "source_system": "register",
            "address": f"{server.address}/waits",
            "columns": {"table": "waiting_episode", "columns": COLUMNS},
        }
        county.change(Source, connector="http_json", settings=settings)
        yield Register(county, replies)


FAULTS: dict[str, tuple[Reply, str]] = {
    "hangs": (hangs, "sources.no_answer"),
    "drips": (drips, "sources.too_slow"),
    "promises too much": (promises_too_much(waits(20, 20)), "sources.broke_off"),
    "promises too little": (promises_too_little(waits(20, 20)), "sources.not_json"),
    "breaks off": (truncated_gzip(waits(20, 20)), "sources.not_json"),
    "a web page": (answer(b"<html>Sign in</html>", kind="text/html"), "sources.web_page_instead"),
    "busy for an hour": (answer(b"", status="429 Too Many Requests", Retry_After="3600"), "sources.busy"),
    "leads inside": (redirects_to("http://10.0.0.1/waits"), "sources.host_not_allowed"),
    "no credentials": (answer(b"", status="401 Unauthorized"), "sources.credentials_refused"),
    "another column": (answer(waits(20).replace(b'"from"', b'"begun"')), "sources.columns_missing"),
}


@pytest.mark.parametrize(("reply", "key"), FAULTS.values(), ids=FAULTS.keys())
def test_what_goes_wrong_is_told_the_figure_stays_and_the_next_reading_heals_it(
    register: Register, reply: Reply, key: str
) -> None:
    assert register.read(answer(waits(10, 20))).state == RunState.DONE

    broken = register.read(reply)

    assert (broken.state, broken.events_added) == (RunState.FAILED, 0)
    assert broken.error is not None
    assert broken.error.what.key == key
    assert register.county.figure(Q3).value == 50
    assert register.read(answer(waits(10, 20, 10, 10))).state == RunState.DONE
    assert register.county.figure(Q3).value == 75


def test_an_empty_answer_is_a_reading_that_brought_nothing(register: Register) -> None:
    register.read(answer(waits(10, 20)))

    empty = register.read(answer(b"[]"))

    assert (empty.state, empty.records_read) == (RunState.DONE, 0)
    assert register.county.figure(Q3).value == 50
