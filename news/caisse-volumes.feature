The cash desk counts what waits without reading all of it, shows a settlement page by page,
reads large bank files in the background, and forgets after a time payments nothing came
of and the payers of treated bank movements. Visitors who ask the payment provider, begin
payments or have PDFs made too often are told when to come back.
