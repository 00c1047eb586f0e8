"""The sections of the data desk: the figures of a quarter, what is missing or suspicious, and what is final."""
