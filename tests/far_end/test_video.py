import numpy as np
import pytest
from customer import picture
from widget_conformance.fixtures.far_end.camera import in_gamut
from widget_conformance.fixtures.far_end.sources import CHROMIUM_SOURCE, FIREFOX_SOURCE, camera_picture
from widget_conformance.fixtures.far_end.video import VideoMeter


def firefox_picture(seconds):
    level = int(seconds * 30) % 224
    return np.full((480, 640), 128), np.full((240, 320), 16 + level), np.full((240, 320), 16)


def still(luma=90, blue=140, red=110, size=(480, 640)):
    half = size[0] // 2, size[1] // 2
    planes = np.full(size, luma), np.full(half, blue), np.full(half, red)
    planes[0][200:280, 100:500] = 235
    return planes


BLACK = np.full((480, 640), 16), np.full((240, 320), 128), np.full((240, 320), 128)
CAMERAS = [(CHROMIUM_SOURCE, camera_picture, 15), (FIREFOX_SOURCE, firefox_picture, 30)]


class Show:
    """Feeds a meter with pictures in made-up time."""

    def __init__(self, source=CHROMIUM_SOURCE):
        self.saw = []
        self.meter = VideoMeter(source.video, lambda at, state: self.saw.append((round(at, 2), state)))
        self.meter.signal("on", 0.0)
        self.at = 0.0

    def show(self, pictures, rate=15):
        for planes in pictures:
            self.meter.add(0, picture(*planes), self.at, self.at)
            self.meter.tick(self.at, 0.0)
            self.at += 1 / rate
        return self

    def wait(self, seconds):
        for _ in range(int(seconds / 0.02)):
            self.at += 0.02
            self.meter.tick(self.at, 0.0)
        return self

    @property
    def state(self):
        return self.meter.state(self.at)

    def labels(self):
        return [shown.label for shown in self.meter.pictures()]


def live(camera, rate, seconds=2.0, start=0.0):
    return [camera(start + number / rate) for number in range(int(seconds * rate))]


@pytest.mark.parametrize(("source", "camera", "rate"), CAMERAS)
def test_live_then_frozen(source, camera, rate):
    show = Show(source).show(live(camera, rate), rate)
    assert show.labels() == ["customer"] * int(2 * rate)
    assert show.state == "live"
    last = show.meter.last_live(0)
    assert show.wait(0.3).state == "live"
    assert show.wait(0.5).state == "frozen"
    assert [state for _, state in show.saw] == ["live", "frozen"]
    assert show.saw[1][0] == pytest.approx(last, abs=0.01)


@pytest.mark.parametrize(("source", "camera", "rate"), CAMERAS)
def test_the_same_picture_again_and_again_is_frozen(source, camera, rate):
    show = Show(source).show(live(camera, rate), rate)
    frozen_at = show.at
    show.show([camera(2.0 - 1 / rate)] * 30, rate)
    assert show.meter.last_live(0) <= frozen_at + 0.15
    assert show.state == "frozen"


@pytest.mark.parametrize(("source", "camera", "rate"), CAMERAS)
def test_a_still_of_the_camera_alone_never_was_live(source, camera, rate):
    show = Show(source).show([camera(1.0)] * 30, rate)
    assert show.meter.first_live(0) is None
    assert show.state == "frozen"


@pytest.mark.parametrize(("source", "camera", "rate"), CAMERAS)
def test_placeholder_black_and_back(source, camera, rate):
    show = Show(source).show(live(camera, rate), rate)
    assert show.show([still()] * 5, rate).state == "placeholder"
    assert show.wait(3).state == "placeholder"
    assert show.show([BLACK], rate).state == "black"
    assert show.wait(3).state == "black"
    back = show.at
    assert show.show(live(camera, rate, 1.0, 7.3), rate).state == "live"
    assert back - 0.01 <= show.meter.first_live(back - 0.01) <= back + 2.01 / rate
    assert [state for _, state in show.saw] == ["live", "placeholder", "black", "live"]


def test_an_earlier_live_picture_as_a_still_is_frozen_and_no_placeholder():
    show = Show().show(live(camera_picture, 15))
    assert show.show([camera_picture(0.4)] * 10).wait(1).state == "frozen"


def test_a_foreign_moving_picture_is_neither_live_nor_a_placeholder():
    show = Show().show(live(camera_picture, 15))
    show.show([still(luma=60 + 30 * (number % 4)) for number in range(15)])
    assert show.state == "other"


def test_a_placeholder_whose_quality_grows_is_a_still():
    rng = np.random.default_rng(3)
    show = Show().show(live(camera_picture, 15))
    for noise in (8, 4, 2, 1):
        luma, blue, red = still()
        show.show([(np.clip(luma + rng.normal(0, noise, luma.shape), 0, 255), blue, red)] * 3)
    assert show.state == "placeholder"


@pytest.mark.parametrize("shape", [(240, 320), (360, 640), (720, 1280)])
def test_scaled_and_mirrored_cameras_are_recognised(shape):
    def scaled(planes):
        rows = np.arange(shape[0]) * 480 // shape[0]
        columns = (np.arange(shape[1]) * 640 // shape[1])[::-1]
        luma = planes[0][np.ix_(rows, columns)]
        return luma, *(plane[np.ix_(rows[::2] // 2, columns[::2] // 2)] for plane in planes[1:])

    show = Show().show([scaled(planes) for planes in live(camera_picture, 15)])
    assert show.labels() == ["customer"] * 30


def test_off_by_signalling():
    show = Show().show(live(camera_picture, 15))
    show.meter.signal("off", show.at)
    assert show.state == "live", "what really arrives comes before what is signalled"
    assert show.meter.signalled_off
    assert show.wait(0.6).state == "off"
    show.meter.signal("on", show.at)
    assert show.state == "frozen"


def test_none_before_and_after_a_call():
    show = Show()
    assert show.state == "none"
    show.show(live(camera_picture, 15))
    show.meter.signal("none", show.at)
    assert show.wait(0.1).state == "none"
    show.meter.signal("on", show.at)
    assert show.state == "none", "the pictures of the call before do not count"


def test_the_last_picture_as_png():
    meter = VideoMeter(CHROMIUM_SOURCE.video)
    assert meter.picture_png() is None
    meter.add(0, picture(*camera_picture(0)), 0, 0)
    assert meter.picture_png().startswith(b"\x89PNG\r\n")


def test_a_last_picture_that_the_page_has_drawn_is_no_placeholder():
    show = Show(FIREFOX_SOURCE).show([firefox_picture(number / 30) for number in range(30)], 30)
    last = np.stack([np.full((12, 32), value, np.float32) for value in (128, 45, 16)])
    luma, blue, red = (float(plane.mean()) for plane in in_gamut(last))
    assert abs(red - 16) > 3, "RGB lacks the colour"
    drawn = np.full((480, 640), round(luma)), np.full((240, 320), round(blue)), np.full((240, 320), round(red))
    begun = show.at
    show.show([drawn] * 8, 4)
    assert {seen.label for seen in show.meter.pictures(begun)} == {"repeat"}
    assert show.state == "frozen"
