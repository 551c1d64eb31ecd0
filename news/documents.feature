Receipts (PDF/UA) with answers, documents and their digests, a QR code and a verification code; decisions and other documents
written at the desk from the models of the démarche or brought as PDF, issued together with a move, opened and read-marked by the citizen, withdrawn with a
reason; ``/verifier`` tells whoever holds one whether it is genuine and still counts, and compares a file, without revealing its content.
