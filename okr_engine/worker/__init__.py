"""What happens when nobody is there: due sources are read, and rules that take force decide."""
