"""Places: a region large enough to hide in, or nothing.

GB/T 37964-2019 names generalisation as the technique for regions; HIPAA 45 CFR 164.514(b)(2)(i)(B) allows
the first three digits of a postcode where more than 20,000 people live. A place is kept only if it is on the
public list in deid/rules/regions.toml: what somebody typed into `city` may be a whole address.
"""

import re

_CHINA = re.compile(r"\d{6}", re.ASCII)
_ZIP = re.compile(r"(\d{3})\d\d(?:-?\d{4})?", re.ASCII)
# Three-digit areas of the United States with 20,000 people or fewer (HHS guidance on 164.514, 2012).
_SMALL_ZIP_AREAS = frozenset("036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893".split())


def postcode_area(postcode: str) -> str | None:
    """The part of a postcode that many people share; None where there is none.

    China: the first two digits, a province or part of one (three would be a postal district, in the west
    with few people). Five-digit codes: the first three.
    """
    postcode = postcode.strip()
    if _CHINA.fullmatch(postcode):
        return postcode[:2]
    match = _ZIP.fullmatch(postcode)
    return match[1] if match and match[1] not in _SMALL_ZIP_AREAS else None
