// A finding as it happens: one lane a thread, time downwards, what is held as bars, a step at a time.

const rowHeight = 28;

function witnessView(finding, startAt) {
  const witness = finding.witness;
  const lastRow = witness.rows.length - 1;
  let current = Math.max(0, Math.min(startAt >= 0 ? startAt : lastRow, lastRow));
  const lane = laneWidth(witness.lanes.length);
  const list = h('ol', {
    class: 'rows', role: 'listbox', tabindex: '0', 'aria-label': 'Steps: the arrow keys go through them',
    'aria-activedescendant': 'row-' + current,
  }, witness.rows.map((row, place) => h('li', {
    id: 'row-' + place, role: 'option', class: (row.lane < 0 ? 'left-out' : '') + (row.end ? ' end' : ''),
    onclick: () => go(place),
  }, h('span', { class: 'event' }, eventWords(row)), h('span', { class: 'deed', title: row.text }, row.text))));
  const drawing = drawLanes(witness, lane, go);
  const readout = h('p', { class: 'readout', role: 'status' });
  list.addEventListener('keydown', (event) => {
    const target = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: lastRow,
      PageDown: current + 10, PageUp: current - 10 }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    go(target);
  });

  function go(place) {
    current = Math.max(0, Math.min(place, lastRow));
    list.setAttribute('aria-activedescendant', 'row-' + current);
    Array.from(list.children).forEach((row, other) => {
      row.setAttribute('aria-selected', String(other === current));
      row.classList.toggle('later', other > current);
    });
    drawing.show(current);
    readout.textContent = stateWords(witness, current);
    list.children[current].scrollIntoView({ block: 'nearest' });
    history.replaceState(null, '', link('f', finding.id, current));
  }

  const view = h('div', { class: 'witness' },
    h('div', { class: 'lanes-head', 'aria-hidden': 'true' }, h('span', { class: 'pad' }),
      h('div', { class: 'names' }, witness.lanes.map((name) => {
        const cell = h('span', { title: name }, shortened(name, Math.max(3, Math.floor((lane - 6) / 8.6))));
        cell.style.width = lane + 'px';
        return cell;
      }))),
    h('div', { class: 'body' }, list, drawing.svg), readout,
    witness.outcome ? h('p', { class: 'outcome' }, witness.outcome) : null);
  // Without scrolling: the reader is still above.
  drawing.show(current);
  Array.from(list.children).forEach((row, other) => row.setAttribute('aria-selected', String(other === current)));
  readout.textContent = stateWords(witness, current);
  if (startAt >= 0) queueMicrotask(() => list.focus());
  return view;
}

function laneWidth(count) {
  if (innerWidth < 860) return count <= 4 ? 52 : 32;
  return count <= 4 ? 132 : count <= 6 ? 112 : count <= 9 ? 88 : count <= 16 ? 60 : 40;
}

function eventWords(row) {
  if (row.event === undefined) return '…';
  return row.through === undefined ? grouped(row.event) : grouped(row.event) + '–' + grouped(row.through);
}

/** Who holds what once a row is done. */
function stateWords(witness, at) {
  const held = witness.lanes.map(() => []);
  for (const bar of witness.bars) {
    if (bar.from <= at && (bar.to === undefined || bar.to > at)) held[bar.lane].push(bar.label);
  }
  const row = witness.rows[at];
  const words = witness.lanes.map((name, lane) => held[lane].length > 0
    ? name + ' holds ' + held[lane].join(', ') : null).filter(Boolean);
  return 'Step ' + (at + 1) + ' of ' + witness.rows.length + ': '
    + (row.lane < 0 ? row.text + (row.event === 0 ? '' : ' left out') : row.text) + '. '
    + (words.length > 0 ? words.join('; ') + '.' : 'Nobody holds anything.');
}

function drawLanes(witness, lane, go) {
  const height = witness.rows.length * rowHeight;
  const width = lane * witness.lanes.length;
  const svg = s('svg', { class: 'lanes', width, height, viewBox: '0 0 ' + width + ' ' + height, 'aria-hidden': 'true' });
  const here = s('rect', { class: 'here', x: 0, width, height: rowHeight });
  svg.append(here);
  witness.lanes.forEach((_, place) => {
    const x = (place + 0.5) * lane;
    svg.append(s('line', { class: 'rail', x1: x, x2: x, y1: 0, y2: height }));
  });
  const depths = barDepths(witness);
  const bars = witness.bars.map((bar, place) => {
    const y = bar.from * rowHeight + rowHeight / 2;
    const end = bar.to === undefined ? height : bar.to * rowHeight + rowHeight / 2;
    const barWidth = Math.min(26, lane * 0.36);
    const x = (bar.lane + 0.5) * lane - barWidth / 2 + depths[place] * (barWidth * 0.55);
    const shape = s('g', { class: 'bar c' + colours.of(bar.label) + (bar.shared ? ' shared' : '') },
      s('title', null, witness.lanes[bar.lane] + ' holds ' + bar.label + (bar.shared ? ' to read' : '')),
      s('rect', { x, y, width: barWidth, height: Math.max(end - y, 4), rx: 2 }),
      end - y > rowHeight * 1.6 ? s('text', {
        transform: 'translate(' + (x + barWidth / 2 - 4) + ',' + (y + 11) + ') rotate(90)',
      }, shortened(bar.label, Math.floor((end - y - 16) / 7))) : null);
    svg.append(shape);
    return shape;
  });
  const dots = witness.rows.map((row, place) => {
    const y = (place + 0.5) * rowHeight;
    if (row.lane < 0) return s('line', { class: 'gap', x1: 0, x2: width, y1: y, y2: y });
    const x = (row.lane + 0.5) * lane;
    return row.end
      ? s('path', { class: 'stuck', d: 'M' + (x - 5) + ',' + (y - 5) + 'l10,10m0,-10l-10,10' })
      : s('circle', { class: 'dot', cx: x, cy: y, r: 4 });
  });
  svg.append(...dots);
  svg.addEventListener('click', (event) =>
    go(Math.floor((event.clientY - svg.getBoundingClientRect().top) / rowHeight)));
  return {
    svg,
    show(at) {
      here.setAttribute('y', at * rowHeight);
      witness.bars.forEach((bar, place) => bars[place].classList.toggle('later', bar.from > at));
      dots.forEach((dot, place) => dot.classList.toggle('later', place > at));
    },
  };
}

/** How many bars of the same lane are around each. */
function barDepths(witness) {
  const open = witness.lanes.map(() => []);
  return witness.bars.map((bar) => {
    const around = open[bar.lane].filter((other) => other.to === undefined || other.to > bar.from);
    let depth = 0;
    while (around.some((other) => other.depth === depth)) depth += 1;
    open[bar.lane] = around.concat({ to: bar.to, depth });
    return depth;
  });
}
