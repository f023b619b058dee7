// The page of one finding.

function findingPage(report, finding) {
  const sections = [
    headOf(finding),
    finding.graph ? graphSection(report, finding) : null,
    finding.witness && finding.witness.rows.length > 1 ? witnessSection(finding) : null,
    stepsSection(report, finding),
    adviceSection(finding),
    confirmSection(report, finding),
    suppressSection(finding),
  ];
  return h('article', { class: 'finding', 'aria-labelledby': 'title' }, sections);
}

function verdictBadge(finding) {
  const verdict = verdicts.find((one) => one.id === finding.verdict);
  return h('span', { class: 'badge ' + finding.verdict },
    h('span', { class: 'mark', 'aria-hidden': 'true' }, verdict.mark), ' ' + verdict.words);
}

function headOf(finding) {
  return h('header', { class: 'head' },
    h('p', { class: 'over' }, verdictBadge(finding), h('span', { class: 'dim' }, finding.promise)),
    h('h1', { id: 'title' }, finding.title),
    h('p', { class: 'sentence' }, finding.message),
    h('p', { class: 'facts dim' }, finding.code + ' ' + finding.rule + ' · ' + seenWords(finding) + ' · ',
      h('a', { href: link('f', finding.id), title: 'A link to this finding' }, finding.fingerprint)),
    finding.occurrences ? h('details', null, h('summary', null, 'Every time it was seen'),
      h('ol', null, finding.occurrences.map((events) => h('li', null, 'events ' + events.map(grouped).join(' · '))))) : null);
}

function seenWords(finding) {
  if (finding.isSeveral) return 'each step in its own run';
  const event = 'event ' + grouped(finding.first);
  return finding.count === 1 ? 'seen once, at ' + event : 'seen ' + counted(finding.count, 'time') + ', first at ' + event;
}

function graphSection(report, finding) {
  const detail = h('div', { class: 'edge-detail', role: 'region', 'aria-live': 'polite', 'aria-label': 'The chosen arrow' });
  const graph = findingGraph(report, finding, (edge) => {
    detail.replaceChildren(edgeDetail(report, finding, edge));
  });
  const first = finding.graph.edges.findIndex((edge) => edge.kind !== 'holds');
  graph.select(Math.max(first, 0));
  return h('section', { 'aria-labelledby': 'graph-title' },
    h('h2', { id: 'graph-title' }, finding.kind === 'deadlock' ? 'Who holds what, and who asks for it' : 'Who does what'),
    h('div', { class: 'split' }, h('div', { class: 'canvas', tabindex: '-1' }, graph.svg), detail));
}

function edgeDetail(report, finding, edge) {
  const step = finding.steps[edge.step];
  const isHeld = edge.kind === 'holds' && edge.held !== undefined;
  const held = isHeld ? step.holding[edge.held] : null;
  return h('div', null,
    h('h3', null, step.thread, ' ', h('span', { class: 'soft' },
      isHeld ? 'took ' + held.object + (held.shared ? ' to read' : '') : step.action)),
    stackView(report, isHeld ? held.stack : step.stack, { caller: true }),
    h('p', { class: 'dim' }, step.holding.length === 0 ? 'It held no lock then.'
      : 'Held ' + (isHeld ? 'at the request: ' : 'then: ') + step.holding.map((one) => one.object).join(', ') + '.',
    ' Step ' + (edge.step + 1) + ', event ' + grouped(step.event) + '.'));
}

function stepsSection(report, finding) {
  return h('section', { 'aria-labelledby': 'steps-title' },
    h('h2', { id: 'steps-title' }, finding.steps.length > 1 ? 'The places in the code, side by side' : 'The place in the code'),
    h('div', { class: 'steps' }, finding.steps.map((step, number) => stepView(report, step, number))));
}

function witnessSection(finding) {
  const isSchedule = finding.witness.schedule;
  return h('section', { 'aria-labelledby': 'witness-title' },
    h('h2', { id: 'witness-title' }, isSchedule ? 'How it comes about' : 'The steps as they were recorded'),
    h('p', { class: 'dim no-print' }, isSchedule
      ? 'The events of this run in an order that makes it happen, top to bottom. '
      : 'In the order of the trace. ', h('kbd', null, '↑'), ' ', h('kbd', null, '↓'), ' go through them.'),
    witnessView(finding, state.step));
}

function adviceSection(finding) {
  return h('section', { class: 'prose', 'aria-labelledby': 'advice-title' },
    h('h2', { id: 'advice-title' }, 'What to do'),
    h('p', null, finding.advice),
    finding.notes.map((note) => h('p', { class: 'dim' }, note)),
    finding.why ? h('details', null, h('summary', null, 'Why it matters'),
      finding.meaning ? h('p', null, finding.meaning) : null, h('p', null, finding.why)) : null);
}

function confirmSection(report, finding) {
  const trace = shellWord(report.trace || 'TRACE');
  const parts = [];
  if (finding.confirmation) {
    parts.push(h('p', null, finding.confirmation.account));
    if (finding.confirmation.command) parts.push(copyBox(finding.confirmation.command, 'the command that replays it'));
  }
  if (finding.verdict === 'predicted') {
    parts.push(h('p', null, 'Steer the program itself into it:'),
      copyBox('lockcheck confirm ' + trace + ' ' + finding.fingerprint + ' -- '
        + (report.program && report.program.length > 0 ? report.program.map(shellWord).join(' ') : 'PROGRAM ARGUMENTS'), 'the command that tries it on the program'));
  }
  if (!finding.isSeveral) {
    parts.push(h('p', null, 'Cut the trace down to what shows it:'),
      copyBox('lockcheck slice ' + trace + ' ' + finding.fingerprint + ' -o slice.json', 'the command that cuts the trace down'));
  }
  if (parts.length === 0) return null;
  return h('section', { class: 'prose', 'aria-labelledby': 'confirm-title' },
    h('h2', { id: 'confirm-title' }, finding.verdict === 'predicted' ? 'See it happen' : 'Look closer'), parts);
}

function suppressSection(finding) {
  return h('section', { class: 'prose', 'aria-labelledby': 'suppress-title' },
    h('h2', { id: 'suppress-title' }, 'Live with it'),
    h('p', null, 'In ', h('code', null, '.lockcheck.yml'), ', with the reason for whoever reads it next:'),
    copyBox('suppressions:\n  - fingerprint: "' + finding.fingerprint + '"\n    rule: ' + finding.code
      + '\n    reason: "…"\n', 'an entry for .lockcheck.yml'),
    h('p', null, 'Or once:'),
    copyBox('--suppress ' + finding.fingerprint, 'an option of the command'));
}
