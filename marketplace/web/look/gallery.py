"""`/_ui`: every macro of templates/ui/ with its states, for development and tests only."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, render_template, request, send_file

PICTURES = Path(__file__).resolve().parents[2] / "cli" / "demo" / "pictures"
NOW = datetime(2026, 11, 24, 15, 20, tzinfo=UTC)
DAY = date(2026, 11, 26)


def init_gallery(app: Flask) -> None:
    """Add `/_ui` (`?rahmen=shop|farm|office|pickup|print`) and its pictures. Never call it in production."""
    app.add_url_rule("/_ui", "ui_gallery", show)
    app.add_url_rule("/_ui/bild/<sku>.svg", "ui_picture", _picture)


def show() -> str:
    """The page of components, or one of the frames with sample content."""
    frame = request.args.get("rahmen", "shop")
    if frame == "shop":
        return render_template("ui_gallery.html", **_samples(), **_shop_frame())
    if frame not in {"farm", "office", "pickup", "print"}:
        abort(404)
    return render_template(f"ui_gallery_{frame}.html", **_samples(), **_frames()[frame])


def _picture(sku: str) -> Response:
    path = PICTURES / f"{Path(sku).name}.svg"
    if not path.is_file():
        abort(404)
    return send_file(path, mimetype="image/svg+xml")


def _shop_frame() -> dict[str, Any]:
    return {
        "nav_items": [
            {"label": "Markt", "url": "/_ui", "current": True},
            {"label": "Höfe", "url": "/_ui"},
            {"label": "Abholorte", "url": "/_ui"},
            {"label": "So geht’s", "url": "/_ui"},
        ],
        "foot_items": [{"label": label, "url": "/_ui"} for label in ("Impressum", "Datenschutz", "AGB")],
        "account_url": "/_ui",
        "search_url": "/_ui",
        "slot_band": {**_slot(), "closes_at": NOW + timedelta(hours=2, minutes=40), "soon": True, "now": NOW},
        "basket_bar": {"count": 10, "sum_cents": 5595, "deposit_cents": 30, "approx": True, "url": "/_ui"},
    }


def _slot() -> dict[str, Any]:
    return {
        "date": DAY,
        "place": "Nottuln, Stiftsplatz",
        "start": datetime(2026, 11, 26, 15, 30, tzinfo=UTC),
        "end": datetime(2026, 11, 26, 17, 30, tzinfo=UTC),
        "closes_at": datetime(2026, 11, 25, 17, 0, tzinfo=UTC),
        "change_url": "/_ui",
        "now": NOW,
    }


def _frames() -> dict[str, dict[str, Any]]:
    farm_nav = [
        {"label": "Bestand", "url": "/_ui?rahmen=farm", "current": True},
        {"label": "Packen", "url": "/_ui?rahmen=farm"},
        {"label": "Abrechnung", "url": "/_ui?rahmen=farm"},
    ]
    icons = ("tray", "calendar-blank", "receipt", "storefront", "coins", "book-open", "chart-bar", "gear")
    labels = ("Heute", "Markttage", "Bestellungen", "Höfe", "Auszahlungen", "Bücher", "Berichte", "Einstellungen")
    office_nav: list[dict[str, Any]] = [
        {"label": label, "icon": icon, "url": "/_ui?rahmen=office"} for label, icon in zip(labels, icons, strict=True)
    ]
    office_nav[0] |= {"current": True, "count": 6}
    return {
        "farm": {"nav_items": farm_nav, "frame_title": "Hof Brinkmöller", "has_bar": True, "sign_out_url": "/_ui"},
        "pickup": {
            "nav_items": [{"label": "Ausgeben", "url": "/_ui?rahmen=pickup", "current": True}],
            "frame_title": "Nottuln, Stiftsplatz",
            "sign_out_url": "/_ui",
        },
        "office": {
            "nav_items": office_nav,
            "frame_subtitle": "Marktleitung Kreis Coesfeld",
            "frame_user": {"name": "Ruth Hölscher", "role": "Marktleitung"},
            "search_url": "/_ui",
            "sign_out_url": "/_ui",
        },
        "print": {},
    }


def _samples() -> dict[str, Any]:
    return {
        "now": NOW,
        "slot": _slot(),
        "products": _products(),
        "groups": _groups(),
    }


def _product(
    sku: str, name: str, farm: str, unit: str, cents: int, unit_cents: int | None, **more: Any
) -> dict[str, Any]:
    return {
        "name": name,
        "farm": farm,
        "sale_unit": unit,
        "price_cents": cents,
        "unit_price_cents": unit_cents,
        "picture": f"/_ui/bild/{sku}.svg",
        "url": "/_ui",
        **more,
    }


def _products() -> list[dict[str, Any]]:
    return [
        _product("F01-06", "Grünkohl gerupft", "Hof Brinkmöller", "Beutel 500 g", 340, 680, quantity=2),
        _product("F01-07", "Rotkohl", "Hof Brinkmöller", "Kopf ca. 1,4 kg", 350, 250, catch_weight=True, quantity=1),
        _product("F02-01", "Bio-Feldsalat", "Biohof Lindenkamp", "Schale 150 g", 320, 2133, organic=True, left=3),
        _product("F01-08", "Rosenkohl geputzt", "Hof Brinkmöller", "Schale 500 g", 290, 580, sold_out=True),
        _product(
            "F03-01",
            "Frische Vollmilch 3,8 %",
            "Milchhof Tüskenbrook",
            "Flasche 1 l",
            189,
            189,
            unit_price_basis="l",
            deposit_cents=15,
            allergens=["Milch"],
        ),
        _product(
            "F12-01", "Münsterländer Korn 32 % vol", "Brennerei Quettenberg", "Flasche 0,7 l", 1490, None, min_age=18
        ),
        _product(
            "F10-01",
            "Bauernbrot Roggenmischbrot",
            "Hofbäckerei Kornrade",
            "Laib 1 kg",
            540,
            540,
            closes_note="nur bis heute 18:00",
            allergens=["Roggen", "Weizen"],
            quantity=3,
            maximum=3,
        ),
        _product(
            "F07-01", "Apfel Elstar", "Obsthof Appelgarden", "Beutel 2 kg", 490, 245, was_cents=540, lowest_cents=520
        ),
    ]


def _groups() -> list[dict[str, Any]]:
    return [
        {
            "farm": "Hof Brinkmöller",
            "lines": [
                {"count": 1, "name": "Grünkohl gerupft", "note": "Beutel 500 g", "was_count": 2, "amount_cents": 340},
                {"count": 1, "name": "Rotkohl", "note": "Kopf ca. 1,4 kg", "amount_cents": 350, "approx": True},
            ],
        },
        {
            "farm": "Milchhof Tüskenbrook",
            "lines": [{"count": 2, "name": "Frische Vollmilch 3,8 %", "note": "Flasche 1 l", "amount_cents": 378}],
        },
    ]
