"""Look at a page with Chromium, without a driver: a frame around it measures what a person would see."""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr")
# Contrast as WCAG 2.2 has it; what is drawn is left out, and what is not visible.
_MEASURE = """<!doctype html><title>frame</title>
<iframe id=f src="%s" style="border:0;width:%dpx;height:900px"></iframe>
<script>
const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(v => v / 255)
  .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
  if (!/, 0\\)$/.test(c)) return c; } return 'rgb(255, 255, 255)'; };
f.onload = () => { const d = f.contentDocument, root = d.documentElement, weak = [], wide = [];
  for (const e of d.body.querySelectorAll('*')) { const s = getComputedStyle(e), box = e.getBoundingClientRect();
    const hidden = e.closest('.unseen, .patterns') || !box.width;
    if (!hidden && box.right > root.clientWidth + 1) wide.push(e.tagName + '.' + e.className);
    const text = [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim());
    if (hidden || !text || ['title', 'desc'].includes(e.tagName)) continue;
    const one = light(e.namespaceURI.includes('svg') ? s.fill : s.color), two = light(ground(e));
    const ratio = (Math.max(one, two) + .05) / (Math.min(one, two) + .05);
    if (ratio < 4.5) weak.push(e.tagName + '.' + e.className + ' ' + ratio.toFixed(2)); }
  const out = document.createElement('pre'); out.id = 'measured';
  out.textContent = JSON.stringify({scroll: root.scrollWidth, client: root.clientWidth, weak, wide,
    text: d.body.innerText.length, scripts: d.scripts.length});
  document.body.append(out); };
</script>"""


def measured(page: bytes, folder: Path, width: int) -> dict[str, Any]:
    """How wide it is, what sticks out, what is too pale; and `console`, what the browser complained of."""
    (folder / "page.html").write_bytes(page)
    (folder / "frame.html").write_text(_MEASURE % ("page.html", width), "utf-8")
    with _served(folder) as address:
        done = _chromium(f"--window-size={width + 40},1000", "--dump-dom", f"{address}/frame.html")
    found = re.search(r'<pre id="measured">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stderr[-2000:]
    told: dict[str, Any] = json.loads(unescape(found[1]))
    console = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
    return told | {"console": console}


def printed(page: bytes, folder: Path) -> bytes:
    """The page as a PDF."""
    (folder / "page.html").write_bytes(page)
    _chromium(
        "--no-pdf-header-footer", f"--print-to-pdf={folder / 'page.pdf'}", (folder / "page.html").as_uri()
    )
    return (folder / "page.pdf").read_bytes()


def _chromium(*words: str) -> "subprocess.CompletedProcess[str]":
    assert CHROMIUM
    return subprocess.run(
        [CHROMIUM, *_FLAGS, *words], capture_output=True, encoding="utf-8", timeout=60, check=True
    )


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing is said of what is served."""


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
