Notices leave by the way a citizen prefers: mail, text message, letter or call. They hold the number and the link, nothing else; letters are printed from
`/agents/lettres` as PDF/UA for envelopes with a window. Editors write the notices, the models of messages and the models of decisions of each démarche; variables
are checked before publication.
