"""Refusals in the provider's envelope: type, code, decline_code, param, message, doc_url."""

from __future__ import annotations

from typing import Any

DOCS = "https://docs.stripe.com/error-codes#"


class ApiError(Exception):
    """A refusal that the caller sees.

    ``retry_after`` are seconds to wait (a header, not part of the body).
    ``keep`` marks refusals after which the books stay as they are now, such as a
    declined card: the attempt happened. All others undo what the request did.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        keep: bool = False,
        retry_after: int | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.kind = kind
        self.code = code
        self.param = param
        self.keep = keep
        self.retry_after = retry_after
        self.details = details

    def envelope(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        error: dict[str, Any] = {"type": self.kind, "message": self.message}
        if self.code:
            error |= {"code": self.code, "doc_url": DOCS + self.code.replace("_", "-")}
        if self.param:
            error["param"] = self.param
        error |= {name: value for name, value in self.details.items() if value is not None}
        return {"error": error}


def missing(kind: str, object_id: str, param: str = "id", status: int = 404) -> ApiError:
    """No object of this kind has this id (an id of another account is as unknown as any)."""
    name = kind.replace(".", " ").replace("_", " ")
    return ApiError(f"No such {name}: '{object_id}'", status=status, code="resource_missing", param=param)


def not_played(param: str) -> ApiError:
    """The real provider knows the parameter, the stand-in does not: better said than silently dropped."""
    return ApiError(f"The stand-in of the payment provider does not play this parameter: {param}", param=param)


def unexpected_state(message: str, code: str, intent: dict[str, Any] | None = None) -> ApiError:
    """The object is in a state that does not allow what was asked."""
    return ApiError(message, code=code, payment_intent=intent)
