"""What a hospital has marked as entered in error never was; a study must not count it.

A protocol seldom asks for the status, so the researcher could not tell. FHIR R4: `status` and `verificationStatus`.
"""

import orjson

MISTAKE = "entered-in-error"


def is_a_mistake(body: bytes) -> bool:
    """Whether the resource in `body` says of itself that it was entered in error."""
    if MISTAKE.encode() not in body:
        return False
    resource = orjson.loads(body)
    verification = resource.get("verificationStatus")
    codings = verification.get("coding", ()) if isinstance(verification, dict) else ()
    return resource.get("status") == MISTAKE or any(one.get("code") == MISTAKE for one in codings)
