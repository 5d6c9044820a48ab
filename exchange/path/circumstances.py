"""In what circumstances somebody asked: how the patient was recognised, and from which network.

Neither decides anything. Both are sealed with the request, for whoever has to explain it later; the node that asks says
them, as it vouches for who asks.
"""

from collections.abc import Mapping
from types import MappingProxyType

# Code -> (zh, en). Closed lists: free words could say who somebody is.
METHODS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "health-card": ("读取居民健康卡", "resident health card read"),
        "identity-card": ("读取居民身份证", "identity card read"),
        "social-security-card": ("读取社会保障卡", "social security card read"),
        "code": ("出示健康码", "health code shown"),
        "face": ("人脸识别", "face recognised"),
        "staff": ("工作人员当面核对", "checked by staff face to face"),
    }
)
ZONES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "hospital": ("机构内网", "network of the house"),
        "health": ("卫生健康专网", "health network of the region"),
        "government": ("电子政务外网", "government network"),
        "mobile": ("移动网络（含 5G）", "mobile network, 5G too"),
        "internet": ("互联网", "internet"),
    }
)
