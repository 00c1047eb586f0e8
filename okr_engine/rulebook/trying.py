"""Starting the child process that tries a draft, and hearing what it says, or how it ended."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Timer
from time import monotonic
from typing import Any

from okr_engine.errors import InvalidInput, InvalidRules, Mistake, Place
from okr_engine.rulebook.notation import LARGEST_FILE
from okr_engine.rulebook.trial import OUT_OF_MEMORY
from okr_engine.rulebook.values import Facts
from okr_engine.terms import Status
from okr_engine.words import Message, Words, message


@dataclass(frozen=True)
class Bounds:
    """What a trial may take: seconds for one answer, and megabytes in all."""

    seconds: int = 20
    megabytes: int = 1024


@dataclass(frozen=True)
class TriedRule:
    """One rule of a draft: the status it gives, if it gives one, its words, and how many examples hold of it."""

    name: str
    status: Status | None
    because: Words
    fingerprint: str
    examples: int


@dataclass(frozen=True)
class Judged:
    """What a draft says of a batch of facts: the rule that decides each subject, and every rule that was heard."""

    deciding: Mapping[str, str]
    heard: frozenset[str]


class Trial:
    """A draft that is sound, in a process of its own; the process ends with the `trial_of` that gave it."""

    def __init__(self, child: subprocess.Popen[str], bounds: Bounds) -> None:
        self._child = child
        self._bounds = bounds
        self._is_late = False
        self.slowest = 0.0
        """How many seconds its slowest judgement took."""
        self.version = ""
        self.rules: Mapping[str, TriedRule] = {}

    def read(self, yaml: str, file: str) -> None:
        """Let the child read the text and run its examples; InvalidRules with every mistake."""
        found = self._ask({"yaml": yaml, "file": file})
        if found["mistakes"]:
            raise InvalidRules(file, [_mistake(file, one) for one in found["mistakes"]])
        self.version = found["version"]
        self.rules = {one["name"]: _rule(one) for one in found["rules"]}

    def judge(self, facts: Sequence[Facts]) -> Judged:
        """What the draft says of the facts."""
        begun = monotonic()
        found = self._ask(list(facts))
        self.slowest = max(self.slowest, monotonic() - begun)
        if refused := found.get("refused"):
            raise InvalidInput(_message(refused))
        return Judged(found["deciding"], frozenset(found["heard"]))

    def _ask(self, told: object) -> Any:
        assert self._child.stdin
        assert self._child.stdout
        late = Timer(self._bounds.seconds, self._end)
        late.start()
        try:
            self._child.stdin.write(json.dumps(told) + "\n")
            self._child.stdin.flush()
            answer = self._child.stdout.readline()
        except BrokenPipeError:
            answer = ""
        finally:
            late.cancel()
        if not answer.endswith("\n"):  # a child that dies while it writes leaves half a line
            raise InvalidInput(self._how_it_ended(), remedy=message("rules.trial_remedy"))
        return json.loads(answer)

    def _end(self) -> None:
        self._is_late = True
        self._child.kill()

    def _how_it_ended(self) -> Message:
        self._child.kill()
        ended = self._child.wait()
        if self._is_late:
            return message("rules.trial_out_of_time", seconds=self._bounds.seconds)
        if ended == OUT_OF_MEMORY:
            return message("rules.trial_out_of_memory", megabytes=self._bounds.megabytes)
        return message("rules.trial_died", code=ended)


@contextmanager
def trial_of(yaml: str, file: str, *, bounds: Bounds = Bounds()) -> Iterator[Trial]:
    """A draft in a process of its own, read and found sound.

    Raises InvalidRules with every mistake, and InvalidInput where the process takes too long, too much, or dies.
    """
    if (size := len(yaml.encode("utf-8", "surrogatepass"))) > LARGEST_FILE:
        what = message("rules.too_large", size=size, allowed=LARGEST_FILE)
        raise InvalidRules(file, [Mistake(Place(file=file), what)])
    # The draft has no business with the installation's secrets.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OKR_")}
    command = [sys.executable, "-P", "-m", "okr_engine.rulebook.trial", str(bounds.megabytes)]
    child = subprocess.Popen(  # noqa: S603 - our own module, by our own interpreter
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        text=True,
        encoding="utf-8",
    )
    try:
        trial = Trial(child, bounds)
        trial.read(yaml, file)
        yield trial
    finally:
        child.kill()
        child.wait()
        for pipe in filter(None, (child.stdin, child.stdout)):
            with suppress(BrokenPipeError):
                pipe.close()


def _mistake(file: str, told: Mapping[str, Any]) -> Mistake:
    place = Place(file=file, line=told["line"], record=told["record"])
    return Mistake(place, _message(told["what"]), _message(told["allowed"]) if told["allowed"] else None)


def _message(told: Mapping[str, Any]) -> Message:
    return Message(told["key"], told["values"])


def _rule(told: Mapping[str, Any]) -> TriedRule:
    status = Status(told["status"]) if told["status"] else None
    return TriedRule(told["name"], status, Words(**told["because"]), told["fingerprint"], told["examples"])
