"""An officer may be told who is behind a pseudonym of a project; nobody without the keys, and never unseen."""

from dataclasses import replace
from pathlib import Path

import pytest

from deid.text.operators.sealing import DoesNotOpen, Seal
from exchange.audit.agreement import disagreements
from exchange.audit.details import details_of
from exchange.node.node import Node
from exchange.officers import NotAnOfficer
from exchange.research.projects import NoSuchProject
from exchange.revealing import PATIENT, NotOfProject, reveal
from ledger.errors import CannotAppend
from tests.cli.typing_in import typed
from tests.exchange.nodes import OFFICER, OWN_DOCTOR, Site, deaf, entries, last
from tests.exchange.people import AN, AN_NUMBER, NAMES
from tests.exchange.studies import STUDY, registered

PROJECT = STUDY["id"]
WHY = "检查发现须告知患者本人"


@pytest.fixture
def project(node: Node, tmp_path: Path) -> str:
    return registered(node, tmp_path).id


def _pseudonym(node: Node, project: str = PROJECT) -> str:
    return node.office.cleaners.name_in(f"project {project}", AN)


def _token(node: Node, project: str = PROJECT) -> str:
    return Seal(node.office.cleaners.secret_of(f"project {project}")).seal("王秀英", "NAME")


def test_an_officer_is_told_who_it_is_and_the_ledger_says_so(node: Node, project: str) -> None:
    found = reveal(node, _pseudonym(node), project=project, by=OFFICER, reason=WHY)
    assert (found.kind, found.text) == (PATIENT, AN)
    entry = last(node)
    keys = node.vault.known(AN)
    assert (entry.id, entry.entry.type, entry.entry.subtype, entry.entry.outcome) == (
        found.entry.id,
        "audit",
        "reveal",
        "0",
    )
    assert keys is not None
    assert entry.entry.patient == keys.pseudonym
    assert entry.entry.actor == node.desk.actor_named(OFFICER)
    assert details_of(node.office, entry).told == {
        "by": OFFICER,
        "project": project,
        "what": PATIENT,
        "reason": WHY,
    }
    assert disagreements(node.log, node.house_key) == []


def test_the_entry_holds_neither_the_patient_nor_the_reason(node: Node, project: str) -> None:
    reveal(node, _pseudonym(node), project=project, by=OFFICER, reason=WHY)
    reveal(node, _token(node), project=project, by=OFFICER, reason=WHY)
    for entry in entries(node)[-2:]:
        for secret in (AN, AN_NUMBER, NAMES[AN], "王秀英", WHY, _pseudonym(node)):
            assert secret.encode() not in entry.body + entry.sealed


@pytest.mark.parametrize("form", ["{}", "[姓名:{}]", "[NAME:{}]", " {} "])
def test_a_token_is_opened_as_it_stands_in_the_text(node: Node, project: str, form: str) -> None:
    found = reveal(node, form.format(_token(node)), project=project, by=OFFICER, reason=WHY)
    assert (found.kind, found.text) == ("NAME", "王秀英")


def test_a_text_cleaned_for_a_project_goes_by_what_the_node_knows_and_opens_again(
    node: Node, site: Site, project: str
) -> None:
    name = NAMES[AN]
    note = f"随访，{' '.join(name)}于2024年3月5日来诊。"
    words = ("--node", str(site.folder), "deid", "text", "--project", project, "--patient", AN)
    told = typed(*words, "--operator", "research", stdin=note).stdout
    assert not set(name) & set(told)
    assert "2024年3月5日" not in told
    sealed = typed(*words, "--operator", "NAME=token", stdin=note).stdout
    token = sealed[sealed.index("[") : sealed.index("]") + 1]
    found = reveal(node, token, project=project, by=OFFICER, reason=WHY)
    assert "".join(found.text.split()) == name


