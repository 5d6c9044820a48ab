"""The nouns, by who uses them. A noun's file is read when it is asked for, not before."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Audience:
    """People who sit at the terminal, and the nouns that are theirs."""

    en: str
    zh: str
    nouns: tuple[str, ...]


AUDIENCES = (
    Audience("Patients, and whoever decides for them", "患者及其监护人", ("consent",)),
    Audience(
        "Security officers",
        "安全负责人",
        ("audit", "decision", "review", "notice", "patient", "pseudonym", "ledger", "witness", "policy"),
    ),
    Audience("Research projects", "科研项目", ("research", "deid")),
    Audience("Clinicians' systems", "临床系统", ("exchange",)),
    Audience(
        "Operators of a node",
        "节点运维人员",
        ("init", "status", "config", "node", "serve", "fabric", "records", "sample", "demo"),
    ),
)
# Every noun, in the order of the help.
NOUNS: tuple[str, ...] = tuple(noun for audience in AUDIENCES for noun in audience.nouns)

# (command line, en, zh)
FIRST_STEPS: tuple[tuple[str, str, str], ...] = (
    ("hutong demo", "the whole story with three regions", "三个地区的完整演示"),
    ("hutong --node demo/kunshan status", "what is in one of them", "查看其中一个节点"),
    ("hutong consent --help", "how a patient says yes, and not any more", "患者如何同意、拒绝和收回同意"),
)  # fmt: skip
