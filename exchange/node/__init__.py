"""A node: one region's keys, stores, settings and people, in one folder."""
