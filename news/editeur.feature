Editors set everything around a form with widgets: conditions in words (« si « Type de logement » est « Maison » »), steps, repeatable groups, price
lines, computed numbers; with and without JavaScript, on a phone, and with a word of warning when two people edit the same thing.
