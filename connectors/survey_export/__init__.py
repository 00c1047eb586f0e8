"""Answers exported from Questback, Webropol and the like, one row per respondent."""
