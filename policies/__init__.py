"""The rules by which a record may leave, in Rego, and the way to ask them.

`from policies.wasm import load` gives the engine that is built in; it is not imported here, because the
WebAssembly runtime takes time to load and most of the program never asks.
"""

from policies.decision import Decision, Engine, Obligation, Reason

__all__ = ["Decision", "Engine", "Obligation", "Reason"]
