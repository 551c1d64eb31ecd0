"""E-mail addresses, in pure Python: what the counter accepts and can write to."""

import re


_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")


def is_mail_address(text: str) -> bool:
    """True for exactly one plain address (dot-atom of RFC 5322, lengths of RFC 5321).

    Nothing that could smuggle a second recipient or a header is an address.
    """
    local = text.partition("@")[0]
    return len(text) <= 254 and len(local) <= 64 and bool(_ADDRESS.fullmatch(text))
