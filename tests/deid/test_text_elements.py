"""Every element of a record that holds text goes through the text engine, and knows what the record knows."""

import base64
from typing import Any
from xml.etree import ElementTree as ET

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid import TextEngine, load_rules
from deid.dates import offset_days
from deid.knowing import known_of
from deid.narrative import rewritten
from deid.pseudonyms import derive
from deid.text.operators.choices import every, operators_of
from deid.text.operators.rewriting import Rewriter
from tests.deid.records import KEY, TODAY, cleaner
from tests.deid.test_sentinels import TYPES, _full, _strings

ENGINE = TextEngine()
DAYS = offset_days("p-1", derive(KEY, "date-shift"))
PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p-1",
    "name": [{"family": "欧阳", "given": ["哨兵"]}],
    "identifier": [{"system": "urn:oid:2.16.156.10011.1.3", "value": "11010519491231002X"}],
    "telecom": [{"value": "13800000000"}],
    "address": [{"line": ["玉山镇朝阳路8号"], "district": "昆山市"}],
}
DOCTOR = {"resourceType": "Practitioner", "id": "d-1", "name": [{"text": "沈默然"}]}
KNOWN = known_of([PATIENT, DOCTOR])
# Nothing points at them: only who knows the record can tell that they say who.
SECRETS = (
    "欧阳哨兵",
    "欧阳 哨兵",
    "哨 兵",
    "Ouyang Shaobing",
    "138-0000-0000",
    "110105 19491231 002X",
    "朝阳路8号",
    "沈默然",
)
SECRET = " 和 ".join(SECRETS)
BARE = ("哨兵", "Shaobing", "13800000000", "19491231", "朝阳路", "默然")


def _clean(resource: dict[str, Any], profile: str = "research") -> Any:
    done = cleaner(profile, text=ENGINE).clean(orjson.dumps(resource), subject="p-1", known=KNOWN)
    assert done.body is not None, done.skipped
    return orjson.loads(done.body)


def _leaks(value: Any) -> list[str]:
    told = [text.replace(" ", "").replace("-", "") for text in _strings(value)]
    return [text for text in told if any(bare in text for bare in BARE)]


@pytest.mark.attack
@pytest.mark.parametrize("kind", TYPES)
def test_what_the_record_knows_comes_out_of_no_element(kind: str) -> None:
    used = cleaner("research", text=ENGINE)
    body = orjson.dumps(_full(load_rules("care"), kind)).decode()
    body = body.replace("欧阳哨兵 Sentinel-13800000000", "与哨 兵和沈默然")
    done = used.clean(body.encode(), subject="p-1", known=KNOWN)
    assert done.body is None or _leaks(orjson.loads(done.body)) == []


def _observation(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "id": "o-1", "status": "final", **more}


def test_a_note_is_rewritten_with_the_shift_of_the_patient() -> None:
    told = _clean(_observation(effectiveDateTime="2025-03-01", note=[{"text": "于2025-03-01复查"}]))
    assert told["note"] == [{"text": f"于{told['effectiveDateTime']}复查"}]


@pytest.mark.parametrize(
    ("resource", "path"),
    [
        (_observation(valueString=SECRET), ("valueString",)),
        (_observation(note=[{"text": SECRET}]), ("note", 0, "text")),
        (_observation(code={"text": SECRET}), ("code", "text")),
        (
            _observation(
                code={"coding": [{"system": "http://loinc.org", "code": "4548-4", "display": SECRET}]}
            ),
            ("code", "coding", 0, "display"),
        ),
        (_observation(subject={"reference": "Patient/p-1", "display": "欧阳哨兵"}), ("subject", "display")),
        (
            {"resourceType": "Communication", "status": "completed", "payload": [{"contentString": SECRET}]},
            ("payload", 0, "contentString"),
        ),
        (
            {
                "resourceType": "QuestionnaireResponse",
                "item": [{"text": SECRET, "answer": [{"valueString": SECRET}]}],
            },
            ("item", 0, "answer", 0, "valueString"),
        ),
        (
            {
                "resourceType": "Composition",
                "section": [{"title": SECRET, "text": {"div": f"<div>{SECRET}</div>"}}],
            },
            ("section", 0, "text", "div"),
        ),
        ({"resourceType": "DocumentReference", "description": SECRET}, ("description",)),
        (
            _observation(
                extension=[
                    {"url": "http://hl7.org/fhir/StructureDefinition/rendered-value", "valueString": SECRET}
                ]
            ),
            ("extension", 0, "valueString"),
        ),
    ],
)
def test_text_leaves_rewritten(resource: dict[str, Any], path: tuple[Any, ...]) -> None:
    told = value = _clean(resource)
    for step in path:
        value = value[step]
    assert isinstance(value, str)
    assert value
    assert _leaks(told) == []


