"""The decision point by itself: cases in, answers out. Needs no node, reads no record, writes nothing."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click
from click.exceptions import Exit

from cli import output
from cli.commands.consent.noun import consent, region_names
from cli.errors import CannotRead, NotAllUsable, Refused
from cli.files import STANDARD, named, read_bytes, standard_input
from cli.options import example

if TYPE_CHECKING:
    from consent import Answer

REFUSED = Refused.exit_code
LINES = (".jsonl", ".ndjson")
BUG = ("cannot be answered: a bug of this program", "无法回答：程序有缺陷")
HINT = "what a case may hold: docs/reference/consent-case.md"
HINT_ZH = "案例的写法见 docs/reference/consent-case.md"


@consent.command()
@click.argument("case", metavar="CASE|-", help="A case as JSON; .jsonl, .ndjson or - is one case a line.")
@example("consent-case.json")
@click.option("--words", is_flag=True, help="Say the answer to the patient too: sentence.zh and sentence.en.")
def decide(case: str, words: bool) -> None:
    """Say what the consents in CASE permit: permit or deny, why, on which consent, item by item.

    A case is {"consents": [FHIR R4 Consent, ...], "request": {...}, "config": {...}}. One case: exit code 3
    when it is refused. Lines: an answer a line, in order; exit code 6 when a line could not be read (the
    others are answered all the same).

    Example:
        hutong consent decide --example > case.json
        hutong consent decide case.json --words
    """
    if case == STANDARD or case.endswith(LINES):
        lines = standard_input() if case == STANDARD else iter(read_bytes(case).splitlines())
        _decide_lines(lines, words=words)
        return
    answer, problem = _answered(read_bytes(case), words=words)
    if problem:
        raise CannotRead(named(case), *problem, hint=HINT, hint_zh=HINT_ZH)
    output.document(answer)
    if answer["decision"] != "permit":
        raise Exit(REFUSED)


def _decide_lines(lines: Iterator[bytes], *, words: bool) -> None:
    unread = total = 0
    bug: Exception | None = None
    for line in lines:
        if not line.strip():
            continue
        total += 1
        try:
            answer, problem = _answered(line, words=words)
        except Exception as error:  # noqa: BLE001 - a bug met in one line must not cost the others their answer
            bug = bug or error
            answer, problem = {}, BUG
        if problem:
            unread += 1
            answer |= {"error": {"en": problem[0], "zh": problem[1]}}
        output.json_line(answer)
    if bug:
        raise bug
    if unread:
        raise NotAllUsable(unread, total, "case", "could not be read", "案例无法读取")


def _answered(raw: bytes, *, words: bool) -> tuple[dict[str, Any], tuple[str, str] | None]:
    """The answer to a case; or what is known of it, and what is wrong with it (en, zh)."""
    from consent import Config, decide
    from consent.errors import ConsentError
    from exchange.records.problems import REASONS
    from exchange.records.strict_json import NotStrict, parse

    try:
        case, _ = parse(raw)
    except NotStrict as wrong:
        en, zh = REASONS[wrong.reason]
        columns = (f" (column {wrong.column})", f"(第 {wrong.column} 列)") if wrong.column else ("", "")
        return {}, (en.format("", column=columns[0]), zh.format("", column=columns[1]))
    known = {"id": case["id"]} if isinstance(case, Mapping) and "id" in case else {}
    if not isinstance(case, Mapping) or not isinstance(case.get("request"), Mapping):
        return known, ("holds no case: consents and a request", "不是案例：应含 consents 和 request")
    consents = case.get("consents")
    if not isinstance(consents, list):
        return known, ("has no list of consents", "缺少 consents 列表")
    try:
        config = Config.from_case(case.get("config", {}))
        answer = decide(consents, case["request"], config)
        return known | answer.as_dict() | (_sentence(answer, consents) if words else {}), None
    except ConsentError as error:
        return known, (str(error), error.zh)


def _sentence(answer: "Answer", consents: list[dict[str, Any]]) -> dict[str, object]:
    from consent import answer_sentence

    return {
        "sentence": {
            lang: answer_sentence(answer, consents, lang, region_names(lang)) for lang in ("zh", "en")
        }
    }
