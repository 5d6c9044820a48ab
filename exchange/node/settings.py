"""The node's settings: what they are, and where each value came from.

None is needed for the first success. A value comes from the environment (`HUTONG_SERVE_PORT`), else
from `node.toml` (`[serve] port`), else from the default in the table below. A name that is not in the
table is an error: a misspelt setting must not be silently ignored.
"""

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_origin

import msgspec

from exchange.errors import BadSetting, NotANode

_Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
_Some = Annotated[int, msgspec.Meta(ge=1)]
_Age = Annotated[int, msgspec.Meta(ge=0, le=150)]
_Milliseconds = Annotated[int, msgspec.Meta(ge=10, le=60_000)]
_Seconds = Annotated[float, msgspec.Meta(gt=0, le=3600)]
_Quorum = (
    Annotated[str, msgspec.Meta(pattern=r"^(majority|all|any|none|[1-9][0-9]?)\Z")]
    | Annotated[int, msgspec.Meta(ge=1, le=99)]
)
_HoursEast = Annotated[int, msgspec.Meta(ge=-14, le=14)]


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the table: section.name, type, default and what it does."""

    key: str
    type: Any
    default: Any
    en: str
    zh: str

    @property
    def variable(self) -> str:
        return "HUTONG_" + self.key.replace(".", "_").upper()


TABLE: tuple[Setting, ...] = (
    Setting("node.id", str, "", "id other nodes know this one by", "其他节点识别本节点的编号"),
    Setting("node.region", str, "", "GB/T 2260 code of the region", "所在地区的 GB/T 2260 代码"),
    Setting("node.name", str, "", "name people read", "显示名称"),
    Setting("node.organisation", str, "", "organisation that runs the node", "运营本节点的机构"),
    Setting("node.zone", Literal["", "hospital", "health", "government", "mobile", "internet"], "", "network its people ask from; sealed with every request", "本节点人员所在的网络，随每次请求密封记录"),
    Setting("serve.host", str, "127.0.0.1", "address to listen on", "监听地址"),
    Setting("serve.port", _Port, 8320, "port to listen on", "监听端口"),
    Setting("serve.url", str, "", "address other nodes reach this one by", "其他节点访问本节点的地址"),
    Setting("serve.ca_file", str, "", "certificates to trust for https to other nodes, instead of the public ones", "访问其他节点的 https 时信任的证书文件，代替公共证书"),
    Setting("serve.plain_http", bool, False, "ask other machines over plain http: something else protects the way", "允许以明文 http 访问其他机器(线路另有保护)"),
    Setting("serve.timeout_seconds", _Seconds, 10.0, "how long to wait for another node", "等待其他节点应答的秒数"),
    Setting("witness.quorum", _Quorum, "majority", "how many of the other nodes must have signed this ledger: majority, all, any, none, or a number", "须有多少个其他节点为本账本签名：majority(过半)、all、any、none 或数字"),
    Setting("ledger.backend", Literal["embedded", "fabric"], "embedded", "where else the ledger's roots are kept: nowhere, or on a Fabric channel", "账本的树根另存何处：不另存，或 Fabric 通道"),
    Setting("ledger.connection", str, "", "file that says how the channel is reached, as seen from the node's folder", "说明如何连接通道的文件(相对于节点目录)"),
    Setting("ledger.anchor_entries", _Some, 1000, "so many new entries are put onto the channel at once", "新增多少条即上链一次"),
    Setting("ledger.anchor_seconds", _Seconds, 5.0, "no entry waits longer for that, in seconds", "任何条目等待上链不超过的秒数"),
    Setting("emergency.spool_minutes", _Some, 240, "how long break-glass may go on while the ledger is down", "账本不可写时紧急调阅可持续的分钟数"),
    Setting("emergency.spool_file", str, "", "where break-glass is written down meanwhile, best on another disk", "账本不可写期间紧急调阅的暂存文件，最好放在另一块磁盘"),
    Setting("emergency.review_hours", _Some, 24, "when a break-glass access must have been reviewed", "紧急调阅须在多少小时内复核"),
    Setting("policy.engine", Literal["built-in", "opa-server"], "built-in", "what answers: the built-in engine, or an OPA server", "作出判断的引擎：内置，或 OPA 服务器"),
    Setting("policy.url", str, "", "address of the OPA server", "OPA 服务器的地址"),
    Setting("policy.deadline_ms", _Milliseconds, 500, "how long one question to the policy may take", "策略回答一个问题的时限(毫秒)"),
    Setting("policy.token_file", str, "", "file with the token the OPA server wants, as seen from the node's folder", "OPA 服务器所需令牌的文件(相对于节点目录)"),
    Setting("policy.ca_file", str, "", "certificates to trust for the OPA server, instead of the machine's", "访问 OPA 服务器时信任的证书文件，代替本机证书"),
    Setting("policy.bundle", str, "", "bundle of the region's own rules, instead of the packaged ones", "本地区自有规则的策略包，代替随程序提供的规则"),
    Setting("policy.key", str, "", "public key (PEM) that bundle must be signed with", "该策略包的签名公钥(PEM)"),
    Setting("deid.profile", Literal["fast", "strict"], "strict", "how notes are searched for names: fast, for millions, or strict", "文本去标识化方式：fast(用于海量文本)或 strict(更严)"),
    Setting("deid.recognizers", str, "", "file with labels, shapes and words the hospital adds (hutong deid check), as seen from the node's folder", "医院自有识别规则文件(相对于节点目录)，见 hutong deid check"),
    Setting("research.small_cell", _Some, 11, "counts below this are not told", "小于此数的计数不公布"),
    Setting("consent.named_recipient_required", bool, True, "a third party must be named (PIPL 23)", "第三方必须具名(个保法23条)"),
    Setting("consent.honor_emergency_refusal", bool, True, "a refusal that names emergencies is honoured", "尊重明确写明紧急情况的拒绝"),
    Setting("consent.emergency_override", bool, True, "break-glass may override a refusal", "紧急情况可越过拒绝"),
    Setting("consent.emergency_export", bool, False, "break-glass across the border", "紧急情况可向境外提供"),
    Setting("consent.guardian_required_under", _Age, 14, "below this age a guardian consents (PIPL 31)", "未满此年龄须监护人同意(个保法31条)"),
    Setting("consent.guardian_lapse_age", _Age, 18, "at this age a guardian's permit lapses", "满此年龄监护人的同意失效"),
    Setting("consent.evidence_required", bool, True, "a permit needs its signed source", "同意须附签署依据"),
    Setting("consent.internal_care", bool, True, "the holder's own staff may treat their patient", "保管机构自己的医务人员可为诊疗查看"),
    Setting("consent.home_country", str, "CN", "country that is not abroad", "视为境内的国家"),
    Setting("consent.tz_hours", _HoursEast, 8, "hours a date without offset lies east of UTC", "未注明时区时的时差(小时)"),
    Setting("consent.remind_within_days", _Some, 30, "how many days ahead the end of a consent is told", "提前多少天提醒同意即将到期"),
    Setting("consent.remind_long_months", _Some, 12, "a permit for so many months or more is brought to mind again", "有效期达到多少个月的同意须定期再次提醒"),
    Setting("consent.remind_every_months", _Some, 12, "how often that is done, in months", "多少个月再次提醒一次"),
    Setting("consent.required_policies", dict[str, str], {}, "policy URI -> version a consent must name", "同意书须引用的条款及版本"),
    Setting("consent.statutory_authorities", dict[str, list[str]], {}, "purpose -> organisations with a legal duty", "目的 -> 负有法定职责的机构"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Value:
    """A setting with its value and the place it came from: default, a file and key, or a variable."""

    setting: Setting
    value: Any
    origin: str


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one node."""

    values: Mapping[str, Value]

    def __getitem__(self, key: str) -> Any:
        return self.values[key].value

    def section(self, name: str) -> dict[str, Any]:
        """The values of one section, by bare name."""
        return {key.split(".", 1)[1]: v.value for key, v in self.values.items() if key.startswith(name + ".")}


