"""The embedded platform: actions are worked on in this program, and nothing leaves."""
