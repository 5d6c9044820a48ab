"""Do something beside the caller for as long as a block lasts, e.g. send what waits while a node is served."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def beside(work: Callable[[threading.Event], None], *, name: str) -> Iterator[None]:
    """Run `work` in a thread called `name`; when the block ends, set the event it was given and wait for it to return.

    `work` answers for its own errors: one that it lets through ends the thread, and not the block.
    """
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(stop,), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
