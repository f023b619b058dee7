// The whole run on a canvas. What is too short to be seen at a scale is not looked at: spans come in levels by
// their length, and what was not kept one by one comes as cells in levels by their width.

function decodeTimeline(picture) {
  if (picture.timeline.decoded) return picture.timeline.decoded;
  const levels = picture.timeline.levels.map((level) => {
    let begin = 0;
    const spans = [];
    for (let i = 0; i < level.spans.length; i += 6) {
      begin += level.spans[i + 4];
      spans.push({ lane: level.spans[i], kind: level.spans[i + 1], depth: level.spans[i + 2],
        what: level.spans[i + 3], begin, length: level.spans[i + 5] });
    }
    return { longest: 2 ** level.bits, spans };
  });
  return picture.timeline.decoded = levels;
}

/** The place of an event on the time axis, from those of some. */
function placeOfEvent(timeline, event) {
  const marks = timeline.marks;
  let [low, high] = [0, marks.length / 2 - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (marks[2 * middle] <= event) low = middle; else high = middle - 1;
  }
  const [at, place] = [marks[2 * low], marks[2 * low + 1]];
  if (at === event || 2 * low + 3 >= marks.length) return place;
  return place + (marks[2 * low + 3] - place) * (event - at) / (marks[2 * low + 2] - at);
}

class Timeline {
  constructor(report) {
    this.report = report;
    this.picture = report.picture;
    this.timeline = report.picture.timeline;
    this.levels = decodeTimeline(report.picture);
    this.length = Math.max(1, this.timeline.length);
    this.view = { from: 0, to: this.length };
    this.laneHeight = 26;
    this.names = 150;
    this.marks = report.findings.flatMap((finding) => finding.steps.map((step) => ({
      finding, place: placeOfEvent(this.timeline, step.event),
    }))).sort((a, b) => a.place - b.place);
    this.build();
  }

  build() {
    this.canvas = h('canvas', { tabindex: '0', role: 'img', 'aria-label': this.words() });
    this.tip = h('div', { class: 'tip', hidden: true, 'aria-hidden': 'true' });
    this.readout = h('p', { class: 'dim readout', role: 'status' });
    const button = (text, label, act) =>
      h('button', { type: 'button', class: 'quiet', 'aria-label': label, title: label, onclick: act }, text);
    this.element = h('div', { class: 'timeline' },
      h('div', { class: 'tools no-print' }, button('−', 'Zoom out', () => this.zoom(1.6)),
        button('+', 'Zoom in', () => this.zoom(1 / 1.6)), button('All', 'Show the whole run', () => this.show(0, this.length)),
        this.legend()),
      h('div', { class: 'canvas-box' }, this.canvas, this.tip), this.readout);
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
    document.addEventListener('themechange', () => this.draw());
  }

  words() {
    return 'Timeline of ' + counted(this.picture.threads.length, 'thread') + ' over ' + this.amount(this.length)
      + '. The arrow keys move, plus and minus zoom, 0 shows all. The tables below have the same in numbers.';
  }

  legend() {
    return h('span', { class: 'legend' }, h('i', { class: 'swatch hold' }), 'holds a lock',
      h('i', { class: 'swatch wait' }), 'waits', this.marks.length > 0 ? [h('i', { class: 'swatch mark' }), 'a finding'] : null);
  }

  amount(value) {
    return this.picture.unit === 'events' ? counted(Math.round(value), 'event') : duration(value);
  }

