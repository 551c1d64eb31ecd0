``bin/guichet generer`` invents people and demandes, the same ones for the same seed, to try a counter at its real size.
