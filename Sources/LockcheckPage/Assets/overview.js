// The run as a whole: numbers, threads, locks, the timeline, and what is no finding.

function overviewPage(report) {
  const summary = report.summary;
  const picture = report.picture;
  return h('article', { 'aria-labelledby': 'title' },
    h('h1', { id: 'title' }, verdictSentence(summary)),
    h('p', { class: 'dim' }, [report.program ? report.program.map(shellWord).join(' ') : null,
      counted(summary.events, 'event'), counted(summary.threads, 'thread'), counted(summary.objects, 'object'),
      report.engine ? 'engine ' + report.engine : null].filter(Boolean).join(' · ')),
    report.warnings.length > 0 ? h('section', { class: 'warnings', 'aria-label': 'Warnings' },
      h('ul', null, report.warnings.map((warning) => h('li', null, warning)))) : null,
    worstFindings(report),
    picture ? h('section', { 'aria-labelledby': 'timeline-title' }, h('h2', { id: 'timeline-title' }, 'The run'),
      new Timeline(report).element) : null,
    picture ? lockTable(picture) : null,
    picture ? threadTable(picture) : null,
    ruledOutSection(report), suppressedSection(report));
}

function verdictSentence(summary) {
  const total = summary.observed + summary.predicted + summary.possible;
  if ([summary.observed, summary.predicted, summary.possible].includes(total) && total > 0) {
    return counted(total, 'finding') + ' that ' + (summary.observed ? 'happened' : summary.predicted ? 'can happen'
      : total === 1 ? 'looks possible' : 'look possible');
  }
  const parts = [[summary.observed, 'happened'], [summary.predicted, 'can happen'], [summary.possible, 'looks possible', 'look possible']]
    .filter(([count]) => count > 0).map(([count, one, many]) => grouped(count) + ' ' + (count === 1 ? one : many || one));
  if (parts.length === 0) return 'Nothing found';
  return counted(total, 'finding') + ': ' + parts.join(', ');
}

function worstFindings(report) {
  if (report.findings.length === 0) {
    return h('p', { class: 'sentence' }, 'Nothing that was looked for is wrong with this run. That is said of the run, not of the program.');
  }
  return h('section', { 'aria-labelledby': 'worst-title' },
    h('h2', { id: 'worst-title' }, report.findings.length > 5 ? 'The surest first' : 'Findings'),
    h('ol', { class: 'worst' }, report.findings.slice(0, 5).map((finding) => h('li', null,
      h('a', { href: link('f', finding.id) }, verdictBadge(finding), h('b', null, finding.title),
        h('span', { class: 'soft' }, shortSentence(finding.message)))))),
    report.findings.length > 5 ? h('p', { class: 'dim' }, 'and ' + grouped(report.findings.length - 5) + ' more, in the list') : null);
}

/** A sentence of two lines at most. */
function shortSentence(text) { return text.length > 190 ? text.slice(0, 188).replace(/\s+\S*$/, '') + ' …' : text; }

function lockTable(picture) {
  const hasTimes = picture.locks.some((lock) => lock.holds);
  const spent = (cell) => cell ? cell : [0, 0, 0];
  const columns = [
    ['lock', (lock) => lock.name], ['kind', (lock) => lock.kind],
    ['taken', (lock) => lock.acquires], ['threads', (lock) => lock.threads],
  ].concat(hasTimes ? [
    ['waited for', (lock) => spent(lock.waits)[1], duration], ['longest wait', (lock) => spent(lock.waits)[2], duration],
    ['held', (lock) => spent(lock.holds)[1], duration], ['longest hold', (lock) => spent(lock.holds)[2], duration],
  ] : []);
  return sortableTable('Locks', 'locks-title', picture.locks, columns, hasTimes ? 4 : 2);
}

function threadTable(picture) {
  const amount = picture.unit === 'events' ? (value) => counted(value, 'event') : duration;
  const columns = [
    ['thread', (thread) => thread.name], ['events', (thread) => thread.events],
    ['began', (thread) => thread.begin, amount], ['lasted', (thread) => thread.end - thread.begin, amount],
    ['held a lock', (thread) => thread.held, amount], ['waited', (thread) => thread.waited, amount],
  ];
  return sortableTable('Threads', 'threads-title', picture.threads, columns, -1);
}

