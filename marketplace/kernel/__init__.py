"""What every domain stands on: money, clock, ids, errors, settings, the database. No word of the market."""
