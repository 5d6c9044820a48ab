"""One file a noun. A command reads its options, asks one function of the house, and prints the answer."""
