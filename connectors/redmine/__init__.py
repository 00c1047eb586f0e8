"""Redmine: actions as issues."""
