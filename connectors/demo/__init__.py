"""A believable county that generates its own events."""
