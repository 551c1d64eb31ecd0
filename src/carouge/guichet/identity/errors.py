"""Why nobody is logged in, in pure Python."""

from __future__ import annotations


class LoginRefused(Exception):
    """Somebody could not be let in; a new attempt may succeed.

    ``reason`` is a word for the log and the page, without anything of the person:
    ``"cancelled"``, ``"flow"`` (another browser, too late, used before), ``"answer"``
    (the provider's answer does not hold), ``"level"``, ``"person"``,
    ``"organisation"``, ``"uid"``. ``detail`` is a word for the log. ``retour`` is the
    page the attempt began from, empty while that is not proved.
    """

    retour = ""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason} {detail}".strip())
        self.reason = reason
        self.detail = detail


class ProviderUnavailable(Exception):
    """The provider gave no usable answer; the text is for the log, without data.

    ``retour`` is the page the attempt began from, empty while that is not known.
    """

    retour = ""
