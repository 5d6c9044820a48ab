"""Measurements. Every figure stands beside its bound, taken in the same run."""
