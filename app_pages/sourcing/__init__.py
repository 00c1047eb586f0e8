"""The parts of Sources: the list, one source with its readings, and the forms."""
