"""One's saved means of payment: which there are, adding one on the provider's page, the default, removing one."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.kernel.database import release_reads
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import id_from_text
from marketplace.kernel.rate_limits import hit
from marketplace.payments.gateway import ProviderRefused, ProviderUnavailable
from marketplace.payments.saved_means import begin_setup, consent_words, make_default, means_of, own_means, remove_means
from marketplace.payments.saved_setup import open_setup, own_setup, take_in_means
from marketplace.web.access import allow, current_actor, signed_in
from marketplace.web.account import blueprint
from marketplace.web.api.problems import said
from marketplace.web.language import spoken
from marketplace.web.look.card_words import card_name, card_until, ends

# How often one may ask for the page on which a card is added, in five minutes.
OFTEN = 10


@blueprint.get("/zahlungsmittel")
@allow(signed_in)
def means() -> str | Response:
    """The cards; `zurueck`: back from the provider's page of a setup, a hint only."""
    setup_id = id_from_text(request.args.get("zurueck"))
    if setup_id is not None:
        return _back(setup_id)
    return _page({})


def _back(setup_id: int) -> str | Response:
    """Looks once whether the card is there; an event and a poller see to it in any case."""
    own_setup(_mine(), setup_id)
    release_reads()
    try:
        take_in_means(setup_id)
    except (ProviderRefused, ProviderUnavailable):
        release_reads()
    state = own_setup(_mine(), setup_id)
    if state == "done":
        flash(_("Die Karte ist hinterlegt."), "ok")
    elif state == "open":
        flash(_("Der Zahlungsdienst hat die Karte noch nicht bestätigt. Sie erscheint hier von selbst."), "info")
    else:
        flash(_("Die Karte wurde nicht hinterlegt. Es ist nichts abgebucht."), "warn")
    return redirect(url_for("account.means"), 303)  # type: ignore[return-value]


def _mine() -> int:
    person = current_actor()
    assert person.account_id is not None
    return person.account_id


def _page(errors: dict[str, str]) -> str:
    return render_template(
        "account/means.html",
        cards=[
            {
                "id": card.id,
                "name": card_name(card),
                "until": card_until(card),
                "ends": ends(card),
                "is_default": card.is_default,
                "since": card.created_at,
            }
            for card in means_of(_mine())
        ],
        consent=consent_words(spoken()),
        errors=errors,
    )


@blueprint.post("/zahlungsmittel/neu")
@allow(signed_in)
def add_means() -> str | Response | tuple[str, int]:
    """To the provider's page, once one has agreed; nothing is kept before."""
    account_id = _mine()
    if request.form.get("consent") != "1":
        return _page({"consent": _("Ohne Ihr Einverständnis können wir keine Karte hinterlegen.")}), 422
    hit(f"means:{account_id}", 300, OFTEN)
    try:
        url = open_setup(begin_setup(account_id, spoken()).id, spoken())
    except Conflict as refusal:
        flash(said(refusal.detail), "warn")
    except (ProviderRefused, ProviderUnavailable):
        flash(
            _("Der Zahlungsdienst antwortet gerade nicht. Es ist nichts hinterlegt. Bitte versuchen Sie es später."),
            "warn",
        )
    else:
        if url is not None:
            return redirect(url, 303)  # type: ignore[return-value]
    return redirect(url_for("account.means"), 303)  # type: ignore[return-value]


@blueprint.post("/zahlungsmittel/<int:means_id>/standard")
@allow(signed_in)
def default_means(means_id: int) -> Response:
    """The card that the checkout offers first."""
    card = make_default(_mine(), means_id)
    flash(_("%(card)s ist jetzt der Standard.", card=card_name(card)), "ok")
    return redirect(url_for("account.means"), 303)  # type: ignore[return-value]


@blueprint.get("/zahlungsmittel/<int:means_id>/entfernen")
@allow(signed_in)
def ask_to_remove_means(means_id: int) -> str:
    """The question before it happens."""
    card = own_means(_mine(), means_id)
    return render_template("account/means_remove.html", card=card, name=card_name(card))


@blueprint.post("/zahlungsmittel/<int:means_id>/entfernen")
@allow(signed_in)
def remove_card(means_id: int) -> Response:
    """Withdraws the consent; the provider lets the card go."""
    card = remove_means(_mine(), means_id)
    flash(_("%(card)s ist entfernt.", card=card_name(card)), "ok")
    return redirect(url_for("account.means"), 303)  # type: ignore[return-value]
