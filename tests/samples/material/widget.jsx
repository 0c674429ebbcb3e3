// A contact panel on React and Material UI with a ligature font, as many are: no control has an accessible name.
import { useEffect, useState, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import { AppBar, Badge, Box, Button, CircularProgress, Dialog, DialogActions, DialogContent, DialogContentText, DialogTitle,
  GlobalStyles, Icon, IconButton, Paper, SnackbarContent, Stack, Toolbar, Typography } from "@mui/material";
import font from "material-icons/iconfont/material-icons.woff2";
import { VERSION, answer, call, current, hangUp, subscribe, toggleCamera, toggleMicrophone } from "./call.js";

const ligatures = {
  "@font-face": { fontFamily: "Material Icons", fontDisplay: "block", src: `url(${font}) format("woff2")` },
  ".material-icons": { fontFamily: "Material Icons", fontFeatureSettings: '"liga"', lineHeight: 1, whiteSpace: "nowrap" },
};

function Control({ icon, end = false, blocked = false, ...rest }) {
  const look = { width: 56, height: 56, color: "#fff", bgcolor: end ? "error.main" : "grey.800", "&:hover": { bgcolor: "grey.600" },
    "&.Mui-disabled": { color: "grey.500", bgcolor: "grey.900" } };
  return (
    <IconButton className={end ? "control-btn end-call" : "control-btn"} disabled={blocked} sx={look} {...rest}>
      <Badge badgeContent="!" color="error" className="error-badge" invisible={!blocked}>
        <Icon>{icon}</Icon>
      </Badge>
    </IconButton>
  );
}

function Timer({ begun }) {
  const [seconds, count] = useState(0);
  useEffect(() => {
    const clock = setInterval(() => count(Math.floor((Date.now() - begun) / 1000)), 250);
    return () => clearInterval(clock);
  }, [begun]);
  const two = (number) => String(number).padStart(2, "0");
  return <span className="timer">{`${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`}</span>;
}

function Picture({ stream, ...rest }) {
  const put = (element) => {
    if (element && element.srcObject !== stream) element.srcObject = stream;
  };
  return <Box component="video" ref={put} autoPlay playsInline {...rest} />;
}

const Home = () => (
  <Stack className="home" spacing={2} sx={{ p: 3, flex: 1 }}>
    <Typography variant="h6">Hello!</Typography>
    <Typography>Which lamp may it be? Talk to one of our people.</Typography>
    <Stack className="home-actions" direction="row" spacing={2}>
      <IconButton color="primary" onClick={() => call(false)}><Icon>call</Icon></IconButton>
      <IconButton color="primary" onClick={() => call(true)}><Icon>videocam</Icon></IconButton>
    </Stack>
  </Stack>
);

const Dialling = ({ video }) => (
  <Stack className="call-popup" spacing={4} sx={{ alignItems: "center", justifyContent: "center", flex: 1 }}>
    <CircularProgress />
    <Typography>Initiating {video ? "video" : "audio"} call</Typography>
    <Control icon="call_end" end onClick={hangUp} />
  </Stack>
);

const Talk = ({ state }) => (
  <Stack className="talk" sx={{ flex: 1, position: "relative", bgcolor: "#111", color: "#fff" }}>
    <Stack className="agent-detail" direction="row" sx={{ p: 1, justifyContent: "space-between" }}>
      <span>Alex, Lamps and shades</span>
      <Timer begun={state.begun} />
    </Stack>
    <Picture stream={state.agent} sx={{ width: 1, flex: 1, minHeight: 0 }} />
    {state.video && (
      <Box className="self-view" sx={{ position: "absolute", right: 8, top: 44, width: 112, height: 84, bgcolor: "grey.900", textAlign: "center" }}>
        {state.camera === "on" ? <Picture stream={state.self} muted sx={{ width: 1, height: 1 }} /> : <Icon>videocam_off</Icon>}
      </Box>
    )}
    <Stack className="call-controls" direction="row" spacing={2} sx={{ p: 2, justifyContent: "center" }}>
      <Control icon={state.microphone === "on" ? "mic" : "mic_off"} blocked={state.microphone === "blocked"} onClick={toggleMicrophone} />
      {state.video && (
        <Control icon={state.camera === "on" ? "videocam" : "videocam_off"} blocked={state.camera.startsWith("blocked")} onClick={toggleCamera} />
      )}
      <Control icon="call_end" end onClick={hangUp} />
    </Stack>
  </Stack>
);

const Choice = ({ open }) => (
  <Dialog open={open} onClose={() => answer(null)} className="camera-choice">
    <DialogTitle>Camera is not available</DialogTitle>
    <DialogContent>
      <DialogContentText>Your camera cannot be used. Allow it in your browser, or go on without video.</DialogContentText>
    </DialogContent>
    <DialogActions>
      <Button onClick={() => answer(false)}>Audio call</Button>
      <Button variant="contained" onClick={() => answer(true)}>Use camera</Button>
    </DialogActions>
  </Dialog>
);

function Widget() {
  const state = useSyncExternalStore(subscribe, current);
  return (
    <Paper elevation={8} sx={{ height: 1, display: "flex", flexDirection: "column", overflow: "hidden", borderRadius: 3, position: "relative" }}>
      <GlobalStyles styles={ligatures} />
      <AppBar position="static"><Toolbar variant="dense">Lamps and shades</Toolbar></AppBar>
      {state.phase === "home" && <Home />}
      {["dialling", "choice"].includes(state.phase) && <Dialling video={state.video} />}
      {state.phase === "up" && <Talk state={state} />}
      <Choice open={state.phase === "choice"} />
      <Stack className="snackbars" spacing={1} sx={{ position: "absolute", left: 8, right: 8, bottom: 96, zIndex: "snackbar" }}>
        {state.messages.map(({ id, text }) => <SnackbarContent key={id} className="error-snackbar" message={text} />)}
      </Stack>
      <Typography className="about" variant="caption" sx={{ px: 1, color: "grey.600" }}>Contact <span className="build">{VERSION}</span></Typography>
    </Paper>
  );
}

createRoot(document.getElementById("contact")).render(<Widget />);
