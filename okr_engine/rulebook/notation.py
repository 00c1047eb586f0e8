"""A YAML file as parts that know their line, before anything is known of rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from okr_engine.errors import InvalidRules, Mistake, Place
from okr_engine.words import Message, message

LARGEST_FILE = 1_000_000


@dataclass(frozen=True)
class Part:
    """A mapping, a list or a single value (text, number, truth, date, nothing) and the line it begins on."""

    value: object
    line: int
    key_lines: Mapping[str, int] = field(default_factory=dict)

    def plain(self) -> object:
        """The value without its lines."""
        if isinstance(self.value, dict):
            return {key: part.plain() for key, part in self.value.items()}
        return [part.plain() for part in self.value] if isinstance(self.value, list) else self.value


Note = Callable[[int, Message], object]


def parts_of(path: Path, note: Note) -> Part:
    """The file as parts, as `parts_of_text` tells them; InvalidRules for no file and for one that is not UTF-8 too."""
    return parts_of_text(text_of(path), path.name, note)


def parts_of_text(text: str, file: str, note: Note) -> Part:
    """The text as parts; repeated keys are noted and the first one kept.

    Raises InvalidRules, with the one mistake there is, for what cannot be read at all: over 1 MB, not YAML, nested
    without end, empty.
    """
    try:
        root = _composed(text, file)
        return _part(root, note)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = message("rules.not_yaml", problem=error.problem or error.context or "")
        raise _unreadable(file, mark.line + 1 if mark else 1, what) from error
    except yaml.YAMLError as error:
        raise _unreadable(file, 1, message("rules.not_yaml", problem=str(error).splitlines()[0])) from error
    except RecursionError as error:
        raise _unreadable(file, 1, message("rules.too_deep")) from error


def text_of(path: Path) -> str:
    """What the file says; InvalidRules where it cannot be read, is over 1 MB, or not UTF-8."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(path.name, None, message("rules.no_file")) from error
    if len(content) > LARGEST_FILE:
        raise _too_large(path.name, len(content))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _unreadable(path.name, line, message("rules.not_utf8")) from error


def with_value(text: str, field: str, value: str) -> str:
    """The same text with another value of a field at its top; nothing else of it is touched."""
    root = yaml.compose(text, Loader=_Loader)
    assert isinstance(root, yaml.MappingNode)
    [node] = [of for key, of in root.value if key.value == field]
    return text[: node.start_mark.index] + value + text[node.end_mark.index :]


class _Loader(yaml.SafeLoader):
    """Composes without anchors, by which a small file can say an endless thing."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "anchor", None):
            raise yaml.composer.ComposerError(None, None, "anchors and aliases are not used", event.start_mark)
        return super().compose_node(parent, index)


def _composed(text: str, file: str) -> yaml.Node:
    if (size := len(text.encode("utf-8", "surrogatepass"))) > LARGEST_FILE:
        raise _too_large(file, size)
    root = yaml.compose(text, Loader=_Loader)
    if root is None or root.tag == "tag:yaml.org,2002:null":
        raise _unreadable(file, 1, message("rules.empty"))
    return root


def _too_large(file: str, size: int) -> InvalidRules:
    return _unreadable(file, None, message("rules.too_large", size=size, allowed=LARGEST_FILE))


def _unreadable(file: str, line: int | None, what: Message) -> InvalidRules:
    return InvalidRules(file, [Mistake(Place(file=file, line=line), what)])


def _part(node: yaml.Node, note: Note) -> Part:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, line, note)
    if isinstance(node, yaml.SequenceNode):
        return Part([_part(child, note) for child in node.value], line)
    return Part(_single(node), line)


def _mapping(node: yaml.MappingNode, line: int, note: Note) -> Part:
    value: dict[str, Part] = {}
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        at = key_node.start_mark.line + 1
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "?"
        if key in value:
            note(at, message("rules.repeated_key", key=key, first=lines[key]))
            continue
        value[key], lines[key] = _part(value_node, note), at
    return Part(value, line, lines)


def _single(node: yaml.Node) -> Any:
    try:
        return yaml.SafeLoader("").construct_object(node)
    except (ValueError, OverflowError):
        # A date such as the 30th of February: kept as the text it is, and refused by whoever wanted a date.
        return node.value
