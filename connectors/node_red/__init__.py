"""Node-RED, with the nodes of our own palette."""
