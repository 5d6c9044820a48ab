"""Find out whether a file lies on a network drive, where locks lie and a sync is only a promise."""

import os
import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")

# proc(5): the kinds whose files live on another machine, or whose locks are not everybody's.
NETWORK_KINDS = {
    *("9p", "acfs", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "gfs", "gfs2", "glusterfs", "gpfs"),
    *("lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "pvfs2", "smb3", "smbfs"),
}
_OCTAL = re.compile(r"\\([0-7]{3})")  # how the kernel writes blanks in a path


def network_kind(path: Path, mounts: str | None = None) -> str:
    """The kind of network drive `path` lies on; "" for a local disk or where the system does not say.

    `mounts` is the text of /proc/self/mountinfo, read when it is not given.
    """
    if mounts is None:
        try:
            mounts = MOUNTS.read_text()
        except OSError:
            return ""
    kind = _kind_of(os.path.realpath(path), mounts)
    # FUSE drives name what is behind them: fuse.sshfs, fuse.glusterfs, fuse.rclone.
    is_remote = kind in NETWORK_KINDS or (kind.startswith("fuse.") and kind != "fuse.fuse-overlayfs")
    return kind if is_remote else ""


def _kind_of(path: str, mounts: str) -> str:
    best, found = -1, ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) < 5 or not after:
            continue
        point = _OCTAL.sub(lambda found: chr(int(found[1], 8)), fields[4])
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        # The last mount on a point is the one that is seen.
        if inside and len(point) >= best:
            best, found = len(point), after.split(" ")[0]
    return found
