"""What happens when nobody is there: due sources are read."""
