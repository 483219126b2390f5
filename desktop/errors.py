"""Errors, by what they mean for the person who meets them.

    BalcaoError
    ├── UserError            what was asked cannot be; nothing has changed
    │   └── WrongUsage           a word was used that does not exist
    ├── StoreError           the database's world is at fault (locked, full, read-only, damaged, newer)
    └── PlatformError        the central platform did not give what was asked
        ├── PlatformAway         no usable answer: try again later
        │   └── PlatformUnwell       something answered, but not what was asked: the line is there
        ├── PlatformDenied       credentials or a right are missing
        └── PlatformRefused      it said no, and why

Each carries an English source sentence with named placeholders, translated where it is shown. Anything
else that is raised is a bug and opens the crash window.
"""

from __future__ import annotations


class BalcaoError(Exception):
    """A sentence for a person: a cause and a next step.

    `text` is the source string with ``{name}`` placeholders, `values` fill it; `str()` is the English
    sentence.
    """

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(text)
        self.text = text
        self.values = values

    def __str__(self) -> str:
        return self.text.format(**self.values) if self.values else self.text


class UserError(BalcaoError):
    """What was asked cannot be. `field` names the form field at fault, when there is one."""

    def __init__(self, text: str, field: str = "", **values: object) -> None:
        super().__init__(text, **values)
        self.field = field


class WrongUsage(UserError):
    """There is no step, status, document or platform of that name: nobody could do what was asked."""


class StoreError(BalcaoError):
    """The database cannot be used as it is; nothing has been changed by the failed act."""


class PlatformError(BalcaoError):
    """The central platform did not give what was asked."""


class PlatformAway(PlatformError):
    """No usable answer came.

    `after_s` is the platform's own wish (Retry-After, in seconds), or None. `sent` tells whether the
    request may have reached the platform: then its effect is unknown.
    """

    def __init__(
        self, text: str, after_s: float | None = None, sent: bool = False, **values: object
    ) -> None:
        super().__init__(text, **values)
        self.after_s = after_s
        self.sent = sent


class PlatformUnwell(PlatformAway):
    """Something answered, and not with what was asked: the platform in trouble, a proxy, a log-in page."""


class PlatformDenied(PlatformError):
    """The credentials were refused, or a right is missing for this call."""


class PlatformRefused(PlatformError):
    """The platform answered and said no. `status` is the HTTP status, `code` its own error code."""

    def __init__(self, text: str, status: int, code: str = "", **values: object) -> None:
        super().__init__(text, **values)
        self.status = status
        self.code = code
