"""Each rule carries its own proof; this runs it."""

from dataclasses import dataclass

from okr_engine.errors import Mistake, Place
from okr_engine.rulebook.judge import Engine
from okr_engine.rulebook.reading import NOTHING
from okr_engine.rulebook.rulebook import Rulebook
from okr_engine.words import message


@dataclass(frozen=True)
class ExampleFailure:
    """An example whose rule did not do what the example says."""

    file: str
    rule: str
    number: int
    expected: str
    got: str
    line: int

    @property
    def mistake(self) -> Mistake:
        """The same for the list of mistakes that keeps a rulebook from being published."""
        what = message("rules.example_failed", number=self.number, expected=self.expected, got=self.got)
        return Mistake(Place(file=self.file, line=self.line, record=self.rule), what)


def check_examples(rulebook: Rulebook, *, engine: Engine | None = None) -> list[ExampleFailure]:
    """Let every rule judge its own examples, each rule and each example by itself; return those that fail."""
    cases = [
        (place, number, example)
        for place, rule in enumerate(rulebook.rules)
        for number, example in enumerate(rule.examples, start=1)
    ]
    facts = [
        {**given, "type": pattern.type, "key": f"{place} {number} {pattern.alias}"}
        for place, number, example in cases
        for pattern, given in zip(rulebook.rules[place].patterns, example.given.values(), strict=True)
    ]
    fired = set(rulebook.firings(facts, engine=engine))
    failures = []
    for place, number, example in cases:
        rule = rulebook.rules[place]
        fires = (place, tuple(f"{place} {number} {pattern.alias}" for pattern in rule.patterns)) in fired
        if fires != example.fires:
            words = {True: rule.then.word, False: NOTHING}
            failure = (words[example.fires], words[fires], example.line)
            failures.append(ExampleFailure(f"{rulebook.name}.yaml", rule.name, number, *failure))
    return failures
