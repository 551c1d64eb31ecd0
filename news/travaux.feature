The desk: actions on many demandes with preview, progress and undo, in the background; exports as Excel, CSV, JSON and ZIP of documents; statistics with
charts; reminders, notices of expected days and the archive by `bin/guichet taches` or inside the process (`GUICHET_TACHES_MINUTES`).
