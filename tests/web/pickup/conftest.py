"""People with roles in the small market of the packing tests."""

from tests.web.stall import bearer, look, scene, sign_in

__all__ = ["bearer", "look", "scene", "sign_in"]
