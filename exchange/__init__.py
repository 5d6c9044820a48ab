"""The one path: how a record leaves, and everything around it that makes a node.

request -> who is asking -> did the patient agree -> may it leave -> intent recorded
-> made safe -> handed over -> outcome recorded. No other code hands out a record.
"""
