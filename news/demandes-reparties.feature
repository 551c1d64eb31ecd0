Demandes that arrive at the same moment at several Zope processes lie in different trees: hardly one has to be made again, and none waits a second for it.
A process in production looks for garbage seldom, and never among code and configuration.
