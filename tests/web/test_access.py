"""Who gets where: every route has a predicate, and each role is let in or turned away by it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask, session
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from marketplace.kernel.errors import Forbidden, NotSignedIn
from marketplace.web import access
from marketplace.web.access import Predicate, access_of, allow, anyone
from tests.factories.small_market import SmallMarket, small_market
from tests.factories.visitors import Statements, account, bearer, browser, path_of

# Predicate to the roles that it lets in. A predicate that is missing here has not been thought about.
MATRIX = {
    "anyone": {"guest", "customer", "farm", "helper", "host", "operator", "approver", "admin"},
    "signed_in": {"customer", "farm", "helper", "host", "operator", "approver", "admin"},
    "farm_member": {"farm", "admin"},
    "packer": {"farm", "helper", "admin"},
    "host": {"host", "operator", "admin"},
    "operator": {"operator", "admin"},
    "approver_or_operator": {"operator", "approver", "admin"},
    "farm_member_or_operator": {"farm", "operator", "admin"},
}
ROLES = ("guest", "customer", "farm", "helper", "host", "operator", "approver", "admin")
# Pages of each audience are for that audience; whatever is otherwise stands here.
EXPECTED = {
    "farm": {"farm_member", "packer"},
    "office": {"operator", "approver_or_operator"},
    "pickup": {"host"},
    "shop": {"anyone"},
    "media": {"anyone"},
    "service": {"anyone"},
    "docs": {"anyone"},
    "hooks": {"anyone"},
    "account": {"anyone", "signed_in"},
}
# The browser fetches the script of a service worker without a person behind it; it holds no data.
FOR_ALL = {"/hof/packen-dienst.js"}


def rules(app: Flask) -> Iterator[tuple[Rule, Predicate]]:
    for rule in app.url_map.iter_rules():
        predicate = access_of(app.view_functions[rule.endpoint])
        assert predicate is not None, f"{rule.rule} says nobody may"
        yield rule, predicate


def test_every_route_is_on_the_matrix(session_app: Flask) -> None:
    unknown = {predicate.name for _, predicate in rules(session_app)} - set(MATRIX)
    assert not unknown


def test_each_audience_has_its_own(session_app: Flask) -> None:
    for rule, predicate in rules(session_app):
        room = rule.endpoint.partition(".")[0]
        if room in EXPECTED and rule.rule not in FOR_ALL:
            assert predicate.name in EXPECTED[room], f"{rule.rule}: {predicate}"
        if rule.rule.startswith(("/api/v1/farm", "/api/v1/office", "/api/v1/pickup/")):
            assert predicate is not anyone, rule.rule


@pytest.fixture
def people(app: Flask) -> dict[str, int]:
    with app.app_context():
        market: SmallMarket = small_market()
    where = {
        "farm": {"farm_id": market.farms["dairy"]},
        "helper": {"farm_id": market.farms["dairy"]},
        "host": {"market_id": market.market},
        "operator": {"market_id": market.market},
        "approver": {"market_id": market.market},
    }
    return {role: account(app, role, **where.get(role, {})) for role in ROLES if role != "guest"}


@pytest.mark.parametrize("role", ROLES)
def test_roles_over_all_pages(app: Flask, people: dict[str, int], role: str) -> None:
    """Everybody on every page that reads: let in (whatever comes of it), or turned away, as the matrix says."""
    client = app.test_client() if role == "guest" else browser(app, people[role])
    for rule, predicate in rules(app):
        if "GET" not in (rule.methods or ()) or rule.rule.startswith("/api/"):
            continue
        answer = client.get(path_of(rule))
        assert answer.status_code < 500, f"{role} on {rule.rule}: {answer.status_code}"
        to_the_door = answer.status_code == 303 and answer.headers["Location"].startswith("/konto/anmelden?next=")
        turned_away = to_the_door or answer.status_code == 403
        assert turned_away == (role not in MATRIX[predicate.name]), f"{role} on {rule.rule}: {answer.status_code}"
        if turned_away:
            assert to_the_door == (role == "guest"), f"{role} on {rule.rule}"


@pytest.mark.parametrize("role", ROLES)
def test_roles_over_all_calls(app: Flask, people: dict[str, int], role: str) -> None:
    headers = {} if role == "guest" else bearer(app, people[role])
    client = app.test_client()
    for rule, predicate in rules(app):
        if not rule.rule.startswith("/api/v1"):
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            answer = client.open(path_of(rule), method=method, headers=headers, json={} if method != "GET" else None)
            assert answer.status_code < 500, f"{role}: {method} {rule.rule}: {answer.text}"
            turned_away = answer.status_code in (401, 403)
            assert turned_away == (role not in MATRIX[predicate.name]), f"{role}: {method} {rule.rule} {answer.text}"


def test_a_cookie_opens_nothing_in_the_api(app: Flask, people: dict[str, int]) -> None:
    client = browser(app, people["operator"])
    assert client.get("/leitung/").status_code == 200
    assert client.get("/api/v1/office/market-days").status_code == 401


def test_a_changed_cookie_is_nobody(app: Flask, people: dict[str, int]) -> None:
    client = browser(app, people["customer"])
    cookie = client.get_cookie("markt")
    assert cookie is not None
    client.set_cookie("markt", cookie.value[:-4] + "AAAA")
    assert client.get("/konto/").status_code == 303


def test_unknown_tokens_are_refused_even_where_everybody_may(client: FlaskClient) -> None:
    for header in ("Bearer falsch", "Basic bGlzYTpnZWhlaW0=", "Bearer", "Bearer " + "x" * 5000):
        answer = client.get("/api/v1/markets", headers={"Authorization": header})
        assert answer.status_code == 401 and answer.json["type"].endswith("/unauthorized")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/", "/markt", "/api/v1/markets", "/konto/anmelden", "/healthz", "/nirgends"])
def test_hooks_ask_the_database_nothing_for_guests(app: Flask, path: str) -> None:
    client = app.test_client()
    client.get(path)
    with Statements(app) as statements:
        client.get(path)
    assert not [one for one in statements.sent if re.search(r"sign_in|api_token|account|rate_", one)]
    assert len(statements.sent) <= 1, statements.sent


def test_a_view_without_a_predicate_is_not_served(settings: object) -> None:
    bare = Flask("bare")
    access.deny_by_default(bare)
    bare.add_url_rule("/offen", "offen", lambda: "alles")
    with bare.test_request_context("/offen"), pytest.raises(Exception) as refused:
        bare.full_dispatch_request()
    assert getattr(refused.value, "status", None) == 404


def test_an_api_view_without_a_predicate_does_not_start() -> None:
    from marketplace.web.api.frame import Api

    with pytest.raises(TypeError, match="nobody may"):
        Api("probe", __name__).get("/offen")(dict)


def test_the_decorator(app: Flask) -> None:
    seen: list[str] = []

    def view() -> str:
        seen.append("drin")
        return "ok"

    guarded: Callable[[], str] = allow(access.operator)(view)
    assert access_of(guarded) is access.operator
    with app.test_request_context("/leitung/"), pytest.raises(NotSignedIn):
        guarded()
    someone = account(app)
    with app.app_context():
        from marketplace.people.sign_ins import begin

        token = begin(someone, second_factor=False)
    with app.test_request_context("/leitung/"):
        session[access.SIGN_IN] = token
        with pytest.raises(Forbidden):
            guarded()
    assert not seen
