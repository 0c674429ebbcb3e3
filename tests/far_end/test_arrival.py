"""What the far end tells a sender of how its packets arrive."""

import asyncio
from typing import Any

import pytest
from aiortc import RTCPeerConnection
from aiortc.rtp import RTCP_PSFB_APP, RtcpPsfbPacket, RtpPacket
from widget_conformance.fixtures.far_end import arrival


async def _estimates(measured: bool) -> list[Any]:
    """REMB packets that a receiver answers with when each packet is longer on its way than the one before."""
    connection = RTCPeerConnection()
    receiver: Any = connection.addTransceiver("video").receiver
    if measured:
        arrival.measure_arrivals(receiver, "video")
    sent: list[Any] = []

    async def keep(packet: Any) -> None:
        sent.append(packet)

    receiver._send_rtcp, receiver._enabled = keep, True
    receiver._set_rtcp_ssrc(1)
    for number in range(300):
        packet = RtpPacket(payload_type=96, sequence_number=number, timestamp=3000 * number, ssrc=7, payload=b"x" * 900)
        packet.extensions.abs_send_time = int(number * 0.033 * 2**18) & 0xFFFFFF
        await receiver._handle_rtp_packet(packet, arrival_time_ms=int(1000 + number * 33 + number**1.5))
    await connection.close()
    return [one for one in sent if isinstance(one, RtcpPsfbPacket) and one.fmt == RTCP_PSFB_APP]


def test_a_starved_sender_is_not_told_to_send_less() -> None:
    assert asyncio.run(_estimates(measured=False)), "aiortc estimates no more: what is taken out can go"
    assert not asyncio.run(_estimates(measured=True))


@pytest.mark.parametrize("name", [arrival.BUFFER, arrival.ESTIMATOR])
def test_another_aiortc_is_refused(name: str) -> None:
    async def go() -> None:
        receiver = RTCPeerConnection().addTransceiver("video").receiver
        delattr(receiver, name)
        arrival.measure_arrivals(receiver, "video")

    with pytest.raises(arrival.AiortcChanged, match=name):
        asyncio.run(go())
