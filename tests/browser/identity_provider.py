"""A small, honest identity provider: OpenID Connect's code flow with PKCE, for signing in during a test."""

import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from secrets import compare_digest, token_urlsafe
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.ports import free_port

CODE_SECONDS = 60
TOKEN_SECONDS = 300

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title><link rel="icon" href="data:,"></head>
<body><main><h1>{title}</h1>{body}</main></body>
</html>"""


@dataclass
class Account:
    """Somebody the provider knows; what it says of them may change between two sign-ins."""

    subject: str
    claims: dict[str, Any]


@dataclass(frozen=True)
class Granted:
    """What a code or an access token stands for, and until when."""

    account: Account
    asked: QueryParams
    expires: float


@dataclass
class IdentityProvider:
    """The provider at `url`: who has an account, which client may ask, and what has been granted and not yet used."""

    url: str
    client_id: str
    client_secret: str
    redirect_url: str
    accounts: dict[str, Account] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "signing", "use": "sig"}))
    codes: dict[str, Granted] = field(default_factory=dict)
    tokens: dict[str, Granted] = field(default_factory=dict)

    @property
    def metadata_url(self) -> str:
        """Where a client learns all the rest."""
        return f"{self.url}/.well-known/openid-configuration"

    def know(self, subject: str, **claims: Any) -> None:
        """Give `subject` an account, or let it say something else from now on."""
        self.accounts[subject] = Account(subject, claims)

    def app(self) -> Starlette:
        """Everything it answers."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/jwks", self._keys),
                Route("/authorize", self._choose_account),
                Route("/authorize", self._give_code, methods=["POST"]),
                Route("/token", self._exchange_code, methods=["POST"]),
                Route("/userinfo", self._user_info),
                Route("/sign-out", self._sign_out),
            ]
        )

    async def _metadata(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "end_session_endpoint": f"{self.url}/sign-out",
                "jwks_uri": f"{self.url}/jwks",
                "scopes_supported": ["openid", "email", "profile"],
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def _keys(self, _request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def _choose_account(self, request: Request) -> Response:
        if wrong := self._what_is_wrong(request.query_params):
            return _page("This sign-in cannot be done", escape(wrong), status=400)
        choices = "".join(
            f'<p><button name="subject" value="{escape(one)}">{escape(one)}</button></p>' for one in self.accounts
        )
        return _page("Who are you?", f'<form method="post">{choices}</form>')

    async def _give_code(self, request: Request) -> Response:
        asked = request.query_params
        subject = str((await request.form()).get("subject"))
        if self._what_is_wrong(asked) or subject not in self.accounts:
            return _page("This sign-in cannot be done", "", status=400)
        code = token_urlsafe()
        self.codes[code] = Granted(self.accounts[subject], asked, time.time() + CODE_SECONDS)
        answer = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{self.redirect_url}?{answer}", status_code=303)

    async def _exchange_code(self, request: Request) -> Response:
        form = await request.form()
        if not self._is_the_client(request, form):
            return _refused("invalid_client", status=401)
        granted = self.codes.pop(str(form.get("code")), None)
        if granted is None or granted.expires < time.time() or not _fits(form, granted.asked):
            return _refused("invalid_grant")
        token = token_urlsafe()
        self.tokens[token] = Granted(granted.account, granted.asked, time.time() + TOKEN_SECONDS)
        return JSONResponse(
            {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": TOKEN_SECONDS,
                "id_token": self._id_token(granted),
            },
            headers={"Cache-Control": "no-store"},
        )

    async def _user_info(self, request: Request) -> Response:
        granted = self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if granted is None or granted.expires < time.time():
            return _refused("invalid_token", status=401)
        return JSONResponse({"sub": granted.account.subject, **granted.account.claims})

    async def _sign_out(self, request: Request) -> Response:
        if request.query_params.get("post_logout_redirect_uri") != self.redirect_url:
            return _page("You are signed out", "")
        return RedirectResponse(self.redirect_url, status_code=303)

    def _what_is_wrong(self, asked: QueryParams) -> str | None:
        wanted = {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_url,
            "response_type": "code",
            "code_challenge_method": "S256",
        }
        unlike = [name for name, value in wanted.items() if asked.get(name) != value]
        missing = [name for name in ("state", "nonce", "code_challenge") if not asked.get(name)]
        scope = [] if "openid" in asked.get("scope", "").split() else ["scope"]
        return ", ".join([*unlike, *missing, *scope]) or None

    def _is_the_client(self, request: Request, form: FormData) -> bool:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            client_id, _, secret = b64decode(given).decode().partition(":")
        else:
            client_id, secret = str(form.get("client_id")), str(form.get("client_secret"))
        return client_id == self.client_id and compare_digest(secret, self.client_secret)

    def _id_token(self, granted: Granted) -> str:
        now = int(time.time())
        claims = {
            **granted.account.claims,
            "iss": self.url,
            "sub": granted.account.subject,
            "aud": self.client_id,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "nonce": granted.asked["nonce"],
        }
        return jwt.encode({"alg": "RS256", "kid": "signing"}, claims, self.key)


@contextmanager
def running(provider: IdentityProvider) -> Iterator[IdentityProvider]:
    """Answer at the provider's address until the end of the block."""
    host, port = provider.url.removeprefix("http://").split(":")
    server = uvicorn.Server(uvicorn.Config(provider.app(), host=host, port=int(port), log_level="warning"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the identity provider does not start"
            time.sleep(0.02)
        yield provider
    finally:
        server.should_exit = True
        thread.join(10)


def provider_for(client_url: str) -> IdentityProvider:
    """A provider on a free port with one client, the product at `client_url`."""
    return IdentityProvider(
        url=f"http://127.0.0.1:{free_port()}",
        client_id="okr",
        client_secret=token_urlsafe(),
        redirect_url=f"{client_url}/oauth2callback",
    )


def _fits(form: FormData, asked: QueryParams) -> bool:
    proof = urlsafe_b64encode(sha256(str(form.get("code_verifier")).encode()).digest()).decode().rstrip("=")
    return (
        form.get("grant_type") == "authorization_code"
        and form.get("redirect_uri") == asked["redirect_uri"]
        and compare_digest(proof, asked["code_challenge"])
    )


def _refused(error: str, *, status: int = 400) -> Response:
    return JSONResponse({"error": error}, status_code=status)


def _page(title: str, body: str, *, status: int = 200) -> Response:
    return HTMLResponse(PAGE.format(title=escape(title), body=body), status_code=status)
