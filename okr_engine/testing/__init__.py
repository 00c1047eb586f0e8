"""What a plugin proves itself with: the suites that our own connectors pass too."""
