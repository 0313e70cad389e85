"""The second factor: six digits of an app (TOTP, RFC 6238, 30 s), each good once. The machine's clock."""

from __future__ import annotations

import time

import pyotp

from marketplace.kernel.database import command, execute, scalar
from marketplace.kernel.errors import Invalid
from marketplace.kernel.ids import same
from marketplace.kernel.rate_limits import forgive, hit
from marketplace.kernel.words import N_

STEP_S = 30
# A phone's clock may be off by one step either way.
DRIFT = (0, -1, 1)
WINDOW_S, ALLOWED = 300, 8
ISSUER = "Pättkesmarkt"


def new_secret() -> str:
    """A secret for an app: 160 random bits in base32."""
    return pyotp.random_base32()


def app_uri(secret: str, email: str) -> str:
    """What the app reads as a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def check_code(account_id: int, code: str) -> None:
    """Accepts a code of the account's app, once. Invalid for a wrong or used one, TooMany after eight in 5 minutes."""
    hit(f"code:{account_id}", WINDOW_S, ALLOWED)
    if not _accept(account_id, "".join(code.split())[:12]):
        raise Invalid({"code": N_("Dieser Code stimmt nicht oder wurde schon benutzt. Bitte nehmen Sie den nächsten.")})
    forgive(f"code:{account_id}", WINDOW_S)


@command
def _accept(account_id: int, code: str) -> bool:
    secret = scalar("SELECT totp_secret FROM account WHERE id = :id AND disabled_at IS NULL", id=account_id)
    if not secret:
        return False
    totp, now = pyotp.TOTP(secret), int(time.time()) // STEP_S
    # All of them are compared, whichever fits.
    fitting = [now + off for off in DRIFT if same(totp.generate_otp(now + off), code)]
    if not fitting:
        return False
    used = execute(
        "UPDATE account SET totp_used_step = :step WHERE id = :id AND coalesce(totp_used_step, 0) < :step",
        step=max(fitting),
        id=account_id,
    )
    return used == 1
