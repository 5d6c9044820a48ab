"""A new version of a record that says less about how private it is: what was said before goes on counting.

A system that exports without labels must not open what a patient closed by them. So the stricter of both is kept
beside the record, until somebody says that the new labels are meant (docs/adr/0020). The record itself stays as it
came.
"""

import msgspec

from exchange.records.labels import CONFIDENTIALITY, ItemFacts

_NORMAL = CONFIDENTIALITY.index("N")


def labels_of(facts: ItemFacts) -> tuple[str | None, tuple[str, ...] | None]:
    """How private, and about what."""
    return facts.confidentiality, facts.sensitivity


def stricter(held: ItemFacts, new: ItemFacts) -> ItemFacts:
    """`new` with every label that `held` carries and it has lost or lowered; `new` itself where it lost none.

    "Normal" that is not said any more is not kept: unlabelled is the stricter of the two (UNLABELED_DATA).
    """
    lost = tuple(one for one in held.sensitivity or () if one not in (new.sensitivity or ()))
    level = held.confidentiality if _is_lower(new.confidentiality, held.confidentiality) else None
    if not lost and level is None:
        return new
    return msgspec.structs.replace(
        new,
        confidentiality=level or new.confidentiality,
        sensitivity=(*(new.sensitivity or ()), *lost) if lost else new.sensitivity,
    )


def _is_lower(new: str | None, held: str | None) -> bool:
    if held is None:
        return False
    if new is None:
        return CONFIDENTIALITY.index(held) > _NORMAL
    return CONFIDENTIALITY.index(new) < CONFIDENTIALITY.index(held)
