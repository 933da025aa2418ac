"use strict";
// Draws the matrix on a canvas, because 90,000 elements would be slow. Only the part that is in view is drawn.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const view = byId("view"), canvas = byId("canvas"), room = byId("room"), pen = canvas.getContext("2d");
  const {endpoints, kinds, sets, pairs} = data;
  const SIZE = endpoints.length > 60 ? 14 : 22, TOP = 22, HEAD = 18;
  const ORDER = ["failed", "flapping", "not probed", "not observed", "not judged", "passed"];
  const SIGNS = {failed: "×", flapping: "~", open: "?", closed: "-", passed: ""};
  const entries = new Map();
  let rows = [], columns = [], lines = [], chosen = null, kept = false, left = 0;

  for (const pair of pairs) entries.set(pair[0] * endpoints.length + pair[1], pair);
  const at = (row, column) => entries.get(row * endpoints.length + column);

  function fill(id, values) {
    for (const value of [...new Set(values)].sort()) if (value) byId(id).add(new Option(value, value));
  }
  fill("node", endpoints.map((one) => one[2]));
  fill("check", kinds.map((one) => one.check));
  fill("verdict", kinds.map((one) => one.verdict));

  // The look of a set of kinds depends on the filters, not on the pair.
  let looks = [], matching = [];
  function look(some) {
    if (!some.length) return null;
    const worst = ORDER.find((verdict) => some.some((one) => one.verdict === verdict));
    if (worst === "passed") return some.every((one) => one.expected_outcome === "blocked") ? "closed" : "passed";
    return worst === "failed" || worst === "flapping" ? worst : "open";
  }

  function filter() {
    const node = byId("node").value, check = byId("check").value, verdict = byId("verdict").value;
    matching = sets.map((set) => set.filter((kind) => (!check || kinds[kind].check === check) && (!verdict || kinds[kind].verdict === verdict)));
    looks = matching.map((set) => look(set.map((kind) => kinds[kind])));
    const sources = new Set(), targets = new Set();
    let count = 0;
    for (const [source, target, set] of pairs) {
      if (node && endpoints[source][2] !== node && endpoints[target][2] !== node) continue;
      if (!matching[set].length) continue;
      sources.add(source); targets.add(target); count += matching[set].length;
    }
    rows = [...sources].sort((a, b) => a - b); columns = [...targets].sort((a, b) => a - b);
    byId("count").value = `${count} cells`;
    const others = columns.filter((one) => !sources.has(one)).map((one) => `${one + 1} ${endpoints[one][0]}`);
    byId("others").textContent = others.length ? `Targets only: ${others.join(", ")}` : "";
    chosen = null; kept = false;
    arrange();
  }

  function arrange() {
    lines = [];
    let height = TOP, node = null;
    for (const row of rows) {
      if (endpoints[row][2] !== node) { node = endpoints[row][2]; lines.push([height, null, node || "targets only"]); height += HEAD; }
      lines.push([height, row, endpoints[row][0]]); height += SIZE;
    }
    pen.font = "12px system-ui, sans-serif";
    const longest = Math.max(80, ...lines.map((line) => pen.measureText(line[2]).width + 44));
    left = Math.min(longest, view.clientWidth * 0.4);
    room.style.width = `${left + columns.length * SIZE + 2}px`;
    const seen = Math.min(height + 4, Math.round(window.innerHeight * 0.75));
    view.style.height = `${seen + 4}px`;
    room.style.height = `${Math.max(0, height + 4 - seen)}px`;
    draw();
  }

  function draw() {
    const scale = window.devicePixelRatio || 1, width = view.clientWidth, height = view.clientHeight;
    canvas.width = width * scale; canvas.height = height * scale;
    canvas.style.width = `${width}px`; canvas.style.height = `${height}px`;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    const style = getComputedStyle(document.documentElement), colour = (name) => style.getPropertyValue(`--${name}`);
    const colours = Object.fromEntries(Object.keys(SIGNS).map((name) => [name, colour(name)]));
    const ink = colour("ink"), paper = colour("paper");
    const x = view.scrollLeft, y = view.scrollTop;
    const first = Math.max(0, Math.floor(x / SIZE)), last = Math.min(columns.length, Math.ceil((x + width - left) / SIZE));
    pen.fillStyle = paper; pen.fillRect(0, 0, width, height);
    pen.textBaseline = "middle"; pen.textAlign = "center"; pen.font = "12px system-ui, sans-serif";
    for (const [top, row] of lines) {
      if (row === null || top - y > height || top - y < TOP - SIZE) continue;
      for (let place = first; place < last; place++) {
        const pair = at(row, columns[place]), name = pair && looks[pair[2]];
        if (!name) continue;
        pen.fillStyle = colours[name];
        pen.fillRect(left + place * SIZE - x, top - y, SIZE - 1, SIZE - 1);
        if (SIGNS[name]) { pen.fillStyle = name === "failed" ? paper : ink; pen.fillText(SIGNS[name], left + (place + 0.5) * SIZE - x, top - y + SIZE / 2); }
      }
    }
    if (chosen) {
      const line = lines.find((one) => one[1] === chosen[0]), place = columns.indexOf(chosen[1]);
      pen.strokeStyle = colour("mark"); pen.lineWidth = 3;
      pen.strokeRect(left + place * SIZE - x, line[0] - y, SIZE - 1, SIZE - 1);
    }
    // The names stay in view while the cells move below them.
    pen.fillStyle = paper; pen.fillRect(0, 0, left, height); pen.fillRect(0, 0, width, TOP);
    pen.fillStyle = ink; pen.textAlign = "left";
    pen.save(); pen.beginPath(); pen.rect(0, TOP, left - 6, height); pen.clip();
    for (const [top, row, text] of lines) {
      if (top - y > height || top - y < 0) continue;
      pen.font = row === null ? "bold 12px system-ui, sans-serif" : "12px system-ui, sans-serif";
      pen.fillText(row === null ? text : `${row + 1} ${text}`, row === null ? 4 : 14, top - y + (row === null ? HEAD : SIZE) / 2);
    }
    pen.restore();
    pen.save(); pen.beginPath(); pen.rect(left, 0, width, TOP); pen.clip();
    pen.textAlign = "center"; pen.font = "10px system-ui, sans-serif";
    const step = Math.max(1, Math.ceil(20 / SIZE));
    for (let place = first; place < last; place++) {
      if (place % step === 0) pen.fillText(columns[place] + 1, left + (place + 0.5) * SIZE - x, TOP / 2);
    }
    pen.restore();
  }

  function under(event) {
    const box = view.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    if (x < left || y < TOP) return null;
    const line = lines.find((one) => one[1] !== null && y + view.scrollTop >= one[0] && y + view.scrollTop < one[0] + SIZE);
    const column = columns[Math.floor((x + view.scrollLeft - left) / SIZE)];
    return line && column !== undefined ? [line[1], column] : null;
  }

  function element(parent, tag, text) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    parent.append(made);
    return made;
  }

  function choose(cell) {
    if (!cell || (chosen && cell[0] === chosen[0] && cell[1] === chosen[1])) return;
    chosen = cell;
    const panel = byId("chosen"), pair = at(...cell);
    panel.replaceChildren();
    element(panel, "h3", `${endpoints[cell[0]][0]} → ${endpoints[cell[1]][0]}`);
    if (!pair || !matching[pair[2]].length) element(panel, "p", "No cell of this pair is shown.");
    else sets[pair[2]].forEach((kind, place) => { if (matching[pair[2]].includes(kind)) describe(panel, kinds[kind], pair[3 + place]); });
    draw();
  }

  function describe(panel, one, latency) {
    const list = element(panel, "dl");
    const say = (name, ...values) => {
      const text = values.filter((value) => value !== undefined && value !== "").join(", ");
      if (text) { element(list, "dt", name); element(list, "dd", text); }
    };
    say("tried", `${one.check} ${one.family}${one.port ? ` port ${one.port}` : ""}`);
    say("verdict", one.verdict);
    say("seen", one.message || one.outcome, one.message ? undefined : one.detail, one.seen && `source ${one.seen}`, one.mtu && `MTU ${one.mtu}`);
    say("expected", one.expected_outcome, one.expected_source && `source address ${one.expected_source}`);
    say("because", one.expected_because);
    if (latency) say("latency", `${latency} ms`);
  }

  view.addEventListener("scroll", () => requestAnimationFrame(draw));
  view.addEventListener("pointermove", (event) => { if (!kept) choose(under(event)); });
  view.addEventListener("click", (event) => { const cell = under(event); kept = Boolean(cell); choose(cell); });
  view.addEventListener("keydown", (event) => {
    const step = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]}[event.key];
    if (!step || !rows.length) return;
    event.preventDefault();
    const move = (list, value, by) => list[Math.min(list.length - 1, Math.max(0, list.indexOf(value) + by))];
    kept = true;
    choose(chosen ? [move(rows, chosen[0], step[0]), move(columns, chosen[1], step[1])] : [rows[0], columns[0]]);
    const top = lines.find((one) => one[1] === chosen[0])[0], side = columns.indexOf(chosen[1]) * SIZE;
    view.scrollTop = Math.min(top - TOP - HEAD, Math.max(view.scrollTop, top + SIZE - view.clientHeight + 16));
    view.scrollLeft = Math.min(side, Math.max(view.scrollLeft, side + SIZE - view.clientWidth + left + 16));
  });
  byId("filters").addEventListener("change", filter);
  window.addEventListener("resize", arrange);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  filter();
})();
