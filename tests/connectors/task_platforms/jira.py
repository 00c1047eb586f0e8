"""Jira Cloud, a stand-in written from the documentation and not Jira itself: issues, labels, transitions, JQL by pages.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.jira import tasks as adapter
from okr_engine.workflow.tasks import TaskState
from tests.connectors.task_platforms.stand_in import Reply, Request, now

USER, TOKEN, PROJECT = "okr@example.fi", "jira-token", "OKR"
# Status: its category. Every one is reached from every other one, as in the simplified workflow.
STATUSES = {"10000": "new", "10001": "indeterminate", "10002": "done", "10003": "undefined"}
_STATES = {TaskState.OPEN: "10000", TaskState.IN_PROGRESS: "10001", TaskState.DONE: "10002"}
_CLAUSE = re.compile(r'(\w+) (=|>=) "([^"]*)"')


@dataclass
class Jira:
    issues: dict[str, dict[str, Any]] = field(default_factory=dict)
    offered: frozenset[str] = frozenset(STATUSES)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("America/New_York"))
    page: int = 100
    adapter = adapter
    shows_words = True
    secrets: Mapping[str, str] = field(default_factory=lambda: {"OKR_SECRET_JIRA": TOKEN})

    def settings(self, address: str) -> dict[str, Any]:
        return {
            "address": address,
            "user": USER,
            "api_token_variable": "OKR_SECRET_JIRA",
            "project": PROJECT,
            "issue_type": "10100",
            "people": {"Ensilinja": "5b10a2844c20165700ede21g"},
        }

    def answer(self, request: Request) -> Reply:
        expected = "Basic " + base64.b64encode(f"{USER}:{TOKEN}".encode()).decode()
        if request.headers.get("authorization") != expected:
            return Reply(401, {"message": "Client must be authenticated to access this resource."})
        match request.method, request.parts[3:]:
            case "GET", ("project", "OKR"):
                return Reply(200, {"id": "10010", "key": PROJECT})
            case "GET", ("myself",):
                return Reply(200, {"accountId": "1", "timeZone": str(self.zone)})
            case "GET", ("search", "jql"):
                return self._found(request.query)
            case "POST", ("issue",):
                return self._made(request.body["fields"])
            case method, ("issue", number) if number in self.issues:
                if method == "GET":
                    return Reply(200, self._shown(number, changelog=request.query.get("expand") == "changelog"))
                if method == "PUT":
                    return self._put(number, request.body["fields"])
            case method, ("issue", number, "transitions") if number in self.issues:
                if method == "GET":
                    return Reply(200, {"transitions": [self._way(one) for one in sorted(self.offered)]})
                return self._moved(number, request.body["transition"]["id"], by="OKR")
        return Reply(404, {"errorMessages": ["Issue does not exist or you do not have permission to see it."]})

    def tasks(self) -> dict[str, tuple[str, str]]:
        states = {number: state.value for state, number in _STATES.items()}
        return {one["labels"][1]: (one["summary"], states[one["status"]]) for one in self.issues.values()}

    def texts(self) -> dict[str, str]:
        return {one["labels"][1]: _read(one["description"]) for one in self.issues.values()}

    def work(self, code: str, state: TaskState) -> None:
        self.set_status(code, _STATES[state])

    def set_status(self, code: str, status: str) -> None:
        self._moved(self._number(code), f"1{status}", by="Ulla")

    def delete(self, code: str) -> None:
        del self.issues[self._number(code)]

    def _number(self, code: str) -> str:
        return next(number for number, one in self.issues.items() if code in one["labels"])

    def _found(self, query: Mapping[str, str]) -> Reply:
        clauses = _CLAUSE.findall(query["jql"])
        assert " AND ".join(f'{name} {sign} "{value}"' for name, sign, value in clauses) == query["jql"]
        if "project" not in [name for name, *_ in clauses]:
            return Reply(400, {"errorMessages": ["Unbounded JQL queries are not allowed here."]})
        found = [one for one in self.issues if all(self._fits(self.issues[one], *clause) for clause in clauses)]
        start = int(query.get("nextPageToken", "0"))
        end = start + min(int(query["maxResults"]), self.page)
        more = {"nextPageToken": str(end)} if end < len(found) else {}
        return Reply(200, {"issues": [self._shown(one) for one in found[start:end]], "isLast": not more, **more})

    def _fits(self, issue: Mapping[str, Any], name: str, sign: str, value: str) -> bool:
        match name, sign:
            case "project", "=":
                return value == PROJECT
            case "labels", "=":
                return value in issue["labels"]
            case "updated", ">=":
                since = datetime.strptime(value, "%Y/%m/%d %H:%M").replace(tzinfo=self.zone)
                return bool(datetime.fromisoformat(issue["updated"]) >= since)
        raise AssertionError(f"not JQL of ours: {name} {sign}")

    def _made(self, given: Mapping[str, Any]) -> Reply:
        if given.get("project") != {"key": PROJECT} or "issuetype" not in given:
            return Reply(400, {"errors": {"project": "valid project is required"}})
        if mistake := _mistake({"summary": "", **given}):
            return mistake
        number = str(10000 + len(self.issues))
        self.issues[number] = {**given, "status": "10000", "updated": _moment(), "histories": []}
        return Reply(201, {"id": number, "key": f"{PROJECT}-{len(self.issues)}", "self": ""})

    def _put(self, number: str, given: Mapping[str, Any]) -> Reply:
        if mistake := _mistake(given):
            return mistake
        self.issues[number].update({**given, "updated": _moment()})
        return Reply(204)

    def _moved(self, number: str, way: str, *, by: str) -> Reply:
        if way.removeprefix("1") not in STATUSES:
            return Reply(400, {"errorMessages": ["Transition id is not valid for this issue."]})
        self.issues[number].update({"status": way.removeprefix("1"), "updated": _moment()})
        self.issues[number]["histories"].insert(0, {"author": {"displayName": by}, "created": _moment()})
        return Reply(204)

    def _way(self, status: str) -> dict[str, Any]:
        return {"id": f"1{status}", "name": f"To {status}", "to": _status(status)}

    def _shown(self, number: str, *, changelog: bool = False) -> dict[str, Any]:
        issue = self.issues[number]
        fields = {"status": _status(issue["status"]), "updated": issue["updated"], "labels": issue["labels"]}
        fields |= {"summary": issue["summary"], "duedate": issue["duedate"]}
        history = {"changelog": {"histories": issue["histories"]}} if changelog else {}
        return {"id": number, "key": f"{PROJECT}-{number}", "fields": fields, **history}


def _status(status: str) -> dict[str, Any]:
    return {"id": status, "name": f"Status {status}", "statusCategory": {"id": 1, "key": STATUSES[status]}}


def _mistake(given: Mapping[str, Any]) -> Reply | None:
    if "summary" in given and (not given["summary"] or "\n" in given["summary"]):
        return Reply(400, {"errors": {"summary": "You must specify a summary of the issue."}})
    if "description" in given and given["description"].get("type") != "doc":
        return Reply(400, {"errors": {"description": "Operation value must be an Atlassian Document"}})
    return None


def _read(document: Mapping[str, Any]) -> str:
    return "\n".join(part["text"] for paragraph in document["content"] for part in paragraph["content"])


def _moment() -> str:
    return f"{now():%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "+0000"
