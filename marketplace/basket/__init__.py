"""What a customer means to buy: found by the visitor's cookie or account, filled, seen against the day that was chosen."""
