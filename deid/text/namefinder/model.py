"""The trained name finder as a file: weights, and the characters they are for."""

import io
import json
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from deid.text.namefinder.features import Alphabet
from deid.text.namefinder.network import OFFSETS, Network

FILE = "model.npz"


@dataclass(frozen=True, slots=True)
class Model:
    """A network and what its codes mean."""

    network: Network
    alphabet: Alphabet

    def to_bytes(self) -> bytes:
        """The file; the same model gives the same bytes. Half precision: twice as small, and as good."""
        network = self.network
        alphabet = json.dumps(asdict(self.alphabet), ensure_ascii=False, sort_keys=True).encode()
        arrays = {"alphabet": np.frombuffer(alphabet, np.uint8)}
        parts = (*network.tables, *network.layers, *network.biases, network.last, network.last_bias)
        arrays |= {f"part{number:02}": part.astype(np.float16) for number, part in enumerate(parts)}
        written = io.BytesIO()
        np.savez_compressed(written, allow_pickle=False, **arrays)
        return written.getvalue()


def read_model(raw: bytes) -> Model:
    """The model of a file made by `Model.to_bytes`."""
    with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
        alphabet = json.loads(bytes(arrays["alphabet"]))
        parts = [arrays[name].astype(np.float32) for name in sorted(arrays.files) if name.startswith("part")]
    depth = len(OFFSETS)
    tables, layers, biases = parts[:3], parts[3 : 3 + depth], parts[3 + depth : 3 + 2 * depth]
    alphabet["compound_surnames"] = tuple(alphabet["compound_surnames"])
    network = Network(tuple(tables), tuple(layers), tuple(biases), parts[-2], parts[-1])
    return Model(network, Alphabet(**alphabet))


@cache
def our_model() -> Model:
    """The model beside this module, read once."""
    return read_model(files("deid.text.namefinder").joinpath(FILE).read_bytes())