@pytest.mark.attack
@pytest.mark.parametrize(
    "text",
    ["&#27431;&#38451;&#21736;&#20853;来诊", "&#x6B27;阳&#21736&#20853;来诊", "欧阳\u200b哨\u2060兵来诊"],
)
def test_a_name_written_as_numbers_or_with_what_nobody_sees_is_the_name(text: str) -> None:
    told = _clean(_observation(note=[{"text": text}]))["note"][0]["text"]
    assert told.endswith("来诊")
    assert "&#" not in told
    assert not set(told) & set("欧阳哨兵")


def test_whoever_a_reference_names_goes_by_one_invented_name_and_keeps_the_title() -> None:
    told = _clean(
        _observation(
            performer=[
                {"reference": "Practitioner/d-1", "display": "沈默然主任医师"},
                {"reference": "Practitioner/d-1", "display": "沈默然"},
                {"reference": "#who", "display": "王秀英"},
                {"reference": "Organization/h-1", "display": "昆山市第一人民医院"},
            ]
        )
    )
    titled, plain, contained, hospital = (one["display"] for one in told["performer"])
    assert titled == plain + "主任医师"
    assert not set(contained) & set("王秀英")
    assert hospital.endswith("人民医院")
    assert "昆山" not in hospital


def test_what_a_reference_to_a_thing_says_is_read_like_any_text() -> None:
    told = _clean(_observation(basedOn=[{"reference": "ServiceRequest/s-1", "display": "糖化血红蛋白测定"}]))
    assert told["basedOn"][0]["display"] == "糖化血红蛋白测定"


def _attached(content: bytes, kind: str) -> Any:
    data = base64.b64encode(content).decode()
    document = {
        "resourceType": "DocumentReference",
        "content": [{"attachment": {"contentType": kind, "data": data}}],
    }
    told = _clean(document).get("content", [{}])[0].get("attachment", {})
    return base64.b64decode(told["data"]).decode() if "data" in told else None


@pytest.mark.parametrize(
    ("encoding", "kind"),
    [
        ("utf-8", "text/plain"),
        ("utf-8-sig", "text/plain;charset=utf-8"),
        ("gb18030", "text/plain; charset=GBK"),
        ("gb18030", "text/plain"),
        ("utf-16", "text/plain; charset=UTF-16"),
        ("big5", "TEXT/PLAIN; charset=big5"),
    ],
)
def test_an_attached_text_is_looked_into(encoding: str, kind: str) -> None:
    told = _attached(
        "患者 歐陽哨兵 復查".encode(encoding) if encoding == "big5" else f"患者{SECRET}复查".encode(encoding),
        kind,
    )
    assert told is not None
    assert "患者" in told
    assert _leaks(told) == []


def test_an_attached_page_keeps_its_layout() -> None:
    head, body = f"<head><title>{SECRET}</title></head>", f"<p class='{SECRET}'>{SECRET}，<b>好转</b></p>"
    page = f"<html>{head}<body>{body}</body></html>"
    told = _attached(page.encode(), "text/html")
    assert "<p>" in told
    assert "<b>好转</b>" in told
    assert _leaks(told) == []


