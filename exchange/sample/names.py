"""Names people could have: by sex and generation, with the rare kinds that records are full of.

Composed, never collected: any likeness to a living person is the likeness of names.
"""

from dataclasses import dataclass
from datetime import date

from exchange.sample.dice import Dice

_SURNAMES = {
    12: "王李张刘陈杨赵黄周吴",
    6: "徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕",
    2: "苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔"
    "白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文",
    1: "查仇单解区尉逄亓禤缪佘麻阙冼仝揭苟燕时明言喜",  # rare, or an everyday word, or read otherwise
}
_COMPOUND = (
    *("欧阳", "司徒", "上官", "诸葛", "司马", "东方", "皇甫", "尉迟"),
    *("公孙", "慕容", "令狐", "夏侯", "端木", "澹台", "宇文", "呼延"),
)

# (last year of birth, men's characters, women's characters): what parents chose then.
_GENERATIONS = (
    (1959, "国德福祥荣贵根生金水宝树庆寿仁义", "秀兰英珍凤桂芳素玉莲招娣月娥梅琴"),
    (1979, "建军志强伟明勇刚海涛平林卫东新华峰", "丽红霞敏艳萍玲燕静娟慧芬建华雪琴晓"),
    (1999, "俊杰宇浩鹏飞磊超晨阳凯旭鑫博文斌", "婷倩雯佳欣琳莉颖洁璐思蕾晶晶丹妮媛"),
    (9999, "子轩宇辰浩然奕沐泽梓睿铭承锦一诺辰", "梓涵欣怡诗雨桐可馨语若萱沐妍钰芷汐玥"),
)

# Peoples whose names are not a Chinese surname before a given name. Given name, dot, father's name.
_DOTTED = {
    "维吾尔族": (
        "艾力 吐尔逊 阿不都 买买提 玉素甫 艾尼瓦尔",
        "阿依古丽 热依汗 古丽娜尔 帕提古丽 祖丽胡玛尔 阿米娜",
    ),
    "哈萨克族": ("叶尔兰 努尔江 巴合提 加依尔", "阿依努尔 古丽江 巴哈尔 阿勒腾"),
    "藏族": ("扎西 多吉 次仁 丹增 洛桑", "卓玛 央金 拉姆 白玛 德吉"),
}
# The dot is typed in several ways; a record keeps whichever it got.
_DOTS = ("·", "·", "·", "•", "・")
_PEOPLES = (
    "汉族",
    "汉族",
    "汉族",
    "汉族",
    "汉族",
    "汉族",
    "汉族",
    "汉族",
    "汉族",
    "回族",
    "满族",
    "壮族",
    "苗族",
    "土家族",
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as written, in its two parts; `text` is what stands in a record."""

    family: str
    given: str
    people: str
    joint: str = ""

    @property
    def text(self) -> str:
        return f"{self.given}{self.joint}{self.family}" if self.joint else f"{self.family}{self.given}"


def new_name(dice: Dice, sex: str, born: date, after: Name | None = None) -> Name:
    """A name for a child of `after` (same surname, same people), or for somebody of a new family."""
    if after is None:
        return _of_a_new_family(dice, sex, born)
    if after.joint:
        return Name(after.given, dice.one(_dotted(after.people, sex)), after.people, after.joint)
    return Name(after.family, _given(dice, sex, born), after.people)


def _of_a_new_family(dice: Dice, sex: str, born: date) -> Name:
    if dice.chance(4):
        people = dice.one(tuple(_DOTTED))
        father = dice.one(_dotted(people, "male"))
        given = dice.one([name for name in _dotted(people, sex) if name != father])
        return Name(father, given, people, dice.one(_DOTS))
    surnames = _COMPOUND if dice.chance(3) else dice.weighted(tuple(_SURNAMES.values()), _shares())
    family = dice.one(surnames)
    return Name(family, _given(dice, sex, born), dice.one(_PEOPLES))


def _given(dice: Dice, sex: str, born: date) -> str:
    """One character in a fifth of the names, else two."""
    _, men, women = next(row for row in _GENERATIONS if born.year <= row[0])
    characters = men if sex == "male" else women
    return "".join(dice.one(characters) for _ in range(1 if dice.chance(20) else 2))


def _dotted(people: str, sex: str) -> list[str]:
    return _DOTTED[people][sex != "male"].split()


def _shares() -> list[float]:
    return [float(weight * len(names)) for weight, names in _SURNAMES.items()]
