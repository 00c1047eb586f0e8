"""OpenProject, a stand-in written from the documentation and not OpenProject itself: work packages with a lockVersion.

Source: https://www.openproject.org/docs/api/endpoints/work-packages/, https://www.openproject.org/docs/api/filters/
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.openproject import tasks as adapter
from okr_engine.workflow.tasks import TaskState
from tests.connectors.task_platforms.stand_in import Reply, Request, now

KEY, FIELD, PROJECT, TYPE = "op-key", "customField4", 2, 1
CLOSING = {12, 14}
STATUSES = {1, 7, 12, 13, 14}
_STATES = {TaskState.OPEN: 1, TaskState.IN_PROGRESS: 7, TaskState.DONE: 12}


@dataclass
class OpenProject:
    packages: dict[int, dict[str, Any]] = field(default_factory=dict)
    adapter = adapter
    shows_words = True
    secrets: Mapping[str, str] = field(default_factory=lambda: {"OKR_SECRET_OPENPROJECT": KEY})

    def settings(self, address: str) -> dict[str, Any]:
        return {
            "address": address,
            "api_key_variable": "OKR_SECRET_OPENPROJECT",
            "project": PROJECT,
            "type": TYPE,
            "code_field": 4,
            "open_status": "1",
            "in_progress_status": "7",
            "done_status": "12",
            "people": {"Ensilinja": "11", "Palvelujohtaja": "23"},
        }

    def answer(self, request: Request) -> Reply:
        expected = "Basic " + base64.b64encode(f"apikey:{KEY}".encode()).decode()
        if request.headers.get("authorization") != expected:
            return _error(401, "Unauthenticated")
        match request.method, request.parts[request.parts.index("v3") + 1 :]:
            case "GET", ("projects", "2"):
                return Reply(200, {"_type": "Project", "id": PROJECT})
            case "GET", ("statuses",):
                statuses = [{"id": one, "isClosed": one in CLOSING} for one in sorted(STATUSES)]
                return Reply(200, {"_type": "Collection", "_embedded": {"elements": statuses}})
            case "GET", ("work_packages",):
                return self._listed(request.query)
            case "POST", ("work_packages",):
                return self._made(request.body)
            case method, ("work_packages", number) if int(number) in self.packages:
                if method == "GET":
                    return Reply(200, self.packages[int(number)])
                if method == "PATCH":
                    return self._patched(int(number), request.body)
        return _error(404, "NotFound")

    def tasks(self) -> dict[str, tuple[str, str]]:
        states = {f"/api/v3/statuses/{number}": state.value for state, number in _STATES.items()}
        return {one[FIELD]: (one["subject"], states[one["_links"]["status"]["href"]]) for one in self.packages.values()}

    def texts(self) -> dict[str, str]:
        return {one[FIELD]: one["description"]["raw"] for one in self.packages.values()}

    def work(self, code: str, state: TaskState) -> None:
        self.set_status(code, _STATES[state])

    def set_status(self, code: str, status: int) -> None:
        number = self._number(code)
        version = self.packages[number]["lockVersion"]
        link = {"status": {"href": f"/api/v3/statuses/{status}"}}
        self._patched(number, {"lockVersion": version, "_links": link})

    def delete(self, code: str) -> None:
        del self.packages[self._number(code)]

    def _number(self, code: str) -> int:
        return next(number for number, one in self.packages.items() if one[FIELD] == code)

    def _listed(self, query: Mapping[str, str]) -> Reply:
        conditions = json.loads(query["filters"])
        if any(not set(one) <= {FIELD, "project", "updatedAt"} for one in conditions):
            return _error(400, "InvalidQuery")
        found = [one for _, one in sorted(self.packages.items()) if all(_fits(one, each) for each in conditions)]
        size, page = int(query["pageSize"]), int(query["offset"])
        shown = found[(page - 1) * size : page * size]
        collection = {"_type": "WorkPackageCollection", "total": len(found), "count": len(shown)}
        return Reply(200, collection | {"_embedded": {"elements": shown}})

    def _made(self, given: Mapping[str, Any]) -> Reply:
        if not given["_links"].get("project", {}).get("href", "").endswith(f"/api/v3/projects/{PROJECT}"):
            return _error(422, "PropertyConstraintViolation")
        if mistake := _mistake({"subject": "", **given}):
            return mistake
        if given["_links"].get("status", {}).get("href", "/1").rpartition("/")[2] != "1":
            return _error(422, "PropertyConstraintViolation")
        number = len(self.packages) + 1528
        links = {"status": {"href": "/api/v3/statuses/1"}} | given["_links"]
        own = {"_type": "WorkPackage", "id": number, "lockVersion": 0, "updatedAt": _moment()}
        self.packages[number] = {**given, **own, "_links": links}
        return Reply(201, self.packages[number])

    def _patched(self, number: int, given: Mapping[str, Any]) -> Reply:
        package = self.packages[number]
        if given.get("lockVersion") != package["lockVersion"]:
            return _error(409, "UpdateConflict")
        if mistake := _mistake(given):
            return mistake
        links = package["_links"] | given.get("_links", {})
        package.update({**given, "lockVersion": package["lockVersion"] + 1, "updatedAt": _moment(), "_links": links})
        return Reply(200, package)


def _fits(package: Mapping[str, Any], condition: Mapping[str, Any]) -> bool:
    [(name, asked)] = condition.items()
    match name, asked["operator"], asked["values"]:
        case "project", "=", [number]:
            return bool(package["_links"]["project"]["href"].endswith(f"/{number}"))
        case "updatedAt", "<>d", [since, ""]:
            return bool(package["updatedAt"] >= since)
        case _, "=", [code]:
            return bool(package[FIELD] == code)
    raise AssertionError(f"not a filter of the documentation: {condition}")


def _mistake(given: Mapping[str, Any]) -> Reply | None:
    if "subject" in given and not given["subject"]:
        return _error(422, "PropertyConstraintViolation")
    status = given.get("_links", {}).get("status", {}).get("href", "/1").rpartition("/")[2]
    return None if int(status) in STATUSES else _error(422, "ResourceTypeMismatch")


def _error(status: int, name: str) -> Reply:
    return Reply(status, {"_type": "Error", "errorIdentifier": f"urn:openproject-org:api:v3:errors:{name}"})


def _moment() -> str:
    return f"{now():%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
