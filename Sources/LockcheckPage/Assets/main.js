// What is where, what the keys do, and how the page begins.

function topBar() {
  const report = state.report;
  const reports = state.data.reports;
  return h('header', { class: 'top' },
    h('a', { class: 'skip', href: '#main', onclick: (event) => { event.preventDefault(); document.getElementById('main').focus(); } }, 'To the finding'),
    h('a', { class: 'brand', href: link('overview') }, 'lockcheck'),
    reports.length > 1 ? h('select', { 'aria-label': 'Trace', onchange: (event) => {
      state.report = reports[Number(event.target.value)];
      state.query = '';
      location.hash = link('overview');
    } }, reports.map((one, place) => h('option', { value: place, selected: one === report }, one.trace)))
      : h('span', { class: 'trace', title: report.trace }, report.trace),
    h('span', { class: 'space' }),
    h('a', { class: 'back', href: '#/' + (reports.length > 1 ? report.number + 1 + '/' : '') + 'list' }, 'All findings'),
    h('button', { type: 'button', class: 'quiet', 'aria-label': 'Light or dark', title: 'Light or dark (d)', onclick: changeTheme }, '◐'),
    h('button', { type: 'button', class: 'quiet', 'aria-label': 'Keys', title: 'Keys (?)', onclick: showKeys }, '?'));
}

function draw() {
  readLink();
  const shown = state.report.findings.find((finding) => finding.id === state.id)
    || (state.id ? state.report.findings.find((finding) => state.id.length > 3 && finding.fingerprint.startsWith(state.id)) : null);
  if (state.page === 'f' && shown) state.id = shown.id;
  const isList = state.page === 'list' || (state.page === '' && state.report.findings.length > 0 && innerWidth < 860);
  if (!['f', 'order', 'overview', 'list'].includes(state.page)) state.page = 'overview';
  document.body.dataset.page = isList ? 'list' : 'main';
  const main = h('main', { id: 'main', tabindex: '-1' }, pageOf(shown));
  document.getElementById('app').replaceChildren(topBar(), h('div', { class: 'columns' }, sidebar(), main));
  drawList();
  scrollTo(0, 0);
  document.title = (state.page === 'f' && shown ? shown.title + ' · ' : '') + state.report.trace + ' · lockcheck';
}

function pageOf(shown) {
  if (state.page === 'f') {
    return shown ? findingPage(state.report, shown)
      : h('article', null, h('h1', { id: 'title' }, 'No such finding'), h('p', null, 'This report has no finding ' + state.id + '.'));
  }
  return state.page === 'order' ? orderPage(state.report) : overviewPage(state.report);
}

function changeTheme() {
  const isDark = getComputedStyle(document.documentElement).colorScheme === 'dark'
    || (document.documentElement.style.colorScheme === '' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.style.colorScheme = isDark ? 'light' : 'dark';
  try { localStorage.setItem('lockcheck-theme', isDark ? 'light' : 'dark'); } catch { /* not from every file:// */ }
  document.dispatchEvent(new Event('themechange'));
}

const keys = [
  ['j', 'next finding'], ['k', 'finding before'], ['/', 'search'], ['o', 'overview'], ['g', 'lock-order graph'],
  ['s', 'go through the steps'], ['↑ ↓', 'a step back, a step on'], ['d', 'light or dark'], ['?', 'this'],
];

function showKeys() {
  const dialog = h('dialog', { 'aria-label': 'Keys' }, h('h2', null, 'Keys'),
    h('dl', null, keys.map(([key, what]) => [h('dt', null, h('kbd', null, key)), h('dd', null, what)])),
    h('form', { method: 'dialog' }, h('button', { autofocus: true, onclick: (event) => { event.preventDefault(); dialog.close(); } }, 'Close')));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function nextFinding(by) {
  const shown = verdicts.flatMap((verdict) => kinds.flatMap((kind) => visibleFindings()
    .filter((finding) => finding.verdict === verdict.id && finding.kind === kind)));
  if (shown.length === 0) return;
  const at = state.page === 'f' ? shown.findIndex((finding) => finding.id === state.id) : -1;
  location.hash = link('f', shown[Math.max(0, Math.min(at + by, shown.length - 1))].id);
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
  if (event.target.closest('input, select, textarea')) {
    if (event.key === 'Escape') event.target.blur();
    return;
  }
  const act = {
    j: () => nextFinding(1), k: () => nextFinding(-1), d: changeTheme, '?': showKeys,
    '/': () => { const search = document.getElementById('search'); if (search) search.focus(); },
    o: () => { location.hash = link('overview'); }, g: () => { location.hash = link('order'); },
    s: () => { const rows = document.querySelector('.rows'); if (rows) rows.focus(); },
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

/** On paper the overview is followed by every finding. */
function beforePrint() {
  if (state.page === 'f' || document.querySelector('.on-paper')) return;
  document.getElementById('main').append(h('div', { class: 'on-paper' },
    state.report.findings.slice(0, 100).map((finding) => findingPage(state.report, finding))));
}

async function begin() {
  try {
    const theme = localStorage.getItem('lockcheck-theme');
    if (theme) document.documentElement.style.colorScheme = theme;
  } catch { /* not from every file:// */ }
  try {
    state.data = await unpack();
    addEventListener('hashchange', draw);
    addEventListener('keydown', onKey);
    addEventListener('beforeprint', beforePrint);
    addEventListener('afterprint', () => document.querySelectorAll('.on-paper').forEach((part) => part.remove()));
    draw();
    document.body.dataset.ready = 'true';
  } catch (error) {
    document.getElementById('app').replaceChildren(h('p', { class: 'loading', role: 'alert' },
      typeof DecompressionStream === 'undefined'
        ? 'This browser cannot unpack the report: it needs one from 2023 or later.'
        : 'The report cannot be shown: ' + error));
  }
}

begin();
