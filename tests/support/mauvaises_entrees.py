"""What people and machines send that cannot be taken, and what they are told.

The inputs come from the list of bad inputs of the payments' study, section 12, line by
line (``LIGNES``). ``IMPORT`` holds those of one invoice, ``PHRASES`` the exact French
sentence for each word by which the code calls a reason, ``AILLEURS`` the tests that show
the inputs which need a running counter, a bank or a database.
"""

from __future__ import annotations


#: Lines of the list: name, and its beginning there.
LIGNES = {
    "montants": "Amounts",
    "identifiants": "Identifiers",
    "textes": "Text for PDF/QR",
    "dates": "Dates",
    "panier": "Cart",
    "retour": "Return URL",
    "notification": "Webhook",
    "prestataire": "Provider",
    "fichiers": "Files",
}

LIGNE = {"libelle": "Repas", "montant": "187.35"}
ADRESSE = {
    "nom": "Camille Rochat",
    "rue": "Rue Vautier",
    "numero": "7",
    "npa": "1227",
    "localite": "Carouge",
    "pays": "CH",
}

#: One invoice of an import, as a file or by REST: line of the list, field, value, reason.
IMPORT: list[tuple[str, str, object, str]] = [
    *(
        ("montants", "montant", montant, "montant")
        for montant in (
            "0",
            "0.00",
            "-0.01",
            "-0.5",
            "1.999",
            "1e3",
            "NaN",
            "Infinity",
            "1'000.00",
            "1 000.00",
            "１２",
            "٢",
            "187.35 ",
            "100000000000",
            "CHF 5",
            "+5",
            ".5",
            "5.",
        )
    ),
    ("montants", "montant", "", "manque"),
    ("montants", "montant", None, "manque"),
    ("montants", "montant", 187.35, "texte"),
    ("montants", "montant", 187, "texte"),
    ("montants", "montant", True, "texte"),
    ("montants", "devise", "EUR", "devise"),
    ("montants", "devise", "chf", "devise"),
    ("montants", "devise", "", "devise"),
    ("montants", "lignes", [{"libelle": "Repas", "montant": "187.30"}], "somme"),
    ("montants", "lignes", [{"libelle": "Repas", "montant": "--5"}], "montant"),
    ("montants", "lignes", [{"libelle": "Repas", "montant": "1e2"}], "montant"),
    *(
        ("identifiants", "numero", numero, "numero")
        for numero in (
            "2026 1",
            "2026/1",
            "../1",
            "a..b",
            "2026\x001",
            "1" * 41,
            "1" * 300,
            "2026-00012３",
            "А-1",
            "-1",
            " 1",
            "=1",
            "1\n",
        )
    ),
    ("identifiants", "numero", "", "manque"),
    ("identifiants", "numero", 123, "texte"),
    ("identifiants", "regie", "ville", "numero"),
    ("identifiants", "regie", "VILLE/", "numero"),
    ("identifiants", "debiteur", "", "manque"),
    ("identifiants", "debiteur", "Rochat Camille", "numero"),
    ("identifiants", "domaine", "Périscolaire", "domaine"),
    ("identifiants", "domaine", "", "manque"),
    ("identifiants", "reference_qr", "210000000003139471430009018", "reference"),
    ("identifiants", "reference_qr", "21000000000313947143000901", "reference"),
    ("identifiants", "reference_qr", "0" * 27, "reference"),
    ("identifiants", "reference_qr", "21 00000 00003 13947 14300 09017", "reference"),
    ("identifiants", "reference_qr", "RF18539007547034", "reference"),
    ("identifiants", "etat", "PAYEE", "etat"),
    ("identifiants", "etat", "brouillon", "etat"),
    ("identifiants", "montant_ttc", "5", "champ_inconnu"),
    ("textes", "libelle", "", "manque"),
    ("textes", "libelle", "   ", "manque"),
    ("textes", "libelle", "x" * 141, "long"),
    ("textes", "libelle", "a\r\nEPD", "caractere"),
    ("textes", "libelle", "a\x07", "caractere"),
    ("textes", "libelle", "a\u202eb", "caractere"),
    ("textes", "libelle", "a\u2028b", "caractere"),
    ("textes", "libelle", "a\ud800", "caractere"),
    ("textes", "lignes", {"libelle": "Repas"}, "liste"),
    ("textes", "lignes", ["Repas"], "ligne"),
    ("textes", "lignes", [{**LIGNE, "tva": "8.1"}], "ligne"),
    ("textes", "lignes", [{"libelle": "", "montant": "187.35"}], "manque"),
    ("textes", "lignes", [LIGNE] * 201, "long"),
    ("textes", "adresse", "Rue Vautier 7", "adresse"),
    ("textes", "adresse", {**ADRESSE, "nom": "  "}, "adresse"),
    ("textes", "adresse", {**ADRESSE, "nom": "x" * 71}, "adresse"),
    ("textes", "adresse", {**ADRESSE, "nom": "a\r\nEPD"}, "adresse"),
    ("textes", "adresse", {**ADRESSE, "nom": "Camille 😀"}, "adresse"),
    ("textes", "adresse", {**ADRESSE, "pays": "XX"}, "adresse"),
    ("textes", "adresse", {**ADRESSE, "pays": "Suisse"}, "adresse"),
    ("textes", "adresse", {**ADRESSE, "npa": 1227}, "adresse"),
    ("textes", "adresse", {**ADRESSE, "etage": "3"}, "adresse"),
    ("dates", "emise_le", "2026-02-29", "date"),
    ("dates", "emise_le", "2026-10-31T00:00", "date"),
    ("dates", "emise_le", "31/10/2026", "date"),
    ("dates", "emise_le", "1999-12-31", "date"),
    ("dates", "emise_le", "２０２６-10-31", "date"),
    ("dates", "emise_le", "", "manque"),
    ("dates", "emise_le", "2026-11-04", "futur"),
    ("dates", "echeance", "2026-10-30", "avant_emission"),
]

