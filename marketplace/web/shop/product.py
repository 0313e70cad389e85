"""The page of a product: everything that food law wants said before ordering."""

from __future__ import annotations

from itertools import islice
from typing import Any

from flask import render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.basket.product_page import ProductView, VariantView, product_page
from marketplace.basket.shelf import ShelfFilter, shelf
from marketplace.catalogue.allergens import allergen_name
from marketplace.catalogue.food_information import EXEMPTIONS, FISH_METHODS, HUSBANDRY
from marketplace.market_days.slots import SlotView
from marketplace.web.access import allow, anyone
from marketplace.web.shop import blueprint
from marketplace.web.shop.food_words import alcohol, emphasised, net_quantity, nutrition_rows
from marketplace.web.shop.frame import shop_frame
from marketplace.web.shop.market import SCARCE, card
from marketplace.web.shop.pictures import picture_url
from marketplace.web.shop.visit import visit

SIMILAR = 4


@blueprint.get("/produkt/<product>")
@allow(anyone)
def product(product: str) -> str:
    """A product by slug or id; without a chosen slot it is described and cannot be put into the basket."""
    here = visit()
    view = product_page(product, here.slot.id if here.slot else None)
    return render_template(
        "shop/product.html",
        p=view,
        pictures=[(picture_url(key), alt or view.name) for key, alt in view.pictures] or [(None, view.name)],
        variants=[_variant(variant) for variant in view.variants],
        allergens=[_(allergen_name(code)) for code in view.allergens],
        ingredients=emphasised(view.ingredients, view.allergens),
        facts=facts_of(view),
        nutrition=nutrition_rows(view.nutrition) if view.nutrition else [],
        exemption=_(EXEMPTIONS[view.nutrition_exempt]) if view.nutrition_exempt in EXEMPTIONS else "",
        seller=seller_of(view),
        more=more_of_the_farm(view, here.slot),
        **shop_frame(),
    )


def more_of_the_farm(view: ProductView, slot: SlotView | None) -> list[dict[str, Any]]:
    """A few other offers of the farm for the slot, while it takes orders."""
    if slot is None or slot.state != "open":
        return []
    others = (
        offer for offer in shelf(slot.id, ShelfFilter(farm_id=view.farm_id)).offers if offer.product_id != view.id
    )
    return [card(offer, slot) for offer in islice(others, SIMILAR)]


def _variant(variant: VariantView) -> dict[str, Any]:
    """A sale unit with what the page says beside its price."""
    left = variant.available
    words = {
        "no_slot": "",
        "not_offered": _("Für diesen Markttag nicht im Angebot."),
        "closed": _("Der Bestellschluss dafür ist vorbei."),
        "age": _("Am unbesetzten Regal gibt es keine Ware mit Mindestalter."),
        "sold_out": _("Für diesen Markttag ausverkauft."),
        "open": "",
    }[variant.state]
    if variant.state == "open" and left is not None:
        words = _("nur noch %(left)s da", left=left) if left <= SCARCE else _("noch %(left)s da", left=left)
    if variant.most_per_customer is not None and variant.state in ("no_slot", "open"):
        most = _("höchstens %(most)s je Kundin", most=variant.most_per_customer)
        words = f"{words} · {most}" if words else most
    return {
        "view": variant,
        "at_most": min((most for most in (left, variant.most_per_customer) if most is not None), default=None),
        "net": net_quantity(variant.net_quantity, variant.net_unit, variant.catch_weight),
        "quantity": visit().quantity_of(variant.variant_id),
        "note": words,
        "scarce": variant.state == "open" and left is not None and left <= SCARCE,
    }


def facts_of(p: ProductView) -> list[tuple[str, Any]]:
    """Net quantity, storage, origin, use: the rows of LMIV Art. 9 that the farm has filled."""
    nets = ", ".join(net_quantity(v.net_quantity, v.net_unit, v.catch_weight) for v in p.variants)
    keeps = ngettext(
        "bei richtiger Lagerung mindestens noch %(num)d Tag ab Abholung",
        "bei richtiger Lagerung mindestens noch %(num)d Tage ab Abholung",
        p.shelf_life_days,
    )
    rows: list[tuple[str, Any]] = [
        (_("Nettofüllmenge"), nets),
        (_("Abtropfgewicht"), ", ".join(net_quantity(v.drained_g, "g", False) for v in p.variants if v.drained_g)),
        (_("Alkoholgehalt"), alcohol(p.name, p.alcohol_tenths)),
        (_("Aufbewahren"), p.storage),
        (_("Haltbarkeit"), keeps if p.shelf_life_days else ""),
        (_("Herkunft"), p.origin),
        (_("Erzeugercode"), p.egg_code),
        (_("Haltungsform"), f"{p.husbandry_level} · {_(HUSBANDRY[p.husbandry_level])}" if p.husbandry_level else ""),
        (_("Fang oder Zucht"), ", ".join(filter(None, (_(FISH_METHODS.get(p.fish_method, "")), p.fish_area)))),
        (_("Hinweise und Verwendung"), p.label_note),
        (_("Öko-Kontrollstelle"), p.organic_code if p.organic else ""),
        (
            _("Mindestalter"),
            _("%(age)s Jahre; der Ausweis wird bei der Abholung geprüft", age=p.min_age) if p.min_age else "",
        ),
        (_("Artikel"), ", ".join(v.sku for v in p.variants)),
    ]
    return [(term, text) for term, text in rows if text]


def seller_of(p: ProductView) -> list[tuple[str, str]]:
    """Who is responsible for the food, with a postal address (LMIV Art. 8), and who sells it."""
    address = ", ".join(part for part in (p.farm_street, f"{p.farm_postcode} {p.farm_town}".strip()) if part)
    sells = (
        _("Der Hof verkauft selbst; %(market)s vermittelt.", market=p.market_name)
        if p.sales_model == "agency"
        else _("%(market)s verkauft im eigenen Namen.", market=p.market_name)
    )
    rows = [
        (_("Verantwortlicher Betrieb"), p.farm_legal_name or p.farm_name),
        (_("Anschrift"), address),
        (_("E-Mail"), p.farm_email),
        (_("Telefon"), p.farm_phone),
        (_("Verkauf"), sells),
    ]
    return [(term, text) for term, text in rows if text]
