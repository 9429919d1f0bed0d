// Entering and cancelling orders.
import { count, element, isMultiple, price } from './format.js';
import { instrumentOf, state } from './state.js';

const tokenKey = 'peregrine-token';
const form = document.getElementById('order');
const result = document.getElementById('result');
const fields = form.elements;
const again = document.getElementById('again');

// A ticket as it is filled has one client order id: sent twice, by a second click or after an answer that never came, it is one order.
let ticketId = freshId();
let sentSymbol = null;
let enteredText = '';
let isOnItsWay = false;

function freshId() {
  return `T${[...crypto.getRandomValues(new Uint8Array(10))].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** The ticket says something else from now on: what is sent next is another order. */
function refill() {
  ticketId = freshId();
  enteredText = '';
  again.hidden = true;
  drawTicket();
}

export function startTicket() {
  const given = /^#token=([0-9a-zA-Z]+)$/.exec(location.hash);
  if (given) {
    localStorage.setItem(tokenKey, given[1]);
    history.replaceState(null, '', location.pathname);
  }
  form.addEventListener('submit', (event) => { event.preventDefault(); enter(); });
  form.addEventListener('input', (event) => { if (event.target === fields.token) drawTicket(); else refill(); });
  again.addEventListener('click', () => {
    refill();
    say('');
    form.querySelector('.submit').focus();
  });
  form.addEventListener('keydown', (event) => { if (event.key === 'Escape') { say(''); mark({}); } });
  drawTicket();
}

/** A price of the ladder was chosen. */
export function takePrice(value, side) {
  fields.type.value = 'limit';
  fields.price.value = value;
  fields.side.value = side;
  mark({});
  refill();
  fields.quantity.focus();
}

export function drawTicket() {
  const instrument = instrumentOf(state.symbol);
  const button = form.querySelector('.submit');
  const isSell = fields.side.value === 'sell';
  const isMarket = fields.type.value === 'market';
  fields.price.disabled = isMarket;
  button.classList.toggle('sell', isSell);
  button.disabled = isOnItsWay || !instrument?.isTradable || !instrument?.isOpen;
  button.textContent = !instrument ? 'No instrument' : !instrument.isTradable ? 'Seen on a feed: not traded here' : !instrument.isOpen ? 'Closed' : `${isSell ? 'Sell' : 'Buy'} ${instrument.symbol}`;
  document.getElementById('token-field').hidden = Boolean(localStorage.getItem(tokenKey));
  const accounts = [...fields.account.options].map((option) => option.value).join();
  if (accounts !== state.accounts.join()) fields.account.replaceChildren(...state.accounts.map((name) => element('option', { value: name }, name)));
  if (instrument && !fields.price.value && state.book?.asks.length) fields.price.placeholder = String(state.book.asks[0].price);
}

async function enter() {
  if (isOnItsWay) return;
  const instrument = instrumentOf(state.symbol);
  const isMarket = fields.type.value === 'market';
  const quantity = Number(fields.quantity.value);
  const limit = Number(fields.price.value);
  const errors = {};
  if (!(quantity > 0) || !isMultiple(quantity, instrument.lotUnits)) errors.quantity = `A multiple of ${instrument.lotUnits} above 0`;
  if (!isMarket && (!(limit > 0) || !isMultiple(limit, instrument.tickSize))) errors.price = `A multiple of ${instrument.tickSize}`;
  mark(errors);
  if (Object.keys(errors).length) return;
  if (sentSymbol && sentSymbol !== instrument.symbol) ticketId = freshId();
  sentSymbol = instrument.symbol;
  const order = { clientOrderId: ticketId, symbol: instrument.symbol, side: fields.side.value, type: fields.type.value, timeInForce: fields.timeInForce.value, quantity, account: fields.account.value };
  if (!isMarket) order.price = limit;
  const isFocused = document.activeElement === form.querySelector('.submit');
  isOnItsWay = true;
  drawTicket();
  const answer = await call('POST', '/api/orders', order, explain);
  isOnItsWay = false;
  drawTicket();
  if (isFocused && document.activeElement === document.body) form.querySelector('.submit').focus();
  if (!answer) return;
  again.hidden = false;
  enteredText = describe(answer, instrument);
  say(enteredText, answer.status === 'cancelled' ? 'bad' : 'good');
}

// Of a refusal: the id of an order that was not entered may be spent all the same, so the ticket gets a new one, unless it was entered before.
function explain(status, problem) {
  if (problem.reason === 'DuplicateClientOrderId') {
    again.hidden = false;
    return `${enteredText} This ticket is entered: change it, or choose New ticket to enter the same again.`.trim();
  }
  if (status === 400 || status === 422) ticketId = freshId();
  return null;
}

/** Cancels one of the page's own orders. */
export async function cancel(order) {
  const answer = await call('DELETE', `/api/orders/${encodeURIComponent(order.clientOrderId)}`);
  if (answer) say(`Cancelled ${count(answer.quantity - answer.filled)} ${answer.symbol}.`, 'good');
}

/** What an operator does to a session. */
export async function operate(compId, verb) {
  const answer = await call('POST', `/api/sessions/${encodeURIComponent(compId)}/${verb}`);
  const outcomes = { done: verb === 'reset' ? 'its numbers begin with 1' : 'logged out', begun: 'is logged out; then its numbers begin with 1', notConnected: 'is not connected' };
  if (answer) say(`${answer.compId}: ${outcomes[answer.outcome]}.`, answer.outcome === 'notConnected' ? 'bad' : 'good');
}

async function call(method, path, body, explained = () => null) {
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
    say(explained(response.status, answer) ?? `${answer.title}: ${answer.detail}`, 'bad');
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
