"""Pictures of a product: kept once, a few of them, one's own products alone."""

from __future__ import annotations

import pytest

from marketplace.catalogue.pictures import MOST_PICTURES, PRODUCT_PICTURES, PictureData
from marketplace.catalogue.save_product import create_product
from marketplace.kernel.database import rows, scalar
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.providers.media_files import media_files
from tests.factories.planned_market import POTATOES


@pytest.fixture
def store(tmp_path):
    return media_files(f"file://{tmp_path}")


def picture(number):
    return PictureData(b"picture %d" % number, "image/webp")


def test_the_first_one_is_shown_first(planned_market, store):
    product = create_product(planned_market.farm_id, POTATOES)
    farm = planned_market.farm_id
    keys = [PRODUCT_PICTURES.add(farm, product, picture(number), "Kartoffeln", store) for number in range(3)]
    assert [row.media_key for row in rows("SELECT media_key FROM picture ORDER BY position")] == keys
    assert all(store.get(key) is not None for key in keys)


def test_there_is_an_end(planned_market, store):
    product = create_product(planned_market.farm_id, POTATOES)
    for number in range(MOST_PICTURES):
        PRODUCT_PICTURES.add(planned_market.farm_id, product, picture(number), "", store)
    with pytest.raises(Conflict):
        PRODUCT_PICTURES.add(planned_market.farm_id, product, picture(99), "", store)
    assert store.get(picture(99).key) is None


def test_another_farms_product_is_unknown(planned_market, store):
    product = create_product(planned_market.farm_id, POTATOES)
    with pytest.raises(NotFound):
        PRODUCT_PICTURES.add(planned_market.farm("B01"), product, picture(1), "", store)
    assert scalar("SELECT count(*) FROM picture") == 0
