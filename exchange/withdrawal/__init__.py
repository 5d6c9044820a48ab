"""What a withdrawal reaches: who had received data under it, who was told, when, and what they say they did.

disclosures.py finds who received; withdrawing.py writes the withdrawal with its notices; outgoing.py is the outbox,
sending.py and turn.py deliver it; taking.py and incoming.py are the recipient's side; reach.py puts it all together
for the patient. See docs/adr/0019.
"""
