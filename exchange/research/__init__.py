"""Research projects: protocol, approval, and the de-identified extract that follows from both."""
