"""The steps of an upload: what the columns mean, and what the records become."""
