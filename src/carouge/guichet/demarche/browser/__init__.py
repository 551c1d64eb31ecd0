"""Pages of the catalogue, one module per page."""
