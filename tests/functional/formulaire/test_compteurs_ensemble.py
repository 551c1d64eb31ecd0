"""People who fill in the same form at the same time do not get in each other's way."""

from carouge.guichet.demarche.versions import hash_of
from carouge.guichet.formulaire import compteurs
from carouge.guichet.formulaire.compteurs import statistiques

import transaction


def test_increments_add_up(functional):
    portal = functional["portal"]
    path = "/".join(portal.guichet.dechets["commander-un-conteneur"].getPhysicalPath())
    version = hash_of(functional["app"].unrestrictedTraverse(path).fields_model)
    database = functional["app"]._p_jar.db()

    def count(demarche):
        compteurs.compter_etape(demarche, version, "etape1")
        compteurs.compter_erreurs(demarche, version, ["nom"])

    count(functional["app"].unrestrictedTraverse(path))
    transaction.commit()

    managers = [transaction.TransactionManager() for _n in range(3)]
    connections = [database.open(manager) for manager in managers]
    try:
        for manager, connection in zip(managers, connections, strict=True):
            manager.begin()
            application = connection.root()["Application"]
            # No traversal: nothing but the content is needed.
            demarche = application
            for name in path.strip("/").split("/"):
                demarche = demarche._getOb(name)
            count(demarche)
        for manager in managers:
            manager.commit()
    finally:
        for manager, connection in zip(managers, connections, strict=True):
            manager.abort()
            connection.close()
    transaction.begin()
    numbers = statistiques(functional["app"].unrestrictedTraverse(path))
    assert numbers.etapes["etape1"].montree == 4
    assert numbers.erreurs == {"nom": 4}
