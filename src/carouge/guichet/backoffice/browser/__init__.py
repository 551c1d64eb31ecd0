"""Pages of the agents' desk, one module per page."""
