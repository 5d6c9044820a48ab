"""What a hospital knows of its devices: where their pictures carry text, and where they do not.

A file of rules (TOML). A rule says which pictures it is for, and which regions of them are blanked, or that nothing
need be. The first rule that fits counts. Only a person who has looked at pictures of a device can write its rule.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import msgspec

from deid.errors import DeidError

# x, y, width, height: pixels from the upper left corner.
Region = tuple[int, int, int, int]
_EXAMPLE = "deid dicom --example"


class BadDevices(DeidError):
    """The file of device rules cannot be used as it is written."""

    exit_code: ClassVar[int] = 6

    def __init__(self, place: str, en: str, zh: str) -> None:
        super().__init__(
            f"{place}: {en}",
            f"{place}：{zh}",
            hint=f"what a file of device rules may hold: hutong {_EXAMPLE}",
            hint_zh=f"设备规则文件的写法：hutong {_EXAMPLE}",
        )


class Device(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule. What it does not say fits everything; words are compared without case and outer blanks."""

    modality: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    image_type: tuple[str, ...] | None = None  # the first values of Image Type
    rows: int | None = None
    columns: int | None = None
    blank: tuple[Region, ...] | None = None
    keep: tuple[Region, ...] | Literal["ultrasound-regions"] | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    device: tuple[Device, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """What a rule is held against."""

    modality: str
    manufacturer: str
    model: str
    image_type: tuple[str, ...]
    rows: int
    columns: int


def fitting(devices: tuple[Device, ...], picture: Picture) -> Device | None:
    """The first rule for this picture."""
    return next((device for device in devices if _fits(device, picture)), None)


def read_devices(path: Path) -> tuple[Device, ...]:
    """The rules of a file. Raises BadDevices, which names the rule."""
    try:
        content = path.read_text("utf-8")
        devices = msgspec.convert(tomllib.loads(content), _File).device
    except OSError as error:
        raise BadDevices(
            path.name, f"cannot be read: {error.strerror}", f"无法读取：{error.strerror}"
        ) from None
    except UnicodeDecodeError:
        raise BadDevices(path.name, "is not UTF-8", "不是 UTF-8 编码") from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadDevices(path.name, str(error), f"无法解析：{error}") from None
    for number, device in enumerate(devices, 1):
        _require_usable(f"{path.name}, device {number}", device)
    return devices


def _require_usable(place: str, device: Device) -> None:
    if (device.blank is None) == (device.keep is None):
        raise BadDevices(place, "says neither or both of blank and keep", "blank 与 keep 须写其一")
    regions = [*(device.blank or ()), *(device.keep if isinstance(device.keep, tuple) else ())]
    if any(min(region) < 0 or not region[2] or not region[3] for region in regions):
        raise BadDevices(place, "has a region that is none", "含有无效的区域")
    if regions and (device.rows is None or device.columns is None):
        raise BadDevices(
            place, "has regions, and does not say rows and columns", "写了区域，却未写 rows 和 columns"
        )


def _fits(device: Device, picture: Picture) -> bool:
    words = (
        (device.modality, picture.modality),
        (device.manufacturer, picture.manufacturer),
        (device.model, picture.model),
    )
    if any(said is not None and said.strip().casefold() != has.strip().casefold() for said, has in words):
        return False
    if device.image_type is not None and picture.image_type[: len(device.image_type)] != device.image_type:
        return False
    return device.rows in (None, picture.rows) and device.columns in (None, picture.columns)
