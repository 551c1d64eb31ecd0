« Voir comme »: editors walk through their working copy as any kind of usager, with a fictitious identity; nothing is stored or sent. Walks are recorded as
scenarios, which are replayed at the press of a button and before each publication.
