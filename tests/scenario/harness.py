"""A daemon with an inbox and an archive of its own, for stories about it."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

BUILD = pathlib.Path(os.environ.get("CHY_BUILD", "build/dev"))
SOURCE = pathlib.Path(os.environ.get("CHY_SOURCE", "."))
LONG = bool(os.environ.get("CHY_LONG"))
SANITIZED = os.environ.get("CHY_SANITIZE", "")  # "address,undefined", "thread"
CHANCERYD, CHANCERY = BUILD / "bin/chanceryd", BUILD / "bin/chancery"

ARTICLE = """Título: {title}
Data: 2014-02-08
Fonte: Agência Atlântica
Idioma: pt

O ministro dos Negócios Estrangeiros da Rússia, Serguei Lavrov, reuniu-se hoje em Moscovo com o seu
homólogo japonês, Fumio Kishida. {body}
"""


def article(n, body="A Rússia e o Japão concordaram em continuar as negociações."):
    return ARTICLE.format(title=f"Encontro número {n} em Moscovo", body=body)


def line(n, body="A Rússia e o Japão concordaram em continuar as negociações.", language="pt"):
    return json.dumps({"title": f"Encontro {n}", "date": "2014-02-08", "language": language, "text": body},
                      ensure_ascii=False)


def wait_until(what, condition, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"it did not come about in {seconds} s that {what}")


class Story(unittest.TestCase):
    """Each test has a place of its own with an inbox and an archive."""

    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="chy-story-"))
        self.inbox, self.archive = self.place / "inbox", self.place / "archive"
        self.inbox.mkdir()
        self.daemon, self.errors = None, self.place / "daemon.log"

    def tearDown(self):
        if self.daemon and self.daemon.poll() is None:
            self.daemon.kill()
            self.daemon.wait()
        self.check_sanitizers()
        subprocess.run(["chmod", "-R", "u+rwx", str(self.place)], check=False)
        shutil.rmtree(self.place, ignore_errors=True)

    def check_sanitizers(self):
        if self.errors.exists():
            text = self.errors.read_text(errors="replace")
            for word in ("AddressSanitizer", "runtime error:", "ThreadSanitizer", "LeakSanitizer"):
                self.assertNotIn(word, text, text[-4000:])

    def unprivileged(self):
        """A prefix for a program that permissions hold for."""
        if os.geteuid() != 0:
            return []
        os.chmod(self.place, 0o777)
        os.chmod(self.inbox, 0o777)
        return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

    # -- the daemon ----------------------------------------------------------

    def start(self, *arguments, wait=True, prefix=()):
        log = open(self.errors, "ab")
        self.daemon = subprocess.Popen(
            [*prefix, str(CHANCERYD), "--inbox", str(self.inbox), "--archive", str(self.archive),
             "--workers", "2", *arguments], stdout=log, stderr=log)
        log.close()
        if wait:
            wait_until("the daemon answers", self.status)
        return self.daemon

    def once(self, *arguments, expect=0):
        log = open(self.errors, "ab")
        done = subprocess.run(
            [str(CHANCERYD), "--once", "--inbox", str(self.inbox), "--archive", str(self.archive),
             "--workers", "2", *arguments], stdout=log, stderr=log, timeout=600)
        log.close()
        self.assertEqual(done.returncode, expect, self.said()[-3000:])

    def stop(self, number=signal.SIGTERM, expect=0):
        self.daemon.send_signal(number)
        status = self.daemon.wait(timeout=120)
        if expect is not None:
            self.assertEqual(status, expect, self.said()[-3000:])

    def said(self):
        return self.errors.read_text(errors="replace") if self.errors.exists() else ""

    def ask(self, request):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(30)
            s.connect(str(self.archive / "control.sock"))
            s.sendall(json.dumps(request).encode() + b"\n")
            data = b""
            while not data.endswith(b"\n"):
                part = s.recv(65536)
                if not part:
                    break
                data += part
        return json.loads(data)

    def status(self):
        try:
            return self.ask({"do": "status"})
        except (OSError, ValueError):
            return None

    # -- files and what became of them ----------------------------------------

    def write(self, name, text):
        temporary = self.inbox / ".being-written.tmp"
        temporary.write_bytes(text if isinstance(text, bytes) else text.encode())
        os.rename(temporary, os.fsencode(self.inbox) + b"/" + os.fsencode(name))

    def done(self):
        place = self.inbox / "done"
        return sorted(p.name for p in place.iterdir()) if place.is_dir() else []

    def rejected(self):
        place = self.inbox / "rejected"
        return sorted(p.name for p in place.iterdir()) if place.is_dir() else []

    def reason(self, name):
        return (self.inbox / "rejected" / f"{name}.reason").read_text()

    # -- the client ------------------------------------------------------------

    def chancery(self, *arguments, expect=0, **more):
        done = subprocess.run([str(CHANCERY), "--archive", str(self.archive), *arguments],
                              capture_output=True, text=True, timeout=600, **more)
        if expect is not None:
            self.assertEqual(done.returncode, expect, done.stdout[-2000:] + done.stderr[-2000:])
        return done

    def log(self):
        return [json.loads(line) for line in self.chancery("log", "--format", "jsonl").stdout.splitlines()]

    def kinds(self):
        count = {}
        for record in self.log():
            count[record["kind"]] = count.get(record["kind"], 0) + 1
        return count

    def sound(self):
        self.chancery("verify")
        self.chancery("replay", "--check")

    def added(self):
        """Paths of the records that added a document or sighted one, in order."""
        return [r["body"]["path"] for r in self.log()
                if r["kind"] in ("document-added", "document-sighted")]
