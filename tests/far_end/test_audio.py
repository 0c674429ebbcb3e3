import av
import numpy as np
import pytest
from widget_conformance.fixtures.far_end.agent import voice
from widget_conformance.fixtures.far_end.arrival import lateness
from widget_conformance.fixtures.far_end.audio import RATE, AudioMeter
from widget_conformance.fixtures.far_end.sources import FIREFOX_SOURCE, FIREFOX_TONE, Sweep, Tone

TIME = np.arange(RATE * 2) / RATE
NOISE = np.random.default_rng(7).normal(0, 1, TIME.size)


def decoded(packets):
    decoder = av.CodecContext.create("libopus", "r")
    decoder.format, decoder.layout, decoder.sample_rate = "s16", "stereo", RATE
    for data in packets:
        for frame in decoder.decode(av.Packet(data)):
            yield frame.to_ndarray().reshape(-1, 2).mean(axis=1).astype(np.float32) / 32768


def through_opus(samples):
    encoder = av.CodecContext.create("libopus", "w")
    encoder.bit_rate, encoder.sample_rate, encoder.format, encoder.layout = 24000, RATE, "s16", "mono"
    encoder.options = {"application": "voip"}
    packets = []
    for start in range(0, samples.size, 960):
        block = np.clip(samples[None, start : start + 960], -32768, 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, start
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return list(decoded(packets))


def measure(blocks, signature=None, meter=None, start=0.0, track=0):
    meter = meter or AudioMeter(signature or Sweep())
    for number, block in enumerate(blocks):
        meter.add(track, block, start + number * 0.02, start + number * 0.02)
    return meter


def share(meter, label):
    frames = meter.frames()
    return sum(frame.label == label for frame in frames) / len(frames)


def tone(hz, level=12000):
    return level * np.sin(2 * np.pi * hz * TIME)


SWEEP = Sweep().samples(2).astype(float)


@pytest.mark.parametrize("level", [1, 0.1, 0.005])
def test_the_customer_is_recognised_through_opus_however_quiet(level):
    assert share(measure(through_opus(SWEEP * level)), "customer") > 0.95


def test_the_customer_is_recognised_in_noise_and_beside_the_agents_echo():
    mixed = SWEEP * 0.3 + 700 * NOISE + tone(2000, 12000)
    assert share(measure(through_opus(mixed)), "customer") > 0.95


@pytest.mark.parametrize("hz", [405, 440, 617, 700, 850, 970, 995])
def test_a_steady_tone_inside_the_sweeps_band_is_not_the_customer(hz):
    assert share(measure(through_opus(tone(hz))), "other") == 1


@pytest.mark.parametrize("period", [0.1, 0.4, 1.0])
def test_a_sweep_of_another_speed_is_not_the_customer(period):
    assert share(measure(through_opus(Sweep(period=period).samples(2))), "customer") == 0


@pytest.mark.parametrize(("level", "label"), [(3000, "other"), (20, "silence"), (0, "silence")])
def test_noise_comfort_noise_and_silence(level, label):
    for signature in (Sweep(), FIREFOX_SOURCE.audio):
        assert share(measure(through_opus(NOISE * level), signature), label) == 1


def test_the_agents_own_voice_is_the_agent():
    for signature in (Sweep(), FIREFOX_SOURCE.audio):
        assert share(measure(decoded(voice()), signature), "agent") > 0.95


@pytest.mark.parametrize(
    ("hz", "label"),
    [(FIREFOX_TONE, "customer"), (600, "other"), (620, "other"), (614, "other"), (635, "other"), (440, "other")],
)
def test_firefox_is_told_by_its_pitch(hz, label):
    _lead_in, *frames = measure(through_opus(tone(hz)), FIREFOX_SOURCE.audio).frames()
    assert {frame.label for frame in frames} == {label}


def test_neither_browser_is_taken_for_the_other():
    assert share(measure(through_opus(SWEEP), Tone(FIREFOX_TONE)), "customer") == 0
    assert share(measure(through_opus(tone(FIREFOX_TONE))), "customer") == 0


def test_moments_of_stopping_and_of_coming_back():
    heard = []
    meter = AudioMeter(Sweep(), lambda at, label: heard.append((round(at, 2), label)))
    blocks = [block.astype(np.float32) / 32768 for block in np.split(SWEEP, 100)]
    measure(blocks[:50], meter=meter)
    measure([np.zeros(960, np.float32)] * 10, meter=meter, start=1.0)
    meter.tick(1.2, 0.0)
    measure(blocks[:50], meter=meter, start=5.0)
    meter.tick(6.5, 0.0)
    assert heard == [(0.0, "customer"), (0.98, "silence"), (5.0, "customer"), (5.98, "nothing")]
    assert meter.last_heard(0.5) == pytest.approx(5.98)
    assert meter.first_heard(1.0) == pytest.approx(5.0)
    assert meter.first_heard(0.0) == 0.0
    assert meter.last_heard(5.99) is None
    assert meter.last_heard(5.9) == pytest.approx(5.98)
    assert meter.hears_customer(at=5.98)
    assert not meter.hears_customer(at=6.4)
    assert not meter.hears_customer(at=1.4)
    assert meter.level(5, 6) == pytest.approx(16000 / 32768 / np.sqrt(2), rel=0.01)
    assert meter.level(1.5, 2) is None


def test_a_late_loop_is_no_gap():
    heard = []
    meter = AudioMeter(Sweep(), lambda at, label: heard.append(label))
    measure(through_opus(SWEEP), meter=meter)
    last = meter.last_heard(0)
    meter.tick(last + 0.15, 0.2)
    assert heard == ["customer"]


def test_one_old_frame_after_a_pause_is_no_run():
    meter = AudioMeter(Sweep())
    blocks = [block.astype(np.float32) / 32768 for block in np.split(SWEEP, 100)]
    measure(blocks[:50], meter=meter)
    meter.add(0, blocks[50], 3.0, 1.0)  # media time goes on where it stopped
    assert meter.last_heard(2.0) is None
    assert meter.first_heard(2.0) is None


def test_two_frames_are_no_run_but_three_are():
    blocks = [block.astype(np.float32) / 32768 for block in np.split(SWEEP, 100)]
    assert share(measure(blocks[1:3]), "customer") == 0
    assert share(measure(blocks[1:4]), "customer") == 1


def test_tracks_are_followed_apart():
    meter = AudioMeter(Sweep())
    blocks = [block.astype(np.float32) / 32768 for block in np.split(SWEEP, 100)]
    for number in range(50):
        meter.add(0, blocks[number], number * 0.02, number * 0.02)
        meter.add(1, blocks[number + 7], number * 0.02 + 0.001, number * 0.02)
    assert share(meter, "customer") == 1
    assert meter.hears_customer(at=0.98)


def test_other_packet_times_are_cut_into_frames_of_20_ms():
    samples = SWEEP.astype(np.float32) / 32768
    for size in (480, 2880):
        meter = AudioMeter(Sweep())
        for start in range(0, samples.size - size, size):
            meter.add(0, samples[start : start + size], start / RATE, start / RATE)
        assert share(meter, "customer") == 1


def test_what_was_longer_on_its_way_is_told_by_the_senders_own_clock() -> None:
    usual = [(10 + n * 0.02, 3 + n * 0.02, 0) for n in range(100)]  # up to 11.98, always 7 s apart
    other = [(11.0, 900.0, 1)]
    late = [(13.2, 5.0, 0)]  # recorded at 5 s by its clock, when 12 would have been the time
    assert lateness([*usual, *other, *late], 13.2, 12.0) == pytest.approx(1.2)
    assert lateness([*usual, (13.2, 6.2, 0)], 13.2, 12.0) == pytest.approx(0), "recorded late, and sent at once"
    assert lateness(late, 13.2, 12.0) == 0, "nothing to compare with"
    assert lateness([(11.0, None, 0), (13.2, None, 0)], 13.2, 12.0) == 0
    assert lateness(usual, 99.0, 12.0) == 0
