"""Mutual recognition: rely on a result of elsewhere, or say why not, so that nobody is examined twice for nothing."""
