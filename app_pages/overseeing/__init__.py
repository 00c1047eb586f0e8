"""The sections of the page for oversight, one module each."""