/** A table whose heads sort it. Columns: name, value, and how a number is written. */
function sortableTable(title, id, rows, columns, sortedBy) {
  let [column, falls] = [sortedBy, true];
  const box = h('div');
  const draw = () => {
    const sorted = rows.slice();
    if (column >= 0) {
      const value = columns[column][1];
      sorted.sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        return (typeof x === 'number' ? x - y : x.localeCompare(y)) * (falls ? -1 : 1);
      });
    }
    const heads = columns.map(([name], place) => h('button', { type: 'button', class: 'sort',
      onclick: () => {
        [column, falls] = [place, place === column ? !falls : typeof columns[place][1](rows[0]) === 'number'];
        draw();
        box.querySelectorAll('.sort')[place].focus();
      } }, name, h('span', { 'aria-hidden': 'true' }, place === column ? (falls ? ' ↓' : ' ↑') : '')));
    box.replaceChildren(longTable(title, heads, sorted, (row) => columns.map(([, value, write]) => {
      const cell = value(row);
      return typeof cell === 'number' ? (cell === 0 && write ? '–' : (write || grouped)(cell)) : cell;
    }), column >= 0 ? [column, falls] : null));
  };
  if (rows.length > 0) draw();
  return h('section', { 'aria-labelledby': id }, h('h2', { id }, title, ' ', h('span', { class: 'soft' }, grouped(rows.length))),
    rows.length > 0 ? box : h('p', { class: 'dim' }, 'None.'));
}

/** A table of which only the first rows are there at first. */
function longTable(title, heads, rows, cells, sorted) {
  const step = 50;
  const body = h('tbody');
  const isNumber = (cell) => typeof cell === 'string' && /^([\d,.]+( [nµm]?s| events?)?|–)$/.test(cell);
  const numeric = heads.map((_, place) => place > 0 && rows.length > 0 && isNumber(cells(rows[0])[place]));
  const more = h('button', { type: 'button', class: 'quiet no-print', onclick: () => add(step * 10) });
  function add(count) {
    const from = body.children.length;
    body.append(...rows.slice(from, from + count).map((row) => h('tr', null, cells(row).map((cell, place) =>
      h('td', { class: numeric[place] ? 'number' : null }, cell)))));
    const left = rows.length - body.children.length;
    more.hidden = left === 0;
    more.textContent = 'Show ' + grouped(Math.min(left, step * 10)) + ' more of ' + grouped(rows.length);
  }
  add(step);
  return h('div', { class: 'table-box', tabindex: '0', role: 'region', 'aria-label': title },
    h('table', null, h('thead', null, h('tr', null, heads.map((head, place) => h('th', { scope: 'col', class: numeric[place] ? 'number' : null,
      'aria-sort': sorted && sorted[0] === place ? (sorted[1] ? 'descending' : 'ascending') : null }, head)))), body), more);
}

function ruledOutSection(report) {
  if (report.ruledOut.length === 0) return null;
  return h('section', { 'aria-labelledby': 'ruled-title' }, h('h2', { id: 'ruled-title' }, 'Looks like trouble, and is none'),
    h('details', null, h('summary', null, counted(report.summary.ruledOut, 'pattern') + ' ruled out'),
      longTable('Ruled out', ['rule', 'objects', 'why it is none'], report.ruledOut, (pattern) => [
        pattern.code + ' ' + pattern.rule, pattern.objects.join(', '), pattern.message])));
}

function suppressedSection(report) {
  if (report.suppressed.length === 0) return null;
  return h('section', { 'aria-labelledby': 'suppressed-title' }, h('h2', { id: 'suppressed-title' }, 'Lived with'),
    h('details', null, h('summary', null, counted(report.suppressed.length, 'finding') + ' suppressed'),
      longTable('Suppressed', ['verdict', 'rule', 'what', 'fingerprint'], report.suppressed, (finding) => [
        finding.verdict, finding.code + ' ' + finding.rule, finding.message, h('code', null, finding.fingerprint)])));
}
