"""`python -m cli` is `hutong`."""

from cli.app import run

run()
