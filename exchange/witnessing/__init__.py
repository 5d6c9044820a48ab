"""Regions vouch for each other's ledgers: each signs what it saw of the others (docs/adr/0028)."""
