"""Pure calculations: numbers in, dataclasses out; no database, no framework."""
