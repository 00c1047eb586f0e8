"""Words from the database inside Markdown: shown as they are, whatever signs they contain."""

import re

_SIGNS = re.compile(r"([\\`*_{}\[\]()#+!|<>~$:^=&-])")
_BULLETS = re.compile(r"^(\s*)(\d+)\.", re.MULTILINE)


def plain(words: str) -> str:
    """The words, with every sign that Markdown would act on made harmless; line breaks stay."""
    escaped = _BULLETS.sub(r"\1\2\\.", _SIGNS.sub(r"\\\1", words))
    return escaped.replace("\n", "  \n")
