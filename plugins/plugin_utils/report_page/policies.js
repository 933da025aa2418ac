"use strict";
// The steps of a proof of policies: small matrices to choose from, one large matrix, and the policies beside it.
(() => {
  const byId = (id) => document.getElementById(id);
  const {endpoints, kinds, sets, policies, steps} = JSON.parse(byId("data").textContent);
  const view = byId("view"), canvas = byId("canvas"), panel = byId("chosen"), buttons = [...document.querySelectorAll("[data-step]")];
  const LOOKS = ["", "passed", "closed", "mixed", "open", "opened", "shut", "flapping", "failed"], SIGNS = ["", "", "-", ":", "?", "+", "–", "±", "×"];
  const BAD = {failed: 8, flapping: 8, "not probed": 4}, FONT = "system-ui, sans-serif";
  const count = endpoints.length, names = endpoints.map((one) => one[0]);
  let step = 0, chosen = null, kept = false, left = 0, size = 20, colours = {};
  const top = 24;

  const look = sets.map((set) => {
    const some = set.map((kind) => kinds[kind]);
    const worst = Math.max(...some.map((one) => BAD[one.verdict] || 0));
    if (worst) return worst;
    const opened = some.some((one) => one.change === "opened"), shut = some.some((one) => one.change === "closed");
    if (opened || shut) return opened && shut ? 7 : opened ? 5 : 6;
    const judged = some.filter((one) => one.verdict === "passed");
    if (!judged.length) return 4;
    const blocked = judged.filter((one) => one.expected === "blocked").length;
    return blocked === judged.length ? 2 : blocked ? 3 : 1;
  });
  const grids = steps.map((one) => {
    const grid = new Int32Array(count * count).fill(-1);
    for (const [source, target, set] of one.pairs) grid[source * count + target] = set;
    return grid;
  });

  function readColours() {
    const style = getComputedStyle(document.documentElement);
    for (const name of [...LOOKS.slice(1), "ink", "soft", "paper", "mark", "white", "black"]) colours[name] = style.getPropertyValue(`--${name}`);
  }

  function paint(pen, grid, x, y, cell, signs) {
    pen.textAlign = "center"; pen.textBaseline = "middle"; pen.font = `bold ${Math.min(15, cell - 4)}px ${FONT}`;
    for (let place = 0; place < grid.length; place++) {
      if (grid[place] < 0) continue;
      const code = look[grid[place]], row = Math.floor(place / count), gap = cell > 5 ? 1 : 0;
      pen.fillStyle = colours[LOOKS[code]];
      pen.fillRect(x + place % count * cell, y + row * cell, cell - gap, cell - gap);
      if (!signs || code < 2) continue;
      pen.fillStyle = code === 8 || code === 5 || code === 6 ? colours.white : colours.black;
      pen.fillText(SIGNS[code], x + (place % count + 0.5) * cell - 0.5, y + (row + 0.5) * cell);
    }
  }

  function prepare(one, width, height) {
    const scale = window.devicePixelRatio || 1, pen = one.getContext("2d");
    one.width = width * scale; one.height = height * scale;
    one.style.width = `${width}px`; one.style.height = `${height}px`;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    return pen;
  }

  function drawSmall() {
    readColours();
    buttons.forEach((button, place) => paint(prepare(button.querySelector("canvas"), 100, 100), grids[place], 0, 0, 100 / count, false));
    draw();
  }

  function draw() {
    const measure = canvas.getContext("2d");
    measure.font = `12px ${FONT}`;
    const longest = names.reduce((most, name) => Math.max(most, measure.measureText(name).width), 60) + 40;
    left = Math.min(longest, view.clientWidth * 0.45);
    size = Math.max(4, Math.min(30, Math.floor((view.clientWidth - left - 4) / count)));
    const pen = prepare(canvas, Math.max(view.clientWidth, left + count * size), top + count * size + 4);
    paint(pen, grids[step], left, top, size, size > 9);
    pen.textBaseline = "middle"; pen.font = `12px ${FONT}`;
    const every = Math.max(1, Math.ceil(14 / size));
    names.forEach((name, place) => {
      if (place % every && !(chosen && chosen.includes(place))) return;
      pen.textAlign = "left";
      pen.save(); pen.beginPath(); pen.rect(0, 0, left - 6, canvas.height); pen.clip();
      pen.fillStyle = chosen && chosen[0] === place ? colours.mark : colours.ink;
      pen.fillText(`${place + 1} ${name}`, 2, top + (place + 0.5) * size); pen.restore();
      pen.textAlign = "center"; pen.fillStyle = chosen && chosen[1] === place ? colours.mark : colours.soft;
      if (place % Math.max(1, Math.ceil(22 / size)) === 0) pen.fillText(place + 1, left + (place + 0.5) * size, 12);
    });
    if (!chosen) return;
    pen.strokeStyle = colours.mark; pen.lineWidth = 3;
    pen.strokeRect(left + chosen[1] * size - 0.5, top + chosen[0] * size - 0.5, size, size);
  }

  function element(parent, tag, text, name) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (name) made.className = name;
    parent.append(made);
    return made;
  }

  // The policies in force, with the lines of the rules that decided the chosen cell marked.
  function showPolicies(rules) {
    const place = byId("policies");
    place.replaceChildren();
    const mine = steps[step].policies.map((one) => policies[one]);
    if (!mine.length) element(place, "p", "No NetworkPolicy is in force here.");
    let first = null;
    for (const policy of mine) {
      const wanted = rules.filter((rule) => rule[0] === policy.name).map((rule) => policy.rules[rule[1]]).filter(Boolean);
      element(place, "h3", policy.name);
      const text = element(place, "pre");
      policy.lines.forEach((line, number) => {
        const decides = wanted.some(([from, to]) => number >= from && number <= to);
        const made = element(text, decides ? "mark" : "span", `${decides ? "▶ " : "  "}${line}\n`);
        if (decides && !first) first = made;
      });
    }
    if (first) place.scrollTop = Math.max(0, first.offsetTop - place.offsetTop - 60);
  }

  function describe() {
    panel.replaceChildren();
    if (!chosen) { element(panel, "p", "Point at a cell, or move to it with the arrow keys, to see the rule that decided."); showPolicies([]); return; }
    const set = grids[step][chosen[0] * count + chosen[1]], some = set < 0 ? [] : sets[set].map((kind) => kinds[kind]);
    element(panel, "h3", `${names[chosen[0]]} → ${names[chosen[1]]}`);
    if (!some.length) element(panel, "p", "This pair was not probed.");
    const groups = new Map();
    for (const one of some) {
      const key = JSON.stringify([one.expected, one.outcome, one.verdict, one.message, one.because, one.decided_by, one.change]);
      groups.set(key, [...(groups.get(key) || []), one]);
    }
    for (const like of groups.values()) {
      const one = like[0], list = element(panel, "dl", undefined, BAD[one.verdict] ? "bad" : "");
      const say = (name, text) => { if (text) { element(list, "dt", name); element(list, "dd", text); } };
      say("tried", like.map((each) => `${each.check} ${each.family}${each.port ? ` port ${each.port}` : ""}`).join(", "));
      say("seen", `${one.outcome}, ${one.message || one.verdict}`);
      say("expected", one.expected);
      say("this step", one.change && `${one.change} it`);
      say("because", one.because);
      say("decided by", one.decided_by && (one.decided_by === "api" ? "the API's rules" : "the implementation of the network"));
    }
    showPolicies(some.flatMap((one) => one.rules));
  }

  function choose(cell) {
    if (String(cell) === String(chosen)) return;
    chosen = cell;
    describe(); draw();
  }

  function go(to) {
    step = to;
    byId("step").value = to + 1;
    byId("shown").value = `${to + 1} of ${steps.length}: ${buttons[to].querySelector("b").textContent.replace(/^\d+\. /, "")}`;
    buttons.forEach((button, place) => button.setAttribute("aria-pressed", String(place === to)));
    describe(); draw();
  }

  function under(event) {
    const box = canvas.getBoundingClientRect();
    const row = Math.floor((event.clientY - box.top - top) / size), column = Math.floor((event.clientX - box.left - left) / size);
    return row >= 0 && row < count && column >= 0 && column < count ? [row, column] : null;
  }

  buttons.forEach((button, place) => button.addEventListener("click", () => go(place)));
  byId("step").addEventListener("input", (event) => go(Number(event.target.value) - 1));
  view.addEventListener("pointermove", (event) => { if (!kept && event.pointerType === "mouse" && under(event)) choose(under(event)); });
  view.addEventListener("click", (event) => { kept = Boolean(under(event)); choose(under(event)); });
  view.addEventListener("keydown", (event) => {
    const by = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]}[event.key];
    if (!by || !count) return;
    event.preventDefault();
    kept = true;
    const inside = (value) => Math.min(count - 1, Math.max(0, value));
    choose(chosen ? [inside(chosen[0] + by[0]), inside(chosen[1] + by[1])] : [0, Math.min(1, count - 1)]);
    // A matrix of many pods is larger than its frame.
    const shown = (place, from, start, room) => Math.min(place, Math.max(from, place + start + size + 4 - room));
    view.scrollTop = shown(chosen[0] * size, view.scrollTop, top, view.clientHeight);
    view.scrollLeft = shown(chosen[1] * size, view.scrollLeft, left, view.clientWidth);
  });
  for (const name of ["resize", "beforeprint", "afterprint"]) window.addEventListener(name, drawSmall);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawSmall);
  readColours();
  const failed = grids.findIndex((grid) => grid.some((set) => set >= 0 && look[set] === 8));
  go(failed < 0 ? steps.length - 1 : failed);
  drawSmall();
  // A reader who has not chosen sees a cell that failed, or one that the step changed.
  const first = [8, 5, 6].map((code) => grids[step].findIndex((set) => set >= 0 && look[set] === code)).find((place) => place >= 0);
  if (first !== undefined) choose([Math.floor(first / count), first % count]);
})();
