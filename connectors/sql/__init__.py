"""A table or view of any SQL database, read only."""
