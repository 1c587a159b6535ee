#!/usr/bin/env python3
"""compare.py [--scratch DIR] [--without NAME]… : HTTP clients on a Unix socket, side by side.

Each client is a small program that lists containers and then inspects COUNT of them over one connection,
against a server of this script that answers as Docker does (100 containers, 6 KB each). Built here in release
mode, as static as its libraries allow; with --scratch the builds are kept, and the build time shown is that
of the first. Needs no engine, and no network where the packages are at hand.

Columns: CPU and wall time are medians of 21 runs; a request's CPU is the difference between 2,000 inspects
and none; the memory is the most that was resident. The faults are asked for one by one; a limit of 2 s on
time and 64 MiB on size is set in each client the way its library offers, or by hand.
"""

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
STATIC = ["--static-swift-stdlib", "-Xswiftc", "-static-executable"]
# Debian's libcurl.a cannot be linked without Kerberos' libraries, which have no static form.
CLIENTS = {
    "ours": STATIC, "curl": ["--static-swift-stdlib"], "nio": STATIC, "ahc": STATIC,
}
RUNS, INSPECTS, LIMIT_SECONDS = 21, 2000, 10

CONTAINERS = [f"{number:064x}" for number in range(1, 101)]
LIST = json.dumps([{"Id": one, "Names": ["/x"], "Labels": {}} for one in CONTAINERS],
                  separators=(",", ":")).encode()
INSPECT = json.dumps({"State": {"Pid": 1}, "Filler": "x" * 6000}).encode()


def answer(body, *, chunked=False, head=b""):
    start = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + head
    if not chunked:
        return start + b"Content-Length: %d\r\n\r\n" % len(body) + body
    parts = [body[at:at + 1000] for at in range(0, len(body), 1000)]
    framed = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    return start + b"Transfer-Encoding: chunked\r\n\r\n" + framed + b"0\r\n\r\n"


class Server:
    """Answers on a Unix socket until the process ends; `mode` says how."""

    def __init__(self, path, mode):
        self.mode = mode
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            peer, _ = self.listener.accept()
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer):
        pending = b""
        try:
            while True:
                while b"\r\n\r\n" not in pending:
                    more = peer.recv(65536)
                    if not more:
                        return
                    pending += more
                request, pending = pending.split(b"\r\n\r\n", 1)
                if not self._reply(peer, request.split(b" ")[1]):
                    return
        except OSError:
            pass
        finally:
            peer.close()

    def _reply(self, peer, target):
        """Whether the connection goes on."""
        is_list = target.startswith(b"/containers/json")
        body = LIST if is_list else INSPECT
        if self.mode == "hangs":
            time.sleep(60)
        elif self.mode == "drips":
            peer.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while True:
                peer.sendall(b"z")
                time.sleep(0.3)
        elif self.mode == "talks SSH":
            peer.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
        elif self.mode == "ends in the body":
            peer.sendall(answer(body)[:-100])
        elif self.mode == "sends 100 MB":
            peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in range(1600):
                peer.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")
            peer.sendall(b"0\r\n\r\n")
        elif self.mode == "closes between" and not is_list:
            peer.sendall(answer(body))
        else:
            peer.sendall(answer(body, chunked=self.mode == "chunks"))
            return True
        return False


FAULTS = [
    "chunks", "closes between", "hangs", "drips", "talks SSH", "ends in the body", "sends 100 MB",
]


def build(name, scratch):
    """(program, seconds)"""
    place = os.path.join(scratch, name)
    note = os.path.join(scratch, name + ".seconds")
    if not os.path.exists(note):
        start = time.monotonic()
        run = subprocess.run(
            ["swift", "build", "-c", "release", "--package-path", HERE, "--scratch-path", place,
             "--product", name, *CLIENTS[name]],
            env={**os.environ, "HTTP_CLIENT": name}, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        if run.returncode != 0:
            sys.exit(f"{name} does not build:\n{run.stdout[-2000:]}")
        with open(note, "w") as file:
            file.write(f"{time.monotonic() - start:.0f}")
    program = os.path.join(scratch, name + ".stripped")
    subprocess.run(["strip", "-o", program, os.path.join(place, "release", name)], check=True)
    with open(note) as file:
        return program, int(file.read())


def run(program, path, inspects, asks_peak=False):
    """(wall ms, CPU ms, resident MB, what it said)"""
    environment = {"HTTP_PEAK": "1"} if asks_peak else {}
    start = time.monotonic()
    process = subprocess.Popen([program, path, str(inspects)], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env=environment)
    timer = threading.Timer(LIMIT_SECONDS, process.kill)
    timer.start()
    said = process.stdout.read().decode(errors="replace").strip()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode == -9:
        said = f"still hung after {LIMIT_SECONDS} s"
    elif process.returncode < 0:
        said = f"crashed by signal {-process.returncode}"
    cpu = usage.ru_utime + usage.ru_stime
    said, _, peak = said.partition("\nVmHWM:")
    return wall * 1000, cpu * 1000, int(peak.split()[0]) / 1024 if peak else 0, said


def median(program, path, inspects, field, runs=RUNS):
    return statistics.median(run(program, path, inspects)[field] for _ in range(runs))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--scratch")
    parser.add_argument("--without", action="append", default=[], choices=list(CLIENTS))
    options = parser.parse_args()
    names = [name for name in CLIENTS if name not in options.without]
    work = tempfile.mkdtemp(prefix="rightsize-http.")
    scratch = options.scratch or work
    os.makedirs(scratch, exist_ok=True)
    try:
        table(names, {name: build(name, scratch) for name in names}, work)
    finally:
        shutil.rmtree(work)


def table(names, built, work):
    paths = {mode: os.path.join(work, f"{at}.sock") for at, mode in enumerate(["well", *FAULTS])}
    for mode, path in paths.items():
        Server(path, mode)
    well = paths["well"]
    print(f"{'client':8}{'build s':>9}{'size MB':>9}{'start ms':>10}{'CPU ms':>8}"
          f"{'us/request':>12}{'RSS MB':>8}")
    for name in names:
        program, seconds = built[name]
        _, _, resident, said = run(program, well, INSPECTS, True)
        assert said.startswith(f"{INSPECTS + 1} answers"), (name, said)
        start = median(program, well, 0, 0)
        least = median(program, well, 0, 1)
        request = (median(program, well, INSPECTS, 1, 5) - least) / INSPECTS * 1000
        print(f"{name:8}{seconds:9}{os.path.getsize(program) / 1e6:9.1f}{start:10.1f}{least:8.1f}"
              f"{request:12.1f}{resident:8.1f}", flush=True)
    for mode in FAULTS:
        print(f"\nan engine that {mode}:")
        for name in names:
            wall, _, resident, said = run(built[name][0], paths[mode], 3, True)
            last = said.splitlines()[-1] if said else "nothing said"
            print(f"  {name:6} {wall / 1000:5.1f} s {resident:6.0f} MB  {last[:90]}",
                  flush=True)


if __name__ == "__main__":
    main()
