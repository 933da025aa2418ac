"""A stand-in for ssh that forwards ports of the loopback address as ssh -L does, and refuses like sshd when told so.

Environment: FAKE_SSH_SAYS is an error; ssh writes it and ends. FAKE_SSH_FORBIDS has the far end forbid forwards.
"""

from __future__ import annotations

import os
import selectors
import socket
import sys
import threading


def pump(near: socket.socket, far: socket.socket) -> None:
    with near, far, selectors.DefaultSelector() as selector:
        selector.register(near, selectors.EVENT_READ, far)
        selector.register(far, selectors.EVENT_READ, near)
        while True:
            for key, _events in selector.select():
                data = key.fileobj.recv(65536)
                if not data:
                    return
                key.data.sendall(data)


def serve(listener: socket.socket, host: str, port: int) -> None:
    while True:
        near, _address = listener.accept()
        if os.environ.get("FAKE_SSH_FORBIDS"):
            print("channel 2: open failed: administratively prohibited: open failed", file=sys.stderr, flush=True)
            near.close()
            continue
        try:
            far = socket.create_connection((host, port))
        except OSError as error:
            print(f"channel 2: open failed: connect failed: {error.strerror}", file=sys.stderr, flush=True)
            near.close()
            continue
        threading.Thread(target=pump, args=(near, far), daemon=True).start()


def main() -> None:
    if "FAKE_SSH_SAYS" in os.environ:
        sys.exit(os.environ["FAKE_SSH_SAYS"])
    arguments = sys.argv[1:]
    threads = []
    for one, forward in zip(arguments, arguments[1:]):
        if one == "-L":
            near_host, near_port, rest = forward.split(":", 2)
            host, _colon, port = rest.rpartition(":")
            listener = socket.create_server((near_host, int(near_port)))
            threads.append(threading.Thread(target=serve, args=(listener, host.strip("[]"), int(port))))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