#: The sentence for each reason, by the way in which something came.
PHRASES: dict[str, dict[str, str]] = {
    # caisse/importer, @@factures-import, bin/guichet factures importer: one invoice
    "import": {
        "adresse": "L’adresse n’est pas complète, ou a des caractères que la "
        "QR-facture ne permet pas (${champ}).",
        "avant_emission": "L’échéance est avant la date d’émission.",
        "caractere": "${champ} contient un caractère qui ne se lit pas et ne "
        "s’imprime pas.",
        "champ_inconnu": "Le champ ${champ} n’existe pas.",
        "colonnes": "La ligne n’a pas autant de colonnes que la première.",
        "date": "${champ} n’est pas une date. Exemple : 2026-10-31",
        "devise": "Les factures sont en CHF.",
        "domaine": "${champ} doit s’écrire en minuscules sans accent, chiffres et _. "
        "Exemple : petite_enfance",
        "double": "Ce numéro est deux fois dans le fichier.",
        "etat": "L’état est ouverte, payee ou annulee.",
        "futur": "La date d’émission est dans le futur.",
        "ligne": "Une ligne de la facture a libelle et montant, et rien d’autre.",
        "liste": "${champ} doit être une liste.",
        "long": "${champ} est trop long.",
        "manque": "${champ} manque.",
        "montant": "${champ} doit être un montant comme 187.35 : plus que zéro, deux "
        "décimales au plus, sans signe ni séparateur de milliers.",
        "numero": "${champ} doit compter de 1 à 40 lettres sans accent, chiffres, "
        "points, traits d’union.",
        "objet": "Une facture doit être un objet JSON.",
        "reference": "La référence QR a 27 chiffres ; le dernier contrôle les autres.",
        "reference_prise": "Une autre facture porte cette référence QR.",
        "regie": "Cette régie n'existe pas.",
        "somme": "Les lignes ne donnent pas le montant.",
        "texte": "${champ} doit être un texte, entre guillemets.",
        "annulee_apres_paiement": "Elle est annulée dans le fichier, et une somme a été "
        "payée.",
        "annulee_ici": "Elle a été annulée ici.",
        "apres_paiement": "Elle a été modifiée après un paiement.",
        "debiteur": "Elle a un autre débiteur ici. Un débiteur ne change jamais.",
        "encaissee_avant": "L’encaissement de l’application métier est déjà inscrit.",
        "montant_apres_paiement": "Son montant a été modifié après un paiement.",
        "reference_change": "Elle a une autre référence QR ici, qui est peut-être déjà "
        "imprimée.",
        "verrouillee": "Elle est en cours de paiement. Renvoyez-la plus tard.",
        "paiement_en_cours": "Un paiement en ligne est aussi en cours : elle sera "
        "peut-être payée deux fois.",
    },
    # the same three ways: the file as a whole
    "fichier": {
        "cle": "Le fichier a une clé que ce format ne connaît pas : ${precision}",
        "codage": "Le fichier n’est pas en UTF-8. Enregistrez-le comme « CSV UTF-8 ».",
        "colonne": "La colonne ${precision} n’existe pas, ou elle est là deux fois.",
        "csv": "Le fichier n’est pas du CSV valable, voir la ligne ${ligne}.",
        "entete": "La première ligne doit nommer les colonnes, séparées par des "
        "points-virgules. Il manque ${precision}.",
        "factures": "« factures » manque, ou n’est pas une liste.",
        "json": "Le fichier n’est pas du JSON valable, ou il est coupé avant la fin.",
        "schema": "« schema » doit être carouge.facture/1.",
        "taille": "Le fichier dépasse ${megas} Mo.",
        "trop": "Le fichier a plus de ${factures} factures.",
        "vide": "Le fichier est vide.",
    },
    # caisse/releves
    "camt": {
        "vide": "Le fichier est vide.",
        "grand": "Le fichier est trop grand : 32 Mo au plus.",
        "codage": "Le fichier n’est pas en UTF-8 : envoyez-le tel que la banque l’a "
        "produit.",
        "dtd": "Le fichier définit un type de document (DTD), ce qu’aucun relevé "
        "bancaire ne fait.",
        "xml": "Le fichier n’est pas du XML, ou il est incomplet.",
        "document": "Ce n’est ni un camt.053 ni un camt.054 : demandez l’un de ces "
        "formats à la banque.",
        "compte": "Un compte du fichier n’a pas d’IBAN valable.",
        "montant": "Un montant du fichier est illisible.",
        "date": "Une date du fichier est illisible.",
        "sens": "Une écriture du fichier n’est ni un crédit ni un débit.",
        "zip": "L'archive ZIP est abîmée : envoyez-la telle que la banque l'a faite.",
        "zip_grand": "L'archive ZIP contient trop de fichiers, ou de trop grands.",
        "zip_vide": "L'archive ZIP ne contient aucun relevé bancaire (XML).",
        "zip_autre": "L'archive ZIP contient autre chose que des relevés bancaires "
        "(XML) : envoyez-les seuls.",
        "zip_protege": "L'archive ZIP est protégée par un mot de passe.",
    },
    # caisse/a-traiter: a file that was read, a movement that is not booked
    "mouvement": {
        "inconnue": "Aucune facture de cette régie ne porte cette référence.",
        "sans_reference": "Il ne porte pas de référence QR valable.",
        "montant": "Le montant n'est pas celui qui est dû.",
        "deja_payee": "La facture est déjà payée.",
        "annulee": "La facture a été annulée.",
        "en_revue": "Un paiement de la facture est en cours de vérification.",
        "devise": "Il n'est pas en francs suisses.",
        "debit": "C'est un débit.",
        "extourne": "Il reprend un mouvement antérieur.",
        "collectif": "Plusieurs paiements en une somme : leurs détails manquent.",
        "double": "La banque a donné la même référence à un autre mouvement : vérifiez "
        "que les deux sont bien arrivés.",
        "prestataire": "Payé en ligne, et aucun paiement n’est connu ici : sans doute "
        "perdu avec une sauvegarde remise en place.",
    },
    # mon-espace/panier: an invoice that does not go in
    "panier": {
        "doublon": "Impossible d'ajouter cet article, vous devez d'abord payer ceux en "
        "attente dans votre panier",
        "regie": "Impossible d'ajouter cet article, vous devez d'abord payer ceux en "
        "attente dans votre panier",
        "en_cours": "Impossible d'ajouter cet article, vous devez d'abord payer ceux en "
        "attente dans votre panier",
        "verrou": "Un paiement de cette facture est en cours : elle ne peut pas être "
        "ajoutée au panier.",
        "payee": "Cette facture est payée : il n'y a plus rien à payer.",
        "impossible": "Cette facture ne peut pas être payée en ligne.",
        "plein": "Le panier est plein. Payez ce qu'il contient, puis ajoutez cette "
        "facture.",
        "inconnue": "Aucune de vos factures ne se trouve à cette adresse.",
    },
    # mon-espace/panier: an invoice that is in it, and is not what it was
    "dans_le_panier": {
        "changee": "Cette facture a changé depuis que vous l'avez mise dans le panier. "
        "Le montant affiché est celui qui est dû maintenant.",
        "en_paiement": "Un paiement de cette facture est en cours.",
        "a_verifier": "Un paiement de cette facture est en cours de vérification.",
        "payee": "Cette facture a été payée entre-temps : veuillez la retirer.",
        "annulee": "Cette facture a été annulée entre-temps : veuillez la retirer.",
        "hors_ligne": "Cette facture ne peut plus être payée en ligne : veuillez la "
        "retirer.",
        "disparue": "Cette facture ne fait plus partie de celles que vous voyez : "
        "veuillez la retirer.",
    },
}

