"""References: who points at whom stays readable, under pseudonyms only.

Forms that are followed (HL7 FHIR 4.0.1, references.html): `Type/id` with or without version, the same behind
a server's address, `urn:uuid:...`, `#contained`, and `Type?identifier=system|value`. Any other is dropped:
what cannot be taken apart cannot be made safe.
"""

import re
from collections.abc import Callable, Collection
from urllib.parse import unquote

from deid.pseudonyms import Pseudonyms

_RESTFUL = re.compile(
    r"(?:https?://[^\s?#]+/)?([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?",
    re.ASCII,
)
_URN = re.compile(r"urn:uuid:([0-9a-fA-F-]{1,64})", re.ASCII)
_CONTAINED = re.compile(r"#([A-Za-z0-9\-.]{1,64})", re.ASCII)
_CONDITIONAL = re.compile(r"([A-Z][A-Za-z]+)\?identifier=([^|&]*)\|([^&]+)")


def pseudonymous(
    address: str, names: Pseudonyms, *, types: Collection[str], system: Callable[[str], str]
) -> str | None:
    """`address` under pseudonyms, or None. `system` says what an identifier system may be called outside.

    The server and the version are left out: both would tell where and when.
    """
    if match := _RESTFUL.fullmatch(address):
        return f"{match[1]}/{names.of_id(match[2])}" if match[1] in types else None
    if match := _URN.fullmatch(address):
        h = names.of_id(match[1].lower())
        return f"urn:uuid:{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"
    if match := _CONDITIONAL.fullmatch(address):
        if match[1] not in types:
            return None
        return f"{match[1]}?identifier={system(unquote(match[2]))}|{names.of_identifier(unquote(match[3]))}"
    if match := _CONTAINED.fullmatch(address):
        return f"#{names.of_id(match[1])}"
    return "#" if address == "#" else None
