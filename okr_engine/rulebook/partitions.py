"""Facts in batches small enough for the engine, with everything that can meet in one rule kept together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from okr_engine.rulebook.rules import Operator, Pattern, Reference, Rule
from okr_engine.rulebook.values import CheckedFacts, Scalar, worked_out

# One batch holds the interpreter's lock for 5 to 10 ms; larger ones are not faster and keep other people waiting.
BATCH = 250


@dataclass(frozen=True)
class _Link:
    """An equality by which facts of two patterns find each other."""

    type: str
    fact: str
    other_type: str
    reference: Reference

    def meeting_points(self, one: CheckedFacts) -> Iterator[Scalar]:
        if one.type == self.type and self.fact in one.values:
            yield one.values[self.fact]
        if one.type == self.other_type and (value := one.values.get(self.reference.fact)) is not None:
            yield worked_out(self.reference, value) if isinstance(value, int) else value


def partitions(rules: Sequence[Rule], facts: Sequence[CheckedFacts]) -> Iterator[list[CheckedFacts]]:
    """The facts that `rules` can use, in batches of at most 250, or as many as have to stay together."""
    types = {pattern.type for rule in rules for pattern in rule.patterns}
    usable = [one for one in facts if one.type in types]
    batch: list[CheckedFacts] = []
    for company in _companies(_links(rules), usable):
        if batch and len(batch) + len(company) > BATCH:
            yield batch
            batch = []
        batch += company
    if batch:
        yield batch


def joins(rule: Rule) -> Iterator[tuple[Pattern, str, Reference]]:
    """Each equality of the rule that ties a pattern's fact to another pattern."""
    for pattern in rule.patterns:
        for test in pattern.tests:
            value = test.value
            if isinstance(value, Reference) and value.alias != pattern.alias and test.operator is Operator.EQUAL:
                yield pattern, test.fact, value


def _links(rules: Sequence[Rule]) -> list[_Link]:
    types = [{pattern.alias: pattern.type for pattern in rule.patterns} for rule in rules]
    return [
        _Link(pattern.type, fact, of[reference.alias], reference)
        for rule, of in zip(rules, types, strict=True)
        for pattern, fact, reference in joins(rule)
    ]


def _companies(links: Sequence[_Link], facts: Sequence[CheckedFacts]) -> Iterable[list[CheckedFacts]]:
    if not links:
        return ([one] for one in facts)
    leader = list(range(len(facts)))

    def find(place: int) -> int:
        while leader[place] != place:
            leader[place] = leader[leader[place]]
            place = leader[place]
        return place

    first_at: dict[tuple[int, Scalar], int] = {}
    for place, one in enumerate(facts):
        for number, link in enumerate(links):
            for point in link.meeting_points(one):
                leader[find(place)] = find(first_at.setdefault((number, point), place))
    companies: dict[int, list[CheckedFacts]] = {}
    for place, one in enumerate(facts):
        companies.setdefault(find(place), []).append(one)
    return companies.values()
