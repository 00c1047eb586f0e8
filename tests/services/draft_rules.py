"""Drafts of the status rules for tests: one that is milder, and ones that do harm; each with examples that hold."""

from okr_engine.rulebook import Rulebook


def milder(rulebook: Rulebook) -> str:
    """Support is called for only when forty points are missing instead of ten."""
    yaml = _with(rulebook.yaml, 'missed_by_points, ">", 10', 'missed_by_points, ">", 40')
    return _with(
        yaml, "missed_by_points: 29.89, comparable: 1, previous", "missed_by_points: 49.89, comparable: 1, previous"
    )


def green_without_data(rulebook: Rulebook) -> str:
    """A figure that has not arrived, or does not exist, is called on track."""
    before, name, rest = rulebook.yaml.partition("name: figure_has_not_arrived")
    rule, name_after, after = rest.partition("name: below_statutory_limit_twice")
    return before + name + rule.replace("no_data}", "on_track}") + name_after + after


def blind_to_the_law(rulebook: Rulebook) -> str:
    """Whoever misses a statutory limit twice is called on track."""
    before, name, rest = rulebook.yaml.partition("name: below_statutory_limit_twice")
    rule, name_after, after = rest.partition("name: no_target_and_no_direction")
    return before + name + rule.replace("needs_support}", "on_track}") + name_after + after


def easily_pleased(rulebook: Rulebook) -> str:
    """Whoever is far from the target and gets worse is called on track."""
    before, name, rest = rulebook.yaml.partition("name: far_from_target_and_worsening_points")
    rule, name_after, after = rest.partition("name: far_from_target_and_worsening_percent")
    return before + name + rule.replace("needs_support}", "on_track}") + name_after + after


def judging_nothing(rulebook: Rulebook) -> str:
    """Every figure that exists is left without a judgement."""
    rule = """
  - name: silence
    priority: 1
    when: {k: {type: key_result, if: [[has_value, "==", 1]]}}
    then: {status: not_assessed}
    because: {fi: "Ei arvioida", sv: "Bedöms inte", en: "Not assessed"}
    examples:
      - {given: {has_value: 1}, expect: not_assessed}
      - {given: {has_value: 0}, expect: nothing}
"""
    return _with(rulebook.yaml, "\nrules:\n", f"\nrules:\n{rule}")


def content_with_a_miss(rulebook: Rulebook) -> str:
    """Whoever has missed the target is called on track."""
    rule = """
  - name: contentment
    priority: 1
    when: {k: {type: key_result, if: [[met, "==", 0]]}}
    then: {status: on_track}
    because: {fi: "Riittää", sv: "Räcker", en: "Good enough"}
    examples:
      - {given: {met: 0}, expect: on_track}
      - {given: {met: 1}, expect: nothing}
"""
    return _with(rulebook.yaml, "\nrules:\n", f"\nrules:\n{rule}")


def red_at_first(rulebook: Rulebook) -> str:
    """A first figure that is better than its baseline calls for support."""
    before, name, rest = rulebook.yaml.partition("name: better_than_baseline\n")
    return before + name + rest.replace("on_track}", "needs_support}", 2)


def with_a_deaf_rule(rulebook: Rulebook) -> str:
    """A rule is added that nothing on record meets."""
    rule = """
  - name: perfect
    priority: 39
    when: {k: {type: key_result, if: [[value, "==", 100000]]}}
    then: {status: on_track}
    because: {fi: "Täydellinen", sv: "Perfekt", en: "Perfect"}
    examples:
      - {given: {value: 100000}, expect: on_track}
      - {given: {value: 1}, expect: nothing}
"""
    return _with(rulebook.yaml, "\nrules:\n", f"\nrules:\n{rule}")


def another_word(rulebook: Rulebook) -> str:
    """Only a sentence is worded otherwise: no status changes."""
    return _with(rulebook.yaml, "is within the target range.", "lies within the target range.")


def _with(yaml: str, before: str, after: str) -> str:
    assert before in yaml
    return yaml.replace(before, after, 1)
