"""The HTTP client that connectors are handed: bounded in time and size, patient, and kept to its hosts."""

import logging
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from connectors.kit.addresses import Reach, Resolve, resolved
from okr_engine.clock import now as moment_now
from okr_engine.errors import CredentialsRefused, SourceUnavailable
from okr_engine.words import message

# A request with this extension may bring a file instead of an answer: it has more time and no limit of size.
LARGE = {"okr_large": True}

_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Patience:
    """How long and how often a server is waited for; all times in seconds."""

    connect: float = 10
    read: float = 30
    answer: float = 120
    large_file: float = 4 * 3600
    waiting: float = 300
    attempts: int = 5
    first_pause: float = 1
    longest_pause: float = 60
    answer_bytes: int = 64 * 1024 * 1024


@dataclass(frozen=True)
class Clock:
    """The three ways in which waiting meets the world: which moment it is, how much time has passed, and sleeping."""

    now: Callable[[], datetime] = moment_now
    elapsed: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random


def open_client(
    reach: Reach,
    *,
    patience: Patience | None = None,
    clock: Clock | None = None,
    network: httpx.BaseTransport | None = None,
    resolve: Resolve = resolved,
) -> httpx.Client:
    """A client for one source; close it after the pull.

    `reach` bounds every request and every redirect. `network` answers instead of the real network, in tests.
    Raises SourceUnavailable, CredentialsRefused or AddressRefused, each with its remedy.
    """
    _keep_addresses_out_of_the_log()
    patience = patience or Patience()
    transport = _Patient(
        _Within(reach, network or _Pinned(reach, resolve=resolve)),
        patience=patience,
        clock=clock or Clock(),
    )
    timeout = httpx.Timeout(patience.read, connect=patience.connect)
    headers = {"User-Agent": "okr-engine", "Accept-Encoding": "gzip, deflate"}
    return httpx.Client(
        transport=transport, timeout=timeout, headers=headers, follow_redirects=True, max_redirects=5, trust_env=False
    )


def shown(url: httpx.URL) -> str:
    """An address without the query, which may hold names and keys."""
    return f"{url.scheme}://{url.host}{url.path}"


