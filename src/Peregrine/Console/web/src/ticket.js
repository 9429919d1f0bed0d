// Entering and cancelling orders.
import { count, element, isMultiple, price } from './format.js';
import { instrumentOf, state } from './state.js';

const tokenKey = 'peregrine-token';
const form = document.getElementById('order');
const result = document.getElementById('result');
const fields = form.elements;

export function startTicket() {
  const given = /^#token=([0-9a-zA-Z]+)$/.exec(location.hash);
  if (given) {
    localStorage.setItem(tokenKey, given[1]);
    history.replaceState(null, '', location.pathname);
  }
  form.addEventListener('submit', (event) => { event.preventDefault(); enter(); });
  form.addEventListener('input', drawTicket);
  form.addEventListener('keydown', (event) => { if (event.key === 'Escape') { say(''); mark({}); } });
  drawTicket();
}

/** A price of the ladder was chosen. */
export function takePrice(value, side) {
  fields.type.value = 'limit';
  fields.price.value = value;
  fields.side.value = side;
  mark({});
  drawTicket();
  fields.quantity.focus();
}

export function drawTicket() {
  const instrument = instrumentOf(state.symbol);
  const button = form.querySelector('.submit');
  const isSell = fields.side.value === 'sell';
  const isMarket = fields.type.value === 'market';
  fields.price.disabled = isMarket;
  button.classList.toggle('sell', isSell);
  button.disabled = !instrument?.isTradable || !instrument?.isOpen;
  button.textContent = !instrument ? 'No instrument' : !instrument.isTradable ? 'Seen on a feed: not traded here' : !instrument.isOpen ? 'Closed' : `${isSell ? 'Sell' : 'Buy'} ${instrument.symbol}`;
  document.getElementById('token-field').hidden = Boolean(localStorage.getItem(tokenKey));
  const accounts = [...fields.account.options].map((option) => option.value).join();
  if (accounts !== state.accounts.join()) fields.account.replaceChildren(...state.accounts.map((name) => element('option', { value: name }, name)));
  if (instrument && !fields.price.value && state.book?.asks.length) fields.price.placeholder = String(state.book.asks[0].price);
}

async function enter() {
  const instrument = instrumentOf(state.symbol);
  const isMarket = fields.type.value === 'market';
  const quantity = Number(fields.quantity.value);
  const limit = Number(fields.price.value);
  const errors = {};
  if (!(quantity > 0) || !isMultiple(quantity, instrument.lotUnits)) errors.quantity = `A multiple of ${instrument.lotUnits} above 0`;
  if (!isMarket && (!(limit > 0) || !isMultiple(limit, instrument.tickSize))) errors.price = `A multiple of ${instrument.tickSize}`;
  mark(errors);
  if (Object.keys(errors).length) return;
  const order = { symbol: instrument.symbol, side: fields.side.value, type: fields.type.value, timeInForce: fields.timeInForce.value, quantity, account: fields.account.value };
  if (!isMarket) order.price = limit;
  const answer = await call('POST', '/api/orders', order);
  if (answer) say(describe(answer, instrument), answer.status === 'cancelled' ? 'bad' : 'good');
}

/** Cancels one of the page's own orders. */
export async function cancel(order) {
  const answer = await call('DELETE', `/api/orders/${encodeURIComponent(order.clientOrderId)}`);
  if (answer) say(`Cancelled ${count(answer.quantity - answer.filled)} ${answer.symbol}.`, 'good');
}

async function call(method, path, body) {
  const typed = fields.token.value.trim();
  if (typed) localStorage.setItem(tokenKey, typed);
  const token = localStorage.getItem(tokenKey);
  drawTicket();
  if (!token) {
    say('Paste the access token first.', 'bad');
    fields.token.focus();
    return null;
  }
  try {
    const headers = { Authorization: `Bearer ${token}`, ...(body ? { 'Content-Type': 'application/json' } : {}) };
    const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
    const answer = await response.json();
    if (response.ok) return answer;
    if (response.status === 401) {
      localStorage.removeItem(tokenKey);
      fields.token.value = '';
      drawTicket();
    }
    say(`${answer.title}: ${answer.detail}`, 'bad');
  } catch {
    say('The link did not answer. Is it running?', 'bad');
  }
  return null;
}

function describe(order, instrument) {
  const filled = order.filled ? `${count(order.filled)} filled at ${price(order.averagePrice, instrument)}` : '';
  const rest = order.leaves ? `${count(order.leaves)} working` : order.status === 'cancelled' ? `the rest cancelled (${order.reason ?? 'on request'})` : '';
  return `${order.side === 'buy' ? 'Buy' : 'Sell'} ${count(order.quantity)} ${order.symbol}: ${[filled, rest].filter(Boolean).join(', ')}.`;
}

function say(text, kind = '') {
  result.textContent = text;
  result.className = `result ${kind}`;
}

function mark(errors) {
  for (const name of ['quantity', 'price']) {
    document.getElementById(`e-${name}`).textContent = errors[name] ?? '';
    fields[name].setAttribute('aria-invalid', String(Boolean(errors[name])));
  }
  const first = Object.keys(errors)[0];
  if (first) fields[first].focus();
}
