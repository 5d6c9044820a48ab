"""Hutong for a person with a terminal: nouns, verbs, and answers a script can read."""
