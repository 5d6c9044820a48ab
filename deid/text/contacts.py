"""Where somebody or something can be reached: e-mail, pages, machines of a network, accounts, number plates."""

import re
from collections.abc import Iterator

from deid.text.measures import is_code
from deid.text.patterns import Pattern, pattern
from deid.text.spans import LABELLED, LEFT_OVER, SHAPED, Span

_AT = r"(?: ?@ ?\n?| ?[\[({]at[\])}] ?| at (?=[A-Za-z0-9-]{1,40}(?:\.| dot )[A-Za-z]))"
_DOT = r"(?:\.|。| dot |\[dot\]| ?\. ?(?=(?:com|cn|net|org|edu|gov|hk|tw|co|nhs|ac)(?![A-Za-z])))"
_EMAIL = (
    pattern(
        "EMAIL",
        SHAPED,
        rf"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{{1,64}}{_AT}[A-Za-z0-9-]{{1,63}}(?:\n[A-Za-z0-9-]{{1,30}}(?=\.))?",
        rf"(?:{_DOT}[A-Za-z0-9-]{{1,63}}){{1,4}}",
    ),
    # an address of health accounts in India
    pattern("EMAIL", SHAPED, r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._-]{3,40}@(?:abdm|sbx)(?![A-Za-z0-9.])"),
)
_TOP = "com|cn|net|org|gov|edu|io|info|top|vip|xyz|hk|tw|mo|me|cc|club|site|online|tech|health|app"
_PATH = r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]"
_WEB = (
    pattern("URL", LABELLED, rf"(?<![0-9A-Za-z])(?:(?:https?|ftp)://|www\.){_PATH}{{3,2000}}", any_case=True),
    pattern(
        "URL",
        SHAPED,
        rf"(?<![0-9A-Za-z@.-])(?:[A-Za-z0-9-]{{1,63}}\.){{1,4}}(?:{_TOP})(?![A-Za-z0-9.@-])(?::\d{{2,5}})?(?:/{_PATH}{{0,2000}})?",
        any_case=True,
    ),
)
_HAN_OR_WORD = "[\u4e00-\u9fffA-Za-z0-9-]"
_HAN_TOP = "(?:中国|网络|公益|政务|在线|公司)"
# http://报告.某医云.中国/r/12, 某医云.中国
_WEB_IN_HAN = (
    pattern(
        "URL",
        LABELLED,
        rf"https?://(?:{_HAN_OR_WORD}{{1,40}}\.){{1,4}}(?:{_HAN_TOP}|[A-Za-z]{{2,10}})(?::\d{{2,5}})?(?:/{_PATH}{{0,2000}})?",
    ),
    pattern(
        "URL",
        SHAPED,
        rf"(?<![\u4e00-\u9fffA-Za-z0-9.-])(?:{_HAN_OR_WORD}{{1,12}}\.){{1,3}}{_HAN_TOP}(?![\u4e00-\u9fff])(?:/{_PATH}{{0,200}})?",
    ),
)
_WEB_SIGN = re.compile(rf"(?i):(?=//)|\.(?:{_TOP})(?![a-z0-9])|\.{_HAN_TOP}")

_BYTE = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_HEX = "[0-9A-Fa-f]"
_MACHINES = (
    pattern("IP", SHAPED, rf"(?<![0-9.])(?:{_BYTE}\.){{3}}{_BYTE}(?::\d{{2,5}}|/\d\d?)?(?![0-9]|\.[0-9])"),
    pattern(
        "IP",
        SHAPED,
        rf"(?<![0-9A-Za-z])(?<!(?<!v)[0-9A-Fa-f]:)(?:{_HEX}{{1,4}}:){{7}}{_HEX}{{1,4}}(?![0-9A-Za-z:])",
    ),
    # fe80::1, 2001:db8::8a2e:370:7334, but not 8:30::
    pattern(
        "IP",
        SHAPED,
        rf"(?<![0-9A-Za-z])(?<!(?<!v)[0-9A-Fa-f]:)(?=[0-9A-Fa-f:]{{0,8}}[a-fA-F]|[23]\d{{3}}:)(?:{_HEX}{{1,4}}:){{1,6}}(?::{_HEX}{{1,4}}){{1,6}}(?![0-9A-Za-z:])",
    ),
    pattern("DEVICE_ID", SHAPED, rf"(?<![0-9A-Za-z:-])(?:{_HEX}{{2}}[:-]){{5}}{_HEX}{{2}}(?![0-9A-Za-z:-])"),
    pattern("DEVICE_ID", SHAPED, rf"(?<![0-9A-Za-z.])(?:{_HEX}{{4}}\.){{2}}{_HEX}{{4}}(?![0-9A-Za-z.])"),
)
# Two parts of an address of the network and the beginning of a third; without one nothing of these is there.
_NETWORK = re.compile(
    rf"[.:-](?:(?<=\d\.)\d{{1,3}}\.\d|(?<=:){_HEX}{{0,4}}:|(?<=-){_HEX}{{2}}-{_HEX}{{2}}-|{_HEX}{{4}}\.)"
)

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_TAKES = "[A-Z0-9]"
_PLATES = (
    pattern(
        "PLATE",
        SHAPED,
        rf"[{_PROVINCES}] ?[A-HJ-NP-Z][· -]?(?=[A-Z0-9]{{0,3}}\d)",
        rf"(?:[DF]?{_TAKES}{{5}}[DF]?[超挂学警港澳试领]?|[DF]?{_TAKES}{{4}}[挂学警港澳试领])(?![0-9A-Za-z])",
    ),
    pattern("PLATE", SHAPED, r"[使领]\d{3}[· ]?\d{3}(?!\d)"),
    # Armed forces and police: 空A12345, WJ苏12345, WJ01-12345.
    pattern("PLATE", SHAPED, r"[空海军陆北南沈兰济广成][A-HJ-NP-Z][· ]?\d{4,5}(?![0-9A-Za-z])"),
    pattern("PLATE", SHAPED, rf"WJ ?(?:[{_PROVINCES}]|\d\d)[·-]?[0-9A-Z]?\d{{4}}[0-9A-Z]?(?![0-9A-Za-z])"),
)
_ACCOUNTS = (
    pattern("WECHAT_QQ", SHAPED, r"wxid_(?<![0-9A-Za-z]wxid_)[A-Za-z0-9]{4,20}(?![0-9A-Za-z])"),
    pattern("WECHAT_QQ", SHAPED, r"QQ(?P<v>\d{5,11})(?![0-9A-Za-z])"),
)
_HANDLES = (
    # lele_mama2019: a handle, unless it is one of everybody's (hsa_circ_0001).
    pattern(
        "WECHAT_QQ",
        LEFT_OVER,
        r"(?<![A-Za-z0-9_@./-])(?!hsa|mmu|img)[a-z]{3,15}_[a-z]{1,12}\d{1,6}(?![A-Za-z0-9_@.])",
    ),
)


def find_contacts(text: str) -> Iterator[Span]:
    """Spans in a folded text."""
    kinds: list[Pattern] = [*_PLATES, *_ACCOUNTS]
    if "_" in text:
        kinds += _HANDLES
    if "@" in text or "at" in text:
        kinds += _EMAIL
    if _WEB_SIGN.search(text):
        kinds += (*_WEB, *_WEB_IN_HAN)
    if _NETWORK.search(text):
        kinds += _MACHINES
    for one in kinds:
        yield from (span for span in one.spans(text) if span.type != "IP" or not is_code(text, span.start))
