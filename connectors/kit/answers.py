"""Asking and reading: JSON, text and lines, with every way an answer can disappoint named."""

import codecs
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

import httpx

from connectors.kit.client import LARGE, credentials_refused, shown, too_large
from okr_engine.errors import SchemaChanged, SourceUnavailable
from okr_engine.words import message

Parameters = Mapping[str, str | int | list[str] | list[int]]

_READINGS = 3
_DECODED_BYTES = 128 * 1024 * 1024
_LINE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """What a server said: status, headers, the address that finally answered, and the decoded content."""

    status: int
    headers: httpx.Headers
    url: httpx.URL
    content: bytes

    def json(self) -> Any:
        """The content as JSON with exact decimals; SourceUnavailable or SchemaChanged says what came instead."""
        _refuse_web_page(self.headers, self.content, self.url)
        try:
            return parsed_json(self.content)
        except ValueError as error:
            raise SourceUnavailable(
                message("sources.not_json", address=shown(self.url)), remedy=message("sources.not_json_remedy")
            ) from error


def ask(
    client: httpx.Client,
    url: str,
    *,
    method: str = "GET",
    parameters: Parameters | None = None,
    headers: Mapping[str, str] | None = None,
    body: object = None,
    form: Mapping[str, str] | None = None,
    accept: Collection[int] = (200,),
) -> Answer:
    """One answer, read to its end; a body that breaks off is asked for again a few times.

    Raises SourceUnavailable, CredentialsRefused (401, 403), SchemaChanged (an address that is gone) or AddressRefused.
    """
    for reading in range(1, _READINGS + 1):
        try:
            with client.stream(method, url, params=parameters, headers=headers, json=body, data=form) as response:
                if response.status_code not in accept:
                    _refuse_status(response)
                content = b"".join(_within(response, _DECODED_BYTES))
                return Answer(response.status_code, response.headers, response.url, content)
        except (httpx.TransportError, httpx.DecodingError) as error:
            if reading == _READINGS:
                raise _broken_off(httpx.URL(url), error) from error
        except (httpx.TooManyRedirects, httpx.InvalidURL) as error:
            raise _broken_off(httpx.URL(url), error) from error
    raise AssertionError("unreachable: the last reading returns or raises")


def ask_json(client: httpx.Client, url: str, **asked: Any) -> Any:
    """The JSON that `ask` brings."""
    return ask(client, url, **asked).json()


def ask_lines(client: httpx.Client, url: str, *, headers: Mapping[str, str] | None = None) -> Iterator[bytes]:
    """The lines of a large file as they come, without their ends; SourceUnavailable where it breaks off."""
    try:
        with client.stream("GET", url, headers=headers, extensions=LARGE) as response:
            if response.status_code != 200:
                _refuse_status(response)
            first = True
            for line in lines(response.iter_bytes(), too_long=lambda: too_large(response.url, _LINE_BYTES)):
                if first:
                    _refuse_web_page(response.headers, line, response.url)
                    first = False
                yield line
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _broken_off(httpx.URL(url), error) from error


def lines(chunks: Iterator[bytes], *, too_long: Callable[[], Exception]) -> Iterator[bytes]:
    """Chunks cut anew at line feeds; `too_long` makes the error for a line beyond 16 MB."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line.rstrip(b"\r") for line in whole)
        if len(rest) > _LINE_BYTES:
            raise too_long()
    if rest:
        yield rest.rstrip(b"\r")


def parsed_json(content: bytes | str) -> Any:
    """JSON with exact decimals; ValueError for anything else, NaN and endless nesting included."""
    if isinstance(content, bytes):
        content = content.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    try:
        return json.loads(content, parse_float=Decimal, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _within(response: httpx.Response, most: int) -> Iterator[bytes]:
    read = 0
    for chunk in response.iter_bytes():
        read += len(chunk)
        if read > most:
            raise too_large(response.url, most)
        yield chunk


def _refuse_status(response: httpx.Response) -> NoReturn:
    status = response.status_code
    if status in (401, 403):
        raise credentials_refused(response.url, status)
    if status in (404, 410):
        raise SchemaChanged(
            message("sources.address_gone", address=shown(response.url), status=status),
            remedy=message("sources.address_gone_remedy"),
        )
    raise SourceUnavailable(
        message("sources.refused", address=shown(response.url), status=status),
        remedy=message("sources.refused_remedy"),
    )


def _refuse_web_page(headers: httpx.Headers, content: bytes, url: httpx.URL) -> None:
    is_page = "html" in headers.get("Content-Type", "").lower() or content[:200].lstrip().lower().startswith(
        (b"<!doctype html", b"<html")
    )
    if is_page:
        raise SourceUnavailable(
            message("sources.web_page_instead", address=shown(url)), remedy=message("sources.web_page_instead_remedy")
        )


def _broken_off(url: httpx.URL, error: Exception) -> SourceUnavailable:
    return SourceUnavailable(
        message("sources.broke_off", address=shown(url), reason=type(error).__name__),
        remedy=message("sources.no_answer_remedy"),
    )
