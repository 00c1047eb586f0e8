"""Jira Cloud: actions as issues."""
