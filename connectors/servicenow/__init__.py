"""ServiceNow: actions as records of a task table."""
