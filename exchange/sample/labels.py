"""How private a record is, by what it is about: HL7 v3 Confidentiality, and ActCode for the topic."""

from dataclasses import dataclass

_CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
_TOPIC = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_LEVELS = {"U": "unrestricted", "N": "normal", "R": "restricted", "V": "very restricted"}


@dataclass(frozen=True, slots=True)
class Label:
    """Confidentiality U, N, R or V, and the topics that make it so."""

    confidentiality: str
    topics: tuple[str, ...] = ()

    def joined(self, other: "Label") -> "Label":
        """The stricter confidentiality of the two, and the topics of both."""
        strictest = max(self.confidentiality, other.confidentiality, key=list(_LEVELS).index)
        return Label(strictest, tuple(dict.fromkeys(self.topics + other.topics)))

    def as_security(self) -> list[dict[str, str]]:
        """The value of `meta.security`."""
        level = {
            "system": _CONFIDENTIALITY,
            "code": self.confidentiality,
            "display": _LEVELS[self.confidentiality],
        }
        return [level, *({"system": _TOPIC, "code": topic} for topic in self.topics)]


OPEN = Label("U")
NORMAL = Label("N")

# ICD-10, the longest prefix counts. A code that is on no line is as private as any diagnosis: N.
_BY_DIAGNOSIS = {
    **dict.fromkeys(("B20", "B21", "B22", "B23", "B24", "Z21"), Label("V", ("HIV",))),
    **dict.fromkeys((f"A{n}" for n in range(50, 65)), Label("R", ("STD",))),
    "F": Label("R", ("PSY",)),
    "F1": Label("R", ("ETH", "PSY")),  # addiction is both: who may see one may not therefore see the other
    **dict.fromkeys(("N97", "O04", "Z30"), Label("R", ("SEX",))),
    "D56": Label("R", ("GDIS",)),
}


def label_for(diagnosis: str) -> Label:
    """The label of everything written down because of an ICD-10 `diagnosis`."""
    for length in (3, 2, 1):
        if label := _BY_DIAGNOSIS.get(diagnosis[:length]):
            return label
    return NORMAL
