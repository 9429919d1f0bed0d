// The table of own orders. A row belongs to one order for as long as it is shown, and is changed where it stands: whoever is about to
// press its button presses that button, whatever happens to other orders meanwhile.
import { count, element, price, setText, time, word } from './format.js';
import { instrumentOf, state } from './state.js';
import { cancel } from './ticket.js';

const body = document.querySelector('#orders tbody');
const rows = new Map();
let isPressed = false;

/** While a button or key is down in the table, no row comes, goes or moves. */
export function startOrders() {
  const release = () => {
    isPressed = false;
    state.dirty.add('orders');
  };
  body.addEventListener('pointerdown', () => { isPressed = true; });
  // The click comes after the release: rows may move only when it is dealt with.
  for (const name of ['pointerup', 'pointercancel']) addEventListener(name, () => setTimeout(release));
  addEventListener('blur', release);
}

/** Draws what changed; new orders come on top. */
export function drawOrders() {
  setText(document.getElementById('session'), state.session ? `as ${state.session}` : '');
  document.getElementById('orders-empty').hidden = state.orders.size > 0;
  if (!isPressed) arrange();
  for (const [key, row] of rows) {
    const order = state.orders.get(key);
    if (order) fill(row, order);
  }
}

function arrange() {
  for (const [key, row] of rows) {
    if (!state.orders.has(key) && !row.contains(document.activeElement)) {
      row.remove();
      rows.delete(key);
    }
  }
  for (const key of state.orders.keys()) {
    if (rows.has(key)) continue;
    const row = makeRow(key);
    rows.set(key, row);
    body.prepend(row);
  }
}

function makeRow(key) {
  const button = element('button', { type: 'button', 'data-testid': 'own-order-cancel', onclick: () => { if (state.orders.get(key)?.leaves > 0) cancel(state.orders.get(key)); } }, 'Cancel');
  button.addEventListener('blur', () => state.dirty.add('orders'));
  return element('tr', { 'data-testid': 'own-order' }, element('td'), element('td'), element('td'), element('td'), element('td', {}, element('span')), element('td', {}, button));
}

function fill(row, order) {
  const [at, side, quantity, limit, status, action] = row.cells;
  row.dataset.clientOrderId = order.clientOrderId;
  row.dataset.status = order.status;
  at.title = order.clientOrderId;
  setText(at, time(order.time));
  side.className = order.side === 'buy' ? 'buy-ink' : 'sell-ink';
  setText(side, `${order.side === 'buy' ? 'B' : 'S'} ${order.symbol}`);
  setText(quantity, `${count(order.filled)}/${count(order.quantity)}`);
  setText(limit, order.type === 'market' ? 'market' : price(order.price, instrumentOf(order.symbol)));
  const pill = status.firstChild;
  pill.className = `pill ${order.leaves > 0 ? 'on' : order.status === 'rejected' ? 'bad' : ''}`;
  pill.title = order.text ?? '';
  setText(pill, word(order.status));

  // A button that has the focus stays, without effect, until the focus goes elsewhere: gone, it would take the focus with it.
  const button = action.firstChild;
  const works = order.leaves > 0;
  button.setAttribute('aria-label', `Cancel ${order.symbol} ${order.clientOrderId}`);
  button.setAttribute('aria-disabled', String(!works));
  button.hidden = !works && document.activeElement !== button;
}
