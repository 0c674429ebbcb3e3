// Line icons, 24 × 24, drawn with the colour of the text around them.

const svg = (paths) =>
  `<svg viewBox="0 0 24 24" width="1em" height="1em" fill="none" stroke="currentColor" stroke-width="1.9"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${paths}</svg>`;

const MICROPHONE = '<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3"/>';
const CAMERA = '<rect x="2.5" y="6.5" width="12.5" height="11" rx="2.5"/><path d="m15 10.5 6.5-3.5v10L15 13.5"/>';
const CROSSED = '<path d="M3.5 3.5l17 17" stroke-width="2.1"/>';

export const icons = {
  microphone: svg(MICROPHONE),
  microphoneOff: svg(MICROPHONE + CROSSED),
  camera: svg(CAMERA),
  cameraOff: svg(CAMERA + CROSSED),
  phone: svg('<path d="M6.2 3.5h2.6l1.6 4.4-2.2 1.6a12 12 0 0 0 6.3 6.3l1.6-2.2 4.4 1.6v2.6a2.2 2.2 0 0 1-2.4 2.2A16.2 16.2 0 0 1 4 5.9a2.2 2.2 0 0 1 2.2-2.4z"/>'),
  hangUp: svg('<path d="M3 14.8c-.6-.9-.5-2 .3-2.8C5.6 9.8 8.7 8.6 12 8.6s6.4 1.2 8.7 3.4c.8.8.9 1.9.3 2.8l-1 1.5c-.4.6-1.1.8-1.8.6l-2.7-1a1.5 1.5 0 0 1-1-1.4v-1.6a10 10 0 0 0-5 0v1.6c0 .6-.4 1.2-1 1.4l-2.7 1c-.7.2-1.4 0-1.8-.6z"/>'),
  person: svg('<circle cx="12" cy="8.5" r="3.8"/><path d="M4.8 20a7.2 7.2 0 0 1 14.4 0"/>'),
  headset: svg('<path d="M4 14v-2a8 8 0 0 1 16 0v2"/><rect x="2.8" y="13" width="4" height="6" rx="1.8"/><rect x="17.2" y="13" width="4" height="6" rx="1.8"/><path d="M19.2 19c0 1.5-1.7 2.5-4.2 2.5"/>'),
};
