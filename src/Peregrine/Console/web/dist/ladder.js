// The book of the chosen instrument, and its trades.
import { count, element, price, setText, time } from './format.js';
import { instrumentOf, state } from './state.js';

const levels = 10;
const shownTrades = 60;

/** Draws the ladder; rows are kept and refilled, so that focus and pointer stay where they are. */
export function drawLadder(onPrice) {
  const body = document.querySelector('#ladder tbody');
  if (body.rows.length === 0) makeRows(body, onPrice);
  const instrument = instrumentOf(state.symbol);
  const asks = state.book?.asks ?? [];
  const bids = state.book?.bids ?? [];
  setText(document.getElementById('ladder-symbol'), state.symbol ?? 'Order book');
  const isEmpty = !asks.length && !bids.length;
  document.getElementById('ladder-empty').hidden = !isEmpty;
  document.getElementById('ladder').hidden = isEmpty;
  const most = Math.max(1, ...asks.slice(0, levels).map((level) => level.quantity), ...bids.slice(0, levels).map((level) => level.quantity));
  const own = new Set([...state.orders.values()].filter((order) => order.symbol === state.symbol && order.leaves > 0).map((order) => order.price));
  for (let depth = 0; depth < levels; depth++) {
    fill(body.rows[levels - 1 - depth], asks[depth], 'ask', depth, most, instrument, own);
    fill(body.rows[levels + 1 + depth], bids[depth], 'bid', depth, most, instrument, own);
  }
  const spread = asks.length && bids.length ? asks[0].price - bids[0].price : null;
  setText(body.rows[levels].cells[0], spread == null ? 'one side is empty' : `spread ${price(Number(spread.toFixed(9)), instrument)}`);
  const last = state.trades.at(-1);
  const target = document.getElementById('last');
  setText(target, last ? `${last.aggressor === 'sell' ? '▼' : '▲'} ${price(last.price, instrument)}` : '');
  target.className = `last ${last?.aggressor === 'sell' ? 'sell-ink' : 'buy-ink'}`;
}

function makeRows(body, onPrice) {
  for (let row = 0; row < 2 * levels + 1; row++) {
    if (row === levels) {
      body.append(element('tr', { class: 'spread' }, element('td', { colspan: 3 })));
      continue;
    }
    const side = row < levels ? 'ask' : 'bid';
    const button = element('button', { type: 'button', onclick: () => button.value && onPrice(Number(button.value), side === 'ask' ? 'buy' : 'sell') });
    body.append(element('tr', {}, element('td', { class: 'bid' }, element('div')), element('td', {}, button), element('td', { class: 'ask' }, element('div'))));
  }
}

function fill(row, level, side, depth, most, instrument, own) {
  const cell = row.cells[side === 'bid' ? 0 : 2].firstChild;
  const button = row.cells[1].firstChild;
  const id = `ladder-${side}-${depth}`;
  cell.dataset.testid = `${id}-quantity`;
  button.dataset.testid = `${id}-price`;
  button.value = level?.price ?? '';
  setText(button, level ? price(level.price, instrument) : '');
  button.disabled = !level;
  button.title = level ? `${level.orders} orders` : '';
  setText(cell, level ? count(level.quantity) : '');
  cell.style.setProperty('--w', level ? `${Math.max(2, (level.quantity / most) * 100)}%` : '0%');
  row.classList.toggle('mine', Boolean(level && own.has(level.price)));
}

export function drawTrades() {
  const instrument = instrumentOf(state.symbol);
  document.getElementById('trades-empty').hidden = state.trades.length > 0;
  const rows = state.trades.slice(-shownTrades).reverse().map((trade) => element('tr', { 'data-testid': 'trade-row', 'data-id': trade.id },
    element('td', { class: 'muted' }, time(trade.time)),
    element('td', { class: trade.aggressor === 'sell' ? 'sell-ink' : 'buy-ink' }, `${trade.aggressor === 'sell' ? '▼' : trade.aggressor === 'buy' ? '▲' : '·'} ${price(trade.price, instrument)}`),
    element('td', {}, count(trade.quantity))));
  document.querySelector('#trades tbody').replaceChildren(...rows);
}
