"""Celery on top of the market: it imports the marketplace, and nothing there knows of it."""
