"""The fourteen, and what a customer means who avoids one."""

from __future__ import annotations

from marketplace.catalogue.allergens import ALLERGENS, GROUPS, covered_by
from marketplace.cli.demo.read import table


def test_fourteen_groups_all_named():
    assert len(GROUPS) == 14
    assert set(GROUPS) <= set(ALLERGENS)
    assert {code.split("_")[0] for code in ALLERGENS} == set(GROUPS)


def test_the_demo_uses_no_other():
    used = {code for row in table("catalogue") for code in row["allergens"].split(",") if code}
    assert used <= set(ALLERGENS)


def test_a_group_covers_its_kinds():
    assert {"gluten", "gluten_wheat", "gluten_rye", "gluten_spelt"} <= set(covered_by(["gluten"]))
    assert "milk" not in covered_by(["gluten"])


def test_a_kind_covers_goods_that_name_the_group_only():
    assert covered_by(["nuts_almond"]) == ["nuts", "nuts_almond"]
