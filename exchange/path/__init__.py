"""The one path a record leaves by. `release.py` is the whole story; the other modules are its steps."""
