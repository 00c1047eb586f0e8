"""A notice as a letter: plain text and simple HTML that say the same, under headers that nobody can write into."""

from collections.abc import Iterable
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape

from okr_engine.errors import NoticeRefused
from okr_engine.i18n import say
from okr_engine.words import Language, message
from okr_engine.workflow.channels import Notice, NoticeLine


def letter(notice: Notice, *, sender: str) -> EmailMessage:
    """The letter to the person of `notice`; NoticeRefused where the address is none.

    Its Message-ID is made of the notice's id, so that a letter sent twice is one letter to a mailbox that looks.
    """
    written = EmailMessage(policy=SMTP)
    domain = sender.rpartition("@")[2]
    written["From"] = Address(addr_spec=sender)
    written["To"] = Address(_one_line(notice.name), addr_spec=_address(notice))
    written["Subject"] = _one_line(notice.subject)
    written["Date"] = notice.at
    written["Message-ID"] = f"<{notice.id}@{domain}>"
    written["List-Id"] = f"<okr-engine.{domain}>"
    written["Auto-Submitted"] = "auto-generated"
    written["X-Auto-Response-Suppress"] = "All"
    written["Content-Language"] = notice.language.value
    written.set_content("\n\n".join(_plain(notice)) + "\n", cte="quoted-printable")
    written.add_alternative(_html(notice), subtype="html", cte="quoted-printable")
    return written


def _plain(notice: Notice) -> Iterable[str]:
    language = notice.language
    yield say(language, "notices.greeting", name=_one_line(notice.name))
    for line in notice.lines:
        yield "\n".join(_plain_line(line, language))
    yield say(language, "notices.sent_by")


def _plain_line(line: NoticeLine, language: Language) -> Iterable[str]:
    yield line.title
    yield from line.asks
    yield say(language, "notices.because", because=line.because)
    yield say(language, "notices.due", due=line.due)
    yield say(language, "notices.state", state=line.state)
    yield f"{say(language, 'notices.open')}: {line.link}"
    if line.acknowledge_link:
        yield f"{say(language, 'notices.acknowledge')}: {line.acknowledge_link}"


def _html(notice: Notice) -> str:
    language = notice.language
    parts = "".join(_html_line(line, notice) for line in notice.lines)
    greeting = escape(say(language, "notices.greeting", name=_one_line(notice.name)))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(notice.subject)}</title>'
        f'</head><body style="font-family: sans-serif; color: #10161F; max-width: 40em"><p>{greeting}</p>{parts}'
        f'<p style="color: #555">{escape(say(language, "notices.sent_by"))}</p></body></html>\n'
    )


def _html_line(line: NoticeLine, notice: Notice) -> str:
    language = notice.language
    rows = (
        *(f"<strong>{escape(asked)}</strong>" for asked in line.asks),
        escape(say(language, "notices.because", because=line.because)),
        escape(say(language, "notices.due", due=line.due)),
        escape(say(language, "notices.state", state=line.state)),
    )
    links = _link(line.link, say(language, "notices.open"))
    if line.acknowledge_link:
        links += " &nbsp; " + _link(line.acknowledge_link, say(language, "notices.acknowledge"))
    return f'<h2 style="font-size: 1.1em">{escape(line.title)}</h2><p>{"<br>".join(rows)}</p><p>{links}</p>'


def _link(address: str, text: str) -> str:
    return f'<a href="{escape(address)}" style="color: #1F4468">{escape(text)}</a>'


def _address(notice: Notice) -> str:
    found = notice.address or ""
    try:
        Address(addr_spec=found)
    except (ValueError, IndexError) as error:
        raise _no_address(notice) from error
    if not found.isprintable() or "@" not in found:
        raise _no_address(notice)
    return found


def _one_line(text: str) -> str:
    """The text without what could end a header or turn its writing around."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _no_address(notice: Notice) -> NoticeRefused:
    return NoticeRefused(message("channels.no_address", name=notice.name), remedy=message("channels.no_address_remedy"))
