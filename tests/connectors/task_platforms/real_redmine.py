"""A real Redmine behind a door of ours, which can refuse and lose answers; what its project holds is deleted."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from connectors.redmine import tasks as adapter
from okr_engine.workflow.tasks import TaskState
from tests.connectors.task_platforms.stand_in import Reply, Request

VARIABLE = "OKR_TEST_REDMINE"


@dataclass
class RealRedmine:
    """The Redmine whose settings are in OKR_TEST_REDMINE, with a project that is there for tests only."""

    told: dict[str, Any] = field(default_factory=lambda: json.loads(os.environ[VARIABLE]))
    adapter = adapter
    shows_words = True

    def __post_init__(self) -> None:
        self.known = adapter.Settings.model_validate(self.told)
        key = os.environ[self.known.api_key_variable]
        self.secrets = {self.known.api_key_variable: key}
        self.person = httpx.Client(
            base_url=self.known.address, headers={"X-Redmine-API-Key": key}, trust_env=False, timeout=60
        )
        for number in self._issues():
            self._ask("DELETE", f"/issues/{number}.json")

    def settings(self, address: str) -> dict[str, Any]:
        return self.told | {"address": address}

    def answer(self, request: Request) -> Reply:
        response = self.person.request(
            request.method,
            "/" + "/".join(request.parts),
            params=dict(request.query),
            headers={"X-Redmine-API-Key": request.headers.get("x-redmine-api-key", "")},
            json=request.body,
        )
        return Reply(response.status_code, response.json() if response.content.strip() else None)

    def tasks(self) -> dict[str, tuple[str, str]]:
        states = {self.known.status_of(state): state.value for state in TaskState}
        issues = self._issues().values()
        return {self._code(one): (one["subject"], states[str(one["status"]["id"])]) for one in issues}

    def texts(self) -> dict[str, str]:
        return {self._code(one): one["description"].replace("\r\n", "\n") for one in self._issues().values()}

    def work(self, code: str, state: TaskState) -> None:
        body = {"issue": {"status_id": self.known.status_of(state)}}
        self._ask("PUT", f"/issues/{self._number(code)}.json", json=body)

    def delete(self, code: str) -> None:
        self._ask("DELETE", f"/issues/{self._number(code)}.json")

    def _issues(self) -> dict[int, dict[str, Any]]:
        asked = {"project_id": self.known.project, "status_id": "*", "limit": 100}
        return {one["id"]: one for one in self._ask("GET", "/issues.json", params=asked).json()["issues"]}

    def _number(self, code: str) -> int:
        return next(number for number, one in self._issues().items() if self._code(one) == code)

    def _code(self, issue: Mapping[str, Any]) -> str:
        return str(next(one["value"] for one in issue["custom_fields"] if one["id"] == self.known.code_field))

    def _ask(self, method: str, path: str, **asked: Any) -> httpx.Response:
        response = self.person.request(method, path, **asked)
        response.raise_for_status()
        return response
