"""The rules: YAML with examples, checked, versioned, and judged by an engine with a plain interpreter beside it."""

from okr_engine.rulebook.conclusions import Conclusion
from okr_engine.rulebook.examples import ExampleFailure, check_examples
from okr_engine.rulebook.judge import Engine, engine_name
from okr_engine.rulebook.reading import in_force_from, read_rulebook, rulebook_of
from okr_engine.rulebook.rulebook import Rulebook, fingerprint
from okr_engine.rulebook.rules import ActionThen, FlagThen, Rule, StatusThen
from okr_engine.rulebook.status_rules import mistakes_in_status_rules
from okr_engine.rulebook.values import Facts
from okr_engine.rulebook.vocabulary import VOCABULARY, ChainRole, Fact, Kind
from okr_engine.terms import Status

__all__ = [
    "VOCABULARY",
    "ActionThen",
    "ChainRole",
    "Conclusion",
    "Engine",
    "ExampleFailure",
    "Fact",
    "Facts",
    "FlagThen",
    "Kind",
    "Rule",
    "Rulebook",
    "Status",
    "StatusThen",
    "check_examples",
    "engine_name",
    "fingerprint",
    "in_force_from",
    "mistakes_in_status_rules",
    "read_rulebook",
    "rulebook_of",
]
