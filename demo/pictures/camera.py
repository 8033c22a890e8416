"""The console of a picture world, opened in a browser and photographed."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from bots.browser.chromium import quiet_browser
from casework.configuration import checkout
from demo.pictures.scenes import EVERY_VIEW, EVERYWHERE, IN_THE_DOCS, Scene, View
from demo.pictures.world import PictureWorld

COLOURS = 160
"""Enough for type and hairlines; a picture stays well under 150 kB."""
STOP_SECONDS = 20
COMPONENTS = Path(__file__).with_name("components.html")


def photograph(world: PictureWorld, folder: Path, *, every: bool) -> list[Path]:
    """Take the pictures; returns their paths in the order taken."""
    folder.mkdir(parents=True, exist_ok=True)
    with _served(world) as url, sync_playwright() as playwright, quiet_browser(playwright) as browser:
        camera = _Camera(browser, url, world.passwords)
        if every:
            return [
                camera.take(scene, view, folder / f"{scene.name}-{view.name}.png")
                for view in EVERY_VIEW
                for scene in EVERYWHERE
            ]
        return [camera.take(scene, view, folder / f"{name}.png") for name, scene, view in IN_THE_DOCS]


class _Camera:
    """One browser, a fresh context for each picture, so that none shows what another left."""

    def __init__(self, browser: Browser, url: str, passwords: dict[str, str]) -> None:
        self._browser = browser
        self._url = url
        self._passwords = passwords
        self._cookies: dict[str, StorageState] = {}

    def take(self, scene: Scene, view: View, path: Path) -> Path:
        context = self._browser.new_context(
            storage_state=self._signed_in(scene.person) if scene.person else None,
            locale=view.language,
            color_scheme=view.scheme,
            viewport={"width": view.width, "height": view.height},
            reduced_motion="reduce",
        )
        page = context.new_page()
        self._open(page, scene)
        path.write_bytes(_small(page.screenshot(full_page=scene.whole)))
        context.close()
        return path

    def _signed_in(self, person: str) -> StorageState:
        """The cookies of this person, who signs in once."""
        if person not in self._cookies:
            context = self._browser.new_context()
            page = context.new_page()
            page.goto(f"{self._url}/anmelden/")
            page.fill("#id_username", person)
            page.fill("#id_password", self._passwords[person])
            page.click("main button.primary")
            page.wait_for_selector(".who .name")
            self._cookies[person] = context.storage_state()
            context.close()
        return self._cookies[person]

    def _open(self, page: Page, scene: Scene) -> None:
        if scene.path == "components":
            html = COMPONENTS.read_text(encoding="utf-8")
            page.route("**/components", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
        page.goto(f"{self._url}/{scene.path}", wait_until="networkidle")
        for link in filter(None, (scene.click, *scene.then)):
            with page.expect_navigation(wait_until="networkidle"):
                page.locator(link).first.click()
        if scene.dialog:
            page.evaluate("id => document.getElementById(id).showModal()", scene.dialog)


@contextmanager
def _served(world: PictureWorld) -> Iterator[str]:
    """The console of this world on a port of its own, which is bound before it starts."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.set_inheritable(True)
        command = [sys.executable, "-m", "gunicorn", "--threads", "4", "--log-level", "error"]
        command += ["--bind", f"fd://{door.fileno()}", "casework.site.wsgi:application"]
        environment = {**os.environ, **world.folder.environment()}
        server = subprocess.Popen(command, env=environment, cwd=checkout(), pass_fds=[door.fileno()])
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.terminate()
            server.wait(timeout=STOP_SECONDS)


def _small(png: bytes) -> bytes:
    """The same picture with a palette."""
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
