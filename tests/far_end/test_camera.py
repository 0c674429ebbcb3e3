"""Is a picture the customer's camera, whatever has become of it, and is a placeholder left in peace?"""

import numpy as np
import pytest
from customer import picture
from shapes import PLACEHOLDERS, SHADES, SHAPES, plain, to_planes, to_rgb
from widget_conformance.fixtures.far_end.camera import COLUMNS, ROWS, Look
from widget_conformance.fixtures.far_end.sources import CHROMIUM_SOURCE, FIREFOX_SOURCE, camera_picture
from widget_conformance.fixtures.far_end.video import VideoMeter

BEGIN = 3.1


def walking_colour(seconds):
    level = int(seconds * 30) % 224
    return np.full((480, 640), 128), np.full((240, 320), 16 + level), np.full((240, 320), 16)


CAMERAS = {"chromium": (CHROMIUM_SOURCE, camera_picture), "firefox": (FIREFOX_SOURCE, walking_colour)}


def labels(browser, pictures, then=(), rate=15):
    """The labels of `then`, shown after `pictures`; of these where nothing comes then."""
    meter, at = VideoMeter(CAMERAS[browser][0].video), 0.0
    for planes in [*pictures, *then]:
        meter.add(0, picture(*planes), at, at)
        at += 1 / rate
    return [seen.label for seen in meter.pictures()][len(pictures) if then else 0 :]


def live(browser, change=lambda image: image, count=8):
    camera = CAMERAS[browser][1]
    return [to_planes(change(to_rgb(camera(BEGIN + number / 15)))) for number in range(count)]


def sent(browser, count=8):
    return [CAMERAS[browser][1](BEGIN + number / 15) for number in range(count)]


@pytest.mark.parametrize("browser", CAMERAS)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_live_picture_is_known_in_any_shape(browser, shape):
    found = labels(browser, live(browser, SHAPES[shape]))
    assert found[2:] == ["customer"] * 6


@pytest.mark.parametrize("browser", CAMERAS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_still_of_any_shape_is_no_placeholder(browser, shape):
    last = to_planes(SHAPES[shape](to_rgb(sent(browser)[-1])))
    assert set(labels(browser, sent(browser), [last] * 4)[2:]) == {"repeat"}


@pytest.mark.parametrize("shade", SHADES)
def test_a_still_of_any_shade_is_no_placeholder(shade):
    last = to_planes(SHADES[shade](to_rgb(sent("chromium")[-1])))
    assert set(labels("chromium", sent("chromium"), [last] * 4)[2:]) == {"repeat"}


@pytest.mark.parametrize("shade", sorted(set(SHADES) - {"grey with initials"}))
def test_where_the_camera_is_one_colour_a_still_of_any_shade_is_never_taken_for_a_placeholder(shade):
    last = to_planes(SHADES[shade](to_rgb(sent("firefox")[-1])))
    found = set(labels("firefox", sent("firefox"), [last] * 4)[2:])
    told = {"tinted", "half grey", "grey", "grey and square"}
    assert found == ({"unseen"} if shade in told else {"repeat"})


@pytest.mark.parametrize("browser", CAMERAS)
@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_a_placeholder_is_one(browser, name):
    assert set(labels(browser, sent(browser), [to_planes(PLACEHOLDERS[name])] * 4)) == {"placeholder"}


@pytest.mark.parametrize(("browser", "label"), [("chromium", "placeholder"), ("firefox", "unseen")])
def test_one_colour_may_be_a_tint_of_a_camera_that_has_but_one(browser, label):
    assert set(labels(browser, sent(browser), [to_planes(plain((90, 80, 100)))] * 4)) == {label}


def test_a_still_with_something_that_moves_on_it_is_no_placeholder_either():
    def with_spinner(number):
        image = to_rgb(sent("chromium")[-1])
        image[200:280, 240 + 20 * number : 300 + 20 * number] = 255
        return to_planes(image)

    moving = [with_spinner(number) for number in range(6)]
    assert set(labels("chromium", sent("chromium"), moving)[2:]) == {"repeat"}


def test_stills_of_different_moments_one_a_second_are_not_live():
    slow = [camera_picture(BEGIN + number * 1.3) for number in range(5)]
    meter, at = VideoMeter(CHROMIUM_SOURCE.video), 0.0
    for planes in slow:
        meter.add(0, picture(*planes), at, at)
        at += 1.0
    assert {seen.label for seen in meter.pictures()} == {"repeat"}


def test_a_look_has_cells_of_any_size_of_picture():
    for width, height in [(64, 36), (160, 120), (480, 640), (1280, 720)]:
        look = Look.at(picture(np.full((height, width), 90), *[np.full((height // 2, width // 2), 128)] * 2))
        assert look.cells.shape == (3, ROWS, COLUMNS)
        assert (look.width, look.height) == (width, height)
