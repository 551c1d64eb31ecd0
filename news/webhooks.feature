Business systems read and move the demandes of a service by REST, and are told of changes by signed webhooks.
