"""A farm's products: the list, the form with its preview, the pictures, the history of prices."""

from __future__ import annotations

from marketplace.web.farm.products import form_page, list_page, picture_page, price_page

__all__ = ["form_page", "list_page", "picture_page", "price_page"]
