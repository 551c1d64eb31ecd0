"""The pages of the accounts of the commune's own."""
