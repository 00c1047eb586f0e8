"""Mail through the organisation's own mail server."""
