The fee of a démarche is typed in francs, as all other amounts; amounts may be typed the Swiss way (``40.-``).
