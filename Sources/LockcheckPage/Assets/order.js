// The lock-order graph of the whole run: what is part of a finding is lit, what is harmless is grey.

function orderPage(report) {
  const orders = report.picture && report.picture.orders;
  if (!orders) {
    return h('article', null, h('h1', { id: 'title' }, 'Lock order'),
      h('p', null, 'Nothing looked at the order of locks in this report.'));
  }
  const lit = orders.edges.filter((edge) => edge.role === 2).length;
  const page = h('article', { 'aria-labelledby': 'title' }, h('h1', { id: 'title' }, 'Lock order'),
    h('p', { class: 'dim' }, 'An arrow leads from a lock to one that was taken while it was held: '
      + counted(orders.locks.length, 'lock') + ', ' + counted(orders.edges.length, 'order')
      + (orders.omitted > 0 ? ' (and ' + grouped(orders.omitted) + ' rarer ones that are not shown)' : '') + '. '
      + (lit > 0 ? counted(lit, 'of them is a step', 'of them are steps') + ' of a finding.' : 'None is a step of a finding.')));
  if (orders.edges.length === 0) {
    page.append(h('p', null, 'No thread took a lock while it held another.'));
    return page;
  }
  page.append(new OrderGraphView(report, orders).element);
  return page;
}

class OrderGraphView {
  constructor(report, orders) {
    this.report = report;
    this.orders = orders;
    this.detail = h('div', { class: 'edge-detail', role: 'region', 'aria-live': 'polite', 'aria-label': 'What was chosen' },
      h('p', { class: 'dim' }, 'Choose an arrow or a lock to see who took it, where, and what was held.'));
    this.box = h('div', { class: 'canvas big' });
    const large = orders.locks.length > 120 && orders.layouts.core;
    const find = h('input', { type: 'search', placeholder: 'Find a lock', 'aria-label': 'Find a lock',
      oninput: () => this.find(find.value) });
    const button = (text, label, act) =>
      h('button', { type: 'button', class: 'quiet', 'aria-label': label, title: label, onclick: act }, text);
    const whole = h('input', { type: 'checkbox', checked: !large,
      onchange: () => this.draw(whole.checked ? 'whole' : 'core') });
    this.element = h('div', null,
      h('div', { class: 'tools no-print' }, find, button('−', 'Zoom out', () => this.zoom(1.3)),
        button('+', 'Zoom in', () => this.zoom(1 / 1.3)), button('Fit', 'Show all of it', () => this.fit()),
        orders.layouts.core ? h('label', null, whole, ' with what is on no circle') : null,
        h('span', { class: 'legend' }, h('i', { class: 'swatch found' }), 'in a finding',
          h('i', { class: 'swatch circular' }), 'on a circle, ruled out or not looked at', h('i', { class: 'swatch harmless' }), 'harmless')),
      this.box, this.detail, this.table());
    this.draw(large ? 'core' : 'whole');
    this.listen();
  }

  draw(name) {
    const layout = this.orders.layouts[name];
    this.layout = layout;
    this.edges = new Map();
    this.nodes = new Map();
    const lines = layout.edges.map(([place, ...points]) => {
      const edge = this.orders.edges[place];
      const role = ['harmless', 'circular', 'found'][edge.role];
      const path = curve(points);
      const group = s('g', { class: 'edge ' + role, 'data-edge': place },
        s('title', null, this.words(edge)),
        s('path', { class: 'hit', d: path }),
        s('path', { class: 'line', d: path, 'marker-end': 'url(#head-' + (edge.role === 2 ? 'found' : edge.role === 1 ? 'circular' : 'plain') + ')' }));
      this.edges.set(place, group);
      return [edge.role, group];
    });
    // What matters on top.
    lines.sort((a, b) => a[0] - b[0]);
    const boxes = layout.nodes.map(([number, x, y, width, height]) => {
      const lock = this.orders.locks[number];
      const shape = nodeShape({ label: lock.label, kind: lock.kind, box: [x, y, width, height] });
      shape.dataset.lock = number;
      shape.classList.toggle('lit', this.isFound(number));
      this.nodes.set(number, { shape, x, y });
      return shape;
    });
    this.svg = s('svg', { class: 'graph whole', role: 'img', tabindex: '0',
      'aria-label': 'The lock-order graph; the table below has the same in words. Arrow keys move, plus and minus zoom, 0 fits.' },
    arrowHeads(), lines.map((line) => line[1]), boxes);
    this.box.replaceChildren(this.svg);
    this.fit();
  }

