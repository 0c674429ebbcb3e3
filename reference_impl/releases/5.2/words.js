// What release 5.2 says: the same things as 5.1, in other words.

import { shortly, steps } from "/widget/guidance.js";
import { words as before } from "/widget/words.js";

const AGAIN = "Try now";

export const words = {
  status: {
    preparing: "One moment…",
    calling: "Connecting…",
    ringing: "Ringing an adviser…",
    up: "",
    ended: "Your adviser has left the conversation.",
    hint: "Please answer your browser’s question.",
  },
  askAgain: AGAIN,
  back: { microphone: "You can be heard again.", camera: "You can be seen again." },
  stillBlocked: "The browser still says no.",
  lost: {
    microphone: {
      ...before.lost.microphone,
      blocked: {
        title: "Your microphone is blocked",
        text: "Nobody in the conversation hears you.",
        how: shortly("microphone", AGAIN, "Your voice returns without a new call."),
      },
    },
    camera: {
      ...before.lost.camera,
      blocked: {
        title: "Grant the camera again?",
        text: "Your adviser sees a still picture.",
        how: shortly("camera", AGAIN, "Your picture returns without a new call."),
      },
    },
  },
  needed: {
    ...before.needed,
    blocked: {
      title: "Allow the microphone to call us.",
      text: "This browser blocks it, so there was no call.",
      steps: steps("microphone", "Call again."),
    },
    dismissed: {
      title: "Allow the microphone to call us.",
      text: "The browser did not get your permission, so there was no call.",
      steps: ["Call again.", "Choose Allow when the browser asks, or look at the permissions icon in the address bar."],
    },
  },
  unavailable: {
    ...before.unavailable,
    question: "Use it after all, or go on by voice.",
    steps: steps("camera", "Then press “Use my camera”."),
    still: "The camera is still not available.",
  },
  failed: before.failed,
};
