"""What a run prints at its end."""


def imprimer(title: str, lines: dict) -> None:
    """A title, and a line for each figure."""
    print(f"\n{title}")
    for name, value in lines.items():
        print(f"  {name:<44} {value}")
