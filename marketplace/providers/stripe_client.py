"""One way to make the client of the payment provider, and to read its errors as our three outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import stripe

from marketplace.kernel.settings import Settings
from marketplace.payments.gateway import ProviderRefused, ProviderUnavailable
from marketplace.providers.circuit import Circuit
from marketplace.providers.deadline import DeadlineClient

# DECISIONS 9: 8 s in all a try, connecting and reading together.
CONNECT_SECONDS = 2
SECONDS_IN_ALL = 8
WORKER_RETRIES = 2
# Of the eight threads of a web process (Procfile), so many may wait for the provider; the others serve pages.
WEB_CALLS_AT_ONCE = 4


def make_client(
    settings: Settings, *, retries: int, circuit: Circuit | None = None, seconds: float = SECONDS_IN_ALL
) -> stripe.StripeClient:
    """The client for `settings`; `retries` 0 in web, `WORKER_RETRIES` in workers; API version of the library.

    `seconds`: the longest that one try takes. `circuit`: None asks a provider that is down again and again.
    """
    return stripe.StripeClient(
        settings.stripe_api_key,
        base_addresses={"api": settings.stripe_api_base},
        max_network_retries=retries,
        http_client=DeadlineClient(connect_seconds=CONNECT_SECONDS, seconds=seconds, circuit=circuit),
    )


@contextmanager
def outcomes() -> Iterator[None]:
    """Turns what the client raises into `ProviderRefused` or `ProviderUnavailable`; messages carry no secrets."""
    try:
        yield
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        raise ProviderRefused(error.user_message or str(error), error.code or "") from None
    except (stripe.AuthenticationError, stripe.PermissionError):
        # A wrong key is mended by a person; meanwhile nothing is lost: the deliveries wait and try again.
        raise ProviderUnavailable("the provider does not accept our key") from None
    except stripe.IdempotencyError as error:
        raise ProviderRefused(str(error), "idempotency") from None
    except stripe.StripeError as error:
        raise ProviderUnavailable(f"{type(error).__name__}: {error}") from None


def plain(thing: Any) -> dict[str, Any]:
    """A provider's object as plain data."""
    return thing.to_dict() if hasattr(thing, "to_dict") else dict(thing)
