"""The forms of My work, a module for each section, and what they share."""
