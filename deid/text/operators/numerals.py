"""Chinese numbers of days, months and years: 五, 十二, 廿三, 三十一, 二〇二四."""

_DIGITS = "〇一二三四五六七八九"
_LOOK_ALIKES = str.maketrans("零O0○", "〇〇〇〇")


def of_han(text: str) -> int | None:
    """The number; None if it is none."""
    text = text.translate(_LOOK_ALIKES).replace("廿", "二十").replace("卅", "三十").removeprefix("初")
    if text == "元":
        return 1
    if not text or any(char not in _DIGITS + "十" for char in text):
        return None
    if "十" not in text:
        return int("".join(str(_DIGITS.index(char)) for char in text))
    tens, _, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return None
    return (_DIGITS.index(tens) if tens else 1) * 10 + (_DIGITS.index(ones) if ones else 0)


def to_han(value: int, old: str) -> str:
    """The number as `old` is written: figure by figure for a year, with the zero it has, else as one says it."""
    if value > 99 or ("十" not in old and "廿" not in old and len(old) > 1 and not old.startswith("初")):
        zero = next((char for char in old if char in "零O0○"), "〇")
        text = "".join(zero if digit == "0" else _DIGITS[int(digit)] for digit in str(value))
        return text[-len(old) :]
    tens, ones = divmod(value, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十") + (
        _DIGITS[ones] if ones else ""
    )
