"""The rules of one node: which are in force, since when, and those it has used before."""
