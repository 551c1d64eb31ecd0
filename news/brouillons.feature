Brouillons: kept for 100 days (a setting), announced by mail before they are deleted, listed, read and deleted in « Mon espace »; those begun without login
go along at the login. A demande made without account can be put into an account from `/suivi`.
