"""What a page can make of a camera's picture, and placeholders that nobody made of one. RGB, floats from 0 to 255."""

import numpy as np

WIDTH, HEIGHT = 640, 480
_LUMA = np.array([0.299, 0.587, 0.114])


def to_rgb(planes):
    luma, blue, red = (np.asarray(plane, float) for plane in planes)
    blue, red = (plane.repeat(2, 0).repeat(2, 1) - 128 for plane in (blue, red))
    luma, blue, red = (luma - 16) * 255 / 219, blue * 255 / 224, red * 255 / 224
    return np.stack([luma + 1.402 * red, luma - 0.344136 * blue - 0.714136 * red, luma + 1.772 * blue], -1).clip(0, 255)


def to_planes(image):
    height, width = image.shape[0] // 2 * 2, image.shape[1] // 2 * 2
    image = image[:height, :width]
    luma = image @ _LUMA
    blue, red = (image[..., 2] - luma) / 1.772, (image[..., 0] - luma) / 1.402
    half = [plane.reshape(height // 2, 2, width // 2, 2).mean((1, 3)) * 224 / 255 + 128 for plane in (blue, red)]
    return (luma * 219 / 255 + 16).round(), half[0].round(), half[1].round()


def plain(colour, width=WIDTH, height=HEIGHT):
    return np.ones((height, width, 3)) * np.array(colour, float)


def scaled(image, width, height):
    rows = ((np.arange(height) + 0.5) * image.shape[0] / height).astype(int)
    columns = ((np.arange(width) + 0.5) * image.shape[1] / width).astype(int)
    return image[rows][:, columns]


def turned(image, degrees):
    height, width = image.shape[:2]
    angle = np.deg2rad(degrees)
    y, x = np.mgrid[0:height, 0:width]
    y, x = y - height / 2, x - width / 2
    columns = (x * np.cos(angle) - y * np.sin(angle) + width / 2).astype(int)
    rows = (x * np.sin(angle) + y * np.cos(angle) + height / 2).astype(int)
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    out = np.zeros_like(image)
    out[inside] = image[rows[inside], columns[inside]]
    return out


def put(image, on, left, top):
    out = on.copy()
    out[top : top + image.shape[0], left : left + image.shape[1]] = image
    return out


def in_circle(image, radius, on):
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return np.where((np.hypot(x - WIDTH / 2, y - HEIGHT / 2) < radius)[..., None], image, on)


def grey(image):
    return np.repeat((image @ _LUMA)[..., None], 3, -1)


def blurred(image, sigma):
    steps = np.arange(-3 * sigma, 3 * sigma + 1)
    weights = np.exp(-(steps**2) / (2 * sigma**2))
    weights /= weights.sum()
    for axis in (0, 1):
        image = sum(w * np.roll(image, int(s), axis) for w, s in zip(weights, steps, strict=True))
    return image


def with_initials(image):
    """A disc, letters on it and a line of text below."""
    height, width = image.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    disc = np.hypot(x - width / 2, y - height / 2) < 0.2 * height
    letters = (abs(y - height / 2) < 34) & (abs(x - width / 2) < 60) & (x // 14 % 2 == 0)
    text = (abs(y - 0.82 * height) < 14) & (abs(x - width / 2) < 180) & (x // 9 % 2 == 0)
    image = np.where(disc[..., None], (152.0, 193.0, 217.0), image)
    image = np.where(letters[..., None], (22.0, 33.0, 58.0), image)
    return np.where(text[..., None], 255.0, image)


def gradient(*colours, across=0.7, down=0.5):
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    way = across * x + down * y
    way /= way.max()
    stops = np.linspace(0, 1, len(colours))
    return np.stack([np.interp(way, stops, [colour[part] for colour in colours]) for part in range(3)], -1)


def photograph(seed, falls=2.5):
    """Noise whose spectrum falls as that of photographs does."""
    rng = np.random.default_rng(seed)
    across, down = np.fft.fftfreq(WIDTH)[None] * WIDTH, np.fft.fftfreq(HEIGHT)[:, None] * HEIGHT
    fall = np.maximum(np.hypot(down, across), 1) ** (falls / 2)

    def field():
        noise = np.fft.ifft2(np.fft.fft2(rng.normal(size=(HEIGHT, WIDTH))) / fall).real
        return noise / noise.std()

    whole = 120 + 45 * field()
    return np.stack([whole + 18 * field() for _ in range(3)], -1).clip(0, 255)


def icon(behind, person):
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    head = ((x - 320) / 80) ** 2 + ((y - 190) / 100) ** 2 < 1
    shoulders = ((x - 320) / 190) ** 2 + ((y - 480) / 180) ** 2 < 1
    return np.where((head | shoulders)[..., None], np.array(person, float), np.array(behind, float))


def tiles(first, second, width, height):
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    even = (x // width + y // height) % 2 == 0
    return np.where(even[..., None], np.array(first, float), np.array(second, float))


NAVY = plain((30, 40, 70))
BLACK = plain((0, 0, 0))
SHAPES = {
    "square": lambda image: image[:, 80:560],
    "portrait": lambda image: image[:, 140:500],
    "a quarter": lambda image: image[:240, :320],
    "the face": lambda image: image[90:290, 240:400],
    "a strip": lambda image: image[150:330],
    "mirrored": lambda image: image[:, ::-1],
    "upside down": lambda image: image[::-1, ::-1],
    "on its side": lambda image: image.transpose(1, 0, 2),
    "slanted": lambda image: turned(image, 30),
    "squashed": lambda image: scaled(image, 480, 480),
    "tiny": lambda image: scaled(image, 160, 120),
    "letterboxed": lambda image: put(scaled(image, 480, 360), BLACK, 80, 60),
    "pillars in 16:9": lambda image: put(scaled(image, 960, 720), plain((0, 0, 0), 1280, 720), 160, 0),
    "a small one": lambda image: put(scaled(image, 320, 240), NAVY, 160, 120),
    "in a circle": lambda image: in_circle(image, 200, NAVY),
}
"""How the live picture may arrive as well."""
SHADES = {
    "darker": lambda image: image * 0.4,
    "lighter": lambda image: 255 - (255 - image) * 0.4,
    "half grey": lambda image: (image + grey(image)) / 2,
    "tinted": lambda image: image * 0.5 + 0.5 * np.array((10, 30, 90)),
    "grey": grey,
    "grey and square": lambda image: grey(image)[:, 80:560],
    "grey with initials": lambda image: with_initials(grey(image) * 0.6),
    "with initials": with_initials,
    "darker, with initials": lambda image: with_initials(image * 0.4),
    "blurred": lambda image: blurred(image, 8),
    "blurred, darker, square, with initials": lambda image: with_initials(blurred(image, 6) * 0.5)[:, 80:560],
}
PLACEHOLDERS = {
    "initials on a gradient": with_initials(gradient((34, 48, 79), (61, 90, 128))),
    "initials on white": with_initials(plain((245, 245, 245))),
    "initials on teal": with_initials(plain((0, 128, 128))),
    "initials on red": with_initials(plain((200, 30, 40))),
    "a person's outline": icon((60, 60, 70), (180, 180, 190)),
    "a grey person's outline": icon((110, 110, 110), (190, 190, 190)),
    "many colours": gradient((64, 93, 230), (193, 53, 132), (225, 48, 108), (253, 29, 29), (252, 175, 69)),
    "a flag of stripes": tiles((30, 60, 200), (230, 230, 230), 40, HEIGHT),
    "tiles": tiles((60, 60, 60), (120, 120, 120), 40, 40),
    "a photograph": photograph(1),
    "another photograph": photograph(2, falls=2.0),
    "a soft photograph": blurred(photograph(3), 12),
}
