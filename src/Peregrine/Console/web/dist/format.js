// Numbers and times as people read them.

/** Decimals of a step such as 0.01. */
export const decimalsOf = (step) => Math.max(0, Math.min(9, (String(step).split('.')[1] ?? '').length, 9));

export const price = (value, instrument) =>
  value == null ? '–' : value.toLocaleString('en-US', { minimumFractionDigits: decimalsOf(instrument?.tickSize ?? 0.01), maximumFractionDigits: 9 });

export const count = (value) => (value == null ? '–' : Math.round(value).toLocaleString('en-US'));

/** Microseconds, in three digits or so. */
export const micros = (value) => (value == null ? '–' : value >= 10000 ? `${(value / 1000).toFixed(1)} ms` : value >= 100 ? `${value.toFixed(0)} µs` : `${value.toFixed(1)} µs`);

export const bytes = (value) => {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) { value /= 1024; unit++; }
  return `${value.toFixed(unit ? 1 : 0)} ${units[unit]}`;
};

export const time = (ms) => new Date(ms).toLocaleTimeString('en-GB', { hour12: false });

/** Whether a number is a whole multiple of a step, in spite of binary fractions. */
export const isMultiple = (value, step) => Math.abs(value / step - Math.round(value / step)) < 1e-6;

const words = { goodTillCancel: 'GTC', immediateOrCancel: 'IOC', fillOrKill: 'FOK', partiallyFilled: 'part filled', disconnected: 'off', loggedOn: 'on', awaitingLogon: 'logging on', logoutSent: 'logging off' };

/** A word of the API, as short as people say it. */
export const word = (name) => words[name] ?? name;

/** Makes an element: attributes, then children (text is set as text, never as markup). */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'onclick') made.addEventListener('click', value);
    else if (value !== undefined && value !== false) made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return made;
}

/** Sets the text of an element only when it differs, so that nothing is laid out for nothing. */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}
