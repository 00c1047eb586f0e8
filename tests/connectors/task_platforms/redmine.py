"""Redmine, a stand-in written from the documentation and not Redmine itself: issues, a custom field, a 1-s clock.

Source: https://www.redmine.org/projects/redmine/wiki/Rest_Issues, …/wiki/Rest_api
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.redmine import tasks as adapter
from okr_engine.workflow.tasks import TaskState
from tests.connectors.task_platforms.stand_in import Reply, Request, now

KEY, FIELD, PROJECT = "redmine-key", 7, 3
STATUSES = {
    1: ("New", False),
    2: ("In Progress", False),
    5: ("Closed", True),
    4: ("Feedback", False),
    6: ("Rejected", True),
}
_STATES = {TaskState.OPEN: 1, TaskState.IN_PROGRESS: 2, TaskState.DONE: 5}


@dataclass
class Redmine:
    issues: dict[int, dict[str, Any]] = field(default_factory=dict)
    field_is_filter: bool = True
    adapter = adapter
    shows_words = True
    secrets: Mapping[str, str] = field(default_factory=lambda: {"OKR_SECRET_REDMINE": KEY})

    def settings(self, address: str) -> dict[str, Any]:
        return {
            "address": address,
            "api_key_variable": "OKR_SECRET_REDMINE",
            "project": PROJECT,
            "code_field": FIELD,
            "open_status": "1",
            "in_progress_status": "2",
            "done_status": "5",
            "people": {"Ensilinja": "11"},
        }

    def answer(self, request: Request) -> Reply:
        if request.method == "GET" and request.parts == ("projects", "3.json"):
            return Reply(200, {"project": {"id": PROJECT, "name": "Toimenpiteet", "is_public": True}})
        if request.headers.get("x-redmine-api-key") != KEY:
            return Reply(401)
        match request.method, request.parts:
            case "GET", ("users", "current.json"):
                return Reply(200, {"user": {"id": 1, "login": "okr"}})
            case "GET", ("issues.json",):
                return self._listed(request.query)
            case "POST", ("issues.json",):
                return self._made(request.body["issue"])
            case method, ("issues", name) if (number := int(name.removesuffix(".json"))) in self.issues:
                if method == "GET":
                    return Reply(
                        200, {"issue": self._shown(number, journals="journals" in request.query.get("include", ""))}
                    )
                if method == "PUT":
                    return self._put(number, request.body["issue"], by="OKR")
        return Reply(404)

    def tasks(self) -> dict[str, tuple[str, str]]:
        states = {number: state.value for state, number in _STATES.items()}
        return {self.code(one): (one["subject"], states[one["status_id"]]) for one in self.issues.values()}

    def texts(self) -> dict[str, str]:
        return {self.code(one): one["description"] for one in self.issues.values()}

    def work(self, code: str, state: TaskState) -> None:
        self.set_status(code, _STATES[state])

    def set_status(self, code: str, status: int) -> None:
        self._put(self._number(code), {"status_id": status}, by="Ulla")

    def delete(self, code: str) -> None:
        del self.issues[self._number(code)]

    def code(self, issue: Mapping[str, Any]) -> str:
        return str(next(one["value"] for one in issue["custom_fields"] if one["id"] == FIELD))

    def _number(self, code: str) -> int:
        return next(number for number, one in self.issues.items() if self.code(one) == code)

    def _listed(self, query: Mapping[str, str]) -> Reply:
        found = [number for number, one in sorted(self.issues.items()) if self._fits(one, query)]
        skip, limit = int(query.get("offset", 0)), min(int(query.get("limit", 25)), 100)
        shown = [self._shown(number) for number in found[skip : skip + limit]]
        return Reply(200, {"issues": shown, "total_count": len(found), "offset": skip, "limit": limit})

    def _fits(self, issue: Mapping[str, Any], query: Mapping[str, str]) -> bool:
        wanted = query.get(f"cf_{FIELD}") if self.field_is_filter else None
        by_code = wanted in (None, self.code(issue)) or (wanted == "*" and bool(self.code(issue)))
        by_status = query.get("status_id") == "*" or not STATUSES[issue["status_id"]][1]
        by_moment = issue["updated_on"] >= query.get("updated_on", ">=").removeprefix(">=")
        return by_code and by_status and by_moment

    def _made(self, given: Mapping[str, Any]) -> Reply:
        if given.get("project_id") != PROJECT:
            return Reply(404)
        given = {"start_date": f"{now():%Y-%m-%d}", **given}
        if mistake := _mistake({"subject": "", **given}):
            return Reply(422, {"errors": [mistake]})
        number = len(self.issues) + 101
        empty = {"status_id": 1, "custom_fields": [{"id": FIELD, "value": ""}], "journals": []}
        # A real Redmine 5.0.4 passes over a status that its workflow does not begin with.
        self.issues[number] = {**empty, **given, "status_id": 1, "updated_on": _second()}
        return Reply(201, {"issue": self._shown(number)})

    def _put(self, number: int, given: Mapping[str, Any], *, by: str) -> Reply:
        if mistake := _mistake(given):
            return Reply(422, {"errors": [mistake]})
        issue = self.issues[number]
        issue.update({**given, "status_id": int(given.get("status_id", issue["status_id"])), "updated_on": _second()})
        issue["journals"].append({"id": len(issue["journals"]) + 1, "user": {"id": 1, "name": by}, "notes": ""})
        return Reply(204)

    def _shown(self, number: int, *, journals: bool = False) -> dict[str, Any]:
        issue = self.issues[number]
        name, closed = STATUSES[issue["status_id"]]
        return {
            "id": number,
            "project": {"id": PROJECT, "name": "Toimenpiteet"},
            "status": {"id": issue["status_id"], "name": name, "is_closed": closed},
            "subject": issue["subject"],
            "description": issue["description"],
            "due_date": issue["due_date"],
            "custom_fields": [{"id": FIELD, "name": "OKR", "value": self.code(issue)}],
            "updated_on": issue["updated_on"],
            **({"journals": issue["journals"]} if journals else {}),
        }


def _mistake(given: Mapping[str, Any]) -> str | None:
    if "subject" in given and not 0 < len(given["subject"]) <= 255:
        return "Subject cannot be blank"
    if int(given.get("status_id", 1)) not in STATUSES:
        return "Status is invalid"
    if given.get("start_date") and given.get("due_date", "9") < given["start_date"]:
        return "Due date must be greater than start date"
    return None


def _second() -> str:
    return f"{now():%Y-%m-%dT%H:%M:%SZ}"
