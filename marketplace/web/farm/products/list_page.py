"""The products of a farm: what is on sale, drafts, what was put away."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.catalogue.copy_product import archive_product, copy_product, unarchive_product
from marketplace.catalogue.product_list import STATES, counts_by_state, listed_products
from marketplace.catalogue.products import own_product
from marketplace.kernel.plain_text import one_line
from marketplace.web.access import allow, farm_member
from marketplace.web.farm import blueprint
from marketplace.web.farm.visit import farm_here

PAGE = 50
LONGEST_WORDS = 100
MOST_PAGES = 1000
NAMES = {"live": "im-verkauf", "draft": "entwuerfe", "archived": "archiv"}


@blueprint.get("/<int:farm_id>/produkte")
@allow(farm_member)
def products(farm_id: int) -> str:
    """`stand`: im-verkauf, entwuerfe or archiv; `q`: words of the name or an article number; `seite`."""
    farm = farm_here(farm_id)
    state = next((state for state, name in NAMES.items() if name == request.args.get("stand")), "live")
    words = one_line(request.args.get("q", ""))[:LONGEST_WORDS]
    number = request.args.get("seite", "1")
    page = min(int(number), MOST_PAGES) if number.isascii() and number.isdigit() and len(number) < 7 else 1
    found = listed_products(farm.id, state=state, words=words, skip=(max(page, 1) - 1) * PAGE, limit=PAGE + 1)
    counts = counts_by_state(farm.id)
    tabs = [
        {"label": label, "url": _url(farm.id, state=name), "current": name == state, "hint": str(counts[name])}
        for name, label in zip(STATES, (_("Im Verkauf"), _("Entwürfe"), _("Archiv")), strict=True)
    ]
    return render_template(
        "farm/products/list.html",
        found=found[:PAGE],
        tabs=tabs,
        state=state,
        words=words,
        nothing_yet=not any(counts.values()),
        newer=_url(farm.id, state, words, page - 1) if page > 1 else None,
        older=_url(farm.id, state, words, page + 1) if len(found) > PAGE else None,
    )


def _url(farm_id: int, state: str, words: str = "", page: int = 1) -> str:
    return url_for(
        "farm.products",
        farm_id=farm_id,
        stand=None if state == "live" else NAMES[state],
        q=words or None,
        seite=page if page > 1 else None,
    )


@blueprint.post("/<int:farm_id>/produkte/<int:product_id>/<any(kopieren, archivieren, zurueckholen):wish>")
@allow(farm_member)
def handle_product(farm_id: int, product_id: int, wish: str) -> Response:
    """A copy as a draft; put away; taken out again as a draft."""
    farm = farm_here(farm_id)
    if wish == "kopieren":
        name = own_product([farm.id], product_id).product.name
        product_id = copy_product(farm.id, product_id, _("%(name)s (Kopie)", name=name[:180]))
        flash(_("Kopiert, als Entwurf."), "ok")
    elif wish == "archivieren":
        archive_product(farm.id, product_id)
        flash(_("Im Archiv. Was bestellt ist, bleibt bestellt."), "ok")
        return redirect(_url(farm.id, "live"), 303)  # type: ignore[return-value]
    else:
        unarchive_product(farm.id, product_id)
        flash(_("Wieder da, als Entwurf."), "ok")
    return redirect(url_for("farm.product", farm_id=farm.id, product_id=product_id), 303)  # type: ignore[return-value]
