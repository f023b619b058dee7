// Call stacks and source lines.

/** A stack: its first frame with the lines around it, callers below, and the rest on request. */
function stackView(report, number, options) {
  if (number < 0) return h('p', { class: 'dim' }, 'No call stack was recorded.');
  const [own, all] = report.stacks[number];
  const view = h('div', { class: 'stack' });
  own.forEach((frame, place) => {
    if (place === 0 || (place === 1 && options && options.caller)) view.append(placeView(report.frames[frame]));
  });
  const rest = own.slice(options && options.caller ? 2 : 1);
  if (rest.length > 0) {
    view.append(h('ol', { class: 'callers', 'aria-label': 'Called from' },
      rest.slice(0, 12).map((frame) => h('li', null, frameName(report.frames[frame])))));
  }
  if (all.length > 0 || rest.length > 12) {
    const frames = all.length > 0 ? all : own;
    view.append(h('details', null, h('summary', null, 'All ' + counted(frames.length, 'frame')),
      h('ol', { class: 'callers' }, frames.map((frame) => h('li', null, frameName(report.frames[frame]))))));
  }
  return view;
}

/** A frame with its source lines, the one it is in lit. */
function placeView(frame) {
  const view = h('div', { class: 'place' }, h('p', { class: 'where' }, frameName(frame)));
  if (frame.src) {
    const indent = Math.min(...frame.src.filter((line) => line.trim()).map((line) => line.search(/\S/)));
    view.append(h('pre', { class: 'source', tabindex: '0', 'aria-label': 'Source of ' + fileAndLine(frame) },
      frame.src.map((line, place) => {
        const number = frame.from + place;
        const isHere = number === frame.line;
        return h('span', { class: isHere ? 'line here' : 'line', 'aria-current': isHere ? 'true' : null },
          h('span', { class: 'no' }, String(number)), h('code', null, line.slice(indent) || ' '));
      })));
  }
  return view;
}

function frameName(frame) {
  const place = fileAndLine(frame);
  if (!frame.fn) return h('span', { class: 'at' }, place || frame.at || 'an unknown place');
  return [h('span', { class: 'fn' }, frame.fn), place ? ' ' : null,
    place ? h('span', { class: 'at' }, place) : frame.module ? h('span', { class: 'at' }, ' ' + frame.module) : null];
}

function fileAndLine(frame) {
  if (!frame.file) return frame.line ? 'line ' + frame.line : '';
  return frame.line ? frame.file + ':' + frame.line : frame.file;
}

/** One step of a finding: what its thread held, what it did then, and where. */
function stepView(report, step, number) {
  const telling = step.holding.filter((held) => held.telling);
  return h('article', { class: 'step', id: 'step-' + number, 'aria-label': step.thread },
    h('header', null, h('h3', null, step.thread),
      h('span', { class: 'dim' }, 'event ' + grouped(step.event))),
    telling.map((held) => h('section', null,
      h('h4', null, 'holds ', h('b', null, held.object), held.shared ? ' to read' : '',
        held.stack >= 0 ? ', taken' : ''),
      held.stack >= 0 ? stackView(report, held.stack, { caller: false }) : null)),
    h('section', null, h('h4', null, telling.length > 0 ? 'and ' : '', h('b', null, step.action)),
      stackView(report, step.stack, { caller: false })),
    heldNote(step, telling));
}

function heldNote(step, telling) {
  const others = step.holding.filter((held) => !held.telling).map((held) => held.object);
  const notes = [];
  if (step.holding.length === 0) notes.push('Holds no lock.');
  else if (others.length > 0) notes.push((telling.length > 0 ? 'Also holds ' : 'Holds ') + others.join(', ') + '.');
  if (step.waitsFor) notes.push('Only ' + step.waitsFor.join(' or ') + ' could end this wait.');
  return notes.length > 0 ? h('p', { class: 'dim' }, notes.join(' ')) : null;
}
