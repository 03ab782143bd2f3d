"""A real browser without a window: Chromium, driven through its DevTools protocol over two pipes.

What a person does is done as they do it, by keys; what they perceive is asked of the accessibility tree and the layout.
It reaches nothing but this machine.
"""

import base64
import contextlib
import fcntl
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from tests.servers.absence import need

KEYS = {"Tab": 9, "Enter": 13, "Space": 32}
_HIGH = 20  # above the two numbers that Chromium wants its pipes to have


class Browser:
    """One page of a phone's width."""

    def __init__(self, to_browser: int, heard: BinaryIO) -> None:
        self._to = to_browser
        self._from = heard
        self._number = 0
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime", "Accessibility", "DOM"):
            self.call(f"{domain}.enable")
        self.be_wide(360)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Ask the browser for something, and wait for its answer."""
        self._number += 1
        said = {"id": self._number, "method": method, "params": params}
        said |= {"sessionId": self._session} if self._session else {}
        os.write(self._to, json.dumps(said).encode() + b"\0")
        while True:
            heard = self._hear()
            if heard.get("id") == self._number:
                assert "error" not in heard, (method, heard)
                result: dict[str, Any] = heard["result"]
                return result
            self.events.append(heard)

    def _hear(self) -> dict[str, Any]:
        said = bytearray()
        while (one := self._from.read(1)) != b"\0":
            assert one, "the browser has ended"
            said += one
        heard: dict[str, Any] = json.loads(said)
        return heard

    def _wait_for_load(self, begun: int) -> None:
        while not any(event["method"] == "Page.loadEventFired" for event in self.events[begun:]):
            self.events.append(self._hear())

    def open(self, url: str) -> None:
        """Follow a link."""
        begun = len(self.events)
        self.call("Page.navigate", url=url)
        self._wait_for_load(begun)

    def be_wide(self, width: int, scheme: str = "light") -> None:
        """Be a phone of a width, on a light or a dark screen."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=640, deviceScaleFactor=1, mobile=True)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def press(self, key: str, *, loads: bool = False) -> None:
        """Press a key; `loads` waits for the page that it leads to."""
        begun, code = len(self.events), KEYS[key]
        text = {"Enter": "\r", "Space": " "}.get(key, "")
        about = {"key": " " if key == "Space" else key, "code": key, "windowsVirtualKeyCode": code, "text": text}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **about)
        self.call("Input.dispatchKeyEvent", type="keyUp", **about)
        if loads:
            self._wait_for_load(begun)

    def write(self, text: str) -> None:
        """Write where the focus is."""
        self.call("Input.insertText", text=text)

    def tab_to(self, name: str) -> None:
        """Go on by the tabulator until something of this name has the focus."""
        for _ in range(30):
            self.press("Tab")
            if self.focused() == name:
                return
        raise AssertionError((name, self.names()))

    def focused(self) -> str:
        """Name what has the focus, as a screen reader would."""
        for node in self._nodes():
            told = {each["name"]: each["value"].get("value") for each in node.get("properties", [])}
            if told.get("focused") and node["role"]["value"] != "RootWebArea":
                return str(node["name"]["value"])
        return ""

    def names(self) -> list[tuple[str, str]]:
        """Give what a screen reader reads, in order: role and name."""
        shown = ((node["role"]["value"], node.get("name", {}).get("value", "")) for node in self._nodes())
        return [(role, name) for role, name in shown if name and role not in {"StaticText", "InlineTextBox"}]

    def _nodes(self) -> list[dict[str, Any]]:
        return [node for node in self.call("Accessibility.getFullAXTree")["nodes"] if not node.get("ignored")]

    def find(self, script: str) -> Any:
        """Ask the page's layout."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def words(self) -> str:
        """Give the words on the page."""
        return str(self.find("document.body.innerText"))

    def take_picture(self, path: Path) -> None:
        """Take a picture of all of the page."""
        picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(picture["data"]))

    def asked_for(self) -> set[str]:
        """Give every address that was asked for so far."""
        sent = (each for each in self.events if each["method"] == "Network.requestWillBeSent")
        return {each["params"]["request"]["url"] for each in sent}

    def complaints(self) -> list[str]:
        """Give what the browser found wrong: violations of the page's policy, files that are not there."""
        return [each["params"]["entry"]["text"] for each in self.events if each["method"] == "Log.entryAdded"]


@contextlib.contextmanager
def a_browser() -> Iterator[Browser]:
    """Start a browser, and end it."""
    program = need("chromium", "chromium")
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    high = [fcntl.fcntl(each, fcntl.F_DUPFD, _HIGH) for each in (theirs_in, theirs_out)]

    def join_pipes() -> None:
        os.dup2(high[0], 3)
        os.dup2(high[1], 4)

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            *(program, "--headless", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu", "--hide-scrollbars"),
            *("--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-extensions"),
            *(
                "--disable-component-update",
                "--disable-sync",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ),
            f"--user-data-dir={profile}",
        ]
        with os.fdopen(ours_in, "rb") as heard, _ended(ours_out, command, join_pipes):
            for each in (theirs_in, theirs_out, *high):
                os.close(each)
            yield Browser(ours_out, heard)


@contextlib.contextmanager
def _ended(ours_out: int, command: list[str], join_pipes: Callable[[], None]) -> Iterator[None]:
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=join_pipes,  # noqa: PLW1509 - nothing but dup2 is done between fork and exec
        pass_fds=(3, 4),
    )
    try:
        yield
    finally:
        os.close(ours_out)
        process.terminate()
        process.wait(60)
