"""The sections of an indicator's page: its figure, the figures over time, its units, its lineage, its definition."""
