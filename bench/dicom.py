"""How long a DICOM file takes to be made safe, beside pydicom reading and writing it and doing nothing else.

    python -m bench.dicom

The files are those pydicom ships, whole; the description of a series is looked at by the text engine once, as in a
series. Only the ratio travels from one machine to another.
"""

import time
from io import BytesIO
from pathlib import Path
from statistics import median

import pydicom

from deid import TextEngine
from deid.dicom import DicomCleaner, Settings, options
from deid.dicom.objects import quietly

FILES = (
    "CT_small.dcm",
    "MR_small.dcm",
    "examples_ybr_color.dcm",
    "rtplan.dcm",
    "liver_1frame.dcm",
    "waveform_ecg.dcm",
)
ROUNDS = 40
MOST_MS = 5.0


def main() -> None:
    """Print the table."""
    cleaner = DicomCleaner(Settings(options("research")), key=bytes(32), text=TextEngine())
    print(f"{'file':24} {'attributes':>10} {'pydicom ms':>10} {'made safe ms':>12} {'ratio':>6}")
    for name in FILES:
        content = (Path(pydicom.__file__).parent / "data" / "test_files" / name).read_bytes()
        bound = _median_ms(lambda content=content: _through(content))
        ours = _median_ms(lambda content=content: cleaner.clean(content))
        count = _attributes(content)
        print(f"{name:24} {count:10} {bound:10.2f} {ours:12.2f} {ours / bound:6.1f}")
    print(f"asked: a header of an ordinary picture (CT_small, MR_small) in {MOST_MS:g} ms at most")


def _median_ms(work: object) -> float:
    assert callable(work)
    work()
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return median(times) * 1000


def _through(content: bytes) -> None:
    with quietly():
        source = pydicom.dcmread(BytesIO(content))
        source.save_as(BytesIO())


def _attributes(content: bytes) -> int:
    with quietly():
        return sum(1 for _ in pydicom.dcmread(BytesIO(content)).iterall())


if __name__ == "__main__":
    main()
