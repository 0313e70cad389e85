"""A SEPA credit transfer file (pain.001.001.09): what a bank takes, with one payment a farm."""

from __future__ import annotations

from sepaxml import SepaTransfer

from marketplace.payouts.sepa import SepaOrder

SCHEMA = "pain.001.001.09"
# As banks write it. The rest of the alphabet is cut down to ASCII by the library.
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "&": "+"})


def sepa_file(order: SepaOrder) -> bytes:
    """The file, checked against the schema. Refuses no payments (ValueError): banks do too."""
    if not order.payments:
        raise ValueError("a SEPA file needs a payment")
    payer = {"name": order.payer.translate(_GERMAN)[:70], "IBAN": order.iban, "batch": True, "currency": "EUR"}
    file = SepaTransfer(payer, schema=SCHEMA, clean=True)
    for payment in order.payments:
        file.add_payment(
            {
                "name": payment.holder.translate(_GERMAN),
                "IBAN": payment.iban,
                "amount": payment.amount_cents,
                "execution_date": order.execute_on,
                "description": payment.purpose.translate(_GERMAN),
                "endtoend_id": payment.end_to_end_id,
            }
        )
    written: bytes = file.export(validate=True)
    return written
