"""What doctors write: notes in running Chinese text, full of names and numbers, as notes are."""

import base64
from collections.abc import Mapping

from exchange.sample.dice import Dice
from exchange.sample.elements import LOINC, Resource, concept, hl7, period, ref, stamp
from exchange.sample.encounters import Visit
from exchange.sample.people import Person

_SEX = {"male": "男", "female": "女"}
_STRANGERS = ("邻居", "护工", "同事")
_THEIR_SURNAMES = "王李张刘陈杨黄赵"

_HEAD = "{hospital}\n{title}\n"
_WHO = (
    "姓名:{name}  性别:{sex}  年龄:{age}  民族:{people}\n"
    "身份证号:{identity}  联系电话:{phone}\n住址:{address}\n{number_label}:{number}  日期:{day}\n"
)
_BY_HEADINGS = (
    "主诉:{complaint}。\n"
    "现病史:{polite}于{time}就诊,诉{complaint}。{kin}\n"
    "既往史:{past}。\n诊断:{diagnosis}\n处理:{plan}。随访请联系{name}({phone})。\n医师签名:{doctor}\n"
)
_IN_ONE_GO = (
    "{polite},{sex},{age},因“{complaint}”由{companion}陪同来诊。病程中无昏迷。{kin}\n"
    "初步诊断:{diagnosis}。\n医嘱:{plan};不适随诊。\n记录者 {doctor} {day}\n"
)
_DISCHARGE = (
    "入院日期:{day}  出院日期:{until}\n入院诊断:{diagnosis}\n"
    "诊疗经过:{polite}入院后完善相关检查,予{plan}等治疗,病情好转。住院期间{kin}\n"
    "出院情况:一般情况可,生命体征平稳。\n"
    "出院医嘱:1.注意休息;2.按时服药;3.两周后门诊复诊,就诊请携带身份证({identity})及健康卡({card})。\n"
    "联系人:{companion} 电话{companion_phone}\n主管医师:{doctor}\n"
)
_EMERGENCY = (
    "到达时间:{time}\n主诉:{complaint}。\n"
    "院前急救:120出车接诊,{companion}(电话{companion_phone})随车,代诉病史。{kin}\n"
    "初步诊断:{diagnosis}\n处理:{plan}。已告知{companion}病情危重并签字。\n接诊医师:{doctor}\n"
)
_TITLES = {
    "outpatient": ("门诊病历", "34108-1", "门诊号"),
    "discharge": ("出院记录", "18842-5", "住院号"),
    "emergency": ("急诊抢救记录", "34111-5", "急诊号"),
}


def note(visit: Visit, kind: str, dice: Dice, what: tuple[str, str, str], plan: str) -> str:
    """A note of a `kind` (outpatient, discharge, emergency) as DocumentReference. Returns its reference.

    `what` as the visit was for: code, diagnosis, complaint; `plan` is what was done about it.
    """
    title, loinc, number_label = _TITLES[kind]
    outpatient = dice.one((_BY_HEADINGS, _IN_ONE_GO))
    body = {"outpatient": outpatient, "discharge": _DISCHARGE, "emergency": _EMERGENCY}[kind]
    words = {
        **_about(visit, dice),
        "hospital": visit.hospital, "title": title, "number_label": number_label, "complaint": what[2],
        "diagnosis": what[1], "plan": plan or "对症治疗",
    }  # fmt: skip
    text = "".join(part.format_map(words) for part in (_HEAD, _WHO, body))
    return visit.chart.add("DocumentReference", visit.label, _document(visit, title, loinc, text))


def _document(visit: Visit, title: str, loinc: str, text: str) -> Resource:
    written = stamp(visit.end)
    return {
        "status": "current",
        "docStatus": "final",
        "type": concept(LOINC, loinc, title),
        "category": [hl7("document-classcodes", "clinical-note")],
        "subject": ref(visit.person.reference),
        "date": written,
        "author": [ref(visit.doctor.reference)],
        "custodian": ref(f"Organization/{visit.organisation}"),
        "content": [
            {
                "attachment": {
                    "contentType": "text/plain; charset=utf-8",
                    "language": "zh-CN",
                    "data": base64.b64encode(text.encode()).decode(),
                    "title": title,
                    "creation": written,
                }
            }
        ],
        "context": {"encounter": [ref(visit.encounter)], "period": period(visit.start, visit.end)},
    }


def _about(visit: Visit, dice: Dice) -> Mapping[str, str]:
    """The words a note says about the person; the same thing is never said in the same way twice."""
    person = visit.person
    companion, relation = _companion(person, dice)
    age = person.age(visit.start.date())
    surname = person.name.family if not person.name.joint else person.name.given
    title = "患儿" if age < 14 else "患者" if dice.chance(60) else "先生" if person.sex == "male" else "女士"
    polite = f"{surname}{title}" if title in ("先生", "女士") else f"{title}{person.name.text}"
    start = visit.start
    days = (start.date() - person.born).days
    return {
        "name": person.name.text,
        "sex": _SEX[person.sex],
        "age": f"{days}天" if days < 30 else f"{days // 30}月" if age < 2 else f"{age}岁",
        "people": person.name.people,
        "identity": person.identity or "未上户口",
        "card": person.card or "未办理",
        "phone": person.phone,
        "address": person.address.text,
        "number": person.records.get(visit.organisation) or f"{start:%y%m%d}{dice.number(1000, 9999)}",
        "day": dice.one((f"{start:%Y-%m-%d}", f"{start:%Y}年{start.month}月{start.day}日")),
        "until": f"{visit.end:%Y-%m-%d}",
        "time": f"{start:%Y年%m月%d日 %H:%M}",
        "polite": polite,
        "companion": companion,
        "companion_phone": _companion_phone(person),
        "kin": dice.one((f"{relation}{companion}可提供病史。", f"其{relation}{companion}同住。", "")),
        "past": dice.one(
            ("否认高血压、糖尿病史", "有药物过敏史,详见过敏记录", "否认传染病史", "十年前行阑尾切除术")
        ),
        "doctor": visit.doctor.name_zh,
    }


def _companion(person: Person, dice: Dice) -> tuple[str, str]:
    """Somebody who came along and what they are to the person; a stranger where nobody is known."""
    if person.mother:
        return person.mother.name.text, "母亲"
    if person.contact:
        return person.contact.name.text, "家属"
    return f"{dice.one(_THEIR_SURNAMES)}某", dice.one(_STRANGERS)


def _companion_phone(person: Person) -> str:
    known = person.mother or person.contact
    return known.phone if known else person.phone
