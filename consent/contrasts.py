"""How a change is put: it was this and is now that; these came, those went; it was not limited and now is."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

from consent.phrases import Phrases

Tell = Callable[[Any], str]


def replaced(phrases: Phrases, zh: str, en: str, was: str, now: str) -> str:
    """One thing in the place of another; "" where there is none."""
    if not was:
        return phrases.pick(f"{zh}：原来没有，现在是 {now}。", f"{en}: none before, now {now}.")
    if not now:
        return phrases.pick(f"{zh}：原来是 {was}，现在没有。", f"{en}: {was} before, none now.")
    return phrases.pick(f"{zh}由 {was} 改为 {now}。", f"{en}: {was} before, now {now}.")


def gained(
    phrases: Phrases, zh: str, en: str, was: Collection[Any], now: Collection[Any], tell: Tell
) -> Iterator[str]:
    """What came to a list, and what left it."""
    came, went = _listed(phrases, set(now) - set(was), tell), _listed(phrases, set(was) - set(now), tell)
    parts = [phrases.pick(f"新增{came}", f"{came} added")] if came else []
    parts += [phrases.pick(f"不再有{went}", f"no longer {went}")] if went else []
    if parts:
        yield phrases.pick(f"{zh}：{'；'.join(parts)}。", f"{en}: {'; '.join(parts)}.")


def limited(
    phrases: Phrases, zh: str, en: str, was: Collection[Any], now: Collection[Any], tell: Tell
) -> Iterator[str]:
    """The same of a list that limits: where nothing is listed nothing is limited."""
    if was and now:
        yield from gained(phrases, zh, en, was, now, tell)
    elif now:
        told = _listed(phrases, set(now), tell)
        yield phrases.pick(f"{zh}：原来不限，现在只限{told}。", f"{en}: not limited before, now only {told}.")
    elif was:
        told = _listed(phrases, set(was), tell)
        yield phrases.pick(f"{zh}：原来只限{told}，现在不限。", f"{en}: only {told} before, not limited now.")


def _listed(phrases: Phrases, some: Collection[Any], tell: Tell) -> str:
    return phrases.list_of(sorted(map(tell, some)))
