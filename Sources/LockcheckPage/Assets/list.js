// The list of findings, with its search and filters.

function sidebar() {
  const report = state.report;
  const search = h('input', { type: 'search', id: 'search', value: state.query, placeholder: 'Search findings',
    'aria-label': 'Search findings by rule, thread, lock, function or file', autocomplete: 'off',
    oninput: () => { state.query = search.value; drawList(); } });
  return h('nav', { class: 'side', 'aria-label': 'Findings' },
    h('ul', { class: 'plain pages' }, pageLink('overview', 'Overview'),
      report.picture ? pageLink('order', 'Lock order') : null),
    report.findings.length > 0 ? h('div', { class: 'filters' }, search, filters(report)) : null,
    h('div', { id: 'list' }));
}

function pageLink(page, words) {
  return h('li', null, h('a', { href: link(page), 'aria-current': state.page === page ? 'page' : null }, words));
}

/** A button for each verdict and each kind that there is, where there are several. */
function filters(report) {
  const chip = (id, words, count) => {
    const button = h('button', { type: 'button', class: 'chip', 'aria-pressed': String(!state.hidden.has(id)),
      onclick: () => {
        if (!state.hidden.delete(id)) state.hidden.add(id);
        button.setAttribute('aria-pressed', String(!state.hidden.has(id)));
        drawList();
      } }, words, ' ', h('span', { class: 'count' }, grouped(count)));
    return button;
  };
  const row = (label, chips) => chips.length < 2 ? null : h('div', { class: 'chips', role: 'group', 'aria-label': label }, chips);
  const count = (member, id) => report.findings.filter((finding) => finding[member] === id).length;
  return [
    row('Verdicts that are shown', verdicts.map((one) => [one, count('verdict', one.id)]).filter((one) => one[1] > 0)
      .map(([one, number]) => chip(one.id, [h('span', { class: one.id, 'aria-hidden': 'true' }, one.mark), ' ' + one.words], number))),
    row('Kinds that are shown', kinds.map((one) => [one, count('kind', one)]).filter((one) => one[1] > 0)
      .map(([one, number]) => chip(one, one, number))),
  ];
}

function drawList() {
  const box = document.getElementById('list');
  if (!box) return;
  const shown = visibleFindings();
  const total = state.report.findings.length;
  const groups = verdicts.map((verdict) => {
    const own = shown.filter((finding) => finding.verdict === verdict.id);
    if (own.length === 0) return null;
    return h('section', { 'aria-label': verdict.words },
      h('h2', null, h('span', { class: verdict.id, 'aria-hidden': 'true' }, verdict.mark), ' ' + verdict.words,
        h('span', { class: 'count' }, grouped(own.length))),
      kinds.map((kind) => kindList(own.filter((finding) => finding.kind === kind), kind, own.length)));
  });
  box.replaceChildren(...groups.filter(Boolean));
  if (total === 0) box.append(h('p', { class: 'dim pad' }, 'Nothing was found.'));
  else if (shown.length === 0) box.append(h('p', { class: 'dim pad' }, 'No finding fits.'));
  else if (shown.length < total) box.append(h('p', { class: 'dim pad', role: 'status' }, grouped(shown.length) + ' of ' + grouped(total)));
  const current = box.querySelector('[aria-current]');
  if (current) current.scrollIntoView({ block: 'nearest' });
}

function kindList(findings, kind, ofVerdict) {
  if (findings.length === 0) return null;
  return [findings.length < ofVerdict ? h('h3', null, kind) : null,
    h('ol', { class: 'plain items' }, findings.map((finding) => h('li', null,
      h('a', { href: link('f', finding.id), 'aria-current': state.page === 'f' && state.id === finding.id ? 'page' : null,
        title: finding.message },
      h('span', { class: 'name' }, finding.title), h('span', { class: 'code' }, finding.code),
      h('span', { class: 'about' }, about(finding))))))];
}

/** What tells a finding from others of its rule. */
function about(finding) {
  const objects = finding.objects.slice(0, 3).join(', ') + (finding.objects.length > 3 ? ' …' : '');
  const threads = finding.threads.slice(0, 3).join(', ') + (finding.threads.length > 3 ? ' …' : '');
  return objects && threads ? objects + ' · ' + threads : objects || threads;
}
