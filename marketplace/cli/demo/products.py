"""The demo's products: written down by the same command as a farmer's, with a picture each."""

from __future__ import annotations

from decimal import Decimal

from marketplace.catalogue.categories import lay_out
from marketplace.catalogue.food_information import ALCOHOL_FROM_TENTHS, EGG_CODE, STRENGTH
from marketplace.catalogue.pictures import PRODUCT_PICTURES, MediaStore
from marketplace.catalogue.product_input import ProductInput, VariantInput
from marketplace.catalogue.save_product import create_product
from marketplace.catalogue.season import months_from_text
from marketplace.cli.demo.places import Tick
from marketplace.cli.demo.read import PICTURES, Row, by, cents, table
from marketplace.kernel.database import execute, rows
from marketplace.providers.pictures import house_drawing

# The shelves, in the order in which one walks along a market.
CATEGORIES = (
    "Gemüse", "Obst", "Kräuter", "Eier", "Milchprodukte", "Käse", "Fleisch", "Wurst", "Geflügel", "Fisch", "Backwaren",
    "Honig", "Aufstriche", "Fertiggerichte", "Feinkost", "Essig & Öl", "Trockenwaren", "Getränke", "Bier",
    "Wein & Cidre", "Spirituosen", "Blumen", "Non-Food",
)  # fmt: skip
NOT_FOOD = {"Blumen", "Non-Food"}
ONE_INGREDIENT = {"Gemüse", "Obst", "Kräuter", "Eier", "Honig"}
KEEPS_FOR_DAYS = 60  # what keeps so long is one stock for all market days
MADE_TO_ORDER_DAYS = {"F04-06": 7}
UNLIMITED = {"F12-05"}
HARVESTED, PACKED_AWAY = (18, 48), (120, 360)  # units a market day, and in a pool: from, to


def ensure_products(farms: dict[str, int], name: str, store: MediaStore, tick: Tick) -> None:
    """The products of a CSV file that are not there yet, with pictures and what there usually is of them."""
    slugs = lay_out(CATEGORIES)
    told = by("food_information", "sku")
    known = {
        (row.farm_id, row.sku)
        for row in rows("SELECT farm_id, sku FROM variant WHERE farm_id = ANY(:farms)", farms=list(farms.values()))
    }
    for row in table(name):
        farm_id = farms[row["farm_id"]]
        drawing = house_drawing((PICTURES / f"{row.get('picture') or row['sku']}.svg").read_bytes())
        if (farm_id, row["sku"]) in known:
            store.put(drawing)  # a folder may be new while the database is not
        else:
            product_id = create_product(
                farm_id, product_of(row, told[row["sku"]], slugs), categories=set(slugs.values())
            )
            PRODUCT_PICTURES.add(farm_id, product_id, drawing, row["name_de"], store)
            say_what_there_is(farm_id, row)
        tick()


def product_of(row: Row, told: Row, slugs: dict[str, str]) -> ProductInput:
    """A line of the catalogue as its farmer would write it down."""
    weighed = row["catch_weight"] == "1"
    return ProductInput(
        name=row["name_de"],
        category=slugs[row["category"]],
        description=told["description"],
        ingredients=told["ingredients"],
        allergens=tuple(code for code in row["allergens"].split(",") if code),
        storage=row["storage"],
        shelf_life_days=int(row["shelf_life_days"]),
        origin="Deutschland, Nordrhein-Westfalen",
        label_note=row["extra_label"],
        organic=row["organic"] == "1",
        min_age=int(row["min_age"]),
        withdrawal_excluded=row["withdrawal_excluded"] == "1",
        is_food=row["category"] not in NOT_FOOD,
        vat_key="standard" if row["vat_standard_pct"] == "19" else "reduced",
        flat_rate=row["farm_vat_scheme"] == "paragraph24" and row["vat_effective_pct"] == "7.8",
        season_months=tuple(months_from_text(row["season_months"])),
        lead_time_minutes=MADE_TO_ORDER_DAYS.get(row["sku"], 0) * 24 * 60,
        nutrition_exempt=exemption(row),
        egg_code=code[0] if (code := EGG_CODE.search(row["extra_label"])) else "",
        fish_method="farmed" if row["category"] == "Fisch" else "",
        fish_area="Deutschland" if row["category"] == "Fisch" else "",
        alcohol_tenths=strength(row["name_de"]),
        husbandry_level=(5 if row["organic"] == "1" else 4) if row["category"] in ("Fleisch", "Wurst") else 0,
        variants=(
            VariantInput(
                sku=row["sku"],
                sale_unit=row["sale_unit"],
                net_quantity=int(row["net_qty"]),
                net_unit=row["net_unit"],
                catch_weight=weighed,
                price_cents=cents(row["price_eur_gross"]),
                unit_price_cents=cents(row["unit_price_eur"]) if weighed else None,
                deposit_cents=cents(row["deposit_eur"]),
                pooled=keeps(row),
            ),
        ),
    )


def exemption(row: Row) -> str:
    """Why there is no nutrition declaration: what has one ingredient, alcohol, or small quantities by hand."""
    if row["category"] in NOT_FOOD:
        return ""
    if strength(row["name_de"]) > ALCOHOL_FROM_TENTHS:
        return "alcohol"
    return "unprocessed" if row["category"] in ONE_INGREDIENT else "small_quantities"


def strength(name: str) -> int:
    """Tenths of a per cent by volume that a name carries (`Korn 32 % vol`), 0 without."""
    found = STRENGTH.search(name)
    return int(Decimal(found[0].partition("%")[0].strip().replace(",", ".")) * 10) if found else 0


def keeps(row: Row) -> bool:
    """Spirits and candles have no date in the catalogue, and keep for ever."""
    days = int(row["shelf_life_days"])
    return days >= KEEPS_FOR_DAYS or days == 0


def say_what_there_is(farm_id: int, row: Row) -> None:
    """The weekly pattern: the same amount on every market day, different from product to product."""
    least, most = PACKED_AWAY if keeps(row) else HARVESTED
    number = sum(ord(letter) * (place + 3) for place, letter in enumerate(row["sku"] + row["name_de"]))
    execute(
        """
        INSERT INTO weekly_offer (variant_id, weekday, capacity)
        SELECT v.id, w, CAST(:capacity AS bigint) FROM variant v CROSS JOIN generate_series(1, 6) w
        WHERE v.farm_id = :farm_id AND v.sku = :sku ON CONFLICT DO NOTHING
        """,
        capacity=None if row["sku"] in UNLIMITED else least + number % (most - least),
        farm_id=farm_id,
        sku=row["sku"],
    )
