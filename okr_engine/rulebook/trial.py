"""The child process in which a draft of a rulebook is read, compiled and tried: `python -m okr_engine.rulebook.trial`.

It is told one JSON value a line and answers one a line: first the text, which it answers with what it found; then
batches of facts, which it answers with what the rules say of them. Whatever a draft does, it does it to this process.
"""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from okr_engine.errors import InvalidInput, InvalidRules, Mistake
from okr_engine.rulebook.examples import check_examples
from okr_engine.rulebook.reading import rulebook_of
from okr_engine.rulebook.rulebook import Rulebook, fingerprint
from okr_engine.rulebook.rules import Rule, StatusThen
from okr_engine.rulebook.status_rules import mistakes_in_status_rules
from okr_engine.rulebook.values import Facts
from okr_engine.words import Message, message

OUT_OF_MEMORY = 3

# Whoever started it keeps the time of each answer; this is for the child that nobody waits for any more.
_MOST_SECONDS = 600

try:
    import resource
except ImportError:  # a system without such limits
    resource = None  # type: ignore[assignment]


def main() -> int:
    """Answer line by line until nothing more is told."""
    megabytes = int(sys.argv[1])
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        _answer_all(_answers_to(json.loads(sys.stdin.readline())))
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def _answer_all(answer: Callable[[Any], dict[str, Any]]) -> None:
    for line in sys.stdin:
        _say(answer(json.loads(line)))


def _answers_to(told: dict[str, str]) -> Callable[[Any], dict[str, Any]]:
    """Say what there is to say of the text itself; what comes back judges facts by it."""
    try:
        rulebook = rulebook_of(told["yaml"], told["file"])
    except InvalidRules as refused:
        _say({"mistakes": [_mistake(one) for one in refused.mistakes], "version": "", "rules": []})
        return lambda _facts: {}
    mistakes = [one.mistake for one in check_examples(rulebook)]
    mistakes += mistakes_in_status_rules(rulebook, told["file"])
    _say(
        {
            "mistakes": [_mistake(one) for one in mistakes],
            "version": rulebook.version,
            "rules": [_rule(one) for one in rulebook.rules],
        }
    )
    return lambda facts: _judged(rulebook, facts)


def _judged(rulebook: Rulebook, facts: Sequence[Facts]) -> dict[str, Any]:
    """The rule that gives each subject its status, and every rule that has said something."""
    try:
        conclusions = rulebook.judge(facts)
    except InvalidInput as refused:
        return {"refused": _message(refused.what)}
    deciding = {one.subject: one.rule for one in conclusions if isinstance(one.then, StatusThen)}
    if without := {str(one["key"]) for one in facts} - deciding.keys():
        return {"refused": _message(message("rules.without_status", count=len(without)))}
    return {"deciding": deciding, "heard": sorted({one.rule for one in conclusions})}


def _rule(rule: Rule) -> dict[str, Any]:
    then = rule.then
    return {
        "name": rule.name,
        "status": then.status if isinstance(then, StatusThen) else None,
        "because": {"fi": rule.because.fi, "sv": rule.because.sv, "en": rule.because.en},
        "fingerprint": fingerprint(rule),
        "examples": len(rule.examples),
    }


def _mistake(one: Mistake) -> dict[str, Any]:
    return {
        "line": one.place.line,
        "record": one.place.record,
        "what": _message(one.what),
        "allowed": _message(one.allowed) if one.allowed else None,
    }


def _message(what: Message) -> dict[str, Any]:
    return {"key": what.key, "values": dict(what.values)}


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer, default=str) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
