"""Pages of the citizen, one module per page."""
