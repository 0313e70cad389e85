"""HTTP in, HTML or JSON out; no rule of the market lives here."""
