"""Operaton and Camunda 7: actions as processes of the organisation's own."""