_ACHAT = "functional/paiement/test_panier_et_paiement.py"
_PANIER = "integration/panier/test_panier_service.py"
_AVIS = "functional/paiement/test_notification.py"
_LECTURE = "unit/paiement/test_datatrans_lecture.py"
_BANQUES = "conformance/paiement/test_all_gateways.py"
_CAMT = "unit/paiement/test_camt.py"
_FICHIER = "unit/facture/test_fichier_import.py"
_REGLES = "unit/facture/test_regles_factures.py"
_TABLE = "functional/paiement/test_mauvaises_entrees.py"

#: What is not in the tables above: line of the list, inputs, and the test that feeds them.
AILLEURS: list[tuple[str, str, str]] = [
    ("montants", "at the desk: '', 0, -1, 1.999, 1e3, NaN",
     "functional/caisse/test_caisse_banque.py::test_no_amount"),
    ("montants", "at the desk: thousands, digits of other scripts",
     "unit/caisse/test_caisse_domain.py::test_no_amounts"),
    ("montants", "10,50 is CHF 10.50",
     "unit/caisse/test_caisse_domain.py::test_amounts"),
    ("identifiants", "the same number in two régies",
     "integration/facture/test_importation.py"
     "::test_the_same_number_in_two_regies_is_two_invoices"),
    ("identifiants", "IBAN of France, normal IBAN, RF reference with a QR-IBAN",
     "unit/facture/test_qr.py::test_refused"),
    ("identifiants", "IBAN of a régie",
     "functional/regie/test_regies_controlpanel.py::test_what_is_refused"),
    ("textes", "<script> and ]]> stay as they are",
     "unit/facture/test_reception.py::test_texts_stay_as_they_are"),
    ("textes", "<script> on the page",
     "functional/paiement/test_mes_factures.py"
     "::test_what_is_typed_elsewhere_is_no_markup"),
    ("textes", "line breaks, bell, U+202E, emoji, 71 characters, XX",
     "unit/facture/test_qr.py::test_address_refused"),
    ("textes", "any text at all", "unit/facture/test_qr.py::test_no_text_shifts_the_fields"),
    ("dates", "exactly 3 months, 29 February, DST night",
     f"{_REGLES}::test_the_window_is_calendar_months"),
    ("dates", "2nd working day at 23:59 and 00:00, Jeûne genevois, 31 December",
     f"{_REGLES}::test_an_account_sees_invoices_after_the_last_working_day"),
    ("panier", "the same twice", f"{_ACHAT}::test_the_same_twice"),
    ("panier", "by double click", f"{_ACHAT}::test_double_click"),
    ("panier", "two tabs, other régie", f"{_ACHAT}::test_two_tabs_two_regies"),
    ("panier", "paid, cancelled, locked, of no gateway", f"{_TABLE}::test_not_added"),
    ("panier", "foreign, vanished", f"{_ACHAT}::test_foreign_invoice"),
    ("panier", "changed since it was added", f"{_TABLE}::test_not_what_it_was"),
    ("panier", "amended since it was shown", f"{_ACHAT}::test_amended_since_it_was_shown"),
    ("panier", "checkout of an empty cart", f"{_TABLE}::test_nothing_to_pay"),
    ("panier", "account whose link was undone", f"{_PANIER}::test_no_longer_the_debtor"),
    ("panier", "200 invoices", f"{_PANIER}::test_no_more_than_one_payment_holds"),
    ("retour", "of somebody else, unknown", f"{_ACHAT}::test_foreign_and_unknown"),
    ("retour", "replayed, back button",
     f"{_ACHAT}::test_after_the_end_one_stays_at_the_receipt"),
    ("retour", "forged status", f"{_ACHAT}::test_the_address_decides_nothing"),
    ("retour", "not logged in, session over",
     f"{_ACHAT}::test_nobody_is_asked_to_log_in_and_comes_back"),
    ("retour", "before the notification", f"{_ACHAT}::test_whole_way"),
    ("retour", "never", f"{_AVIS}::test_it_is_paid_although_nobody_comes_back"),
    ("notification", "no, empty, wrong signature", f"{_AVIS}::test_signatures_that_are_none"),
    ("notification", "signature of another régie", f"{_AVIS}::test_of_another_regie"),
    ("notification", "tampered", f"{_LECTURE}::test_another_body"),
    ("notification", "keys in another order",
     f"{_LECTURE}::test_the_same_words_in_another_order_are_another_event"),
    ("notification", "huge", f"{_AVIS}::test_too_long"),
    ("notification", "not UTF-8, no JSON, a list", f"{_AVIS}::test_well_signed_nonsense"),
    ("notification", "unknown id, id of the test space",
     f"{_AVIS}::test_about_no_payment_of_ours"),
    ("notification", "old", f"{_AVIS}::test_of_another_time"),
    ("notification", "ten times at once", f"{_AVIS}::test_ten_times_at_once"),
    ("notification", "success after failure, failure after success",
     f"{_AVIS}::test_success_after_failure_and_failure_after_success"),
    ("notification", "refund before capture",
     "unit/paiement/test_etats_paiement.py::test_what_follows"),
    ("notification", "GET", f"{_AVIS}::test_only_by_post"),
    ("prestataire", "4xx", f"{_BANQUES}::test_a_refusal_is_final"),
    ("prestataire", "5xx, timeout before and after it acted, redirect, HTML",
     f"{_BANQUES}::test_without_an_answer_one_asks_again"),
    ("prestataire", "5xx, HTML instead of JSON when asked",
     f"{_BANQUES}::test_without_an_answer_nothing_is_known"),
    ("prestataire", "wrong amount, currency, reference",
     f"{_BANQUES}::test_what_it_says_is_told_as_it_is"),
    ("prestataire", "wrong amount: told to the payer",
     f"{_ACHAT}::test_wrong_amount_is_looked_into"),
    ("prestataire", "unknown status", f"{_LECTURE}::test_words_that_are_not_known"),
    ("prestataire", "away, told to the payer", f"{_ACHAT}::test_bank_does_not_answer"),
    ("prestataire", "refuses to begin, told to the payer",
     f"{_ACHAT}::test_bank_refuses_to_begin"),
    ("fichiers", "empty, header only, delimiter, Latin-1, duplicate column, NUL",
     f"{_FICHIER}::test_a_csv_file_that_is_none"),
    ("fichiers", "BOM", f"{_FICHIER}::test_a_csv_file"),
    ("fichiers", "half a CSV file", f"{_FICHIER}::test_half_a_file"),
    ("fichiers", "half a JSON file, no JSON", f"{_FICHIER}::test_a_json_file_that_is_none"),
    ("fichiers", "duplicate rows", "integration/facture/test_importation.py"
     "::test_twice_in_one_file"),
    ("fichiers", "formula cells",
     "unit/backoffice/test_exports_garde.py::test_formulas_become_text"),
    ("fichiers", "100 000 rows",
     f"{_FICHIER}::test_no_more_than_a_hundred_thousand"),
    ("fichiers", "the same file twice",
     "functional/facture/test_import_factures.py::test_a_file_and_the_same_once_more"),
    ("fichiers", "camt: DTD, XXE, laughs, namespace, camt.052, pain.001, half of it",
     f"{_CAMT}::test_refused_as_a_whole"),
    ("fichiers", "camt: debit, reversal, pending",
     f"{_CAMT}::test_what_is_no_money_for_good"),
    ("fichiers", "camt: foreign IBAN",
     "unit/paiement/test_encaissements.py::test_an_account_of_nobody"),
    ("fichiers", "camt: partial and double amount",
     "unit/paiement/test_encaissements.py"
     "::test_what_does_not_match_waits_for_a_person"),
    ("fichiers", "camt: the same entry in 053 and 054",
     "unit/paiement/test_encaissements.py"
     "::test_the_same_file_again_and_the_other_one_of_the_day"),
    ("fichiers", "camt in a ZIP archive: bombs, nested, locked",
     "unit/paiement/test_releves_zip.py::test_refused_as_a_whole"),
]  # fmt: skip
