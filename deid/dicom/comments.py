"""What a compressed picture says beside its pixels: comments, and what cameras and programs write into them.

JPEG, JPEG-LS and JPEG 2000 keep them in segments before the pixels (ITU-T T.81 annex B, T.800 annex A). Their bytes
become zeros; nothing changes its length, so that every picture stays where the offset table says.
"""

_ITEM = b"\xfe\xff\x00\xe0"
_HEAD = 8
_JPEG, _JPEG_2000 = b"\xff\xd8", b"\xff\x4f"
_COMMENT, _COMMENT_2000, _FIRST_APP, _LAST_APP = 0xFE, 0x64, 0xE0, 0xEF
# Of the segments of programs, those a decoder needs: which colours they are.
_NEEDED = (b"JFIF\0", b"Adobe", b"mrfx")
# Pixels begin: start of scan, start of tile-part.
_PIXELS, _PIXELS_2000 = 0xDA, 0x90


def without_comments(encapsulated: bytes) -> bytes:
    """The fragments of a compressed picture (PS3.5 annex A.4) with zeros in place of what is said beside the pixels."""
    out = bytearray(encapsulated)
    at = 0
    while encapsulated[at : at + 4] == _ITEM:
        start = at + _HEAD
        at = start + int.from_bytes(encapsulated[at + 4 : start], "little")
        if encapsulated[start : start + 2] in (_JPEG, _JPEG_2000):
            _silence(out, start, min(at, len(out)))
    return bytes(out)


def _silence(out: bytearray, start: int, end: int) -> None:
    old = out[start : start + 2] == _JPEG
    at = start + 2
    while at + 4 <= end and out[at] == 0xFF and out[at + 1] not in (_PIXELS, _PIXELS_2000):
        if out[at + 1] == 0xFF:  # a byte that fills up
            at += 1
            continue
        first, after = at + 4, at + 2 + int.from_bytes(out[at + 2 : at + 4], "big")
        if _says(out, at, old):
            out[first : min(after, end)] = bytes(max(0, min(after, end) - first))
        at = max(after, at + 4)


def _says(out: bytearray, at: int, old: bool) -> bool:
    """Whether the segment at this place is a comment or a program's own."""
    marker = out[at + 1]
    if not old:
        return marker == _COMMENT_2000
    needed = any(out[at + 4 : at + 4 + len(one)] == one for one in _NEEDED)
    return marker == _COMMENT or (_FIRST_APP <= marker <= _LAST_APP and not needed)
