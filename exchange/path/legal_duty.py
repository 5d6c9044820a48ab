"""A duty by law, which asks no consent: for those this node lists, and for whoever names a statutory order in force.

Who is listed is settled by the node (consent.statutory_authorities), an order by a document in orders.toml; a
requester's word establishes nothing. Sources: PIPL 13(3), 34, 35; Infectious Diseases Law.
"""

from dataclasses import replace

from consent import Config
from consent.codes import lineage
from exchange.path.request import Request

STATUTORY = "statutory-duty"


def under_orders(config: Config, request: Request) -> Config:
    """The settings this request is decided by: its order, where it rests on one, makes the asker an authority."""
    ground = request.based_on
    if ground is None or ground.kind != "order" or not ground.open:
        return config
    listed = config.statutory_authorities.get(request.purpose, ())
    named = (*listed, request.actor.organisation.reference)
    return replace(
        config, statutory_authorities={**config.statutory_authorities, request.purpose: tuple(named)}
    )


def legal_basis(config: Config, request: Request) -> dict[str, object]:
    """The `legalBasis` of a consent case, where there is one."""
    asker = request.actor.organisation.reference
    is_listed = any(asker in config.statutory_authorities.get(one, ()) for one in lineage(request.purpose))
    return {"legalBasis": STATUTORY} if is_listed else {}
