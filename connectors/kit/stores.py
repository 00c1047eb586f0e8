"""Where files lie: a local folder or a cloud store, named by one address."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO, Annotated

import fsspec
from fsspec.core import url_to_fs
from pydantic import AfterValidator

from okr_engine.errors import CredentialsRefused, InvalidInput, InvalidSettings, SourceUnavailable
from okr_engine.measuring.sources import Watermark
from okr_engine.words import message

# Stores with their own way of proving who asks; what speaks HTTP goes through the guarded client instead.
STORES = frozenset({"file", "local", "memory", "s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "smb", "sftp"})


def _in_a_store(address: str) -> str:
    protocol = address.partition("://")[0] if "://" in address else "file"
    if "::" in address or protocol not in STORES:
        raise ValueError(f"{protocol} is not a store of files; use one of {', '.join(sorted(STORES))}")
    return address


StoreAddress = Annotated[str, AfterValidator(_in_a_store)]


@dataclass(frozen=True)
class StoredFile:
    """One file of a store, and a mark that changes when its content does."""

    path: str
    mark: str
    store: fsspec.AbstractFileSystem

    @property
    def name(self) -> str:
        """The name without folders."""
        return PurePosixPath(self.path.replace("\\", "/")).name

    def open(self) -> IO[bytes]:
        """The file for reading; SourceUnavailable where it cannot be opened."""
        try:
            opened: IO[bytes] = self.store.open(self.path, "rb")
        except (OSError, ValueError) as error:
            raise _unreachable(self.path, error) from error
        return opened


def stored_files(address: str, *, suffixes: tuple[str, ...]) -> list[StoredFile]:
    """The files at `address` (a file, a folder, or a pattern with `*`) that end in one of `suffixes`, by name.

    Raises SourceUnavailable, CredentialsRefused, InvalidInput (nothing there) or InvalidSettings (a store whose
    package is not installed).
    """
    try:
        store, path = url_to_fs(address)
        found = _listed(store, path)
    except ImportError as error:
        raise InvalidSettings(
            message("sources.store_not_installed", address=address),
            remedy=message("sources.store_not_installed_remedy"),
        ) from error
    except PermissionError as error:
        raise CredentialsRefused(
            message("sources.store_refused", address=address), remedy=message("sources.store_refused_remedy")
        ) from error
    except (OSError, ValueError) as error:
        raise _unreachable(address, error) from error
    files = [StoredFile(path, mark, store) for path, mark in sorted(found.items()) if path.lower().endswith(suffixes)]
    if not files:
        raise InvalidInput(
            message("sources.no_files", address=address, kinds=", ".join(suffixes)),
            remedy=message("sources.no_files_remedy"),
        )
    return files


class FilesRead:
    """Which files have been read; kept in the watermark, so that a file is read again only when it has changed."""

    def __init__(self, files: Sequence[StoredFile], since: Watermark | None) -> None:
        known: dict[str, str] = json.loads(since.cursor) if since and since.cursor else {}
        self._since = since
        self._read = {file.path: known[file.path] for file in files if file.path in known}
        self.unread = [file for file in files if self._read.get(file.path) != file.mark]

    def after(self, file: StoredFile) -> Watermark:
        """The watermark once everything in `file` is stored."""
        self._read[file.path] = file.mark
        return self._watermark(self._since.moment if self._since else None)

    def finished(self, now: datetime) -> Watermark:
        """The watermark once all files are stored."""
        return self._watermark(now)

    def _watermark(self, moment: datetime | None) -> Watermark:
        return Watermark(moment=moment, cursor=json.dumps(self._read, sort_keys=True))


def _listed(store: fsspec.AbstractFileSystem, path: str) -> Mapping[str, str]:
    if "*" in path:
        details = store.glob(path, detail=True)
    elif store.isdir(path):
        details = store.find(path, detail=True)
    else:
        info = store.info(path)
        details = {info["name"]: info}
    hidden = {name for name in details if any(part.startswith(".") for part in name[len(path) :].split("/"))}
    return {name: _mark(info) for name, info in details.items() if info["type"] == "file" and name not in hidden}


def _mark(info: Mapping[str, object]) -> str:
    changed = next((info[key] for key in ("ETag", "etag", "mtime", "LastModified", "created") if info.get(key)), "")
    return f"{info.get('size')} {changed}"


def _unreachable(address: str, error: Exception) -> SourceUnavailable:
    return SourceUnavailable(
        message("sources.file_unreachable", file=address, reason=type(error).__name__),
        remedy=message("sources.file_unreachable_remedy"),
    )
