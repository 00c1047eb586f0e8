"""Small counts are kept back, and so is what they could be told from."""

from hypothesis import given
from hypothesis import strategies as st

from okr_engine.statistics.disclosure import withheld


def test_a_part_with_fewer_than_the_fewest_is_not_told() -> None:
    assert withheld({"a": 4, "b": 3, "c": 50}, 5) == {"a", "b"}


def test_one_small_part_takes_the_next_smallest_with_it_so_that_it_cannot_be_subtracted() -> None:
    assert withheld({"a": 4, "b": 30, "c": 50}, 5) == {"a", "b"}


def test_without_a_threshold_everything_is_told() -> None:
    assert withheld({"a": 0, "b": 1}, 0) == frozenset()


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 50), max_size=8), st.integers(0, 60))
def test_never_is_exactly_one_of_several_parts_kept_back(counts: dict[str, int], fewest: int) -> None:
    kept = withheld(counts, fewest)

    assert {name for name, count in counts.items() if count < fewest} <= kept
    assert len(kept) != 1 or len(counts) == 1
