// Everything that release 5.1 says. Another release says it with other words of the same shape.

import { shortly, steps } from "./guidance.js";

const AGAIN = "Ask again";

export const words = {
  status: {
    preparing: "Getting ready…",
    calling: "Calling…",
    ringing: "Ringing…",
    up: "",
    ended: "The agent has ended the call.",
    hint: "If your browser asks a question, answer it to go on.",
  },
  agent: "Support agent",
  askAgain: AGAIN,
  back: { microphone: "The agent hears you again.", camera: "The agent sees you again." },
  stillBlocked: "Still blocked by the browser.",
  lost: {
    microphone: {
      blocked: {
        title: "Microphone access lost",
        text: "The agent cannot hear you.",
        how: shortly("microphone", AGAIN, "Your audio reconnects by itself."),
      },
      missing: {
        title: "Microphone no longer found",
        text: "The agent cannot hear you. Connect it again; the call stays connected.",
      },
      busy: {
        title: "Microphone no longer available",
        text: "The agent cannot hear you. Close other programs that use it; the call stays connected.",
      },
    },
    camera: {
      blocked: {
        title: "Allow the camera again?",
        text: "The agent cannot see you.",
        how: shortly("camera", AGAIN, "Your video resumes by itself."),
      },
      missing: {
        title: "Your camera is no longer found",
        text: "The agent cannot see you. To enable the camera, connect it again.",
      },
      busy: {
        title: "Your camera does not open",
        text: "The agent cannot see you. To enable the camera, close other programs that use it.",
      },
    },
  },
  needed: {
    blocked: {
      title: "Please add microphone permissions in your browser.",
      text: "A call needs your microphone, so none was started.",
      steps: steps("microphone", "Then select the call button again."),
    },
    dismissed: {
      title: "Please add microphone permissions in your browser.",
      text: "A call needs your microphone, so none was started.",
      steps: [
        "Select the call button again.",
        "Choose Allow when the browser asks.",
        "If it does not ask, look at the permissions icon in the address bar.",
      ],
    },
    system: {
      title: "Your system blocks the microphone.",
      text: "Allow microphone access for this browser in the privacy settings of your computer, then select the call button again.",
    },
    missing: {
      title: "No microphone found.",
      text: "Connect a microphone or a headset, then select the call button again.",
    },
    busy: {
      title: "Your microphone does not open.",
      text: "Another program may be using it. Close that program, then select the call button again.",
    },
    insecure: {
      title: "Calls need a secure page.",
      text: "The browser gives a microphone to https pages only. Open this site by its https address.",
    },
    policy: {
      title: "This site does not let the chat use a microphone.",
      text: "Only the operator of the site can change that.",
    },
  },
  unavailable: {
    title: "Camera unavailable",
    reason: {
      blocked: "Your browser blocks the camera for this site.",
      dismissed: "The browser was not allowed to use the camera.",
      system: "Your system’s privacy settings block the camera for this browser.",
      missing: "No camera was found on this device.",
      busy: "The camera does not open; another program may be using it.",
      insecure: "The browser gives a camera to https pages only.",
      policy: "This site does not let the chat use a camera.",
    },
    question: "You can enable it, or go on without it.",
    steps: steps("camera", "Then select “Enable camera”."),
    still: "The camera is still unavailable. Follow the steps above, then try again.",
  },
  failed: {
    Busy: "All agents are busy. Please try again in a few minutes.",
    Rejected: "The call was declined. Please try again later.",
    Canceled: "",
    "No Answer": "Nobody has answered. Please try again later.",
    other: "The call could not be placed. Check your connection and try again.",
  },
};
