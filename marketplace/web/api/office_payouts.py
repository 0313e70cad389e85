"""Payout runs over the API: drawn up, laid before a second person, signed, paid."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for

from marketplace.kernel.ids import id_from_text
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
from marketplace.web.api.frame import api, described, taken
from marketplace.web.api.office_asked import NewRun, Signed, note_given, office_markets, own_market
from marketplace.web.api.paging import PAGE_ARGUMENTS, page_asked
from marketplace.web.api.statement_json import run_head, run_json


@api.get("/office/payout-runs")
@allow(approver_or_operator)
@described(is_list=True, arguments={"market": "id or slug", **PAGE_ARGUMENTS})
def payout_runs() -> Any:
    """The runs of one's markets, the newest first; `?market=` narrows it to one."""
    page = page_asked(id=int)
    found = runs_of(office_markets(), page.limit + 1, page.after[0] if page.after else None)
    return page.answer(found, run_head, lambda run: (run.id,))


@api.post("/office/payout-runs")
@allow(operator)
@described(takes=NewRun, status=201, refuses=("validation", "conflict", "not-found"))
def draw_up_payout_run() -> Any:
    """All that is due until a date, inclusive. An open run of the market: 409. Nothing due: no statements."""
    asked = taken(NewRun)
    market_id = own_market(asked.market, current_actor().operator_market_ids)
    run = draw_up_run(market_id, asked.until, _me())
    return run_json(run), 201, {"Location": url_for("api.payout_run", run=str(run.id))}


@api.get("/office/payout-runs/<run>")
@allow(approver_or_operator)
def payout_run(run: str) -> Any:
    """A run with its statements."""
    return run_json(_readable(run))


@api.post("/office/payout-runs/<run>/submit")
@allow(operator)
@described(refuses=("conflict", "not-found"))
def submit_payout_run(run: str) -> Any:
    """Lays it before a second person; again while it is in review: takes the new figures."""
    return run_json(submit_run(_own(run).id, _me()))


@api.post("/office/payout-runs/<run>/approve")
@allow(approver_or_operator)
@described(takes=Signed, refuses=("changed", "conflict", "forbidden", "second-factor", "not-found"))
def approve_payout_run(run: str) -> Any:
    """The second signature; figures that changed since `submit`: 409 `changed`."""
    found = _readable(run)
    fresh_second_factor()
    return run_json(approve_run(found.id, _me(), note_given()))


@api.post("/office/payout-runs/<run>/reject")
@allow(approver_or_operator)
@described(takes=Signed, refuses=("conflict", "not-found"))
def reject_payout_run(run: str) -> Any:
    """Sends it back; its entries are free for a new run."""
    return run_json(reject_run(_readable(run).id, note_given()))


@api.post("/office/payout-runs/<run>/pay")
@allow(operator)
@described(status=202, refuses=("changed", "conflict", "second-factor", "not-found"))
def pay_payout_run(run: str) -> Any:
    """Starts paying; the workers do it. Again while it is paid: those that failed are tried again."""
    found = _own(run)
    fresh_second_factor()
    return run_json(pay_run(found.id)), 202


@api.post("/office/payout-runs/<run>/confirm-bank")
@allow(operator)
@described(refuses=("conflict", "second-factor", "not-found"))
def confirm_payout_run(run: str) -> Any:
    """The bank has carried out the SEPA file: its payments are booked."""
    found = _own(run)
    fresh_second_factor()
    return run_json(confirm_bank(found.id))


@api.get("/office/payout-runs/<run>/sepa.xml")
@allow(approver_or_operator)
def payout_run_sepa(run: str) -> Any:
    """The bank's file (pain.001.001.09) of the farms without an account at the provider, after approval."""
    found = _readable(run)
    return attachment(sepa_file(sepa_order(found)), "application/xml", f"auszahlung-{found.id}.xml")


@api.get("/office/payout-runs/<run>/datev.csv")
@allow(approver_or_operator)
def payout_run_datev(run: str) -> Any:
    """Commission and payments as bookings for the tax adviser."""
    found = _readable(run)
    written = datev_csv(found).encode("utf-8-sig")
    return attachment(written, "text/csv; charset=utf-8", f"auszahlung-{found.id}.csv")


def attachment(content: bytes, media_type: str, name: str) -> Response:
    """A file to keep."""
    return Response(content, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _me() -> int:
    account_id = current_actor().account_id
    assert account_id is not None
    return account_id


def _readable(run: str) -> PayoutRun:
    return _find(run, current_actor().office_market_ids)


def _own(run: str) -> PayoutRun:
    return _find(run, current_actor().operator_market_ids)


def _find(run: str, market_ids: Any) -> PayoutRun:
    return find_run(id_from_text(run) or 0, market_ids)
