"""The command line `okr`: the operator's door, and the tests'."""
