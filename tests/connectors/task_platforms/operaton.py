"""Operaton, a stand-in written from its OpenAPI description and not the engine itself: processes with one user task.

Source: https://github.com/operaton/operaton/tree/main/engine-rest/engine-rest-openapi/src/main/templates/paths
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.operaton import tasks as adapter
from okr_engine.workflow.tasks import TaskState
from tests.connectors.task_platforms.stand_in import Reply, Request, now

PROCESS = "corrective_action"
_ENDED = ("COMPLETED", "EXTERNALLY_TERMINATED")


@dataclass
class Operaton:
    instances: dict[str, dict[str, Any]] = field(default_factory=dict)
    adapter = adapter
    shows_words = False
    secrets: Mapping[str, str] = field(default_factory=dict)

    def settings(self, address: str) -> dict[str, Any]:
        return {"address": f"{address}/engine-rest", "process": PROCESS, "people": {"Ensilinja": "ulla"}}

    def answer(self, request: Request) -> Reply:
        match request.method, request.parts[1:]:
            case "GET", ("process-definition", "key", "corrective_action"):
                return Reply(200, {"id": "corrective_action:1:4", "key": PROCESS})
            case "POST", ("process-definition", "key", "corrective_action", "start"):
                return self._started(request.body)
            case "GET", ("history", "process-instance"):
                return _paged((_shown(one) for one in self._asked_for(request.query)), request.query)
            case "GET", ("history", "process-instance", number) if number in self.instances:
                return Reply(200, _shown(self.instances[number]))
            case "GET", ("task",):
                running = (one for one in self._asked_for(request.query) if one["state"] == "ACTIVE")
                return _paged(
                    ({"processInstanceId": one["id"], "assignee": one["claimed"]} for one in running), request.query
                )
            case "GET", ("history", "variable-instance"):
                name = request.query["variableName"]
                told = ((one["id"], one["variables"].get(name)) for one in self._asked_for(request.query))
                found = ({"processInstanceId": number, "name": name, "value": value} for number, value in told)
                return _paged(found, request.query)
            case "POST", ("process-instance", number, "variables"):
                return self._changed(number, request.body["modifications"])
        return Reply(404, {"type": "InvalidRequestException", "message": "there is no such thing"})

    def tasks(self) -> dict[str, tuple[str, str]]:
        alive = [one for one in self.instances.values() if one["state"] != "EXTERNALLY_TERMINATED"]
        return {one["key"]: (one["variables"]["okrTitle"], self._state(one)) for one in alive}

    def texts(self) -> dict[str, str]:
        return {one["key"]: one["variables"]["okrText"] for one in self.instances.values()}

    def work(self, code: str, state: TaskState) -> None:
        """A person claims the task or gives it back; a process of several steps says itself that the work is done."""
        instance = self.instance(code)
        instance["claimed"] = "ulla" if state == TaskState.IN_PROGRESS else None
        instance["variables"]["okrState"] = "done" if state == TaskState.DONE else "open"

    def complete(self, code: str) -> None:
        self.instance(code).update({"state": "COMPLETED", "ended": _moment()})

    def delete(self, code: str) -> None:
        self.instance(code).update({"state": "EXTERNALLY_TERMINATED", "ended": _moment()})

    def instance(self, code: str) -> dict[str, Any]:
        return next(one for one in reversed(self.instances.values()) if one["key"] == code)

    def _state(self, instance: Mapping[str, Any]) -> str:
        says = str(instance["variables"]["okrState"])
        return "done" if instance["state"] == "COMPLETED" else "in_progress" if instance["claimed"] else says

    def _started(self, given: Mapping[str, Any]) -> Reply:
        number = f"instance-{len(self.instances) + 1}"
        own = {"id": number, "key": given.get("businessKey"), "state": "ACTIVE", "claimed": None}
        self.instances[number] = {**own, "started": _moment(), "ended": None, "variables": {}}
        if (refused := self._changed(number, given["variables"])).status != 204:
            return refused
        return Reply(200, {"id": number, "businessKey": given.get("businessKey"), "ended": False, "suspended": False})

    def _changed(self, number: str, given: Mapping[str, Any]) -> Reply:
        if number not in self.instances or self.instances[number]["state"] in _ENDED:
            return Reply(500, {"type": "RestException", "message": f"execution {number} doesn't exist"})
        if any(one["type"] != "String" or len(one["value"]) > 4000 for one in given.values()):
            return Reply(400, {"type": "InvalidRequestException", "message": "cannot set variables"})
        self.instances[number]["variables"].update({name: one["value"] for name, one in given.items()})
        return Reply(204)

    def _asked_for(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        assert query["sortBy"] == "instanceId", "a sortOrder needs a sortBy"
        return [one for one in self.instances.values() if _fits(one, query)]


def _fits(instance: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    ended = instance["state"] in _ENDED
    return all(
        (
            query.get("processDefinitionKey", PROCESS) == PROCESS,
            query.get("processInstanceBusinessKey", instance["key"]) == instance["key"],
            query.get("processInstanceId", instance["id"]) == instance["id"],
            ended or query.get("finished") != "true",
            not ended or query.get("unfinished") != "true",
            not ended or instance["ended"] >= query.get("finishedAfter", ""),
        )
    )


def _shown(instance: Mapping[str, Any]) -> dict[str, Any]:
    names = {"id": "id", "businessKey": "key", "state": "state", "startTime": "started", "endTime": "ended"}
    return {"processDefinitionKey": PROCESS} | {name: instance[own] for name, own in names.items()}


def _paged(found: Iterable[dict[str, Any]], query: Mapping[str, str]) -> Reply:
    first, most = int(query["firstResult"]), int(query["maxResults"])
    return Reply(200, list(found)[first : first + most])


def _moment() -> str:
    return f"{now():%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "+0000"
