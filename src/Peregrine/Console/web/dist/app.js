// Brings the parts together: one drawing for each animation frame, of what changed only.
import { drawPoints, drawPrice, fitCharts, makeCharts } from './charts.js';
import { drawLadder, drawTrades } from './ladder.js';
import { drawOrders, startOrders } from './orders.js';
import { drawInstruments, drawRejects, drawStatus, drawVitals } from './panels.js';
import { checkSilence, connect, watch } from './socket.js';
import { choose, state } from './state.js';
import { drawTicket, startTicket, takePrice } from './ticket.js';

const themeKey = 'peregrine-theme';
let line = 'connecting';
let lostAt = Date.now();

function setTheme(name) {
  document.documentElement.dataset.theme = name;
}

function startTheme() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  setTheme(localStorage.getItem(themeKey) ?? (dark.matches ? 'dark' : 'light'));
  document.getElementById('theme').addEventListener('click', () => {
    const next = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
    localStorage.setItem(themeKey, next);
    setTheme(next);
    makeCharts();
  });
}

function onState(next) {
  if (next === 'lost' && line !== 'lost') lostAt = state.lastMessage || Date.now();
  line = next;
  drawConnection();
}

function drawConnection() {
  const isLive = line === 'live';
  const chip = document.getElementById('connection');
  chip.textContent = isLive ? 'live' : line === 'lost' ? 'disconnected' : 'connecting';
  chip.classList.toggle('live', isLive);
  document.body.classList.toggle('stale', line === 'lost');
  const banner = document.getElementById('banner');
  banner.hidden = line !== 'lost';
  if (line === 'lost') banner.textContent = `The link does not answer. Last update ${Math.round((Date.now() - lostAt) / 1000)} s ago; trying again…`;
}

function onChoose(symbol) {
  choose(symbol);
  watch();
}

const drawings = {
  instruments: () => drawInstruments(onChoose), book: () => drawLadder(takePrice), trades: drawTrades, bars: drawPrice,
  points: () => { drawVitals(); drawPoints(); }, status: drawStatus, orders: drawOrders, rejects: drawRejects, ticket: drawTicket,
};

function draw() {
  for (const part of state.dirty) drawings[part]?.();
  state.dirty.clear();
  requestAnimationFrame(draw);
}

startTheme();
startTicket();
startOrders();
makeCharts();
new ResizeObserver(fitCharts).observe(document.querySelector('main'));
connect(onState);
setInterval(() => { checkSilence(); drawConnection(); }, 1000);
requestAnimationFrame(draw);
