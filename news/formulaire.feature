Forms in steps: progress, back and forth without loss, a review with « Modifier » per step; conditional questions, repeatable groups, computed
fields and prices; everything is saved while one types and can be finished later, on another device; a démarche with a padlock can be begun
before the login.
