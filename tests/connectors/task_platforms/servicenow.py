"""ServiceNow, a stand-in written from the documentation and not ServiceNow itself: a task table by the Table API.

Source: https://www.servicenow.com/docs/r/api-reference/rest-apis/c_TableAPI.html
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.servicenow import tasks as adapter
from okr_engine.workflow.tasks import TaskState
from tests.connectors.task_platforms.stand_in import Reply, Request, now

USER, PASSWORD, CLIENT, TOKEN = "okr", "sn-password", "client-1", "token-1"
_STATES = {TaskState.OPEN: "1", TaskState.IN_PROGRESS: "2", TaskState.DONE: "3"}
_CLOSED = {"3", "4", "7"}
_DAY = "%Y-%m-%d %H:%M:%S"


@dataclass
class ServiceNow:
    records: dict[str, dict[str, str]] = field(default_factory=dict)
    fields: frozenset[str] = frozenset({"correlation_id", "correlation_display", "sys_updated_on"})
    adapter = adapter
    shows_words = True
    secrets: Mapping[str, str] = field(default_factory=lambda: {"OKR_SECRET_SERVICENOW": PASSWORD})

    def settings(self, address: str) -> dict[str, Any]:
        return {
            "address": address,
            "user": USER,
            "password_variable": "OKR_SECRET_SERVICENOW",
            "people": {"Ensilinja": "46d44a23a9fe19810012d100cca80666"},
        }

    def answer(self, request: Request) -> Reply:
        if request.parts == ("oauth_token.do",):
            return _token(request.body)
        basic = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if request.headers.get("authorization") not in (basic, f"Bearer {TOKEN}"):
            return _error(401, "User Not Authenticated")
        match request.method, request.parts[3:]:
            case "GET", ("task",):
                return self._listed(request.query)
            case "POST", ("task",):
                return self._made(request.body)
            case method, ("task", number) if number in self.records:
                if method == "GET":
                    return Reply(200, {"result": _cut(self.records[number], request.query)})
                if method == "PATCH":
                    return self._patched(number, request.body, by=USER)
            case _, ("task", _):
                return _error(404, "No Record found")
        return _error(400, "Invalid table")

    def tasks(self) -> dict[str, tuple[str, str]]:
        states = {number: state.value for state, number in _STATES.items()}
        return {
            one["correlation_id"]: (one["short_description"], states[one["state"]]) for one in self.records.values()
        }

    def texts(self) -> dict[str, str]:
        return {one["correlation_id"]: one["description"] for one in self.records.values()}

    def work(self, code: str, state: TaskState) -> None:
        self.set_state(code, _STATES[state])

    def set_state(self, code: str, state: str) -> None:
        self._patched(self._number(code), {"state": state}, by="ulla")

    def delete(self, code: str) -> None:
        del self.records[self._number(code)]

    def _number(self, code: str) -> str:
        return next(number for number, one in self.records.items() if one["correlation_id"] == code)

    def _listed(self, query: Mapping[str, str]) -> Reply:
        conditions = [one for one in query.get("sysparm_query", "ORDERBY").split("^") if not one.startswith("ORDERBY")]
        found = [one for one in self.records.values() if all(self._fits(one, each) for each in conditions)]
        skip, limit = int(query.get("sysparm_offset", 0)), int(query["sysparm_limit"])
        return Reply(200, {"result": [_cut(one, query) for one in found[skip : skip + limit]]})

    def _fits(self, record: Mapping[str, str], condition: str) -> bool:
        name, at_least, value = condition.partition(">=") if ">=" in condition else condition.partition("=")
        if name not in self.fields:
            return True
        return record[name] >= value if at_least == ">=" else record[name] == value

    def _made(self, given: Mapping[str, str]) -> Reply:
        number = f"{len(self.records) + 1:032x}"
        given = {**given, "short_description": given["short_description"][:160]}
        empty = {"sys_id": number, "state": "1", "sys_mod_count": "-1", "correlation_id": "", "correlation_display": ""}
        self.records[number] = empty
        self._patched(number, given, by=USER)
        return Reply(201, {"result": self.records[number]})

    def _patched(self, number: str, given: Mapping[str, str], *, by: str) -> Reply:
        record = self.records[number]
        if any(record.get(name) != value for name, value in given.items()):
            record.update(given)
            own = {"sys_updated_on": f"{now():{_DAY}}", "sys_updated_by": by}
            closed = {"active": "false" if record["state"] in _CLOSED else "true"}
            record.update(own | closed | {"sys_mod_count": str(int(record["sys_mod_count"]) + 1)})
        return Reply(200, {"result": record})


def _cut(record: Mapping[str, str], query: Mapping[str, str]) -> dict[str, str]:
    return {name: record[name] for name in query["sysparm_fields"].split(",")}


def _token(form: Mapping[str, str]) -> Reply:
    wanted = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": PASSWORD}
    if form != wanted:
        return Reply(400, {"error": "invalid_client"})
    return Reply(200, {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 1799})


def _error(status: int, text: str) -> Reply:
    return Reply(status, {"error": {"message": text, "detail": ""}, "status": "failure"})
