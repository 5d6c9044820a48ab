"""How far a withdrawal reached: everybody who had received data under a consent, and what became of the notice.

Read from the ledger, for the patient. It also says what no notice can call back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from exchange.audit.story import RecordErased
from exchange.path.office import Office
from exchange.withdrawal.disclosures import Disclosure, history_of
from exchange.withdrawal.outgoing import Outgoing, notices
from exchange.withdrawal.words import STANDS

# What is true of every withdrawal, whatever its recipients answer.
NOT_RECALLED: dict[str, tuple[str, str]] = {
    "always": (
        "what was seen, printed or copied before cannot be called back; a recipient's answer is its own word",
        "此前已被看到、打印或复制的内容无法收回；接收方的答复由其自行负责",
    ),
    "project": (
        "an extract that was handed over cannot be called back: the project is told which pseudonym to take out",
        "已交出的去标识化数据无法收回：将告知项目应剔除的假名",
    ),
}


@dataclass(frozen=True, slots=True)
class Reached:
    """One disclosure and the newest notice about it; None where nothing of it was taken back."""

    disclosure: Disclosure
    notice: Outgoing | None

    @property
    def state(self) -> str:
        """stands | waiting | received | unknown | by-hand."""
        return "stands" if self.notice is None else self.notice.state(self.disclosure.request)

    @property
    def done(self) -> str:
        """What the recipient says it did with it; "" where it says nothing, or that it never asked for this."""
        return "" if self.notice is None or self.state == "unknown" else self.notice.done

    def says(self, lang: str) -> str:
        """The state for a person, with how long it took."""
        return (
            STANDS[lang == "zh"] if self.notice is None else self.notice.says(lang, self.disclosure.request)
        )


def reach(office: Office, patient: str, consent_id: str) -> list[Reached]:
    """Everything received under the consent, or taken back by it, oldest first. Raises RecordErased."""
    keys = office.vault.known(patient)
    if keys is None:
        if office.vault.was_erased(patient):
            raise RecordErased
        return []
    sent = notices(office, patient=keys.pseudonym)
    by_entry = {str(item["entry"]): one for one in sent for item in one.items}
    theirs = {str(item["entry"]) for one in sent if one.consent == consent_id for item in one.items}
    return [
        Reached(one, by_entry.get(one.entry))
        for one in history_of(office, keys)
        if consent_id in one.basis or one.entry in theirs
    ]


def not_recalled(rows: Sequence[Reached]) -> list[tuple[str, str]]:
    """What has to be said beside the table: (en, zh)."""
    said = [NOT_RECALLED["always"]] if rows else []
    if any(one.disclosure.kind == "project" for one in rows):
        said.append(NOT_RECALLED["project"])
    return said
