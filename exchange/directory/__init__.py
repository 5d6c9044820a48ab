"""Who works where: the organisations, people and groups a node knows, and the regions they lie in."""

from exchange.directory.card import from_card, to_card
from exchange.directory.directory import Directory
from exchange.directory.errors import BadRegistry, DirectoryError, NotInDirectory, OrganisationDiffers
from exchange.directory.organisation import KINDS, STANDINGS, TIERS, Organisation
from exchange.directory.people import DEVICES, RESPONSIBLE, ROLES, Group, Person, type_of
from exchange.directory.reading import parse_directory, read_directory
from exchange.directory.regions import contains, is_region, region_name
from exchange.directory.starter import starter
from exchange.directory.writing import as_toml

__all__ = [
    "DEVICES",
    "KINDS",
    "RESPONSIBLE",
    "ROLES",
    "STANDINGS",
    "TIERS",
    "BadRegistry",
    "Directory",
    "DirectoryError",
    "Group",
    "NotInDirectory",
    "Organisation",
    "OrganisationDiffers",
    "Person",
    "as_toml",
    "contains",
    "from_card",
    "is_region",
    "parse_directory",
    "read_directory",
    "region_name",
    "starter",
    "to_card",
    "type_of",
]
