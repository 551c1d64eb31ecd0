Swiss QR-bill on each open invoice (PDF/UA and on screen), receipts of payments, camt.053 and camt.054 read. The demonstration has two régies with invoices of a household and of a company.
