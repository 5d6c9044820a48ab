"""How two nodes speak: cards exchanged by hand, sealed and signed questions, answers with a receipt.

Nothing here imports a web framework or an HTTP client until a node serves or asks.
"""
