// Lists and figures around the book.
import { bytes, count, element, micros, price, setText, time } from './format.js';
import { drawSessions } from './sessions.js';
import { instrumentOf, state } from './state.js';

export function drawInstruments(onChoose) {
  const host = document.getElementById('instruments');
  if (!state.instruments.length) {
    host.replaceChildren(element('p', { class: 'empty' }, 'No instruments yet.'));
    return;
  }
  const known = [...host.querySelectorAll('.instrument')].map((button) => button.dataset.symbol).join();
  if (known !== state.instruments.map((instrument) => instrument.symbol).join()) {
    host.replaceChildren(...state.instruments.map((instrument) => element('button', { type: 'button', class: 'instrument', 'data-symbol': instrument.symbol, 'data-testid': `symbol-${instrument.symbol}`, onclick: () => onChoose(instrument.symbol) },
      element('b', {}, instrument.symbol), element('span', { class: 'px' }), element('small'), element('small'))));
  }
  for (const button of host.querySelectorAll('.instrument')) {
    const instrument = instrumentOf(button.dataset.symbol);
    const quote = state.quotes.get(instrument.symbol);
    const change = quote?.last != null && quote.open ? ((quote.last - quote.open) / quote.open) * 100 : null;
    button.setAttribute('aria-pressed', String(instrument.symbol === state.symbol));
    setText(button.children[1], price(quote?.last ?? null, instrument));
    setText(button.children[2], `${price(quote?.bid ?? null, instrument)} / ${price(quote?.ask ?? null, instrument)}`);
    setText(button.children[3], change == null ? 'no trade yet' : `${change >= 0 ? '▲ +' : '▼ −'}${Math.abs(change).toFixed(2)} %  ${count(quote.volume)}`);
    button.children[3].className = change == null ? '' : change >= 0 ? 'buy-ink' : 'sell-ink';
  }
}

export function drawVitals() {
  const last = state.points.at(-1);
  const withLatency = state.points.findLast((point) => point.p50Us != null && last.time - point.time < 10000);
  setText(document.getElementById('m-orders'), last ? count(last.ordersPerSecond) : '–');
  for (const [id, key] of [['m-p50', 'p50Us'], ['m-p99', 'p99Us'], ['m-p999', 'p999Us'], ['m-max', 'maxUs']]) setText(document.getElementById(id), micros(withLatency?.[key] ?? null));
  drawHops(withLatency);
}

function drawHops(point) {
  const host = document.getElementById('hops');
  if (host.children.length !== state.hopNames.length * 3) {
    host.replaceChildren(...state.hopNames.flatMap((name) => [element('span', {}, name), element('i'), element('span', { 'data-testid': `hop-${name}` })]));
  }
  const whole = Math.max(1, (point?.hopP50Us ?? []).reduce((sum, value) => sum + value, 0));
  state.hopNames.forEach((_, hop) => {
    host.children[hop * 3 + 1].style.setProperty('--w', `${((point?.hopP50Us[hop] ?? 0) / whole) * 100}%`);
    setText(host.children[hop * 3 + 2], point ? `${micros(point.hopP50Us[hop])} · p99 ${micros(point.hopP99Us[hop])}` : '–');
  });
}

export function drawStatus() {
  const status = state.status;
  if (!status) return;
  setText(document.getElementById('flow'), `${status.flow.kind}: ${status.flow.text}`);
  drawSessions();
  const data = status.marketData;
  const figures = [
    ['level', status.journal.level], ['commands', count(status.journal.sequence), 'journal-sequence'], ['durable up to', count(status.journal.durableSequence), 'journal-durable'],
    ['written', bytes(status.journal.bytes)], ['syncs', count(status.journal.syncs)], ['trades', count(status.trades)], ['rejects', count(status.rejects)], ['working orders', count(status.workingOrders)],
    ['market data port', data.address], ['subscribers', `${count(data.subscribers)}, ${count(data.subscriptions)} subscriptions`], ['book changes', count(data.updates)], ['sent', `${count(data.frames)} frames, ${bytes(data.bytes)}`],
    ['conflated / too slow', `${count(data.conflations)} / ${count(data.slowDisconnects)}`],
  ];
  const host = document.getElementById('journal');
  if (host.children.length !== figures.length * 2) {
    host.replaceChildren(...figures.flatMap(([name, , id]) => [element('dt', {}, name), element('dd', id ? { 'data-testid': id } : {})]));
  }
  figures.forEach(([, value], index) => setText(host.children[index * 2 + 1], value));
}

export function drawRejects() {
  document.getElementById('rejects-empty').hidden = state.rejects.length > 0;
  document.getElementById('rejects').replaceChildren(...state.rejects.slice().reverse().map((reject) => element('tr', {}, element('td', { class: 'muted' }, time(reject.time)), element('td', {}, reject.session),
    element('td', {}, `${reject.request} ${reject.symbol ?? ''}: ${reject.text}`))));
}
