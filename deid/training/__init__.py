"""How the name finder learned: invented notes with marked names, written by us, and one command to train on them."""
