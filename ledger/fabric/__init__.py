"""The ledger beside others': roots of this log and consents, sealed, on a Hyperledger Fabric channel (docs/adr/0003).

The local log stays the ledger. The channel keeps what other regions have seen of it, so that nobody can write its past
anew, and hands what patients said to a second machine of the same region. Needs the extra `hutong[fabric]`.
"""
