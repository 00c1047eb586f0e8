"""What a back-test came to, in three whole sentences."""

from decimal import Decimal

from okr_engine.services.back_test_results import BackTest, Sightings
from okr_engine.words import Message, message


def back_test_in_words(tested: BackTest) -> tuple[Message, Message, Message]:
    """How much would change; what new reds there would be, and what reds would be missed, and which proved right."""
    return (
        _changes(tested),
        _sighted("back_test.new_reds", tested.new_reds) if tested.new_reds.count else message("back_test.no_new_reds"),
        _sighted("back_test.lost_reds", tested.lost_reds)
        if tested.lost_reds.count
        else message("back_test.no_lost_reds"),
    )


def _changes(tested: BackTest) -> Message:
    judged, quarters = Decimal(tested.judged), len(tested.quarters)
    if not tested.flips:
        return message("back_test.nothing_changes", judged=judged, quarters=quarters)
    return message("back_test.changes", judged=judged, quarters=quarters, count=len(tested.flips))


def _sighted(key: str, seen: Sightings) -> Message:
    return Message(key, {"count": seen.count, **vars(seen)})
