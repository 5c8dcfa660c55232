_FIRST = ("Mira", "Jonas", "Wren", "Talia", "Piet", "Oona", "Dario", "Signe", "Kofi", "Lene")
_LAST = ("Vale", "Okoro", "Brandt", "Quist", "Marsh", "Ferro", "Lund", "Adeyemi", "Roth")


def person(number: int) -> dict[str, str]:
    """Make up a customer; the same number is the same person."""
    first, last = _FIRST[number % len(_FIRST)], _LAST[number % len(_LAST)]
    return {
        "name": f"{first} {last}",
        "email": f"{first}.{last}.{number}@mail.example".lower(),
        "source_id": f"shop-{number}",
    }
