"""Answers collected with Feedbackly."""
