"""Strategy tracking: source → event → measurement → status → corrective action → review → effect."""

__version__ = "0.1.0"
