// The charts, all by uPlot. A theme change makes them anew, as colours are drawn into the canvas.
import uPlot from './lib/uPlot.esm.js';
import { state } from './state.js';

const charts = {};
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const axis = (extra = {}) => ({ stroke: css('--muted'), grid: { stroke: css('--line'), width: 1 }, ticks: { stroke: css('--line') }, font: '11px system-ui', ...extra });
const bars = uPlot.paths.bars({ size: [0.7, 24] });

const heights = { 'chart-price': 300, 'chart-latency': 230, 'chart-rate': 130 };
const line = (label, stroke, extra = {}) => ({ label, stroke, width: 1.4, points: { show: false }, ...extra });

function make(id, options, data) {
  charts[id]?.destroy();
  const host = document.getElementById(id);
  host.replaceChildren();
  charts[id] = new uPlot({ width: host.clientWidth || 300, height: heights[id], ...options }, data, host);
  return charts[id];
}

export function makeCharts() {
  const time = { time: true };
  make('chart-price', {
    scales: { x: time, volume: { range: (_, __, max) => [0, Math.max(max * 4, 1)] } },
    axes: [axis(), axis({ size: 62 }), { show: false, scale: 'volume' }],
    series: [{}, line('price', css('--accent'), { width: 1.6, fill: `${css('--accent')}14` }), { label: 'volume', scale: 'volume', stroke: css('--muted'), fill: `${css('--muted')}55`, paths: bars, points: { show: false } }],
  }, [[], [], []]);
  make('chart-latency', {
    scales: { x: time, y: { distr: 3, log: 10, range: (_, min, max) => [Math.max(1, 10 ** Math.floor(Math.log10(min || 1))), 10 ** Math.ceil(Math.log10(max || 1000))] } },
    axes: [axis(), axis({ size: 62, values: (_, splits) => splits.map((value) => (value == null ? '' : value >= 1000 ? `${value / 1000} ms` : String(value))) })],
    series: [{},
      line('p50', css('--accent'), { width: 1.6 }), line('p99', '#3b82f6'), line('p99.9', '#d97706', { width: 1.2 }), line('max', css('--sell'), { width: 1, dash: [3, 3] }),
      { label: 'GC pause', stroke: css('--mine'), paths: () => null, points: { show: true, size: 8, fill: css('--mine') } },
      { label: 'hiccup > 5 ms', stroke: css('--muted'), paths: () => null, points: { show: true, size: 5, fill: css('--muted') } }],
  }, [[], [], [], [], [], [], []]);
  make('chart-rate', {
    scales: { x: time, y: { range: (_, __, max) => [0, Math.max(max * 1.15, 10)] } }, axes: [axis(), axis({ size: 52 })], legend: { show: false },
    series: [{}, line('orders/s', css('--accent'), { fill: `${css('--accent')}26` })],
  }, [[], []]);
  drawPrice();
  drawPoints();
}

export function drawPrice() {
  document.getElementById('price-empty').hidden = state.bars.length > 0;
  document.getElementById('chart-price').hidden = state.bars.length === 0;
  charts['chart-price']?.setData([state.bars.map((bar) => bar.time / 1000), state.bars.map((bar) => bar.close), state.bars.map((bar) => bar.volume)]);
}

export function drawPoints() {
  const points = state.points;
  const times = points.map((point) => point.time / 1000);
  const column = (of) => points.map((point) => of(point) ?? null);
  const hiccupMs = 5;
  charts['chart-latency']?.setData([times, column((p) => p.p50Us), column((p) => p.p99Us), column((p) => p.p999Us), column((p) => p.maxUs),
    column((p) => (p.gcPauseMs > 0 ? Math.max(p.gcPauseMs * 1000, 1) : null)), column((p) => (p.hiccupMs > hiccupMs ? p.hiccupMs * 1000 : null))]);
  charts['chart-rate']?.setData([times, column((p) => p.ordersPerSecond)]);
}

/** Fits the charts to their boxes; a hidden box has no size. */
export function fitCharts() {
  for (const [id, chart] of Object.entries(charts)) {
    const host = document.getElementById(id);
    if (host.clientWidth > 0 && Math.abs(host.clientWidth - chart.width) > 1) chart.setSize({ width: host.clientWidth, height: chart.height });
  }
}
