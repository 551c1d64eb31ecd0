Complements: an agent ticks the answers to be corrected and the documents to be handed in again, and sees what the citizen will see; the citizen (or an
agent for somebody at the counter) gets exactly these questions, prefilled, with uploads and saves while typing; the former answers are kept beside the new ones.
The clock of a demande counts Geneva working days from the complete submission, stands while the citizen has to answer, and says honestly when a date was missed;
the page of a démarche shows how long nine out of ten demandes really took.
