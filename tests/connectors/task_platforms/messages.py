"""What is sent to the stand-ins: an action that was just raised, and its later steps."""

from dataclasses import replace
from datetime import UTC, date, datetime

from okr_engine.workflow.tasks import Task, TaskMessage, TaskState

SENT = TaskMessage(
    id="9d3c3a30-58a6-4f0f-8f60-8a6f5b1f2c01",
    kind="raised",
    number=1,
    at=datetime(2026, 11, 1, 12, 0, tzinfo=UTC),
    task=Task(
        code="CA-2026-Q3-1",
        title="Hoitoonpääsy <b>&amp; 𝔘nicode</b>",
        text="Luvattu aika ei toteutunut: 70,11 %.\nToinen rivi & <script>.",
        assignee="Ensilinja",
        accountable="Palvelujohtaja",
        due=date(2026, 12, 1),
        link="https://okr.example/action?code=CA-2026-Q3-1",
        state=TaskState.OPEN,
    ),
)


def later(state: TaskState = TaskState.IN_PROGRESS, *, title: str = SENT.task.title) -> TaskMessage:
    """The next step, with the task as it then is."""
    return replace(
        SENT,
        id="9d3c3a30-58a6-4f0f-8f60-8a6f5b1f2c02",
        kind="acknowledged",
        number=2,
        task=replace(SENT.task, state=state, title=title),
    )
