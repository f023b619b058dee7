'use strict';
// Elements, numbers and copying: what every other part of the page builds on. Text only ever becomes text:
// nothing here, nor anywhere else on the page, parses markup.

/** An element with attributes (`on…` are listeners, `data` a dataset) and children; nothing for null. */
function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
function s(tag, attributes, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'data') Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.append(child);
  }
}

/** `1,234,567` */
function grouped(number) { return String(number).replace(/\B(?=(\d{3})+$)/g, ','); }

/** `1 thread`, `2 threads` */
function counted(number, one, many) {
  return grouped(number) + ' ' + (number === 1 ? one : many || one + 's');
}

/** Nanoseconds for a person: `1.2 ms`. */
function duration(ns) {
  if (ns < 1e3) return Math.round(ns) + ' ns';
  if (ns < 1e6) return (ns / 1e3).toFixed(1) + ' µs';
  if (ns < 1e9) return (ns / 1e6).toFixed(1) + ' ms';
  return (ns / 1e9).toFixed(ns < 1e10 ? 2 : 1) + ' s';
}

/** A text of at most `limit` letters, cut in the middle: names differ at their ends. */
function shortened(text, limit) {
  const letters = Array.from(text);
  if (letters.length <= limit) return text;
  const head = Math.ceil((limit - 1) / 2);
  return letters.slice(0, head).join('') + '…' + letters.slice(letters.length - (limit - 1 - head)).join('');
}

/** A word as a shell takes it. */
function shellWord(text) {
  return /^[\w\-./:=,+@%]+$/.test(text) ? text : "'" + text.replaceAll("'", "'\\''") + "'";
}

/** Something to copy: shown as it is, with a button. */
function copyBox(text, label) {
  const code = h('pre', { tabindex: '0', 'aria-label': label }, text);
  const button = h('button', { type: 'button', class: 'quiet', 'aria-label': 'Copy: ' + label }, 'Copy');
  button.addEventListener('click', () => copy(text, code).then((done) => {
    button.textContent = done ? 'Copied' : 'Press Ctrl-C';
    setTimeout(() => { button.textContent = 'Copy'; }, 1600);
  }));
  return h('div', { class: 'copy' }, code, button);
}

async function copy(text, element) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection().selectAllChildren(element);
    return document.execCommand('copy');
  }
}

/** One of a few colours for a name, the same on the whole page. */
const colours = {
  numbers: new Map(),
  of(name) {
    if (!this.numbers.has(name)) this.numbers.set(name, this.numbers.size % 8);
    return this.numbers.get(name);
  },
};