  isFound(number) {
    if (!this.found) {
      this.found = new Set(this.orders.edges.filter((edge) => edge.role === 2).flatMap((edge) => [edge.from, edge.to]));
    }
    return this.found.has(number);
  }

  words(edge) {
    return this.orders.locks[edge.from].label + ' then ' + this.orders.locks[edge.to].label + ', ' + counted(edge.count, 'time');
  }

  fit() {
    const [width, height] = this.layout.size;
    // No larger than life.
    const [roomX, roomY] = [this.box.clientWidth || 900, this.box.clientHeight || 520];
    const scale = Math.min(16, Math.max((width + 40) / roomX, (height + 40) / roomY, 1));
    this.view = { x: width / 2 - roomX * scale / 2, y: height / 2 - roomY * scale / 2, scale };
    this.place();
  }

  place() {
    const { x, y, scale } = this.view;
    const [width, height] = [this.box.clientWidth || 900, this.box.clientHeight || 520];
    this.svg.setAttribute('viewBox', [x, y, width * scale, height * scale].join(' '));
    this.svg.classList.toggle('far', scale > 3);
  }

  zoom(factor, atX, atY) {
    const view = this.view;
    const scale = Math.max(0.4, Math.min(60, view.scale * factor));
    const [x, y] = [atX === undefined ? this.box.clientWidth / 2 : atX, atY === undefined ? this.box.clientHeight / 2 : atY];
    this.view = { x: view.x + x * (view.scale - scale), y: view.y + y * (view.scale - scale), scale };
    this.place();
  }

