"""Files that outgrow their packing, break off or mix encodings, read without trusting them."""

import codecs
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO

from okr_engine.errors import InvalidInput, SourceUnavailable
from okr_engine.words import message

# Registers shrink five to thirty times; what shrinks two hundred times is made to harm.
MOST_SHRUNK = 200
_FREE_BYTES = 16 * 1024 * 1024
_GZIP = 16 + zlib.MAX_WBITS
_CHUNK = 1024 * 1024
_ZIP_BYTES = 4 * 1024 * 1024 * 1024


def unpacked(file: IO[bytes], *, name: str) -> Iterator[bytes]:
    """The content in chunks, decompressed where it is gzip; what breaks off or grows without bound raises."""
    head = file.read(2)
    file.seek(0)
    if head != b"\x1f\x8b":
        yield from iter(lambda: file.read(_CHUNK), b"")
        return
    grown = 0
    for chunk in _decompressed(file, name):
        grown += len(chunk)
        refuse_bomb(grown, file.tell(), name=name)
        yield chunk


def refuse_bomb(grown: int, packed: int, *, name: str) -> None:
    """Raise InvalidInput when `packed` bytes have grown beyond what honest data does."""
    if grown > _FREE_BYTES + MOST_SHRUNK * packed:
        raise InvalidInput(
            message("sources.grows_without_bound", file=name), remedy=message("sources.file_damaged_remedy")
        )


def check_archive(file: IO[bytes], *, name: str) -> None:
    """Raise unless `file` is a whole zip archive (a workbook is one) of a size that can be read."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise damaged(name) from error
    grown = sum(part.file_size for part in parts)
    refuse_bomb(grown, sum(part.compress_size for part in parts), name=name)
    if grown > _ZIP_BYTES:
        raise InvalidInput(message("sources.grows_without_bound", file=name))
    file.seek(0)


def decoded(line: bytes) -> str:
    """A line as text: UTF-8, or Windows-1252 where a line is not; files put together from several systems mix them."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def text_lines(
    chunks: Iterator[bytes], *, split: Callable[[Iterator[bytes]], Iterator[bytes]], encoding: str | None
) -> Iterator[str]:
    """The lines of a file in `encoding`, or in whatever each line turns out to be; a byte order mark decides first."""
    first = next(chunks, b"")
    wide = "utf-16" if first[:2] in (b"\xff\xfe", b"\xfe\xff") else None

    def rest() -> Iterator[bytes]:
        yield first.removeprefix(b"\xef\xbb\xbf")
        yield from chunks

    if wide or (encoding and encoding.lower().startswith("utf-16")):
        yield from _wide_lines(rest(), wide or str(encoding))
        return
    for line in split(rest()):
        yield line.decode(encoding, errors="replace") if encoding else decoded(line)


def damaged(name: str) -> SourceUnavailable:
    """The error for a file that breaks off or is not what its name says; copying it again may help."""
    return SourceUnavailable(message("sources.file_damaged", file=name), remedy=message("sources.file_damaged_remedy"))


def _decompressed(file: IO[bytes], name: str) -> Iterator[bytes]:
    """The content of gzip members in bounded chunks, up to the very byte at which a file breaks off."""
    member = zlib.decompressobj(_GZIP)
    while raw := file.read(_CHUNK):
        while raw:
            if member.eof:
                member = zlib.decompressobj(_GZIP)
            try:
                yield member.decompress(raw, _CHUNK)
            except zlib.error as error:
                raise damaged(name) from error
            raw = member.unused_data.lstrip(b"\0") if member.eof else member.unconsumed_tail
    if not member.eof:
        yield member.flush()
        raise damaged(name)


def _wide_lines(chunks: Iterator[bytes], encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    rest = ""
    for chunk in chunks:
        *whole, rest = (rest + decoder.decode(chunk)).split("\n")
        yield from (line.removesuffix("\r") for line in whole)
    if rest:
        yield rest
