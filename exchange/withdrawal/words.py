"""What is said of a withdrawal, of a notice on its way, and of what a recipient did, in both languages."""

DONE: dict[str, tuple[str, str]] = {
    "deleted": ("deleted", "已删除"),
    "retained-by-law": ("kept because the law demands it, not used any more", "依法留存，不再使用"),
    "stopped": ("stopped using it", "已停止使用"),
}
KINDS: dict[str, tuple[str, str]] = {
    "node": ("another region", "其他地区"),
    "project": ("research project", "科研项目"),
    "organisation": ("organisation here", "本地机构"),
}
TOLD: dict[str, tuple[str, str]] = {
    "received": ("received", "已收到"),
    "unknown": ("says that it never asked for this", "对方称从未请求过"),
    "by-hand": ("told by our officer", "已由本方人员告知"),
}
PARTLY = (", but says that it never made {count} of the requests", "，但对方称其中 {count} 次从未请求过")
WAITING = ("not told yet", "尚未告知")
STANDS = ("may still be used: the consent stands", "同意仍有效，可以使用")


def seconds(lag: float) -> tuple[str, str]:
    """How long it took, as one reads it: whole seconds, minutes, hours, days."""
    for size, en, zh in ((86400, "d", "天"), (3600, "h", "小时"), (60, "min", "分钟")):
        if lag >= size:
            return f"{lag / size:.1f} {en}", f"{lag / size:.1f} {zh}"
    return f"{lag:.1f} s", f"{lag:.1f} 秒"
