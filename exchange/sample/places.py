"""The three regions of the sample: where people live and which organisations look after them."""

from dataclasses import dataclass

from exchange.sample.dice import Dice


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One region. `hospital` is its main hospital; the other ids are made from `prefix`.

    `districts` are GB/T 2260 code, name and postal code; `share` is its part of the people, in percent.
    """

    code: str
    prefix: str
    hospital: str
    state: str
    city: str
    districts: tuple[tuple[str, str, str], ...]
    estates: tuple[str, ...]
    roads: tuple[str, ...]
    villages: tuple[str, ...]
    share: int

    def organisation(self, kind: str) -> str:
        """The id of the region's organisation of that kind."""
        return f"{self.prefix}-{kind}"


REGIONS = (
    Region(
        code="320583",
        prefix="ks",
        hospital="ks-first-hospital",
        state="江苏省",
        city="苏州市",
        districts=(("320583", "昆山市", "215300"),),
        estates=("玉荷花园", "柳塘新村", "金澄湾", "水岸名邸", "亭林公寓"),
        roads=("柳溪路", "青荷东路", "望湖北路", "春晖路", "震泽巷"),
        villages=("荷塘镇明月村", "荷塘镇白莲村", "菱湖镇北浜村"),
        share=50,
    ),
    Region(
        code="440400",
        prefix="zh",
        hospital="zh-first-hospital",
        state="广东省",
        city="珠海市",
        districts=(("440402", "香洲区", "519000"), ("440403", "斗门区", "519100")),
        estates=("银桦苑", "海晴居", "凤凰山庄", "翠前新村", "渔湾花园"),
        roads=("银湾路", "海燕路", "桃园东路", "石龙街", "榕树巷"),
        villages=("莲溪镇石龙村", "莲溪镇大涌村", "白蕉基围村"),
        share=25,
    ),
    Region(
        code="120000",
        prefix="tj",
        hospital="tj-medical-hospital",
        state="天津市",
        city="天津市",
        districts=(
            ("120101", "和平区", "300041"),
            ("120103", "河西区", "300202"),
            ("120119", "蓟州区", "301900"),
        ),
        estates=("五槐里", "海棠花苑", "安静里", "津沽新村", "柳林公寓"),
        roads=("槐香道", "海棠西道", "文澜路", "曙光里胡同", "平山支路"),
        villages=("青杨镇柳溪村", "青杨镇石门村", "栗园镇上仓屯"),
        share=25,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where somebody lives; `text` is the whole of it as it stands in a record."""

    region: str
    state: str
    city: str
    district: str
    line: str
    postal: str

    @property
    def text(self) -> str:
        parts = dict.fromkeys((self.state, self.city, self.district, self.line))
        return "".join(parts)


def new_address(dice: Dice, region: Region) -> Address:
    """A home in `region`: mostly a flat in an estate, sometimes a house in a village."""
    code, district, postal = dice.one(region.districts)
    if dice.chance(25):
        line = f"{dice.one(region.villages)}{dice.number(1, 18)}组{dice.number(1, 60)}号"
    else:
        line = (
            f"{dice.one(region.roads)}{dice.number(1, 480)}号{dice.one(region.estates)}"
            f"{dice.number(1, 40)}幢{dice.number(1, 3)}单元{dice.number(1, 18)}0{dice.number(1, 4)}室"
        )
    return Address(
        region=code, state=region.state, city=region.city, district=district, line=line, postal=postal
    )
