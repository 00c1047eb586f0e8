"""Rules as sentences, in each language: what they look at, what follows, why, and their examples."""

import pytest

from okr_engine.rulebook import Rulebook, rulebook_of
from okr_engine.services.installation import Rulebooks, read_rulebooks
from okr_engine.services.rules_in_words import RuleInWords, in_words
from okr_engine.terms import Status
from okr_engine.words import Language


@pytest.fixture(scope="module")
def rulebooks() -> Rulebooks:
    return read_rulebooks()


def rule(rulebook: Rulebook, name: str, language: Language = Language.FI) -> RuleInWords:
    return next(one for one in in_words(rulebook, language) if one.name == name)


def spaced(texts: tuple[str, ...]) -> list[str]:
    return [text.replace("\N{NO-BREAK SPACE}", " ") for text in texts]


def test_a_rule_says_what_it_looks_at_what_follows_and_why(rulebooks: Rulebooks) -> None:
    found = rule(rulebooks.status, "far_from_target_and_worsening_points")

    assert spaced(found.conditions) == [
        "Mittaustulos on olemassa: Kyllä",
        "Aikataulu tavoitetasoon on olemassa: Ei",
        "Tavoitetaso on saavutettu: Ei",
        "Ero tavoitetasoon pisteinä tai prosenttiyksikköinä: yli 10 prosenttiyksikköä",
        "Edellinen tulos on vertailukelpoinen: Kyllä",
        "Parannus edellisestä vertailukelpoisesta tuloksesta: alle 0",
    ]
    assert found.status == Status.NEEDS_SUPPORT
    assert found.reason.startswith("Ero tavoitetasoon on … eli yli kymmenen")


def test_a_choice_of_words_is_listed_in_the_readers_words(rulebooks: Rulebooks) -> None:
    found = rule(rulebooks.status, "figure_has_not_arrived", Language.EN)

    assert found.conditions[1].count(";") == 1
    assert "late" in found.conditions[1]
    assert "source_failed" not in found.conditions[1]


def test_a_rule_without_conditions_says_that_it_is_the_last_word(rulebooks: Rulebooks) -> None:
    assert rule(rulebooks.status, "could_not_be_judged").conditions == ("Aina, kun mikään aiempi sääntö ei toteudu",)


def test_an_action_says_how_much_time_there_is_and_that_the_policy_says_who_is_asked(rulebooks: Rulebooks) -> None:
    found = rule(rulebooks.actions, "support_needed")

    assert found.status is None
    [follows] = spaced((found.follows,))
    assert "30 päivää" in follows
    assert follows.endswith("Vastuussa vastuuketjun mukaan.")


def test_a_rule_with_a_chain_of_its_own_names_who_is_asked(rulebooks: Rulebooks) -> None:
    own = rulebooks.actions.yaml.replace("due_in_days: 30}", "due_in_days: 30, chain: [goal_owner, sponsor]}")

    found = rule(rulebook_of(own, "actions.yaml"), "support_needed")

    assert "Tavoitteen omistaja ja Johdon omistaja" in found.follows


def test_examples_say_what_was_given_and_whether_the_rule_fires(rulebooks: Rulebooks) -> None:
    first, second, *_ = rule(rulebooks.status, "worsened_twice").examples

    assert spaced(first.given) == [
        "Mittaustulos on olemassa: Kyllä",
        "Mittaustulos: 70",
        "Peräkkäiset heikentymiset: 2",
        "Lopulliset tulokset, joita voi verrata keskenään: 3",
        "Mitä niin moni tulos riittää kertomaan: T2: muutoksen näkee, vaihtelua ei voi arvioida.",
    ]
    assert (first.fires, second.fires) == (True, False)


def test_the_yaml_beside_a_rule_is_the_rules_own(rulebooks: Rulebooks) -> None:
    found = rule(rulebooks.status, "worsened_twice").yaml

    assert found.startswith("- name: worsened_twice\n  priority: 70\n")
    assert found.rstrip().endswith("expect: nothing}")
    assert found.count("name:") == 1
    assert "#" not in rule(rulebooks.status, "no_figure").yaml


def test_rules_stand_in_the_order_in_which_they_are_asked(rulebooks: Rulebooks) -> None:
    names = [one.name for one in in_words(rulebooks.status, Language.FI)]

    assert names.index("no_figure") < names.index("target_met") < names.index("could_not_be_judged")


def test_a_comparison_with_another_fact_names_it_with_its_sum(rulebooks: Rulebooks) -> None:
    test = '[value, "<", {ref: k.target, op: "*", by: 0.5}]'
    changed = rulebooks.status.yaml.replace('[worsened_in_a_row, ">=", 2]', test, 1)

    found = rule(rulebook_of(changed, "status.yaml"), "worsened_twice")

    assert found.conditions[1] == "Mittaustulos: alle Tavoitetaso × 0,5"


@pytest.mark.parametrize("language", Language)
def test_every_rule_of_every_book_has_words_in_each_language(rulebooks: Rulebooks, language: Language) -> None:
    for book in (rulebooks.status, rulebooks.actions, rulebooks.data_quality):
        for one in in_words(book, language):
            said = [*one.conditions, one.follows, one.reason, *(text for each in one.examples for text in each.given)]
            assert all(said)
            assert "«" not in "".join(said)
            assert "{" not in "".join(said)
