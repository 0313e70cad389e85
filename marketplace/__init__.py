"""The regional farmers' market: a folder a word of the market, a file a thing one can do.

Imports point down only; the order stands in the import contracts of setup.cfg.
"""
