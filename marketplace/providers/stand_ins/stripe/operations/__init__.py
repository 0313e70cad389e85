"""What can be done with the provider's objects: one function for each call of the API, and the timers."""