def test_an_invented_name_has_a_way_back_only_by_the_sealed_lines_kept_beside_it(
    node: Node, site: Site, project: str, tmp_path: Path
) -> None:
    kept = tmp_path / "lines"
    words = ("--node", str(site.folder), "deid", "text", "--project", project, "--operator", "research")
    told = typed(*words, "--map", str(kept), stdin="患者王秀英，电话13800000000。").stdout
    invented = told[2:5]
    content = kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0
    for secret in ("王秀英", "13800000000", invented):
        assert secret not in content
    lines = content.splitlines()
    found = reveal(node, invented, project=project, by=OFFICER, reason=WHY, lines=lines)
    assert (found.kind, found.text) == ("NAME", "王秀英")
    with pytest.raises(NotOfProject):
        reveal(node, invented, project=project, by=OFFICER, reason=WHY)
    with pytest.raises(NotOfProject):
        reveal(node, "王秀英", project=project, by=OFFICER, reason=WHY, lines=[*lines, "", "x", "a b"])


@pytest.mark.attack
def test_sealed_lines_open_for_no_other_project(node: Node, project: str, tmp_path: Path) -> None:
    other = registered(node, tmp_path, id="other-1").id
    line = Seal(node.office.cleaners.secret_of(f"project {project}")).line("文桂玲", "王秀英", "NAME")
    with pytest.raises(NotOfProject):
        reveal(node, "文桂玲", project=other, by=OFFICER, reason=WHY, lines=[line])


@pytest.mark.attack
def test_another_project_opens_nothing_and_the_try_is_on_record(
    node: Node, project: str, tmp_path: Path
) -> None:
    other = registered(node, tmp_path, id="other-1").id
    for text in (_pseudonym(node), _token(node)):
        with pytest.raises(NotOfProject) as refused:
            reveal(node, text, project=other, by=OFFICER, reason=WHY)
        assert (last(node).id, last(node).entry.outcome) == (refused.value.entry.id, "8")


@pytest.mark.attack
@pytest.mark.parametrize(
    "text", ["", "0" * 32, "王秀英", "[姓名]", "A" * 40, "[姓名:" + "B" * 60 + "]", "\udc80"]
)
def test_what_is_of_no_project_tells_nothing(node: Node, project: str, text: str) -> None:
    with pytest.raises(NotOfProject):
        reveal(node, text, project=project, by=OFFICER, reason=WHY)


@pytest.mark.attack
def test_a_token_changed_in_any_place_does_not_open(node: Node) -> None:
    seal = Seal(node.office.cleaners.secret_of(f"project {PROJECT}"))
    token = _token(node)
    for at in range(len(token)):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(DoesNotOpen):
            seal.open(changed)


@pytest.mark.attack
def test_without_the_key_nothing_opens(node: Node) -> None:
    for key in (b"k" * 32, node.house_key, bytes(32)):
        with pytest.raises(DoesNotOpen):
            Seal(key).open(_token(node))


@pytest.mark.attack
def test_where_the_ledger_cannot_be_written_nothing_is_told(node: Node, site: Site, project: str) -> None:
    reader = site.reader(node)
    with pytest.raises(CannotAppend):
        reveal(
            replace(node, office=deaf(node.office, reader)),
            _pseudonym(node),
            project=project,
            by=OFFICER,
            reason=WHY,
        )
    reader.close()


def test_nobody_but_an_officer_is_told(node: Node, project: str) -> None:
    size = node.log.size
    with pytest.raises(NotAnOfficer):
        reveal(node, _pseudonym(node), project=project, by=OWN_DOCTOR, reason=WHY)
    with pytest.raises(NoSuchProject):
        reveal(node, _pseudonym(node), project="nobody-1", by=OFFICER, reason=WHY)
    assert node.log.size == size


def test_where_two_people_go_by_one_invented_name_nobody_is_named(node: Node, project: str) -> None:
    seal = Seal(node.office.cleaners.secret_of(f"project {project}"))
    one, other = (seal.line("梁慧莲", name, "NAME") for name in ("王秀英", "李桂兰"))
    spaced = seal.line("梁 慧莲", "王 秀英", "NAME")
    found = reveal(node, "梁慧莲", project=project, by=OFFICER, reason=WHY, lines=[one, one, spaced])
    assert (found.kind, found.text) == ("NAME", "王秀英")
    with pytest.raises(NotOfProject):
        reveal(node, "梁慧莲", project=project, by=OFFICER, reason=WHY, lines=[one, other])
    assert last(node).entry.outcome == "8"