def read_settings(file: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read `file` and the environment. Raises BadSetting naming the key, or NotANode without a file."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotANode(str(file.parent)) from None
    except (PermissionError, UnicodeDecodeError) as error:
        raise BadSetting(file.name, "cannot be read", "无法读取") from error
    try:
        written = _flatten(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(file.name, f"is not TOML: {error}", f"不是合法的 TOML:{error}") from None
    unknown = sorted(written.keys() - {setting.key for setting in TABLE})
    if unknown:
        raise BadSetting(f"{file.name}, {unknown[0]}", "no setting has this name", "没有这个设置项")
    _require_known_variables(environment)
    return Settings({s.key: _value(s, written, environment, file.name) for s in TABLE})


def write_settings(file: Path, chosen: Mapping[str, str]) -> None:
    """Write a new settings file with `chosen` and nothing else: defaults stay defaults."""
    lines: list[str] = []
    section = ""
    for key, value in chosen.items():
        head, name = key.split(".", 1)
        if head != section:
            lines += ([""] if lines else []) + [f"[{head}]"]
            section = head
        # A JSON string with its characters unescaped is a TOML basic string, but for DEL.
        text = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        lines.append(f"{name} = {text}")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _require_known_variables(environment: Mapping[str, str]) -> None:
    """A variable of one of our sections is a setting or a slip of the hand."""
    sections = tuple({f"HUTONG_{one.key.partition('.')[0].upper()}_" for one in TABLE})
    unknown = sorted(
        name for name in environment.keys() - {one.variable for one in TABLE} if name.startswith(sections)
    )
    if unknown:
        raise BadSetting(unknown[0], "no setting has this name", "没有这个设置项")


def _flatten(document: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for section, content in document.items():
        if not isinstance(content, dict):
            flat[section] = content
            continue
        flat.update({f"{section}.{name}": value for name, value in content.items()})
    return flat


def _value(setting: Setting, written: Mapping[str, Any], environment: Mapping[str, str], file: str) -> Value:
    if setting.variable in environment:
        return Value(setting, _from_text(setting, environment[setting.variable]), setting.variable)
    if setting.key in written:
        place = f"{file}, {setting.key}"
        return Value(setting, _converted(setting, written[setting.key], place, strict=True), place)
    return Value(setting, setting.default, "default")


def _from_text(setting: Setting, text: str) -> Any:
    if setting.type is str or get_origin(setting.type) is Literal:
        return _converted(setting, text, setting.variable, strict=True)
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        if not isinstance(setting.default, str):
            raise BadSetting(setting.variable, "cannot be read as a value", "无法读作设置值") from None
        value = text  # a word where a number may stand too
    return _converted(setting, value, setting.variable, strict=False)


def _converted(setting: Setting, value: Any, place: str, *, strict: bool) -> Any:
    try:
        return msgspec.convert(value, setting.type, strict=strict)
    except msgspec.ValidationError as error:
        # msgspec names the types, never the value.
        raise BadSetting(place, str(error).lower(), f"类型不对：{error}") from None