  listen() {
    const box = this.box;
    box.addEventListener('wheel', (event) => {
      if (!event.ctrlKey && !event.metaKey && !box.contains(document.activeElement)) return;
      event.preventDefault();
      const frame = box.getBoundingClientRect();
      this.zoom(Math.exp(event.deltaY / 400), event.clientX - frame.left, event.clientY - frame.top);
    }, { passive: false });
    let drag = null;
    box.addEventListener('pointerdown', (event) => { drag = { x: event.clientX, y: event.clientY, view: this.view, moved: false }; });
    box.addEventListener('pointermove', (event) => {
      if (!drag || event.buttons === 0) return;
      const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
      if (Math.abs(dx) + Math.abs(dy) > 4) drag.moved = true;
      this.view = { ...drag.view, x: drag.view.x - dx * drag.view.scale, y: drag.view.y - dy * drag.view.scale };
      this.place();
    });
    box.addEventListener('click', (event) => {
      if (drag && drag.moved) return;
      const edge = event.target.closest('[data-edge]');
      const lock = event.target.closest('[data-lock]');
      if (edge) this.chooseEdge(Number(edge.dataset.edge));
      else if (lock) this.chooseLock(Number(lock.dataset.lock));
    });
    box.addEventListener('keydown', (event) => {
      const step = 60 * this.view.scale;
      const act = { '+': () => this.zoom(1 / 1.3), '=': () => this.zoom(1 / 1.3), '-': () => this.zoom(1.3), 0: () => this.fit(),
        ArrowLeft: () => { this.view.x -= step; this.place(); }, ArrowRight: () => { this.view.x += step; this.place(); },
        ArrowUp: () => { this.view.y -= step; this.place(); }, ArrowDown: () => { this.view.y += step; this.place(); } }[event.key];
      if (!act || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      act();
    });
  }

  choose(edges, locks) {
    this.svg.classList.toggle('chosen', edges.size + locks.size > 0);
    this.edges.forEach((group, place) => group.classList.toggle('on', edges.has(place)));
    this.nodes.forEach((node, number) => node.shape.classList.toggle('on', locks.has(number)));
  }

  chooseEdge(place) {
    const edge = this.orders.edges[place];
    this.choose(new Set([place]), new Set([edge.from, edge.to]));
    this.detail.replaceChildren(this.edgeDetail(edge));
  }

  chooseLock(number) {
    const edges = this.orders.edges.map((edge, place) => [edge, place]).filter(([edge]) => edge.from === number || edge.to === number);
    this.choose(new Set(edges.map((one) => one[1])), new Set(edges.flatMap(([edge]) => [edge.from, edge.to]).concat(number)));
    const list = (title, chosen, end) => chosen.length === 0 ? null : [h('h4', null, title),
      h('ul', { class: 'plain' }, chosen.slice(0, 40).map(([edge, place]) => h('li', null,
        h('button', { type: 'button', class: 'as-link', onclick: () => this.chooseEdge(place) }, this.orders.locks[edge[end]].label),
        h('span', { class: 'dim' }, ' ' + counted(edge.count, 'time')))),
      chosen.length > 40 ? h('li', { class: 'dim' }, '… and ' + grouped(chosen.length - 40) + ' more') : null)];
    this.detail.replaceChildren(h('h3', null, this.orders.locks[number].label),
      ...[list('Held around it', edges.filter(([edge]) => edge.to === number), 'from'),
        list('Taken while it is held', edges.filter(([edge]) => edge.from === number), 'to')].flat().filter(Boolean));
  }

  edgeDetail(edge) {
    const [from, to] = [this.orders.locks[edge.from].label, this.orders.locks[edge.to].label];
    return h('div', null, h('h3', null, from, ' then ', to, ' ', h('span', { class: 'soft' }, counted(edge.count, 'time'))),
      (edge.findings || []).map((place) => {
        const finding = this.report.findings[place];
        return h('p', null, verdictBadge(finding), ' ', h('a', { href: link('f', finding.id) }, finding.title));
      }),
      h('div', { class: 'steps' }, edge.samples.map((sample) => h('article', { class: 'step' },
        h('header', null, h('h3', null, sample.thread), h('span', { class: 'dim' }, 'event ' + grouped(sample.event) + ', ' + counted(sample.count, 'time'))),
        h('h4', null, 'holds ', h('b', null, from)), stackView(this.report, sample.outer, {}),
        h('h4', null, 'and asks for ', h('b', null, to)), stackView(this.report, sample.inner, {}),
        sample.holding.length > 1 ? h('p', { class: 'dim' }, 'Holds ' + sample.holding.join(', ') + '.') : null))));
  }

  find(text) {
    const query = text.trim().toLowerCase();
    if (!query) return this.choose(new Set(), new Set());
    const found = [...this.nodes].filter(([number]) => this.orders.locks[number].label.toLowerCase().includes(query));
    this.choose(new Set(), new Set(found.map((one) => one[0])));
    if (found.length === 0) return;
    const { x, y } = found[0][1];
    const scale = Math.min(this.view.scale, 1.2);
    this.view = { x: x - this.box.clientWidth * scale / 2, y: y - this.box.clientHeight * scale / 2, scale };
    this.place();
  }

  /** The same in words, what matters first. */
  table() {
    const rows = this.orders.edges.map((edge, place) => [edge, place]).sort((a, b) => b[0].role - a[0].role || b[0].count - a[0].count);
    return h('details', null, h('summary', null, 'The orders as a table'),
      longTable('Lock orders', ['held', 'then taken', 'times', ''], rows, ([edge, place]) => [
        this.orders.locks[edge.from].label,
        h('button', { type: 'button', class: 'as-link', onclick: () => this.chooseEdge(place) }, this.orders.locks[edge.to].label),
        grouped(edge.count), ['', 'on a circle', 'in a finding'][edge.role]]));
  }
}
