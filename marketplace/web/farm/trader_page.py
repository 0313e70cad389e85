"""Who the farm is before the law, how it is taxed, and where its money goes."""

from __future__ import annotations

from datetime import date

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.farms.bank import bank_account, bank_of, change_bank_account
from marketplace.farms.open_farm import SCHEMES
from marketplace.farms.tax import change_scheme, schemes_of
from marketplace.farms.trader import LEGAL_FORMS, SAVED, Trader, save_trader, trader_of
from marketplace.kernel.errors import Invalid
from marketplace.kernel.rate_limits import address_bucket
from marketplace.people.sign_in import check_sign_in
from marketplace.web.access import allow, current_actor, farm_member
from marketplace.web.farm import blueprint
from marketplace.web.farm.trader_words import field_name
from marketplace.web.farm.visit import FarmHere, farm_here
from marketplace.web.farm.words import said

DATES = ("owner_birth_date", "organic_until")


@blueprint.get("/<int:farm_id>/betrieb")
@allow(farm_member)
def trader(farm_id: int) -> str:
    """Trader data, tax scheme, bank account."""
    return _page(farm_here(farm_id))


@blueprint.post("/<int:farm_id>/betrieb")
@allow(farm_member)
def save_trader_data(farm_id: int) -> str | Response | tuple[str, int]:
    """Every field by its name."""
    farm = farm_here(farm_id)
    errors: dict[str, str] = {}
    values: dict[str, object] = {name: request.form.get(name, "") for name in SAVED if name not in DATES}
    for name in DATES:
        values[name] = _date(name, errors)
    told = Trader(**values, certified="certified" in request.form)  # type: ignore[arg-type]
    if not errors:
        try:
            save_trader(farm.id, told, farm.today)
        except Invalid as refusal:
            errors = {name: said(words) for name, words in refusal.errors.items()}
    return (_page(farm, errors, told), 422) if errors else _saved(farm)


@blueprint.post("/<int:farm_id>/betrieb/steuer")
@allow(farm_member)
def save_tax_scheme(farm_id: int) -> str | Response | tuple[str, int]:
    """`scheme` from `valid_from` on, which is not in the past: what was sold before was taxed as it was."""
    farm = farm_here(farm_id)
    errors: dict[str, str] = {}
    valid_from = _date("valid_from", errors)
    if not errors and (valid_from is None or valid_from < farm.today):
        errors["valid_from"] = _("Bitte ein Datum von heute an.")
    if not errors and valid_from is not None:
        try:
            change_scheme(farm.id, request.form.get("scheme", ""), valid_from)
        except Invalid as refusal:
            errors = {name: said(words) for name, words in refusal.errors.items()}
    return (_page(farm, errors), 422) if errors else _saved(farm)


@blueprint.post("/<int:farm_id>/betrieb/bank")
@allow(farm_member)
def save_bank_account(farm_id: int) -> str | Response | tuple[str, int]:
    """`iban`, `holder`, and the password of whoever changes it: a phone left on a table is not enough."""
    farm = farm_here(farm_id)
    person = current_actor()
    try:
        check_sign_in(person.email, request.form.get("password", ""), address_bucket(request.remote_addr))
    except Invalid:
        return _page(farm, {"password": _("Das Passwort stimmt nicht. Die Bankverbindung ist unverändert.")}), 422
    try:
        change_bank_account(farm.id, request.form.get("iban", ""), request.form.get("holder", ""))
    except Invalid as refusal:
        return _page(farm, {name: said(words) for name, words in refusal.errors.items()}), 422
    return _saved(farm)


def _date(name: str, errors: dict[str, str]) -> date | None:
    text = request.form.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        errors[name] = _("Bitte ein Datum.")
        return None


def _saved(farm: FarmHere) -> Response:
    flash(_("Gespeichert."), "ok")
    return redirect(url_for("farm.trader", farm_id=farm.id), 303)  # type: ignore[return-value]


def _page(farm: FarmHere, errors: dict[str, str] | None = None, told: Trader | None = None) -> str:
    account = bank_account(farm.id)
    schemes = schemes_of(farm.id)
    return render_template(
        "farm/trader.html",
        told=told or trader_of(farm.id),
        names={name: field_name(name)[0] for name in Trader.__dataclass_fields__} | {"tax_number": _("Steuernummer")},
        forms=[(code, _(words[0])) for code, words in LEGAL_FORMS.items()],
        schemes=[(code, scheme_name(code)) for code in SCHEMES],
        history=[(since, scheme_name(code)) for since, code in schemes],
        account=account,
        bank=bank_of(account.iban) if account else "",
        current=next((code for since, code in schemes if since <= farm.today), ""),
        errors=errors or {},
        links=[("iban-neu" if name == "iban" else name, words) for name, words in (errors or {}).items()],
        typed=request.form,
        today=farm.today,
    )


def scheme_name(code: str) -> str:
    """How a farm is taxed, in words."""
    return {
        "regular": _("Regelbesteuerung"),
        "paragraph24": _("Durchschnittssatz nach § 24 UStG"),
        "paragraph19": _("Kleinunternehmer nach § 19 UStG"),
    }[code]
