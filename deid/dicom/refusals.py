"""Why a file is not handed over: refused, because it cannot be made safe, or quarantined, because of its picture."""

# What cannot be read, or not be written safely.
REFUSED: dict[str, tuple[str, str]] = {
    "not-opened": ("cannot be opened", "无法打开"),
    "not-dicom": ("not a DICOM file", "不是 DICOM 文件"),
    "unreadable": ("cannot be read as DICOM", "无法按 DICOM 读取"),
    "cut-off": ("ends too early, or says a wrong length", "提前结束，或长度有误"),
    "too-deep": ("sequences are nested too deeply", "序列嵌套过深"),
    "too-large": ("unpacks to more than can be held", "解压后过大"),
    "directory": ("a directory of a medium; leave it out and make a new one", "介质目录；请略去并重新生成"),
    "no-class": ("does not say what kind of object it is", "未说明对象类型"),
    "unknown-class": ("a kind of object that DICOM does not know", "DICOM 中没有的对象类型"),
    "no-instance": ("has no SOP Instance UID", "没有 SOP Instance UID"),
    "unknown-syntax": ("a transfer syntax that DICOM does not know", "DICOM 中没有的传输语法"),
    "unwritable": ("cannot be written as DICOM", "无法按 DICOM 写出"),
    "trace": ("an identifying value is still there", "仍有可识别身份的内容"),
    "twice": ("the same object as another file", "与另一文件是同一对象"),
}
# What may show somebody in its picture, or is a text in itself.
QUARANTINED: dict[str, tuple[str, str]] = {
    "burned-in": ("says that text is burned into the picture", "注明图像中有烧录文字"),
    "not-said": ("does not say that no text is burned into the picture", "未注明图像中没有烧录文字"),
    "device": ("pictures of this kind often carry text", "此类图像常带有文字"),
    "document": ("a document in itself: report or encapsulated file", "本身是文档：报告或封装文件"),
    "video": ("a film, in which nobody looks at each picture", "视频，无法逐帧查看"),
    "face": ("says that somebody can be recognised in it", "注明可从图像认出本人"),
    "cannot-mask": (
        "its picture cannot be decoded here, so no region was blanked",
        "无法解码图像，未能遮盖区域",
    ),
    "hidden-bits": ("an overlay lies in the unused bits of a signed picture", "叠加层位于有符号像素的未用位"),
}
FLAGS: dict[str, tuple[str, str]] = {
    "head": ("head CT or MR: the face can be rebuilt from it", "头部 CT 或 MR：可由此重建面部"),
    "masked": ("regions were blanked", "已遮盖区域"),
}


class Refused(Exception):
    """A file that is not handed over; `tag` is where, if it is at one attribute. Never a value."""

    def __init__(self, reason: str, tag: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.tag = tag
