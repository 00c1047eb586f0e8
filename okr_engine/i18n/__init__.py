"""The edge where keys, values and words become Finnish, Swedish or English."""

from okr_engine.i18n.formats import NOTHING, day, duration, listed, moment, number, period
from okr_engine.i18n.sentences import figure, fill, say, speak, spoken

__all__ = [
    "NOTHING",
    "day",
    "duration",
    "figure",
    "fill",
    "listed",
    "moment",
    "number",
    "period",
    "say",
    "speak",
    "spoken",
]
