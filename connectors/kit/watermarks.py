"""How far a source has been read, with an overlap for what arrives late."""

from datetime import datetime, timedelta

from okr_engine.measuring.sources import Watermark


def read_from(since: Watermark | None, overlap: timedelta) -> datetime | None:
    """Where the next reading begins: some time before the watermark; None reads everything."""
    return since.moment - overlap if since and since.moment else None


def moved_to(since: Watermark | None, latest: datetime | None, now: datetime) -> Watermark:
    """The watermark after reading up to `latest`: never back, and never into the future of a clock that is wrong."""
    known = since.moment if since else None
    moments = [moment for moment in (known, min(latest, now) if latest else None) if moment]
    return Watermark(moment=max(moments, default=None), cursor=since.cursor if since else None)
