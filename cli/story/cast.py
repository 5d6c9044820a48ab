"""Who is in the demonstration. Everybody is invented."""

from typing import NamedTuple


class Region(NamedTuple):
    """A region with the node it runs, and the beginning of the ids of its people."""

    node: str
    code: str
    title: str
    prefix: str

    @property
    def officer(self) -> str:
        """The security officer of the node."""
        return f"{self.prefix}-so-001"

    @property
    def second_officer(self) -> str:
        """Another one: nobody signs off what they decided themselves."""
        return f"{self.prefix}-so-002"


REGIONS = (
    Region("kunshan", "320583", "昆山市健康信息平台", "ks"),
    Region("zhuhai", "440400", "珠海市全民健康信息平台", "zh"),
    Region("tianjin", "120000", "天津市全民健康信息平台", "tj"),
)
HOME, ZHUHAI, TIANJIN = REGIONS

PATIENT = "ks-pt-0001"
HOSPITAL, PHYSICIAN = "tj-medical-hospital", "tj-dr-001"
CLINIC, CLINICIAN = "zh-township-centre", "zh-dr-011"
EMERGENCY_PHYSICIAN = "zh-em-001"
PROJECT, RESEARCHER = "diabetes-control-2026", "ks-re-001"
