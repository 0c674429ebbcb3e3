"""What the meters and the observer cost: processor time for each frame, picture and look, without any call.

`.venv/bin/python benchmark/costs.py` prints the figures as JSON, with what they depend on.
"""

import json
import tempfile
import time
from pathlib import Path

import av
import numpy as np
from conditions import conditions
from playwright.sync_api import sync_playwright
from widget_conformance.fixtures.browsers.chromium import Chromium
from widget_conformance.fixtures.browsers.finding import find
from widget_conformance.fixtures.far_end.audio import BLOCK, AudioMeter
from widget_conformance.fixtures.far_end.sources import CAMERA_RATE, CHROMIUM_SOURCE, Sweep, camera_picture
from widget_conformance.fixtures.far_end.video import VideoMeter
from widget_conformance.fixtures.observer import Face
from widget_conformance.fixtures.profile import default
from widget_conformance.fixtures.timeline import Timeline, now

ROWS = "".join(f"<li><span>row {n}</span><a href=#>more</a></li>" for n in range(600))
BUTTONS = "".join(f"<button>Button {n}</button>" for n in range(200))
PAGE = f"<!doctype html>{BUTTONS}<ul>{ROWS}</ul><button>Mute</button><div role=alert>Microphone lost</div><p id=p>0</p>"
CHANGES = """() => new Promise((done) => {
  let n = 0;
  const next = () => { p.textContent = n; n++ < 60 ? requestAnimationFrame(next) : done() };
  next();
})"""


def audio_ms() -> float:
    """Milliseconds of processor time for one frame of 20 ms."""
    samples = Sweep().samples(10).astype(np.float32) / 32768
    meter, begun = AudioMeter(Sweep()), time.process_time()
    starts = range(0, samples.size - BLOCK, BLOCK)
    for number, start in enumerate(starts):
        meter.add(0, samples[start : start + BLOCK], number * 0.02, number * 0.02)
    return (time.process_time() - begun) / len(starts) * 1000


def video_ms() -> float:
    """Milliseconds of processor time for one picture of 640 x 480."""
    frames = []
    for number in range(60):
        frame = av.VideoFrame(640, 480, "yuv420p")
        for plane, values in zip(frame.planes, camera_picture(number / CAMERA_RATE), strict=True):
            plane.update(np.ascontiguousarray(values, np.uint8).tobytes())
        frames.append(frame)
    meter, begun = VideoMeter(CHROMIUM_SOURCE.video), time.process_time()
    for number, frame in enumerate(frames):
        meter.add(0, frame, number / CAMERA_RATE, number / CAMERA_RATE)
    return (time.process_time() - begun) / len(frames) * 1000


def observer_ms() -> tuple[float, float]:
    """Milliseconds of the page for one look at itself, and of the harness for one collection, on a page of 2,000 elements."""
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        browser = Chromium(driver, find("chromium"), Path(scratch))
        page = browser.new_page()
        face = Face(page, default(), Timeline())
        face.install()
        page.route("**/*", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
        page.goto("http://s1.localhost/")
        page.evaluate(CHANGES)
        cost = page.evaluate("JSON.parse(window[Symbol.for('widget-conformance.observer')].cost())")
        begun = now()
        for _ in range(50):
            face.pump()
        collection = (now() - begun) / 50 * 1000
        browser.close()
    return cost["spent"] / cost["checks"], collection


if __name__ == "__main__":
    look, collection = observer_ms()
    figures = {
        "audio frame, processor ms": audio_ms(),
        "picture, processor ms": video_ms(),
        "observer's look, page ms": look,
        "collection, ms": collection,
    }
    print(
        json.dumps({**{name: round(value, 3) for name, value in figures.items()}, "conditions": conditions()}, indent=1)
    )
