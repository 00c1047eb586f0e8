"""What a long table does not show is counted."""

from collections.abc import Sequence

from app_pages.components.here import t
from app_pages.components.tables import Part, text


def the_rest(rows: Sequence[object], most: int) -> Sequence[Part]:
    """A line that says how many rows there are beyond the first `most`, if any."""
    return [text(t("table.more_rows", count=len(rows) - most))] if len(rows) > most else []
