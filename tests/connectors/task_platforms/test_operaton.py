"""Processes of Operaton and Camunda 7: what is particular about them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from defusedxml.ElementTree import parse

import connectors.operaton
from okr_engine.workflow.tasks import TaskState
from tests.connectors.task_platforms.messages import SENT, later
from tests.connectors.task_platforms.operaton import PROCESS, Operaton
from tests.connectors.task_platforms.trial import Trial

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
EXAMPLE = Path(connectors.operaton.__file__).with_name("corrective_action.bpmn")


def example() -> Any:
    return parse(EXAMPLE).find(f"{BPMN}process")


operaton = pytest.mark.parametrize("trial", [Operaton], indirect=True)


@operaton
def test_whoever_claims_the_user_task_has_taken_up_the_action(trial: Trial) -> None:
    ref = trial.send(SENT)

    trial.platform.work(SENT.task.code, TaskState.IN_PROGRESS)

    seen = trial.seen(ref)
    assert (seen.state, seen.by) == (TaskState.IN_PROGRESS, "ulla")


@operaton
def test_a_process_that_has_ended_is_done_and_is_left_as_it_is(trial: Trial) -> None:
    ref = trial.send(SENT)
    cursor = trial.changes().cursor
    trial.platform.complete(SENT.task.code)

    assert [one.state for one in trial.changes(cursor).seen] == [TaskState.DONE]
    assert trial.send(later(title="Uusi otsikko"), trial.seen(ref).ref).ref == ref.ref
    assert trial.platform.tasks() == {SENT.task.code: (SENT.task.title, "done")}


@operaton
def test_a_process_that_was_cancelled_is_told_as_gone_and_never_as_done(trial: Trial) -> None:
    ref = trial.send(SENT)
    cursor = trial.changes().cursor
    trial.platform.delete(SENT.task.code)

    changes = trial.changes(cursor)

    assert (changes.seen, changes.gone) == ((), (ref.ref,))


@operaton
def test_a_state_that_a_process_made_up_is_under_way(trial: Trial) -> None:
    ref = trial.send(SENT)
    trial.platform.instance(SENT.task.code)["variables"]["okrState"] = "odottaa hankintaa"

    assert trial.seen(ref).state == TaskState.IN_PROGRESS


@operaton
def test_a_text_longer_than_the_engine_keeps_is_shortened(trial: Trial) -> None:
    trial.send(replace(SENT, task=replace(SENT.task, text="ä" * 5000)))

    assert len(trial.platform.texts()[SENT.task.code]) == 4000


@operaton
def test_two_hundred_processes_are_asked_for_by_pages_and_not_one_by_one(trial: Trial) -> None:
    trial.send(SENT)
    pattern = trial.platform.instance(SENT.task.code)
    trial.platform.instances.update({f"more-{number}": {**pattern, "id": f"more-{number}"} for number in range(200)})
    before = len(trial.server.asked)

    assert len({one.ref.ref for one in trial.changes().seen}) == 201
    assert len(trial.server.asked) - before < 15


@operaton
def test_the_example_uses_the_variables_that_are_sent(trial: Trial) -> None:
    trial.send(SENT)
    sent = trial.platform.instance(SENT.task.code)["variables"]
    process = example()
    [task] = process.findall(f"{BPMN}userTask")
    [condition] = process.iter(f"{BPMN}condition")
    words = " ".join([*task.attrib.values(), task.findtext(f"{BPMN}documentation", ""), condition.text or ""])

    assert process.get("id") == PROCESS
    assert {name for name in sent if name in words} == {
        "okrTitle",
        "okrText",
        "okrDue",
        "okrLink",
        "okrAssignee",
        "okrState",
    }


def test_the_flows_of_the_example_lead_from_step_to_step() -> None:
    process = example()
    steps = {one.get("id") for one in process}

    flows = process.findall(f"{BPMN}sequenceFlow")
    assert len(flows) == 3
    assert {one.get(end) for one in flows for end in ("sourceRef", "targetRef")} <= steps
