// The report: unpacked, with what the lists and links need.

const verdicts = [
  { id: 'observed', words: 'Happened', mark: '●' },
  { id: 'predicted', words: 'Can happen', mark: '◆' },
  { id: 'possible', words: 'Looks possible', mark: '○' },
];
const kinds = ['deadlock', 'race', 'misuse', 'performance'];

/** Unpacks what stands in the page: gzip, in base64, of JSON. */
async function unpack() {
  const text = document.getElementById('data').textContent;
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const data = await new Response(stream).json();
  data.reports.forEach(prepare);
  return data;
}

function prepare(report, number) {
  report.number = number;
  const seen = new Map();
  report.findings.forEach((finding, place) => {
    // Findings of one rule in the same functions share a fingerprint.
    const times = (seen.get(finding.fingerprint) || 0) + 1;
    seen.set(finding.fingerprint, times);
    finding.id = finding.fingerprint + (times > 1 ? '~' + times : '');
    finding.number = place + 1;
    finding.words = finding.words || '';
    finding.haystack = [finding.code, finding.rule, finding.title, finding.message,
      ...finding.threads, ...finding.objects, ...places(report, finding)].join('\n').toLowerCase();
  });
}

/** The functions and files of a finding's steps. */
function places(report, finding) {
  return finding.steps.flatMap((step) => step.stack < 0 ? [] : report.stacks[step.stack][0])
    .flatMap((number) => [report.frames[number].fn || '', report.frames[number].file || '']);
}

/** What is shown: which report, which page of it, and what the list lets through. */
const state = { data: null, report: null, page: 'overview', id: '', step: -1, query: '', hidden: new Set() };

/** `#/2/f/0123…/step/4`: the report where there are several, a page of it, and a place there. */
function link(page, id, step) {
  const parts = [];
  if (state.data.reports.length > 1) parts.push(state.report.number + 1);
  parts.push(page);
  if (id) parts.push(encodeURIComponent(id));
  if (step >= 0) parts.push('step', step + 1);
  return '#/' + parts.join('/');
}

function readLink() {
  const parts = location.hash.replace(/^#\/?/, '').split('/').map((part) => {
    try { return decodeURIComponent(part); } catch { return part; }
  });
  const number = state.data.reports.length > 1 && /^\d+$/.test(parts[0]) ? Number(parts.shift()) : 1;
  state.report = state.data.reports[number - 1] || state.data.reports[0];
  const at = parts.indexOf('step');
  state.step = at >= 0 && /^\d+$/.test(parts[at + 1]) ? Number(parts[at + 1]) - 1 : -1;
  state.page = parts[0] || '';
  state.id = parts[0] === 'f' ? parts[1] || '' : '';
}

/** The findings that the list shows. */
function visibleFindings() {
  const words = state.query.toLowerCase().split(/\s+/).filter(Boolean);
  return state.report.findings.filter((finding) =>
    !state.hidden.has(finding.verdict) && !state.hidden.has(finding.kind)
      && words.every((word) => finding.haystack.includes(word)));
}
