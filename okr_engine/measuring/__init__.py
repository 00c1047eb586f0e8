"""From events to values: canonical tables, their storing, dated definitions, and the engine that computes them."""
