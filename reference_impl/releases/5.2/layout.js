// Where everything is in release 5.2: a dark header with the call's state, labelled controls above the agent.

import { icons } from "/widget/icons.js";

export const layout = `
<section class="cw-card" data-part="card" aria-label="Live help">
  <header class="cw-head">
    <span class="cw-logo">${icons.person}</span>
    <div class="cw-who"><strong class="cw-title">Live help</strong>
      <span class="cw-status" data-part="status" role="status"></span>
      <span class="cw-timer" data-part="timer" role="timer" aria-label="Duration" hidden></span></div>
    <div class="cw-chip" data-part="microphone-blocked" role="img" aria-label="Microphone is blocked" hidden>
      ${icons.microphoneOff}</div>
  </header>
  <div class="cw-messages" data-part="messages" data-camera="alertdialog"></div>
  <p class="cw-note" data-part="note" role="status"></p>
  <div class="cw-idle" data-part="idle">
    <div class="cw-hello"><span>${icons.headset}</span><strong>How can we help?</strong>
      <p>An adviser answers within a minute. Show the damage, or simply tell us about it.</p></div>
    <button type="button" class="cw-row" data-part="video-call">${icons.camera}
      <span><b>Call by video</b><small>You see each other</small></span></button>
    <button type="button" class="cw-row" data-part="audio-call">${icons.phone}
      <span><b>Call by voice</b><small>You only talk</small></span></button>
  </div>
  <div class="cw-talk" data-part="talk" role="group" aria-label="Conversation" tabindex="-1" hidden>
    <div class="cw-controls">
      <button type="button" class="cw-control cw-end" data-part="hang-up">${icons.hangUp}<span>End call</span></button>
      <button type="button" class="cw-control" data-part="camera" aria-label="Switch camera off" aria-pressed="false">
        <span class="cw-on">${icons.camera}</span><span class="cw-off">${icons.cameraOff}</span><span aria-hidden="true">Video</span></button>
      <button type="button" class="cw-control" data-part="mute" role="switch" aria-label="Microphone" aria-checked="true">
        <span class="cw-on">${icons.microphone}</span><span class="cw-off">${icons.microphoneOff}</span><span aria-hidden="true">Voice</span></button>
    </div>
    <div class="cw-stage">
      <div class="cw-agent"><span class="cw-avatar">${icons.headset}</span></div>
      <video class="cw-agent-video" data-part="agent-video" aria-label="Your adviser" autoplay playsinline></video>
      <div class="cw-self" data-part="self" hidden>
        <video data-part="self-view" aria-label="You" autoplay playsinline muted></video>
        <div class="cw-self-off" data-part="camera-off" role="img" aria-label="Camera is off" hidden>${icons.cameraOff}</div>
        <div class="cw-self-off cw-bad" data-part="camera-blocked" role="img" aria-label="Camera is blocked" hidden>
          ${icons.cameraOff}<span>Blocked</span></div>
      </div>
    </div>
  </div>
  <div class="cw-veil">
    <div class="cw-choice" data-part="choice" role="dialog" aria-modal="true"
         aria-labelledby="cw-choice-title" aria-describedby="cw-choice-reason" hidden>
      <strong id="cw-choice-title">We cannot open your camera</strong>
      <p id="cw-choice-reason" data-part="choice-reason"></p>
      <div data-part="choice-steps"></div>
      <p class="cw-choice-still" data-part="choice-still" role="alert"></p>
      <button type="button" class="cw-second" data-part="audio-only"><span>Go on without video</span></button>
      <button type="button" class="cw-main" data-part="enable-camera"><span>Use my camera</span></button>
      <button type="button" class="cw-plain" data-part="cancel">Cancel</button>
    </div>
  </div>
  <audio data-part="agent-audio" autoplay></audio>
</section>`;
