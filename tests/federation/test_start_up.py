"""Commands that speak to nobody must not pay for a web server."""

import subprocess
import sys

import pytest

HEAVY = ("fastapi", "starlette", "uvicorn", "httpx")


@pytest.mark.parametrize(
    "module",
    [
        "exchange",
        "exchange.wiring",
        "exchange.federation.joining",
        "exchange.federation.asking",
        "exchange.federation.serving",
        "exchange.federation.running",
    ],
)
def test_no_web_server_and_no_client_is_loaded_before_it_is_needed(module: str) -> None:
    said = f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
