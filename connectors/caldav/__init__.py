"""Task lists of a calendar server, over CalDAV."""
