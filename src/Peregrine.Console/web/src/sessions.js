// The table of sessions, with what an operator can do to a FIX client. A row stays where it is as long as its session is there: who is about to press a
// button presses that one.
import { count, element, setText, word } from './format.js';
import { state } from './state.js';
import { operate } from './ticket.js';

const body = document.getElementById('sessions');
const rows = new Map();

export function drawSessions() {
  for (const session of state.status.sessions) {
    if (!rows.has(session.compId)) rows.set(session.compId, makeRow(session));
    fill(rows.get(session.compId), session);
  }
  const shown = state.status.sessions.map((session) => rows.get(session.compId));
  if (shown.length !== body.children.length || shown.some((row, place) => body.children[place] !== row)) body.replaceChildren(...shown);
}

function makeRow({ compId, kind }) {
  const cells = [element('td', {}, compId), element('td', {}, element('span')), element('td'), element('td')];
  const buttons = kind === 'local' ? [] : [
    element('button', { type: 'button', 'data-testid': 'session-logout', 'aria-label': `Log out ${compId}`, onclick: () => ask(compId, 'logout', 'Log out') }, 'Log out'),
    element('button', { type: 'button', 'data-testid': 'session-reset', 'aria-label': `Reset numbers of ${compId}`, onclick: () => ask(compId, 'reset', 'Reset the numbers of') }, 'Reset'),
  ];
  return element('tr', { 'data-testid': 'session', 'data-comp-id': compId }, ...cells, element('td', {}, ...buttons));
}

function ask(compId, verb, question) {
  // Neither can be taken back.
  if (confirm(`${question} ${compId}?`)) operate(compId, verb);
}

function fill(row, session) {
  const [, pill, received, sent, actions] = row.cells;
  row.dataset.state = session.state;
  row.title = session.version;
  pill.firstChild.className = `pill ${session.state === 'loggedOn' ? 'on' : ''}`;
  setText(pill.firstChild, session.kind === 'local' ? 'local' : word(session.state));
  setText(received, count(session.received));
  setText(sent, count(session.sent));
  if (actions.firstChild) actions.firstChild.disabled = session.state === 'disconnected';
}
