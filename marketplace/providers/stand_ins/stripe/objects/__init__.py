"""Shapes of the provider's objects, as they go over the wire."""
