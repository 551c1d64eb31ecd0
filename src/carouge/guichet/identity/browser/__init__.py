"""Pages of the login, one module per place they belong to."""
