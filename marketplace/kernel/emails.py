"""One spelling of an e-mail address: what is unique, and what is written to."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email


def address_from_text(text: str) -> str:
    """The address as it is written to: trimmed, domain in small letters. Raises ValueError for what is none."""
    try:
        return validate_email(text.strip()[:320], check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise ValueError("not an e-mail address") from error


def address_key(address: str) -> str:
    """What makes two spellings the same person: case folded."""
    return address.strip().casefold()
