The forms of the demonstration ask only what applies, count, have repeatable groups and prices, and take documents by post or at the counter. The registration for after-school care shows all of it.
