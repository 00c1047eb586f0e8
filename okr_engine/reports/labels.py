"""The words of a chart, each where it covers no other and no dot."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from okr_engine.reports.canvas import GREY, INK, TEAL, Ground
from okr_engine.reports.drawing import Beside, Dot, Drawing, Line, LineKind, Mark, MarkKind

SIZE = 12
_LETTER = 0.56 * SIZE
"""How wide a letter is on average."""

_ROW = SIZE + 2
_LABELLED = 8
"""With more dots than this only the newest, the highest and the lowest have their figures beside them."""

_FARTHEST = 7
"""So many half rows away from its line words still belong to it."""

_COLOURS = {LineKind.TARGET: TEAL, LineKind.LIMIT: INK}


@dataclass(frozen=True)
class Word:
    """Words at a place in pixels, `aside` of it; their middle line runs through it, `align` says which end is there."""

    text: str
    x: float
    y: float
    align: str
    colour: str
    aside: float = 0.0
    bold: bool = False


@dataclass(frozen=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "_Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def words_of(drawing: Drawing, ground: Ground) -> list[Word]:
    """Every word that finds a place, the most important first; what finds none is told in the table."""
    taken = [_around(ground.x(dot.day), ground.y(dot.value)) for dot in drawing.dots]
    whole = _Box(-_LETTER, 0, ground.width + _LETTER, ground.height)
    found = list[Word]()
    for tries in _wishes(drawing, ground):
        for word in tries:
            box = _box(word)
            if _lies_in(box, whole) and not any(map(box.meets, taken)):
                found.append(word)
                taken.append(box)
                break
    return found


def _wishes(drawing: Drawing, ground: Ground) -> Iterator[Iterable[Word]]:
    """For each word the places that would do, best first."""
    beside = _told(drawing.dots)
    yield from (_of_dot(dot, ground) for dot in beside[:1])
    yield from (_of_mark(mark, ground) for mark in drawing.marks)
    yield from (_of_aim(line, ground) for line in drawing.lines if line.kind in _COLOURS)
    if drawing.baseline:
        day, value, said = drawing.baseline
        yield _around_line(said, ground.x(day), ground.y(value), "left", GREY, 8)
    yield from (_of_dot(dot, ground) for dot in beside[1:])
    levels = [line for line in drawing.lines if line.kind not in _COLOURS]
    steps = [_under(line, ground) for line in levels if line.beside != Beside.ITS_LENGTH]
    yield from (_of_last_step(line, steps, ground) for line in levels if line.beside == Beside.ITS_END)
    yield from (_of_level(line, ground) for line in levels if line.beside == Beside.ITS_LENGTH)


def _told(dots: Sequence[Dot]) -> list[Dot]:
    """The dots whose figure stands beside them, the newest first."""
    newest_first = list(reversed(dots))
    if len(dots) <= _LABELLED:
        return newest_first
    ends = (newest_first[0], max(dots, key=_value), min(dots, key=_value))
    return list(dict.fromkeys(ends))


def _value(dot: Dot) -> float:
    return dot.value


def _of_dot(dot: Dot, ground: Ground) -> Iterator[Word]:
    x, y = ground.x(dot.day), ground.y(dot.value)
    half = len(dot.told) * _LETTER / 2
    align, aside = (
        ("right", ground.width - x) if x + half > ground.width else ("left", -x) if x < half else ("center", 0)
    )
    for down in (-_ROW, _ROW, -_ROW - 4, _ROW + 4):
        yield Word(dot.told, x, y + down, align, INK, aside, bold=True)


def _of_mark(mark: Mark, ground: Ground) -> Iterator[Word]:
    x = ground.x(mark.day)
    rows = [8, 8 + _ROW, 8 + 2 * _ROW]
    if mark.kind == MarkKind.REBASE:
        rows = [ground.height - row for row in rows]
    for text in (mark.said, mark.short):
        for y in rows:
            yield Word(text, x, y, "left", GREY, 5)
            yield Word(text, x, y, "right", GREY, -5)


def _of_aim(line: Line, ground: Ground) -> Iterator[Word]:
    return _around_line(line.said, ground.x(line.until), ground.y(line.value), "right", _COLOURS[line.kind])


def _of_level(line: Line, ground: Ground) -> Iterable[Word]:
    """A level that holds for a short time has no room for its words."""
    left, right = ground.x(line.since), ground.x(line.until)
    if right - left < len(line.said) * _LETTER:
        return ()
    return _around_line(line.said, left, ground.y(line.value), "left", GREY, 2)


def _of_last_step(line: Line, steps: Sequence[_Box], ground: Ground) -> Iterator[Word]:
    """Above or below all steps that the words reach over, and only where there is no such place across them."""
    y = ground.y(line.value)
    rows = [side * (_ROW / 2 + 2 + further * _ROW / 2) for further in range(_FARTHEST) for side in (-1, 1)]
    places = [Word(line.said, ground.x(line.until), y + down, "right", GREY) for down in rows]
    crosses = {place: any(map(_box(place).meets, steps)) for place in places}
    yield from sorted(places, key=crosses.__getitem__)


def _under(line: Line, ground: Ground) -> _Box:
    """What a line itself covers."""
    ends = sorted((ground.y(line.value), ground.y(line.value if line.to is None else line.to)))
    return _Box(ground.x(line.since), ends[0] - 1, ground.x(line.until), ends[1] + 1)


def _around_line(text: str, x: float, y: float, align: str, colour: str, aside: float = 0) -> Iterator[Word]:
    half = _ROW / 2 + 2
    for down in (-half, half, -half - _ROW, half + _ROW):
        yield Word(text, x, y + down, align, colour, aside)


def _box(word: Word) -> _Box:
    width = len(word.text) * _LETTER
    left = word.x + word.aside - {"left": 0.0, "center": 0.5, "right": 1.0}[word.align] * width
    return _Box(left, word.y - _ROW / 2, left + width, word.y + _ROW / 2)


def _around(x: float, y: float) -> _Box:
    return _Box(x - 5, y - 5, x + 5, y + 5)


def _lies_in(box: _Box, whole: _Box) -> bool:
    is_high_enough = whole.top <= box.top and box.bottom <= whole.bottom
    return is_high_enough and whole.left <= box.left and box.right <= whole.right
