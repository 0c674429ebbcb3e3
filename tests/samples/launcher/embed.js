// What a shop puts into its page: a launcher, and behind it the widget in a frame.
const launcher = Object.assign(document.createElement("button"), { textContent: "Chat with us" });
launcher.style.cssText = "position:fixed;right:20px;bottom:20px;padding:12px 18px;border-radius:24px;border:0;background:#1b5e20;color:#fff";
launcher.onclick = () => {
  launcher.remove();
  const frame = Object.assign(document.createElement("iframe"), { src: "frame.html" + location.search, title: "Contact" });
  frame.allow = "microphone; camera; autoplay";
  frame.style.cssText = "position:fixed;right:20px;bottom:20px;width:360px;height:620px;border:1px solid #888;border-radius:12px;background:#fff";
  document.body.append(frame);
};
document.body.append(launcher);
