"""How the lists of English words and names are made."""
