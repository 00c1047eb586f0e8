"""Any service that answers JSON, described by settings."""
