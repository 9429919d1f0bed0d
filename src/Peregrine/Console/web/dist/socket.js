// The line to the link: comes back by itself, and says how it stands.
import { apply, choose, state } from './state.js';

const firstRetryMs = 500;
const lastRetryMs = 5000;
const silentMs = 4000;
let socket = null;
let retryMs = firstRetryMs;

/** Begins, and goes on for as long as the page is open. */
export function connect(onState) {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  socket = new WebSocket(`${scheme}://${location.host}/ws`);
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    apply(message);
    if (message.type === 'hello') {
      retryMs = firstRetryMs;
      onState('live');
      if (!state.symbol || !state.instruments.some((instrument) => instrument.symbol === state.symbol)) choose(state.instruments[0]?.symbol ?? null);
      watch();
    }
  };
  socket.onclose = () => {
    onState('lost');
    setTimeout(() => connect(onState), retryMs);
    retryMs = Math.min(retryMs * 2, lastRetryMs);
  };
}

/** A link that hangs closes nothing: after some seconds of silence the line counts as lost. */
export function checkSilence() {
  if (socket?.readyState === WebSocket.OPEN && state.lastMessage && Date.now() - state.lastMessage > silentMs) socket.close();
}

/** Asks for the chosen instrument. */
export function watch() {
  if (socket?.readyState === WebSocket.OPEN && state.symbol) socket.send(JSON.stringify({ type: 'watch', symbol: state.symbol }));
}
