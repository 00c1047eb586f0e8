"""Is this file a workbook, and is it safe to open? Answered from its first bytes and its table of contents."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import IO
from zipfile import BadZipFile, ZipFile

from okr_engine.errors import InvalidWorkbook, Mistake, Place
from okr_engine.words import Message, message

_MEGABYTE = 2**20
_UNPACKED_TIMES = 8
_MOST_PARTS = 2_000
_SUSPECT_SIZE = 20 * _MEGABYTE
_SUSPECT_RATIO = 200
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z0-9:]{1,40})[\"']")
_BLOCK = 2**20
_OVERLAP = 200


def refused(file: str, what: Message, remedy: Message) -> InvalidWorkbook:
    """The error for a file that cannot be read at all."""
    return InvalidWorkbook(file, [Mistake(Place(file=file), what, remedy)])


def check_size(data: bytes, *, file: str, max_mb: int) -> None:
    """Refuse an empty file and one above the limit with InvalidWorkbook."""
    if not data:
        raise refused(file, message("workbook.empty_file"), message("workbook.empty_file_remedy"))
    if len(data) > max_mb * _MEGABYTE:
        size = -(-len(data) // _MEGABYTE)
        raise refused(
            file, message("workbook.too_large", size=size), message("workbook.too_large_remedy", limit=max_mb)
        )


def check_workbook(data: bytes, *, file: str, max_mb: int) -> None:
    """Refuse with InvalidWorkbook what is no .xlsx workbook, is locked, broken, or far larger inside than outside."""
    check_size(data, file=file, max_mb=max_mb)
    if data.startswith(_OLE):
        locked = _ENCRYPTED in data
        raise refused(file, *(_HAS_A_PASSWORD if locked else _IS_OLD_EXCEL))
    if not data.startswith(b"PK"):
        raise refused(file, *_IS_NO_WORKBOOK)
    try:
        with ZipFile(BytesIO(data)) as archive:
            _check_contents(archive, file=file, limit=max_mb * _MEGABYTE * _UNPACKED_TIMES)
    except (BadZipFile, EOFError, ValueError, NotImplementedError) as error:
        raise refused(file, *IS_BROKEN) from error


def merged_ranges(source: IO[bytes]) -> Iterator[str]:
    """The merged cells of a sheet's XML, as B4:C4; read in blocks, never as a whole."""
    tail = b""
    while block := source.read(_BLOCK):
        text = tail + block
        end = 0
        for found in _MERGED.finditer(text):
            end = found.end()
            yield found[1].decode()
        tail = text[max(end, len(text) - _OVERLAP) :]


def _check_contents(archive: ZipFile, *, file: str, limit: int) -> None:
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise refused(file, *_HAS_A_PASSWORD)
    if "xl/workbook.xml" not in archive.namelist():
        raise refused(file, *_IS_NO_WORKBOOK)
    swollen = any(
        part.file_size > _SUSPECT_SIZE and part.file_size > _SUSPECT_RATIO * max(part.compress_size, 1)
        for part in parts
    )
    if swollen or len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > limit:
        raise refused(file, message("workbook.swollen"), message("workbook.swollen_remedy"))


_HAS_A_PASSWORD = (message("workbook.has_password"), message("workbook.has_password_remedy"))
_IS_OLD_EXCEL = (message("workbook.old_excel"), message("workbook.save_as_xlsx"))
_IS_NO_WORKBOOK = (message("workbook.not_a_workbook"), message("workbook.save_as_xlsx"))
IS_BROKEN = (message("workbook.broken_file"), message("workbook.broken_file_remedy"))
