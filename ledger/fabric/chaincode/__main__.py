"""Serve the chaincode: python -m ledger.fabric.chaincode --address 127.0.0.1:9999 --id LABEL:HASH

One server may be started per chaincode, or one for both: a transaction names the chaincode it is for. Elsewhere than on
this machine it wants TLS, and the peer's certificate.
"""

import argparse
import ipaddress
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from fabric_protos.peer import chaincode_shim_pb2_grpc

from ledger.fabric.chaincode.shim import Shim

# A line takes a thread for as long as it is open, and a peer opens one.
MOST_PEERS = 16
MOST_MESSAGE_BYTES = 64 << 20
STOP_SECONDS = 0.5


def main(words: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT. 0 when told to stop, 2 for wrong words, 5 where the address cannot be had."""
    said = _options().parse_args(words)
    if not said.id:
        return _say(
            "--id is missing: the package id the peer was given (peer lifecycle chaincode queryinstalled)", 2
        )
    if not _has_tls(said) and not _is_here(said.address):
        return _say("without TLS only an address of this machine is served, such as 127.0.0.1:9999", 2)
    logging.basicConfig(level=logging.INFO, format="hutong: %(name)s: %(message)s")
    stop = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stop.set())
    server = server_of(Shim(said.id))
    try:
        port = _bind(server, said)
    except (OSError, RuntimeError):
        return _say(f"cannot listen on {said.address}", 5)
    server.start()
    host = said.address.rpartition(":")[0]
    print(f"hutong: chaincode {said.id} answers on {host}:{port}", file=sys.stderr, flush=True)  # noqa: T201
    stop.wait()
    server.stop(STOP_SECONDS).wait()
    return 0


def server_of(shim: Shim) -> Any:
    """A gRPC server with the shim on it; it listens nowhere yet."""
    options = [
        # Two servers on one port would each get half of the transactions.
        ("grpc.so_reuseport", 0),
        ("grpc.max_receive_message_length", MOST_MESSAGE_BYTES),
        ("grpc.max_send_message_length", MOST_MESSAGE_BYTES),
        # A peer that looks more often than gRPC likes must not be hung up on.
        ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ]
    server = grpc.server(ThreadPoolExecutor(MOST_PEERS), options=options)
    chaincode_shim_pb2_grpc.add_ChaincodeServicer_to_server(shim, server)
    return server


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m ledger.fabric.chaincode", description=__doc__)
    options.add_argument(
        "--address",
        default=os.environ.get("CHAINCODE_SERVER_ADDRESS", ""),
        required=False,
        metavar="HOST:PORT",
    )
    options.add_argument("--id", default=os.environ.get("CHAINCODE_ID", ""), metavar="PACKAGE_ID")
    options.add_argument("--tls-certificate", type=Path, metavar="PEM")
    options.add_argument("--tls-key", type=Path, metavar="PEM")
    options.add_argument(
        "--tls-client-ca", type=Path, metavar="PEM", help="who signed the peer's certificate"
    )
    return options


def _bind(server: Any, said: argparse.Namespace) -> int:
    if not _has_tls(said):
        return int(server.add_insecure_port(said.address))
    credentials = grpc.ssl_server_credentials(
        [(said.tls_key.read_bytes(), said.tls_certificate.read_bytes())],
        root_certificates=said.tls_client_ca.read_bytes(),
        require_client_auth=True,
    )
    return int(server.add_secure_port(said.address, credentials))


def _has_tls(said: argparse.Namespace) -> bool:
    return all((said.tls_certificate, said.tls_key, said.tls_client_ca))


def _is_here(address: str) -> bool:
    host = address.rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _say(text: str, code: int) -> int:
    print(f"hutong: error: {text}", file=sys.stderr)  # noqa: T201
    return code


if __name__ == "__main__":
    sys.exit(main())
