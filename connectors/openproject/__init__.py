"""OpenProject: actions as work packages."""
