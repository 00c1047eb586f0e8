"""What rules have to be beside sound to give statuses: about one key result each, and with a last word."""

from collections.abc import Iterator

from okr_engine.errors import Mistake, Place
from okr_engine.rulebook.rulebook import Rulebook
from okr_engine.rulebook.rules import ActionThen, Rule, StatusThen
from okr_engine.words import message

_KEY_RESULT = "key_result"


def mistakes_in_status_rules(rulebook: Rulebook, file: str) -> list[Mistake]:
    """Everything that keeps a sound rulebook from giving statuses, each with its line and rule."""
    found = [mistake for rule in rulebook.rules for mistake in _mistakes(rule, file)]
    if not rulebook.has_last_word:
        found.append(Mistake(Place(file=file), message("rules.no_last_word")))
    return found


def _mistakes(rule: Rule, file: str) -> Iterator[Mistake]:
    place = Place(file=file, line=rule.line, record=rule.name)
    types = [pattern.type for pattern in rule.patterns]
    if isinstance(rule.then, StatusThen) and types[0] != _KEY_RESULT:
        yield Mistake(place, message("rules.status_of_something_else", type=types[0]))
    # What would change a status is said of one key result; a second one would be judged by its neighbour's figure.
    if not isinstance(rule.then, ActionThen) and types.count(_KEY_RESULT) > 1:
        yield Mistake(place, message("rules.several_key_results"))
