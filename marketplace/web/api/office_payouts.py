"""Payout runs over the API: drawn up, laid before a second person, signed, paid."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for

from marketplace.kernel.errors import NotFound
from marketplace.kernel.ids import id_from_text
from marketplace.markets.find import find_market
from marketplace.payouts.approve import approve_run
from marketplace.payouts.confirm_bank import confirm_bank
from marketplace.payouts.datev import datev_csv
from marketplace.payouts.draw_up import draw_up_run
from marketplace.payouts.models import PayoutRun
from marketplace.payouts.pay import pay_run
from marketplace.payouts.read import find_run, runs_of
from marketplace.payouts.reject import reject_run
from marketplace.payouts.sepa import sepa_order
from marketplace.payouts.submit import submit_run
from marketplace.providers.sepa_file import sepa_file
from marketplace.web.access import allow, approver_or_operator, current_actor, fresh_second_factor, operator
from marketplace.web.api.fields import Fields, arguments, body
from marketplace.web.api.frame import api, parsed_body
from marketplace.web.api.paging import page_asked
from marketplace.web.api.statement_json import run_head, run_json

LONGEST_NOTE = 500


@api.get("/office/payout-runs")
@allow(approver_or_operator)
def payout_runs() -> Any:
    """The runs of one's markets, the newest first; `?market=` narrows it to one."""
    page = page_asked(id=int)
    markets = current_actor().office_market_ids
    with arguments() as asked:
        market = asked.text("market", None, most=100)
    if market is not None:
        markets = frozenset({_own_market(market, markets)})
    found = runs_of(markets, page.limit + 1, page.after[0] if page.after else None)
    return page.answer(found, run_head, lambda run: (run.id,))


@api.post("/office/payout-runs")
@allow(operator)
def draw_up_payout_run() -> Any:
    """All that is due until a date, inclusive. An open run of the market: 409. Nothing due: no statements."""
    with body() as given:
        market = given.text("market", most=100)
        until = given.date("until")
    market_id = _own_market(market, current_actor().operator_market_ids)
    run = draw_up_run(market_id, until, _me())
    return run_json(run), 201, {"Location": url_for("api.payout_run", run=str(run.id))}


@api.get("/office/payout-runs/<run>")
@allow(approver_or_operator)
def payout_run(run: str) -> Any:
    """A run with its statements."""
    return run_json(_readable(run))


@api.post("/office/payout-runs/<run>/submit")
@allow(operator)
def submit_payout_run(run: str) -> Any:
    """Lays it before a second person; again while it is in review: takes the new figures."""
    return run_json(submit_run(_own(run).id, _me()))


@api.post("/office/payout-runs/<run>/approve")
@allow(approver_or_operator)
def approve_payout_run(run: str) -> Any:
    """The second signature; figures that changed since `submit`: 409 `changed`."""
    found = _readable(run)
    fresh_second_factor()
    return run_json(approve_run(found.id, _me(), _note()))


@api.post("/office/payout-runs/<run>/reject")
@allow(approver_or_operator)
def reject_payout_run(run: str) -> Any:
    """Sends it back; its entries are free for a new run."""
    return run_json(reject_run(_readable(run).id, _note()))


@api.post("/office/payout-runs/<run>/pay")
@allow(operator)
def pay_payout_run(run: str) -> Any:
    """Starts paying; the workers do it. Again while it is paid: those that failed are tried again."""
    found = _own(run)
    fresh_second_factor()
    return run_json(pay_run(found.id)), 202


@api.post("/office/payout-runs/<run>/confirm-bank")
@allow(operator)
def confirm_payout_run(run: str) -> Any:
    """The bank has carried out the SEPA file: its payments are booked."""
    found = _own(run)
    fresh_second_factor()
    return run_json(confirm_bank(found.id))


@api.get("/office/payout-runs/<run>/sepa.xml")
@allow(operator)
def payout_run_sepa(run: str) -> Any:
    """The bank's file (pain.001.001.09) of the farms without an account at the provider, after approval."""
    found = _own(run)
    return attachment(sepa_file(sepa_order(found)), "application/xml", f"auszahlung-{found.id}.xml")


@api.get("/office/payout-runs/<run>/datev.csv")
@allow(operator)
def payout_run_datev(run: str) -> Any:
    """Commission and payments as bookings for the tax adviser."""
    found = _own(run)
    written = datev_csv(found).encode("utf-8-sig")
    return attachment(written, "text/csv; charset=utf-8", f"auszahlung-{found.id}.csv")


def attachment(content: bytes, media_type: str, name: str) -> Response:
    """A file to keep."""
    return Response(content, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _me() -> int:
    account_id = current_actor().account_id
    assert account_id is not None
    return account_id


def _note() -> str:
    """The note of a signature; the body may be left out."""
    given = parsed_body()
    fields = Fields(given if isinstance(given, dict) else {})
    note: str = fields.text("note", "", most=LONGEST_NOTE)
    fields.refuse()
    return note


def _own_market(market: str, market_ids: Any) -> int:
    found = find_market(market)
    if found.id not in market_ids:
        raise NotFound()
    return found.id


def _readable(run: str) -> PayoutRun:
    return _find(run, current_actor().office_market_ids)


def _own(run: str) -> PayoutRun:
    return _find(run, current_actor().operator_market_ids)


def _find(run: str, market_ids: Any) -> PayoutRun:
    return find_run(id_from_text(run) or 0, market_ids)
