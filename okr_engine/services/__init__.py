"""The verbs: one module per arrow of source → event → measurement → status → corrective action → review → effect."""
