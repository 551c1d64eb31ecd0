"""What ``@demandes`` is for citizens, and their invoices, cart and payments."""
