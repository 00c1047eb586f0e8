"""The parts of Integrations."""
