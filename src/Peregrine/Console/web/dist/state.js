// What the page knows: filled by the socket's messages, bounded, read once for each animation frame.

const tradesKept = 200;
const pointsKept = 900;
const rejectsKept = 100;
const ordersKept = 200;

export const state = {
  instruments: [], quotes: new Map(), status: null, points: [], hopNames: [], session: '', accounts: [],
  symbol: null, book: null, trades: [], bars: [], orders: new Map(), rejects: [], lastMessage: 0, dirty: new Set(),
};

export const instrumentOf = (symbol) => state.instruments.find((instrument) => instrument.symbol === symbol);

/** Chooses what ladder, tape and charts show. */
export function choose(symbol) {
  Object.assign(state, { symbol, book: null, trades: [], bars: [] });
  for (const part of ['instruments', 'book', 'trades', 'bars', 'ticket']) state.dirty.add(part);
}

/** Takes one message in. */
export function apply(message) {
  state.lastMessage = Date.now();
  const take = takers[message.type];
  if (take) take(message);
}

const takers = {
  hello(message) {
    Object.assign(state, {
      instruments: message.instruments ?? [], hopNames: message.hopNames ?? [], session: message.session ?? '', accounts: message.accounts ?? [],
      status: message.status, points: (message.points ?? []).slice(-pointsKept),
    });
    for (const part of ['instruments', 'points', 'status', 'ticket', 'orders']) state.dirty.add(part);
  },
  status(message) { state.status = message.status; state.dirty.add('status'); },
  point(message) {
    state.points = [...state.points, ...message.points].slice(-pointsKept);
    state.dirty.add('points');
  },
  quotes(message) {
    for (const quote of message.quotes) state.quotes.set(quote.symbol, quote);
    state.dirty.add('instruments');
  },
  book(message) { ifWatched(message, () => { state.book = message.book; state.dirty.add('book'); }); },
  trades(message) {
    ifWatched(message, () => {
      state.trades = [...state.trades, ...message.trades].slice(-tradesKept);
      state.dirty.add('trades').add('book');
    });
  },
  bars(message) {
    ifWatched(message, () => {
      const fresh = message.bars;
      const first = fresh.length ? fresh[0].time : Infinity;
      state.bars = [...state.bars.filter((bar) => bar.time < first), ...fresh];
      state.dirty.add('bars');
    });
  },
  orders(message) {
    // An order keeps the place at which it came; closed ones make room first.
    for (const order of message.orders) state.orders.set(order.orderId ?? order.clientOrderId, order);
    while (state.orders.size > ordersKept) {
      const [closed] = [...state.orders].find(([, order]) => !(order.leaves > 0)) ?? [state.orders.keys().next().value];
      state.orders.delete(closed);
    }
    state.dirty.add('orders').add('book');
  },
  rejects(message) {
    state.rejects = [...state.rejects, ...message.rejects].slice(-rejectsKept);
    state.dirty.add('rejects');
  },
};

function ifWatched(message, then) {
  if (message.symbol === state.symbol) then();
}
