"""What a customer means to buy: found by cookie or account, filled, seen against the day that was chosen."""