def retry_after(headers: httpx.Headers, now: datetime) -> timedelta | None:
    """How long the server asks to wait, said in seconds or as a date; None where it does not say it legibly."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return timedelta(seconds=int(text))
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(moment - now, timedelta(0))


class _Within(httpx.BaseTransport):
    """Lets only allowed addresses through, redirects included."""

    def __init__(self, reach: Reach, inner: httpx.BaseTransport) -> None:
        self._reach = reach
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._reach.check(request.url)
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


class _Pinned(httpx.BaseTransport):
    """Connects to the very address that was checked, so that a name cannot change its meaning in between."""

    def __init__(self, reach: Reach, *, resolve: Resolve) -> None:
        self._reach = reach
        self._resolve = resolve
        # One pool per host: a connection made for one name is not lent to another that shares its address.
        self._pools: dict[str, httpx.HTTPTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        addresses = self._reach.checked(url.host, url.port or _PORTS[url.scheme], resolve=self._resolve)
        # Making one reads every certificate there is: once for a host, not for each request.
        if url.host not in self._pools:
            self._pools[url.host] = httpx.HTTPTransport()
        pool = self._pools[url.host]
        *others, last = addresses
        for address in others:
            try:
                return pool.handle_request(_pinned(request, address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return pool.handle_request(_pinned(request, last))

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()


_PORTS = {"http": 80, "https": 443}


def _pinned(request: httpx.Request, address: str) -> httpx.Request:
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )


class _Patient(httpx.BaseTransport):
    """Asks again when the server is busy or silent, within bounds, and says when to come back."""

    def __init__(self, inner: httpx.BaseTransport, *, patience: Patience, clock: Clock) -> None:
        self._inner = inner
        self._patience = patience
        self._clock = clock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        start = self._clock.elapsed()
        request.read()
        for attempt in range(1, self._patience.attempts + 1):
            wait: timedelta | None = None
            try:
                response = self._inner.handle_request(request)
            except httpx.TransportError as error:
                if isinstance(error, httpx.UnsupportedProtocol) or attempt == self._patience.attempts:
                    raise _silent(request.url, error) from error
            else:
                if response.status_code not in _BUSY:
                    return self._bounded(response, request)
                wait = retry_after(response.headers, self._clock.now())
                response.close()
                if attempt == self._patience.attempts:
                    raise self._busy(request.url, response.status_code, wait)
            pause = self._pause(attempt, wait)
            if self._clock.elapsed() - start + pause > self._patience.waiting:
                raise self._busy(request.url, None, timedelta(seconds=pause))
            self._clock.sleep(pause)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def close(self) -> None:
        self._inner.close()

    def _pause(self, attempt: int, asked: timedelta | None) -> float:
        if asked is not None:
            return asked.total_seconds()
        pause: float = min(self._patience.first_pause * 2 ** (attempt - 1), self._patience.longest_pause)
        return pause * (0.5 + self._clock.chance() / 2)

    def _busy(self, url: httpx.URL, status: int | None, wait: timedelta | None) -> SourceUnavailable:
        moment = self._clock.now() + (wait if wait is not None else timedelta(seconds=self._patience.waiting))
        return SourceUnavailable(
            message("sources.busy", host=url.host, status=status or 429, moment=moment),
            remedy=message("sources.busy_remedy"),
            try_again=moment,
        )

    def _bounded(self, response: httpx.Response, request: httpx.Request) -> httpx.Response:
        large = bool(request.extensions.get("okr_large"))
        stream = _Bounded(
            response.stream,
            seconds=self._patience.large_file if large else self._patience.answer,
            most=None if large else self._patience.answer_bytes,
            clock=self._clock,
            url=request.url,
        )
        return httpx.Response(
            response.status_code, headers=response.headers, stream=stream, extensions=response.extensions
        )


class _Bounded(httpx.SyncByteStream):
    """A body that ends: by itself, at its size limit, or when its time is up."""

    def __init__(
        self,
        stream: httpx.SyncByteStream | httpx.AsyncByteStream,
        *,
        seconds: float,
        most: int | None,
        clock: Clock,
        url: httpx.URL,
    ) -> None:
        assert isinstance(stream, httpx.SyncByteStream)
        self._stream = stream
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._url = url

    def __iter__(self) -> Iterator[bytes]:
        end = self._clock.elapsed() + self._seconds
        read = 0
        for chunk in self._stream:
            read += len(chunk)
            if self._most is not None and read > self._most:
                raise too_large(self._url, self._most)
            if self._clock.elapsed() > end:
                raise SourceUnavailable(
                    message("sources.too_slow", host=self._url.host, seconds=int(self._seconds)),
                    remedy=message("sources.busy_remedy"),
                )
            yield chunk

    def close(self) -> None:
        self._stream.close()


def too_large(url: httpx.URL, most: int) -> SourceUnavailable:
    """The error for an answer that is larger than `most` bytes."""
    return SourceUnavailable(
        message("sources.answer_too_large", host=url.host, limit=most // (1024 * 1024)),
        remedy=message("sources.answer_too_large_remedy"),
    )


def _silent(url: httpx.URL, error: httpx.TransportError) -> SourceUnavailable:
    return SourceUnavailable(
        message("sources.no_answer", host=url.host, reason=type(error).__name__),
        remedy=message("sources.no_answer_remedy"),
    )


def credentials_refused(url: httpx.URL, status: int) -> CredentialsRefused:
    """The error for 401 and 403."""
    return CredentialsRefused(
        message("sources.credentials_refused", host=url.host, status=status),
        remedy=message("sources.credentials_refused_remedy"),
    )


def _keep_addresses_out_of_the_log() -> None:
    # httpx writes every address with its query at level INFO; queries may hold names and keys.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
