"""What is put in place of what was found: masks, labels, surrogates, moved dates, tokens."""
