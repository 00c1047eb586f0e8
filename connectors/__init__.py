"""Connectors of the strategy tracker: one folder per outside system, events in and tasks out."""
