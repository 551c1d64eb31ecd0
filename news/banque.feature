Payment by card and TWINT through Datatrans (redirect mode, capture after booking, refunds, signed notifications), tried against the bank of the demonstration: a
service of its own with a payment page, books and faults on demand. ``make faults`` pays five hundred times while it loses, doubles and delays.
