In production: profiles/production.cfg (RelStorage on PostgreSQL, several Zope processes, HAProxy, systemd, backup and restore), ``make production-demo``,
restarts nobody notices (``bin/redemarrer``), settings that stop the start with one line, ``bin/guichet verifier``, a shared cache for the pages of the catalogue.
