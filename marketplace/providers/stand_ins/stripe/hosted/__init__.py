"""The pages that the provider shows to a customer: payment page and the bank's challenge."""
