"use strict";
// Draws the matrix on a canvas, because 90,000 elements would be slow. Only the part that is in view is drawn.
(() => {
  const byId = (id) => document.getElementById(id);
  const {endpoints, kinds, sets, pairs, marks} = JSON.parse(byId("data").textContent);
  const view = byId("view"), canvas = byId("canvas"), room = byId("room"), pen = canvas.getContext("2d");
  const SIZE = endpoints.length > 60 ? 14 : endpoints.length > 16 ? 24 : 32, TOP = 38, HEAD = 20, FONT = "system-ui, sans-serif";
  const LOOKS = ["", "passed", "closed", "mixed", "open", "flapping", "failed"];  // a later one covers an earlier one
  const SIGNS = ["", "", "-", ":", "?", "~", "×"];
  const CODES = {failed: 6, flapping: 5, "not probed": 4, "not observed": 4, "not judged": 4};
  const BAD = new Set(["failed", "flapping", "not probed"]);
  const nodes = [...new Set(endpoints.map((one) => one[2]))];  // those without a node stand last
  const nodeOf = endpoints.map((one) => nodes.indexOf(one[2]));
  const namespaceOf = endpoints.map((one) => one[0].includes("/") ? one[0].slice(0, one[0].indexOf("/")) : "");
  const number = new Map(endpoints.map((one, place) => [one[0], place]));
  const entries = new Int32Array(endpoints.length ** 2).fill(-1);
  pairs.forEach((pair, place) => { entries[pair[0] * endpoints.length + pair[1]] = place; });
  const closed = new Set();  // nodes whose endpoints share one row and one column

  // A row or a column is the number of an endpoint, or -1 - the number of a closed node.
  let rows = [], columns = [], lines = [], bands = [], grid = [], marked = [], rowOf = [], columnOf = [];
  let chosen = null, kept = false, left = 0, colours = {};

  function fill(id, values) {
    for (const value of [...new Set(values)].sort()) if (value) byId(id).add(new Option(value, value));
  }
  fill("node", nodes);
  fill("namespace", namespaceOf);
  fill("check", kinds.map((one) => one.check));
  fill("verdict", kinds.map((one) => one.verdict));
  marks.forEach((mark, place) => byId("mark").add(new Option(mark[0], place)));

  // What a set of kinds looks like depends on the filters, not on the pair.
  let looks = [], matching = [], bad = [];
  function look(some) {
    let worst = 0;
    for (const one of some) {
      const code = CODES[one.verdict] || (one.expected_outcome === "blocked" ? 2 : 1);
      worst = worst && worst !== code && Math.max(worst, code) < 4 ? 3 : Math.max(worst, code);
    }
    return worst;
  }
  const join = (one, two) => one && one !== two && one < 4 && two < 4 ? 3 : Math.max(one, two);

  // Whether the pair has cells that the chosen mark points at: those of a list, or the failed ones of a finding's scopes.
  function marker() {
    const mark = marks[byId("mark").value || -1];
    if (!mark) return null;
    const [, scopes, cells] = mark;
    if (!scopes) {
      const wanted = new Set(cells.map((cell) => cell[0] * endpoints.length + cell[1]));
      return (pair) => wanted.has(pair[0] * endpoints.length + pair[1]);
    }
    const has = (some, value) => !some || some.includes(value);
    // As the class Scope of the diagnosis has it: the node of a NodePort, target[4], is on the way.
    const covers = (scope, source, target) => (has(scope.sources, source[2]) || has(scope.sources, target[4]))
      && has(scope.source_names, source[0]) && has(scope.kinds, target[1]) && has(scope.source_kinds, source[1])
      && (!scope.targets || [...target[3], target[4]].some((node) => scope.targets.includes(node)))
      && !(scope.across && [...target[3], target[4] || source[2]].every((node) => node === source[2]));
    return (pair) => sets[pair[2]].some((kind) => BAD.has(kinds[kind].verdict)
      && scopes.some((scope) => (kinds[kind].verdict === "not probed") === Boolean(scope.unprobed) && has(scope.checks, kinds[kind].check) && has(scope.families, kinds[kind].family)
        && (!scope.translated || kinds[kind].translated) && covers(scope, endpoints[pair[0]], endpoints[pair[1]])));
  }

  function filter() {
    const node = byId("node").value, namespace = byId("namespace").value, check = byId("check").value, verdict = byId("verdict").value;
    matching = sets.map((set) => set.filter((kind) => (!check || kinds[kind].check === check) && (!verdict || kinds[kind].verdict === verdict)));
    looks = matching.map((set) => look(set.map((kind) => kinds[kind])));
    bad = matching.map((set) => set.filter((kind) => BAD.has(kinds[kind].verdict)).length);
    const isNode = endpoints.map((one) => !node || one[2] === node), isIn = namespaceOf.map((one) => !namespace || one === namespace);
    const asSource = new Uint8Array(endpoints.length), asTarget = new Uint8Array(endpoints.length), failures = new Uint32Array(endpoints.length);
    const shown = [];
    let count = 0;
    for (const pair of pairs) {
      const [source, target, set] = pair;
      if (!looks[set] || !(isNode[source] || isNode[target]) || !(isIn[source] || isIn[target])) continue;
      asSource[source] = asTarget[target] = 1; count += matching[set].length; shown.push(pair);
      failures[source] += bad[set]; failures[target] += bad[set];
    }
    const order = arranged(failures);
    rows = listed(order, asSource); columns = listed(order, asTarget);
    rowOf = places(rows); columnOf = places(columns);
    grid = new Uint8Array(rows.length * columns.length);
    const points = marker();
    marked = points ? new Uint8Array(grid.length) : null;
    for (const pair of shown) {
      const place = rowOf[pair[0]] * columns.length + columnOf[pair[1]];
      grid[place] = join(grid[place], looks[pair[2]]);
      if (points && !marked[place] && points(pair)) marked[place] = 1;
    }
    byId("next").disabled = !grid.some((code) => code > 4);
    const pointed = marked ? `, ${marked.reduce((sum, one) => sum + one, 0)} fields marked` : "";
    byId("count").value = `${count} cells${pointed}`;
    const others = columns.filter((one) => one >= 0 && !asSource[one]).map((one) => `${one + 1} ${endpoints[one][0]}`);
    byId("others").textContent = others.length ? `Targets only: ${others.join(", ")}` : "";
    if (chosen && (rows.indexOf(chosen[0]) < 0 || columns.indexOf(chosen[1]) < 0)) { chosen = null; kept = false; }
    arrange();
  }

  // The numbers of the endpoints in the order of the rows.
  function arranged(failures) {
    const order = endpoints.map((_one, place) => place), by = byId("order").value;
    if (by === "name") return order.sort((a, b) => endpoints[a][0] < endpoints[b][0] ? -1 : 1);
    if (by === "node") return order;
    const sums = nodes.map(() => 0);
    order.forEach((one) => { sums[nodeOf[one]] += failures[one]; });
    return order.sort((a, b) => sums[nodeOf[b]] - sums[nodeOf[a]] || nodeOf[a] - nodeOf[b] || failures[b] - failures[a] || a - b);
  }

  function listed(order, wanted) {
    const found = [], seen = new Set();
    for (const one of order) {
      if (!wanted[one]) continue;
      if (!closed.has(nodeOf[one])) found.push(one);
      else if (!seen.has(nodeOf[one])) { seen.add(nodeOf[one]); found.push(-1 - nodeOf[one]); }
    }
    return found;
  }

  function places(items) {
    const at = new Map(items.map((item, place) => [item, place]));
    return endpoints.map((_one, place) => at.get(closed.has(nodeOf[place]) ? -1 - nodeOf[place] : place));
  }

  const group = (item) => item < 0 ? -1 - item : nodeOf[item];
  const nameOf = (item) => item < 0 ? nodes[-1 - item] || "targets without a node" : endpoints[item][0];

  function arrange() {
    lines = []; bands = [];
    const byName = byId("order").value === "name";
    let height = TOP, previous = null;
    for (const row of rows) {
      if (row >= 0 && !byName && group(row) !== previous) { lines.push([height, null, group(row)]); height += HEAD; }
      previous = group(row);
      lines.push([height, row]); height += SIZE;
    }
    columns.forEach((column, place) => {
      const last = bands[bands.length - 1];
      if (!byName && last && last[0] === group(column)) last[2] = place + 1; else bands.push([group(column), place, place + 1]);
    });
    pen.font = `12px ${FONT}`;
    let longest = 80;
    for (const row of rows) longest = Math.max(longest, pen.measureText(nameOf(row)).width + 48);
    left = Math.min(longest, view.clientWidth * 0.4);
    room.style.width = `${left + columns.length * SIZE + 2}px`;
    const seen = Math.min(height + 4, Math.max(200, Math.round(window.innerHeight * 0.75)));
    view.style.height = `${seen + 18}px`;
    room.style.height = `${Math.max(0, height + 4 - seen)}px`;
    restyle();
  }

  function restyle() {
    const style = getComputedStyle(document.documentElement);
    for (const name of [...LOOKS.slice(1), "ink", "soft", "paper", "mark", "line", "white", "black"]) colours[name] = style.getPropertyValue(`--${name}`);
    draw();
  }

  let asked = false;
  function soon() {
    if (!asked) requestAnimationFrame(() => { asked = false; draw(); });
    asked = true;
  }

  function draw() {
    const scale = window.devicePixelRatio || 1, width = view.clientWidth, height = view.clientHeight;
    canvas.width = width * scale; canvas.height = height * scale;
    canvas.style.width = `${width}px`; canvas.style.height = `${height}px`;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    const x = view.scrollLeft, y = view.scrollTop, wide = columns.length;
    const first = Math.max(0, Math.floor(x / SIZE)), last = Math.min(wide, Math.ceil((x + width - left) / SIZE));
    pen.fillStyle = colours.paper; pen.fillRect(0, 0, width, height);
    pen.textBaseline = "middle"; pen.textAlign = "center"; pen.font = `bold ${SIZE > 20 ? 13 : 11}px ${FONT}`;
    for (const [top, row] of lines) {
      if (row === null || top - y > height || top - y < TOP - SIZE) continue;
      const start = (row < 0 ? rowOf[nodeOf.indexOf(-1 - row)] : rowOf[row]) * wide;
      for (let place = first; place < last; place++) {
        const code = grid[start + place];
        if (!code) continue;
        pen.globalAlpha = marked && !marked[start + place] ? 0.22 : 1;
        pen.fillStyle = colours[LOOKS[code]];
        pen.fillRect(left + place * SIZE - x, top - y, SIZE - 1, SIZE - 1);
        if (code > 1) { pen.fillStyle = code === 6 ? colours.white : colours.black; pen.fillText(SIGNS[code], left + (place + 0.5) * SIZE - x - 0.5, top - y + SIZE / 2); }
      }
      pen.globalAlpha = 1;
    }
    pen.fillStyle = colours.line;
    for (const [, start] of bands) if (start) pen.fillRect(left + start * SIZE - x - 1, TOP, 1, height);
    if (chosen) frame(x, y);
    labels(x, y, width, height, first, last);
  }

  function frame(x, y) {
    const line = lines.find((one) => one[1] === chosen[0]), place = columns.indexOf(chosen[1]);
    if (!line) return;
    pen.strokeStyle = colours.mark; pen.lineWidth = 3;
    pen.strokeRect(left + place * SIZE - x - 0.5, line[0] - y - 0.5, SIZE, SIZE);
  }

  // A name that is too long loses its beginning: pods of one Deployment differ at the end.
  function fitted(text, room) {
    if (pen.measureText(text).width <= room) return text;
    let cut = Math.min(text.length - 1, Math.floor(text.length * (1 - room / pen.measureText(text).width)));
    while (cut < text.length - 1 && pen.measureText(`…${text.slice(cut)}`).width > room) cut++;
    return `…${text.slice(cut)}`;
  }

  // The names stay in view while the cells move below them.
  function labels(x, y, width, height, first, last) {
    pen.fillStyle = colours.paper; pen.fillRect(0, 0, left, height); pen.fillRect(0, 0, width, TOP);
    pen.save(); pen.beginPath(); pen.rect(0, TOP, left - 6, height); pen.clip();
    pen.textAlign = "left";
    for (const [top, row, node] of lines) {
      if (top - y > height || top - y < 0) continue;
      const heading = row === null || row < 0;
      pen.font = `${heading ? "bold " : ""}12px ${FONT}`;
      pen.fillStyle = chosen && row !== null && row === chosen[0] ? colours.mark : colours.ink;
      const text = row === null ? `▾ ${nodes[node] || "targets only"}` : row < 0 ? `▸ ${nameOf(row)}` : `${row + 1} ${fitted(nameOf(row), left - 20 - pen.measureText(`${row + 1} `).width)}`;
      pen.fillText(text, heading ? 4 : 14, top - y + (row === null ? HEAD : SIZE) / 2);
    }
    pen.restore();
    pen.save(); pen.beginPath(); pen.rect(left, 0, width, TOP); pen.clip();
    pen.font = `bold 12px ${FONT}`; pen.fillStyle = colours.ink; pen.textAlign = "left";
    for (const [node, start, end] of byId("order").value === "name" ? [] : bands) {
      const from = Math.max(left, left + start * SIZE - x), room = (end === columns.length ? width : left + end * SIZE - x) - from - 4;
      if (room < 8) continue;
      pen.save(); pen.beginPath(); pen.rect(from, 0, room, TOP); pen.clip();
      pen.fillText(nodes[node] || "targets only", from + 2, 11); pen.restore();
    }
    pen.textAlign = "center"; pen.font = `10px ${FONT}`;
    const step = Math.max(1, Math.ceil(20 / SIZE));
    for (let place = first; place < last; place++) {
      pen.fillStyle = chosen && columns[place] === chosen[1] ? colours.mark : colours.soft;
      const text = columns[place] < 0 ? "▸" : columns[place] + 1;
      if (place % step === 0 || (chosen && columns[place] === chosen[1])) pen.fillText(text, left + (place + 0.5) * SIZE - x, 28);
    }
    pen.restore();
  }

  function lineAt(y) {
    return lines.find((one) => y >= one[0] && y < one[0] + (one[1] === null ? HEAD : SIZE));
  }

  function under(event) {
    const box = view.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    const line = y < TOP ? undefined : lineAt(y + view.scrollTop), column = columns[Math.floor((x + view.scrollLeft - left) / SIZE)];
    const heading = line && x < left ? line : null;
    return {heading, cell: line && line[1] !== null && x >= left && column !== undefined ? [line[1], column] : null};
  }

  function toggle(node) {
    if (!closed.delete(node)) closed.add(node);
    byId("collapse").checked = nodes.every((_name, one) => closed.has(one));
    filter();
  }

  function element(parent, tag, text, name) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (name) made.className = name;
    parent.append(made);
    return made;
  }

  function choose(cell) {
    if (!cell || (chosen && cell[0] === chosen[0] && cell[1] === chosen[1])) return;
    chosen = cell;
    const panel = byId("chosen");
    panel.replaceChildren();
    element(panel, "h3", `${nameOf(cell[0])} → ${nameOf(cell[1])}`);
    if (cell[0] < 0 || cell[1] < 0) summarize(panel, cell); else {
      const pair = pairs[entries[cell[0] * endpoints.length + cell[1]]];
      if (!pair || !matching[pair[2]].length) element(panel, "p", "No cell of this pair is shown.");
      else for (const like of alike(pair)) describe(panel, like);
    }
    draw();
  }

  // A closed node stands for many pairs: count their cells by verdict, and name the first that failed.
  function summarize(panel, cell) {
    const counts = new Map(), failed = [];
    const fits = (item, one) => item < 0 ? nodeOf[one] === -1 - item : item === one;
    for (const pair of pairs) {
      if (!fits(cell[0], pair[0]) || !fits(cell[1], pair[1])) continue;
      for (const kind of matching[pair[2]]) counts.set(kinds[kind].verdict, (counts.get(kinds[kind].verdict) || 0) + 1);
      if (bad[pair[2]]) failed.push(pair);
    }
    for (const [verdict, count] of counts) element(panel, "p", `${count} ${verdict}`);
    for (const pair of failed.slice(0, 5)) element(panel, "p", `${nameOf(pair[0])} → ${nameOf(pair[1])}`, "bad");
    element(panel, "p", "Press Enter, or click the name of the node, to open it.");
  }

  // The cells of a pair in groups that differ in check, family, port and latency alone.
  function alike(pair) {
    const groups = new Map();
    sets[pair[2]].forEach((kind, place) => {
      if (!matching[pair[2]].includes(kind)) return;
      const {check, family, port, ...rest} = kinds[kind], key = JSON.stringify(rest);
      const tried = `${check} ${family}${port ? ` port ${port}` : ""}`, latency = pair[3 + place];
      groups.set(key, [...(groups.get(key) || []), {one: kinds[kind], tried, latency: latency ? `${latency} ms` : ""}]);
    });
    return groups.values();
  }

  function describe(panel, like) {
    const {one} = like[0];
    const list = element(panel, "dl", undefined, BAD.has(one.verdict) ? "bad" : "");
    const say = (name, ...values) => {
      const text = values.filter((value) => value !== undefined && value !== "" && value !== false).join(", ");
      if (text) { element(list, "dt", name); element(list, "dd", text); }
    };
    say("tried", ...like.map((each) => each.tried));
    say("verdict", one.verdict);
    say("seen", one.message || one.outcome, !one.message && (one.detail || one.reason), one.seen && `source ${one.seen}`, one.mtu && `MTU ${one.mtu}`, one.tries);
    say("expected", one.expected_outcome, one.expected_source && `source address ${one.expected_source}`, one.expected_mtu && `MTU ${one.expected_mtu}`);
    say("because", one.expected_because);
    say("decided by", one.expected_decided_by && (one.expected_decided_by === "api" ? "the API's rules" : "the implementation of the network"));
    say("latency", ...like.map((each) => each.latency));
  }

  // Move a cell into view, choose it and keep it.
  function show(cell) {
    kept = true;
    choose(cell);
    const line = lines.find((one) => one[1] === cell[0]), side = columns.indexOf(cell[1]) * SIZE;
    if (!line) return;
    view.scrollTop = Math.min(line[0] - TOP - HEAD, Math.max(view.scrollTop, line[0] + SIZE - view.clientHeight + 20));
    view.scrollLeft = Math.min(side, Math.max(view.scrollLeft, side + SIZE - view.clientWidth + left + 20));
  }

  // The first cell that failed after the chosen one, row by row.
  function nextFailed() {
    const wide = columns.length, start = chosen ? rows.indexOf(chosen[0]) * wide + columns.indexOf(chosen[1]) + 1 : 0;
    for (let step = 0; step < grid.length; step++) {
      const place = (start + step) % grid.length;
      if (grid[place] > 4) { show([rows[Math.floor(place / wide)], columns[place % wide]]); return; }
    }
  }

  function jump(row, column) {
    byId("filters").reset(); closed.clear(); filter();
    byId("matrix").scrollIntoView();
    if (rowOf[row] !== undefined && columnOf[column] !== undefined) show([row, column]);
    view.focus({preventScroll: true});
  }

  view.addEventListener("scroll", soon);
  view.addEventListener("pointermove", (event) => {
    const {heading, cell} = under(event);
    view.style.cursor = heading && (heading[1] === null || heading[1] < 0) ? "pointer" : "";
    if (!kept && event.pointerType === "mouse") choose(cell);
  });
  view.addEventListener("click", (event) => {
    const {heading, cell} = under(event);
    if (heading && (heading[1] === null || heading[1] < 0)) { toggle(heading[1] === null ? heading[2] : -1 - heading[1]); return; }
    kept = Boolean(cell);
    choose(cell);
  });
  view.addEventListener("keydown", (event) => {
    if (!rows.length) return;
    const at = chosen ? [rows.indexOf(chosen[0]), columns.indexOf(chosen[1])] : [0, 0];
    const page = Math.max(1, Math.floor((view.clientHeight - TOP) / SIZE) - 1);
    const step = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-page, 0], PageDown: [page, 0], Home: [0, -1e6], End: [0, 1e6]}[event.key];
    if (event.key === "Enter" && chosen) {
      const node = group(chosen[0]), column = group(chosen[1]);
      toggle(chosen[0] >= 0 && chosen[1] < 0 ? column : node);
      const row = rows.find((item) => group(item) === node), side = columns.find((item) => group(item) === column);
      if (row !== undefined && side !== undefined) show([row, side]);
    } else if (step) {
      const move = (list, place, by) => list[Math.min(list.length - 1, Math.max(0, place + by))];
      show(chosen ? [move(rows, at[0], step[0]), move(columns, at[1], step[1])] : [rows[0], columns[0]]);
    } else return;
    event.preventDefault();
  });
  byId("filters").addEventListener("change", (event) => {
    if (event.target.id === "collapse") { closed.clear(); if (event.target.checked) nodes.forEach((_name, one) => closed.add(one)); }
    filter();
  });
  byId("filters").addEventListener("reset", () => setTimeout(() => { closed.clear(); filter(); }));
  byId("next").addEventListener("click", nextFailed);
  document.addEventListener("click", (event) => {
    const from = event.target.closest("[data-node], [data-mark], [data-source]");
    if (!from) return;
    const {node, mark, source, target} = from.dataset;
    event.preventDefault();
    if (source !== undefined) jump(number.get(source), number.get(target));
    if (node !== undefined || mark !== undefined) {
      byId("filters").reset(); closed.clear();
      // A node that took no part, or whose cells were only counted, has none here.
      if (node !== undefined && !nodes.includes(node)) byId("node").add(new Option(node, node));
      if (node !== undefined) byId("node").value = node; else byId("mark").value = mark;
      filter();
      byId("matrix").scrollIntoView();
      byId(node !== undefined ? "node" : "mark").focus({preventScroll: true});
    }
  });
  window.addEventListener("resize", arrange);
  window.addEventListener("beforeprint", restyle);
  window.addEventListener("afterprint", restyle);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyle);
  filter();
  // A reader who has not chosen sees the first failure.
  if (!byId("next").disabled) { nextFailed(); kept = false; }
})();
