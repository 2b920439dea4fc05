"""The error tree, named by what the caller does next.

BillcomError
+- ConfigurationError          fix the setting that the message names
+- MappingError                fix the mapping function or the object named
+- InvalidSale                 fix the sale: an amount, a line, a currency
+- AlreadySettled              same reference, other content: refund or cancel
+- NotSettled                  settle the order first
+- NotReady                    Bill.com does not know the party yet: let the runner go on, then try again
+- TransportError              no usable reply
|  +- ConnectionFailed         never reached Bill.com: safe to send again
|  |  +- NotSent               the time for it was over before: the same
|  +- RequestTimedOut          may have happened: read back first
|  +- MalformedReply           may have happened: read back first
+- APIError                    Bill.com said no: code, api_message, method
|  +- AuthenticationFailed, PermissionDenied, InvalidRequest, NotFound
|  +- SessionExpired           sign in anew; a change is planned anew, never repeated
|  +- MFARequired              a person must confirm a device
|  +- DuplicateDocument        the number exists: read back
|  +- RateLimited              wait before the next call
+- OutcomeUnknown              read back first, then decide
+- TokenUnreadable             restore an encryption key or sign in anew
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime


class BillcomError(Exception):
    """Something in flask_billcom needs attention."""

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        operation: str | None = None,
        organization_id: str | None = None,
    ) -> None:
        super().__init__(message or self.default_message())
        self.code = code
        self.operation = operation
        self.organization_id = organization_id
        self.about: str | None = None
        """Id of the one object whose read failed, where another one may well be read."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Go through pickle whole: what Python does by itself calls the class with the message alone."""
        return _again, (type(self), self.args, vars(self))

    @classmethod
    def default_message(cls) -> str:
        """Return the first line of the class docstring."""
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0]


def _again(error: type[BillcomError], args: tuple[Any, ...], facts: dict[str, Any]) -> BillcomError:
    """Return an error as it was before it was pickled."""
    again = error.__new__(error, *args)
    vars(again).update(facts)
    return again


class ConfigurationError(BillcomError):
    """A setting is missing or wrong; fix the one named, its value is never shown."""


class MappingError(BillcomError):
    """A mapping function or the object given to it does not fit; fix the one named."""


class InvalidSale(BillcomError):  # noqa: N818 - named for what is wrong, like AlreadySettled
    """A sale cannot be settled as it stands; fix the line or field named."""


class AlreadySettled(BillcomError):  # noqa: N818
    """This sale was settled with other content; use refund or cancel to change it."""


class NotSettled(BillcomError):  # noqa: N818
    """This order has no settlement; call settle(order) first."""


class NotReady(BillcomError):  # noqa: N818
    """Bill.com does not know this buyer or seller yet; let the runner go on (`flask billcom tick`), then try again."""


class TransportError(BillcomError):
    """No usable reply came from Bill.com."""

    may_have_happened = True

    def __init__(
        self,
        message: str | None = None,
        *,
        http: int | None = None,
        server_date: datetime | None = None,
        operation: str | None = None,
        organization_id: str | None = None,
    ) -> None:
        super().__init__(message, operation=operation, organization_id=organization_id)
        self.http = http
        self.server_date = server_date


class ConnectionFailed(TransportError):  # noqa: N818
    """Bill.com was never reached; nothing was sent, so it is safe to send again."""

    may_have_happened = False


class NotSent(ConnectionFailed):
    """The time for sending had passed before the first byte; nothing was sent, so it is safe to send again."""


class RequestTimedOut(TransportError):  # noqa: N818
    """The request may have taken effect; read back before sending again."""


class MalformedReply(TransportError):  # noqa: N818
    """The reply cannot be read, the request may have taken effect; read back before sending again."""


class APIError(BillcomError):
    """Bill.com refused the request."""

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        api_message: str = "",
        method: str = "",
        operation: str | None = None,
        organization_id: str | None = None,
        server_date: datetime | None = None,
    ) -> None:
        text = message or f"{method}: {code} {api_message}".strip()
        super().__init__(text, code=code, operation=operation, organization_id=organization_id)
        self.api_message = api_message
        self.method = method
        self.server_date = server_date


class AuthenticationFailed(APIError):  # noqa: N818
    """User name, password, developer key or organization was refused; correct it and sign in by hand."""


class PermissionDenied(APIError):  # noqa: N818
    """The user or organization may not do this; change its rights at Bill.com."""


class InvalidRequest(APIError):  # noqa: N818
    """Bill.com cannot accept the request as it is; correct what the message names."""


class NotFound(APIError):  # noqa: N818
    """No object has this id at Bill.com."""


class SessionExpired(APIError):  # noqa: N818
    """The session is over; sign in anew."""


class MFARequired(APIError):  # noqa: N818
    """The session is not trusted; a person must confirm a device with `flask billcom session mfa`."""


class DuplicateDocument(APIError):  # noqa: N818
    """The number exists already; read the document back before anything else."""


class RateLimited(APIError):  # noqa: N818
    """Too many calls; wait before the next one."""


class OutcomeUnknown(BillcomError):  # noqa: N818
    """The change may or may not have happened; read back first, then decide."""

    def __init__(self, message: str | None = None, *, answered: bool, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.answered = answered


class TokenUnreadable(BillcomError):  # noqa: N818
    """The stored token cannot be decrypted; restore its key or sign in with `flask billcom session login`."""
