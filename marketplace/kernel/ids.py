"""Names that nobody can guess: tokens, codes, and the text form of ids."""

from __future__ import annotations

import hashlib
import hmac
import secrets

# No 0/O, 1/I/L: read aloud at a counter, typed with cold fingers (design, section 8).
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
MAX_ID = 2**63 - 1


def new_token() -> str:
    """256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What is stored of a token: its SHA-256. 256-bit tokens need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def derived_token(secret: str, purpose: str, seed: str) -> str:
    """A token that can be made again from a stored seed, and not without the secret (128 bits and more)."""
    digest = hmac.new(secret.encode(), f"{purpose}:{seed}".encode(), hashlib.sha256).digest()
    return digest[:24].hex()


def same(left: str, right: str) -> bool:
    """Equal, in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def new_code(length: int = 6) -> str:
    """A pickup code: `length` characters of an alphabet without look-alikes (31^6 ≈ 887 million)."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(length))


def code_from_text(text: str) -> str:
    """A typed code as it is stored: capitals, no spaces or dashes."""
    return "".join(character for character in text.upper() if character.isalnum())[:32]


def id_from_text(text: object) -> int | None:
    """The number of an opaque id, None for anything that cannot be one."""
    if isinstance(text, int) and not isinstance(text, bool):
        return text if 0 < text <= MAX_ID else None
    if not isinstance(text, str) or not text.isascii() or not text.isdigit() or len(text) > 19 or text[0] == "0":
        return None
    number = int(text)
    return number if number <= MAX_ID else None
