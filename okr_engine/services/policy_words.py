"""An escalation policy in words: line by line, what it is about and what it says."""

from collections.abc import Iterator
from datetime import time

from okr_engine.model import ActionState
from okr_engine.words import Message, message
from okr_engine.workflow.escalation import Policy, Subject

_IN_ORDER = (
    ActionState.RAISED,
    ActionState.NOTIFIED,
    ActionState.ACKNOWLEDGED,
    ActionState.PLANNED,
    ActionState.IN_PROGRESS,
    ActionState.DONE,
)


def policy_in_words(policy: Policy) -> Iterator[tuple[Message, Message]]:
    """Each line of the policy: its name, and the sentence."""
    for subject in Subject:
        links = [message(f"role.{kind}") for kind in policy.chain[subject]]
        yield message(f"policy.chain.{subject}"), message("policy.in_turn", links=links)
    for state in _IN_ORDER:
        yield message(f"action_state.{state}"), _clock(policy, state)
    yield message("policy.support_request"), message("policy.clock.support_request", count=policy.support_request)
    yield message("policy.reminders"), message("policy.reminders_first", count=policy.reminders)
    yield message("policy.top"), message("policy.repeat", count=policy.repeat)
    yield message("policy.extensions"), message("policy.extensions_told", count=policy.extensions)
    yield message("policy.working_day"), message("policy.hours", begins=_wall(policy.begins), ends=_wall(policy.ends))
    if policy.quiet is not None:
        begins, ends = policy.quiet
        yield message("policy.quiet"), message("policy.hours", begins=_wall(begins), ends=_wall(ends))
    if policy.closed_days:
        yield message("policy.closed_days"), message("policy.days", days=sorted(policy.closed_days))
    yield message("policy.time_zone"), message("policy.zone", name=policy.time_zone)


def _clock(policy: Policy, state: ActionState) -> Message:
    hours = policy.clocks[state]
    return message(f"policy.clock.{state}", count=hours) if hours else message("policy.told_at_once")


def _wall(at: time) -> str:
    return f"{at.hour}.{at.minute:02d}"
