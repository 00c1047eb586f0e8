"""Tasks out: the contract of a task platform, the task itself, what a message says and how it is signed."""
