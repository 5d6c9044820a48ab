"""The pages for people, and the two of them that the program writes itself."""