  listen() {
    const canvas = this.canvas;
    canvas.addEventListener('wheel', (event) => {
      if (!event.ctrlKey && !event.metaKey && Math.abs(event.deltaY) > Math.abs(event.deltaX)
        && document.activeElement !== canvas) return;
      event.preventDefault();
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.pan(event.deltaX / this.width());
      else this.zoom(Math.exp(event.deltaY / 300), this.placeAt(event.offsetX));
    }, { passive: false });
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.drag = { x: event.offsetX, from: this.view.from, to: this.view.to };
    });
    canvas.addEventListener('pointermove', (event) => {
      if (!this.drag) return this.point(event.offsetX, event.offsetY);
      const moved = (this.drag.x - event.offsetX) / this.width() * (this.drag.to - this.drag.from);
      this.show(this.drag.from + moved, this.drag.to + moved);
    });
    canvas.addEventListener('pointerup', () => { this.drag = null; });
    canvas.addEventListener('pointerleave', () => { this.tip.hidden = true; });
    canvas.addEventListener('dblclick', (event) => this.zoom(1 / 3, this.placeAt(event.offsetX)));
    canvas.addEventListener('keydown', (event) => {
      const act = { ArrowLeft: () => this.pan(-0.15), ArrowRight: () => this.pan(0.15), '+': () => this.zoom(1 / 1.6),
        '=': () => this.zoom(1 / 1.6), '-': () => this.zoom(1.6), 0: () => this.show(0, this.length),
        Home: () => this.show(0, this.view.to - this.view.from),
        End: () => this.show(this.length - (this.view.to - this.view.from), this.length) }[event.key];
      if (!act || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      act();
    });
  }

  width() { return Math.max(50, this.canvas.clientWidth - this.names); }
  placeAt(x) { return this.view.from + (x - this.names) / this.width() * (this.view.to - this.view.from); }
  pan(part) {
    const moved = part * (this.view.to - this.view.from);
    this.show(this.view.from + moved, this.view.to + moved);
  }
  zoom(factor, around) {
    const { from, to } = this.view;
    const middle = around === undefined ? (from + to) / 2 : around;
    this.show(middle - (middle - from) * factor, middle + (to - middle) * factor);
  }

  show(from, to) {
    const least = this.picture.unit === 'events' ? 4 : 50;
    const size = Math.min(this.length, Math.max(least, to - from));
    const begin = Math.max(0, Math.min(from, this.length - size));
    this.view = { from: begin, to: begin + size };
    this.draw();
  }

  draw() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => { this.asked = false; this.paint(); });
  }

  paint() {
    const count = this.picture.threads.length;
    const height = 24 + count * this.laneHeight;
    this.canvas.style.height = height + 'px';
    const ratio = Math.min(devicePixelRatio || 1, 2);
    const width = this.canvas.clientWidth;
    if (width === 0) return;
    // Browsers draw no canvas of any size.
    const scale = Math.min(ratio, 32000 / height);
    this.canvas.width = width * scale;
    this.canvas.height = height * scale;
    const pen = this.canvas.getContext('2d');
    pen.scale(scale, scale);
    this.colour = this.palette();
    pen.font = '12px ' + getComputedStyle(this.canvas).fontFamily;
    const longest = Math.max(...this.picture.threads.map((thread) => pen.measureText(shortened(thread.name, 32)).width), 0);
    this.names = Math.min(Math.max(90, longest + 14), width * 0.3, 240);
    this.paintLanes(pen, width);
    pen.save();
    pen.beginPath();
    pen.rect(this.names, 0, width - this.names, height);
    pen.clip();
    this.paintCells(pen);
    this.paintSpans(pen);
    this.paintMarks(pen, height);
    pen.restore();
    this.readout.textContent = this.amount(this.view.from) + ' to ' + this.amount(this.view.to)
      + (this.timeline.resolution > 0 ? ' · what is shorter than ' + this.amount(this.timeline.resolution)
        + ' is shown as a share of the time' : '');
  }

  /** Colours by name, as they are in light or dark. */
  palette() {
    const probe = h('span', { hidden: true });
    this.element.append(probe);
    const known = new Map();
    const colour = (name) => {
      if (!known.has(name)) {
        probe.style.color = 'var(--' + name + ')';
        known.set(name, getComputedStyle(probe).color);
      }
      return known.get(name);
    };
    ['line', 'alive', 'text', 'dim', 'hold', 'wait', 'on-bar', 'observed', 'predicted', 'possible',
      'c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7'].forEach(colour);
    probe.remove();
    return colour;
  }

  x(place) { return this.names + (place - this.view.from) / (this.view.to - this.view.from) * this.width(); }
  y(lane) { return 24 + lane * this.laneHeight; }

  paintLanes(pen, width) {
    pen.textBaseline = 'middle';
    this.picture.threads.forEach((thread, lane) => {
      const y = this.y(lane);
      pen.fillStyle = this.colour('line');
      pen.fillRect(0, y + this.laneHeight - 1, width, 1);
      pen.fillStyle = this.colour('alive');
      const [from, to] = [Math.max(this.names, this.x(thread.begin)), Math.min(width, this.x(thread.end))];
      if (to >= from) pen.fillRect(from, y + this.laneHeight / 2 - 1, Math.max(to - from, 2), 2);
      pen.fillStyle = this.colour('text');
      pen.fillText(shortened(thread.name, Math.floor(this.names / 6.8)), 0, y + this.laneHeight / 2);
    });
    this.paintScale(pen, width);
  }

  paintScale(pen, width) {
    const size = this.view.to - this.view.from;
    let step = 10 ** Math.floor(Math.log10(size / 4));
    if (size / step > 20) step *= 5; else if (size / step > 8) step *= 2;
    pen.fillStyle = this.colour('dim');
    for (let at = Math.ceil(this.view.from / step) * step; at <= this.view.to; at += step) {
      const x = this.x(at);
      if (x > width - 50) break;
      pen.fillRect(x, 14, 1, 6);
      pen.fillText(this.picture.unit === 'events' ? grouped(Math.round(at)) : duration(at), x + 4, 9);
    }
  }

  paintCells(pen) {
    if (this.timeline.cells.length === 0) return;
    const perPixel = (this.view.to - this.view.from) / this.width();
    const level = this.timeline.cells.find((one) => one.width >= perPixel * 1.5)
      || this.timeline.cells[this.timeline.cells.length - 1];
    for (const row of level.rows) {
      for (const [letters, name, top] of [[row.held, 'hold', 4], [row.waited, 'wait', 4]]) {
        const from = Math.max(0, Math.floor(this.view.from / level.width));
        const to = Math.min(letters.length, Math.ceil(this.view.to / level.width));
        pen.fillStyle = this.colour(name);
        for (let cell = from; cell < to; cell += 1) {
          const share = parseInt(letters[cell], 36) / 35;
          if (share === 0) continue;
          const height = Math.max(1.5, share * (this.laneHeight - 9));
          pen.globalAlpha = 0.55;
          pen.fillRect(this.x(cell * level.width), this.y(row.lane) + this.laneHeight - 5 - height + top - 4,
            Math.max(1, level.width / perPixel), height);
        }
      }
    }
    pen.globalAlpha = 1;
  }

  /** The spans of a level that may reach into the view. */
  * visible(level) {
    const spans = level.spans;
    let [low, high] = [0, spans.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (spans[middle].begin < this.view.from - level.longest) low = middle + 1; else high = middle;
    }
    for (let i = low; i < spans.length && spans[i].begin <= this.view.to; i += 1) {
      if (spans[i].begin + spans[i].length >= this.view.from) yield spans[i];
    }
  }

  paintSpans(pen) {
    const perPixel = (this.view.to - this.view.from) / this.width();
    // The longest first, so that what is inside them stays visible.
    const shown = this.picture.threads.map(() => []);
    for (const level of [...this.levels].reverse()) {
      if (level.longest < perPixel / 2 && this.timeline.cells.length > 0) break;
      for (const span of this.visible(level)) shown[span.lane].push(this.paintSpan(pen, span));
    }
    pen.fillStyle = this.colour('on-bar');
    for (const bars of shown) {
      for (const bar of bars) {
        if (bar.text) this.paintLabel(pen, bar, bars);
      }
    }
  }

  /** The name of what is held, where nothing inside covers it. */
  paintLabel(pen, bar, bars) {
    const right = bar.from + 8 + pen.measureText(bar.text).width;
    const isCovered = bars.some((other) => other !== bar && other.depth >= bar.depth && other.from >= bar.from
      && other.from < right);
    if (!isCovered && right < bar.from + bar.width) pen.fillText(bar.text, bar.from + 4, bar.middle);
  }

  paintSpan(pen, span) {
    const from = Math.max(this.names - 2, this.x(span.begin));
    const width = Math.max(1, Math.min(this.x(span.begin + span.length), this.names + this.width()) - from);
    const inset = Math.min(span.depth, 3) * 3;
    const y = this.y(span.lane) + 4 + inset;
    const height = this.laneHeight - 9 - inset;
    pen.fillStyle = span.kind === 2 ? this.colour('wait') : this.colour('c' + colours.of(this.nameOf(span)));
    if (span.kind === 2) {
      pen.fillRect(from, y + height / 2 - 2, width, 4);
      return { from, width, depth: 99 };
    }
    pen.globalAlpha = span.kind === 1 ? 0.55 : 1;
    pen.fillRect(from, y, width, height);
    pen.globalAlpha = 1;
    const text = width < 44 || height < 12 ? null : shortened(this.nameOf(span), Math.floor((width - 8) / 7));
    return { from, width, depth: span.depth, middle: y + height / 2 + 0.5, text };
  }

  nameOf(span) {
    return span.what < 0 ? 'the end of ' + (this.picture.threads[-1 - span.what] || { name: 'a thread' }).name
      : this.timeline.objects[span.what];
  }

  paintMarks(pen, height) {
    let last = -Infinity;
    for (const mark of this.marks) {
      const x = this.x(mark.place);
      // One for each place that can be told apart.
      if (x < this.names - 4 || x > this.names + this.width() || x - last < 4) continue;
      last = x;
      pen.fillStyle = this.colour(mark.finding.verdict);
      pen.globalAlpha = this.marks.length > 60 ? 0.1 : 0.35;
      pen.fillRect(x - 0.5, 20, 1, height - 20);
      pen.globalAlpha = 1;
      pen.beginPath();
      pen.moveTo(x - 5, 15);
      pen.lineTo(x + 5, 15);
      pen.lineTo(x, 23);
      pen.fill();
    }
  }

  /** Says what the pointer is at. */
  point(x, y) {
    const lane = Math.floor((y - 24) / this.laneHeight);
    const at = this.placeAt(x);
    const slack = 2 * (this.view.to - this.view.from) / this.width();
    let best = null;
    for (const level of this.levels) {
      for (const span of this.visible(level)) {
        if (span.lane !== lane || span.begin - slack > at || span.begin + span.length + slack < at) continue;
        if (!best || span.length < best.length || (span.kind === 2 && best.kind !== 2)) best = span;
      }
    }
    this.tip.hidden = !best || x < this.names;
    if (this.tip.hidden) return;
    this.tip.replaceChildren(h('b', null, this.picture.threads[lane].name),
      (best.kind === 2 ? ' waits for ' : best.kind === 1 ? ' reads under ' : ' holds ') + this.nameOf(best),
      h('span', { class: 'dim' }, ' ' + this.amount(best.length) + ', from ' + this.amount(best.begin)));
    this.tip.style.left = Math.min(x, this.canvas.clientWidth - 260) + 'px';
    this.tip.style.top = (y + 18) + 'px';
  }
}
