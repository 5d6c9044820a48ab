"""What proves a claimed purpose: an open case, a contract, a code the patient shows, a document in force.

`weighing.py` is the whole story; the other modules are the kinds of evidence (docs/adr/0017).
"""
