"""Signed webhooks: CloudEvents to any automation that can check a signature."""
