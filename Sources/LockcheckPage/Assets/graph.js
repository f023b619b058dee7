// The drawn graph of a finding. Places and routes come with the data; here they become lines.

function findingGraph(report, finding, onSelect) {
  const graph = finding.graph;
  const [width, height] = graph.size;
  const [marginX, marginY] = graph.ring ? [52, 22] : [18, 18];
  const svg = s('svg', {
    class: graph.ring ? 'graph ring' : 'graph', role: 'group', 'aria-label': graphWords(graph),
    viewBox: [-marginX, -marginY, width + 2 * marginX, height + 2 * marginY].join(' '),
    width: width + 2 * marginX, height: height + 2 * marginY,
  }, arrowHeads());
  const buttons = graph.edges.map((edge, place) => {
    const path = graph.ring ? arc(edge.path, width / 2, height / 2) : curve(edge.path);
    const [x, y] = graph.ring ? arcMiddle(edge.path, width / 2, height / 2) : routeMiddle(edge.path);
    const words = graph.nodes[edge.from].label + ' — ' + edge.label + ' — ' + graph.nodes[edge.to].label;
    const group = s('g', {
      class: 'edge ' + edge.kind + (edge.lit ? ' lit' : ''), role: 'button', tabindex: '0',
      'aria-label': words + ', step ' + (edge.step + 1), 'aria-pressed': 'false',
      onclick: () => select(place), onkeydown: (event) => {
        if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); select(place); }
      },
    }, s('title', null, words), s('path', { class: 'hit', d: path }),
      s('path', { class: 'line', d: path, 'marker-end': 'url(#head-' + (edge.lit ? 'lit' : 'plain') + ')' }),
      s('text', { x, y, class: 'label' + (graph.ring ? sideOf(x, width / 2) : '') }, edge.label));
    svg.append(group);
    return group;
  });
  for (const node of graph.nodes) svg.append(nodeShape(node));

  function select(place) {
    buttons.forEach((button, other) => button.setAttribute('aria-pressed', String(other === place)));
    onSelect(graph.edges[place], place);
  }
  return { svg, select };
}

/** The graph in a sentence, for who does not see it. */
function graphWords(graph) {
  return 'Graph: ' + graph.edges.map((edge) => edge.kind === 'holds'
    ? graph.nodes[edge.from].label + ' is ' + edge.label + ' ' + graph.nodes[edge.to].label
    : graph.nodes[edge.from].label + ' ' + edge.label + ' ' + graph.nodes[edge.to].label).join('; ');
}

function nodeShape(node) {
  const [x, y, width, height] = node.box;
  const isThread = node.kind === 'thread';
  return s('g', { class: 'node ' + (isThread ? 'thread' : 'object') + (node.lit ? ' lit' : '') },
    s('title', null, node.label + ' (' + node.kind + ')'),
    s('rect', { x: x - width / 2, y: y - height / 2, width, height, rx: isThread ? 3 : height / 2 }),
    s('text', { x, y: y + 4.5 }, shortened(node.label, 34)));
}

function arrowHeads() {
  return s('defs', null, ['plain', 'lit', 'found', 'circular'].map((name) => s('marker', {
    id: 'head-' + name, class: 'head ' + name, viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 8,
    markerHeight: 8, markerUnits: 'userSpaceOnUse', orient: 'auto-start-reverse',
  }, s('path', { d: 'M0,0.8 L8,4 L0,7.2 z' }))));
}

/** Through all points, upright at each: `x y x y …`. */
function curve(points) {
  let path = 'M' + points[0] + ',' + points[1];
  for (let i = 2; i < points.length; i += 2) {
    const [x0, y0, x, y] = points.slice(i - 2, i + 2);
    if (x0 === x) path += 'L' + x + ',' + y;
    else if (points.length === 6 && Math.abs(y - y0) < 20) path += 'L' + x + ',' + y;
    else path += 'C' + x0 + ',' + (y0 + y) / 2 + ' ' + x + ',' + (y0 + y) / 2 + ' ' + x + ',' + y;
  }
  return path;
}

function routeMiddle(points) {
  const pieces = points.length / 2 - 1;
  const at = 2 * Math.floor((pieces - 1) / 2);
  const [x0, y0, x, y] = points.slice(at, at + 4);
  return [(x0 + x) / 2, (y0 + y) / 2 + 4];
}

/** A little outwards from the middle of a ring. */
function control([x0, y0, x, y], middleX, middleY) {
  const [mx, my] = [(x0 + x) / 2, (y0 + y) / 2];
  return [mx + (mx - middleX) * 0.22, my + (my - middleY) * 0.22];
}

function arc(points, middleX, middleY) {
  const [x0, y0, x, y] = points;
  return 'M' + x0 + ',' + y0 + 'Q' + control(points, middleX, middleY).join(',') + ' ' + x + ',' + y;
}

function arcMiddle(points, middleX, middleY) {
  const [cx, cy] = control(points, middleX, middleY);
  const [x0, y0, x, y] = points;
  const [mx, my] = [(x0 + 2 * cx + x) / 4, (y0 + 2 * cy + y) / 4];
  // Beside the arrow, on the outside.
  const far = Math.hypot(mx - middleX, my - middleY) || 1;
  return [mx + (mx - middleX) / far * 9, my + (my - middleY) / far * 12 + 4];
}

/** On which side of a ring a label stands. */
function sideOf(x, middle) { return x > middle + 12 ? ' right' : x < middle - 12 ? ' left' : ''; }
