"""Pages of the cashier's desk, one module per page."""
