"""The legal pages and "So geht's". The wording is that of the demo market: a real one has its own looked at."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, url_for
from sqlalchemy import select

from marketplace.kernel import installation
from marketplace.kernel.database import db
from marketplace.markets.models import Market
from marketplace.web.access import allow, anyone
from marketplace.web.shop import blueprint


def operators() -> list[dict[str, Any]]:
    """Every market with what its imprint says."""
    found = db.session.scalars(select(Market).order_by(Market.name, Market.id))
    return [{"name": market.name, "sales_model": market.sales_model, "legal": market.legal} for market in found]


@blueprint.get("/impressum")
@allow(anyone)
def imprint() -> str:
    return render_template("shop/texts/imprint.html", operators=operators())


@blueprint.get("/agb")
@allow(anyone)
def terms() -> str:
    settings = installation.settings()
    return render_template(
        "shop/texts/terms.html",
        operators=operators(),
        minutes=settings.order_ttl_seconds // 60,
        methods=settings.payment_methods,
    )


@blueprint.get("/datenschutz")
@allow(anyone)
def privacy() -> str:
    return render_template("shop/texts/privacy.html", operators=operators())


@blueprint.get("/reihenfolge")
@allow(anyone)
def ranking() -> str:
    """How offers are sorted (§ 5b UWG, DSA Art. 27)."""
    return render_template("shop/texts/ranking.html")


@blueprint.get("/ranking")
@allow(anyone)
def ranking_alias() -> Response:
    return redirect(url_for("shop.ranking"), 301)  # type: ignore[return-value]


@blueprint.get("/widerruf")
@allow(anyone)
def withdrawal() -> str:
    return render_template("shop/texts/withdrawal.html", operators=operators())


@blueprint.get("/barrierefreiheit")
@allow(anyone)
def accessibility() -> str:
    return render_template("shop/texts/accessibility.html", operators=operators())


@blueprint.get("/so-gehts")
@allow(anyone)
def how() -> str:
    return render_template("shop/texts/how.html", minutes=installation.settings().order_ttl_seconds // 60)