@pytest.mark.attack
@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (SECRET.encode(), "application/pdf"),
        (SECRET.encode(), "image/png"),
        (SECRET.encode(), "text/rtf"),
        (f"<patient><given>哨兵</given><family>欧阳</family>{SECRET}</patient>".encode(), "text/xml"),
        (SECRET.encode("gb18030"), "text/plain; charset=latin-1"),
        (SECRET.encode("gb18030"), "text/plain; charset=rot13"),
        (b"\xff\xfe\xfd\x80", "text/plain; charset=utf-8"),
    ],
)
def test_what_cannot_be_looked_into_does_not_leave(content: bytes, kind: str) -> None:
    told = _attached(content, kind)
    assert told is None or _leaks(told) == []


def _narrative(div: str) -> str:
    return str(_clean(_observation(text={"status": "generated", "div": div}))["text"]["div"])


@pytest.mark.parametrize(
    "div",
    [
        f"<div xmlns='http://www.w3.org/1999/xhtml'>{SECRET}</div>",
        "<div>欧<b>阳</b>哨<i>兵</i></div>",
        "<div>&#27431;&#38451;&#21736;&#20853;</div>",
        "<div>欧阳<!-- 王秀英 -->哨兵</div>",
        "<div><![CDATA[欧阳哨兵]]></div>",
        "<div>欧阳<span title='欧阳哨兵' onclick='x'>哨&#x200b;兵</span></div>",
        "<table><tr><td>姓名</td><td>王小明</td></tr><tr><td>13800</td><td>000000</td></tr></table>",
        "<div><script>欧阳哨兵</script><style>欧阳哨兵</style>好转<img alt='欧阳哨兵' src='https://x/欧阳哨兵'/></div>",
        "<div><a href='tel:13800000000'>电话</a>",
        "<div>欧阳哨兵</p></table><b>好转",
    ],
)
def test_a_narrative_says_nothing_across_its_tags_and_comes_out_well_formed(div: str) -> None:
    resource = _observation(text={"status": "generated", "div": div})
    told = _clean(resource).get("text", {}).get("div", "<div/>")
    root = ET.fromstring(told)
    assert _leaks("".join(root.itertext())) == []
    assert "王小明" not in told
    assert "王秀英" not in told
    assert all(set(one.attrib) <= {"colspan", "rowspan", "span"} for one in root.iter())


def test_the_layout_of_a_narrative_stays() -> None:
    div = "<div><h3>主诉</h3><table><tr><td colspan='2'>头晕3天</td></tr></table><p>a &lt; b<br/></p></div>"
    told = _narrative(div)
    assert '<td colspan="2">头晕3天</td>' in told
    assert "<p>a &lt; b<br/></p>" in told


TAGS = "<b> </b> <p> </p> <br> <td> </td> <x> &amp; &#27431; & < > <!-- --> <script> </script> <svg/> ]]> <![CDATA["
PIECES = [*TAGS.split(), "欧阳", "哨兵", "好转", " "]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_any_page_comes_out_well_formed_and_says_nothing(html: str) -> None:
    rewriter = Rewriter(ENGINE, operators_of("research"), key=KEY, today=TODAY)
    told = rewritten(html, lambda text: rewriter.rewrite(text, patient="p-1", days=DAYS, known=KNOWN))
    assert told is None or "欧阳哨兵" not in "".join(ET.fromstring(told).itertext())


def test_where_everything_is_dropped_a_narrative_of_nothing_else_is_none() -> None:
    rewriter = Rewriter(ENGINE, every("drop"), key=KEY, today=TODAY)
    assert rewritten("<div>欧阳哨兵</div>", lambda text: rewriter.rewrite(text, known=KNOWN)) is None


def test_without_a_text_engine_no_text_of_any_kind_leaves() -> None:
    resource = _observation(
        text={"status": "generated", "div": "<div>好</div>"},
        subject={"reference": "Patient/p-1", "display": "王"},
        valueString="好",
    )
    done = cleaner("research").clean(orjson.dumps(resource), subject="p-1")
    told = orjson.loads(done.body or b"")
    assert "valueString" not in told
    assert "div" not in told["text"]
    assert "display" not in told["subject"]


def test_a_patients_own_page_about_themselves_never_leaves() -> None:
    told = _clean({**PATIENT, "text": {"status": "generated", "div": "<div>好</div>"}})
    assert "text" not in told
