// Where everything is, in releases 5.0 and 5.1: a light card, the agent on a stage, round controls below.

import { icons } from "./icons.js";

export const layout = `
<section class="cw-card" data-part="card" aria-label="Support">
  <header class="cw-head">
    <span class="cw-logo">${icons.headset}</span>
    <div><strong class="cw-title">Talk to us</strong><span class="cw-sub"><i class="cw-dot"></i>Agents are online</span></div>
  </header>
  <div class="cw-messages" data-part="messages"></div>
  <p class="cw-note" data-part="note" role="status"></p>
  <div class="cw-idle" data-part="idle">
    <p class="cw-lead">Speak with a person, right here in your browser. No download, no phone number.</p>
    <div class="cw-choices">
      <button type="button" class="cw-main" data-part="audio-call">${icons.phone}<span>Audio call</span></button>
      <button type="button" class="cw-second" data-part="video-call">${icons.camera}<span>Video call</span></button>
    </div>
    <p class="cw-small">Your browser asks for your devices when you call.<br>Nothing is recorded without your consent.</p>
  </div>
  <div class="cw-talk" data-part="talk" role="group" aria-label="Call" tabindex="-1" hidden>
    <div class="cw-stage">
      <div class="cw-agent"><span class="cw-avatar">${icons.person}</span></div>
      <video class="cw-agent-video" data-part="agent-video" aria-label="Video of the agent" autoplay playsinline></video>
      <div class="cw-bar">
        <span class="cw-name">Support agent</span>
        <span class="cw-status" data-part="status" role="status"></span>
        <span class="cw-timer" data-part="timer" role="timer" aria-label="Call time" hidden></span>
      </div>
      <div class="cw-chip" data-part="microphone-blocked" role="img" aria-label="Microphone Blocked" hidden>
        ${icons.microphoneOff}<span>Microphone Blocked</span></div>
      <div class="cw-self" data-part="self" hidden>
        <video data-part="self-view" aria-label="Your own video" autoplay playsinline muted></video>
        <div class="cw-self-off" data-part="camera-off" role="img" aria-label="Your camera is off" hidden>
          ${icons.cameraOff}<span>Camera off</span></div>
        <div class="cw-self-off cw-bad" data-part="camera-blocked" role="img" aria-label="Camera blocked" hidden>
          ${icons.cameraOff}<span>Camera blocked</span></div>
      </div>
    </div>
    <div class="cw-controls">
      <button type="button" class="cw-control" data-part="mute" aria-label="Mute microphone" aria-pressed="false">
        <span class="cw-on">${icons.microphone}</span><span class="cw-off">${icons.microphoneOff}</span></button>
      <button type="button" class="cw-control" data-part="camera" aria-label="Turn camera off" aria-pressed="false">
        <span class="cw-on">${icons.camera}</span><span class="cw-off">${icons.cameraOff}</span></button>
      <button type="button" class="cw-control cw-end" data-part="hang-up" aria-label="Hang up">${icons.hangUp}</button>
    </div>
  </div>
  <div class="cw-veil">
    <div class="cw-choice" data-part="choice" role="alertdialog" aria-modal="true"
         aria-labelledby="cw-choice-title" aria-describedby="cw-choice-reason" hidden>
      <span class="cw-choice-icon">${icons.cameraOff}</span>
      <strong id="cw-choice-title">Camera unavailable</strong>
      <p id="cw-choice-reason" data-part="choice-reason"></p>
      <div data-part="choice-steps"></div>
      <p class="cw-choice-still" data-part="choice-still" role="alert"></p>
      <button type="button" class="cw-main" data-part="enable-camera">${icons.camera}<span>Enable camera</span></button>
      <button type="button" class="cw-second" data-part="audio-only">${icons.phone}<span>Continue with audio only</span></button>
      <button type="button" class="cw-plain" data-part="cancel">Not now</button>
    </div>
  </div>
  <audio data-part="agent-audio" autoplay></audio>
</section>`;
