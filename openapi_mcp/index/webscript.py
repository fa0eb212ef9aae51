"""What a page with a graph does, wherever it stands: it shows what leads to a tool, finds tools, and zooms."""

SCRIPT = """
"use strict";
(() => {
const graph = JSON.parse(document.getElementById("graph").textContent);
const nodes = new Map(graph.nodes.map(node => [node.tool, node]));
const cards = [...document.querySelectorAll(".graph .card")], wires = [...document.querySelectorAll(".graph .wire")];
const find = document.getElementById("find"), found = document.getElementById("found");
const about = document.getElementById("about"), sections = document.querySelectorAll(".graphs > section");
const tally = document.getElementById("tally"), pictures = document.querySelectorAll(".picture");
const MOST = 24, LEAST_ZOOM = 0.1, MOST_ZOOM = 4, STEP = 1.25, ARROW = 60, SLACK = 5;
let chosen = "", at = -1;
document.querySelector(".graph-search")?.removeAttribute("hidden");

const grouped = (list, key) => {
  const map = new Map();
  for (const each of list) map.has(each[key]) ? map.get(each[key]).push(each) : map.set(each[key], [each]);
  return map;
};
const sourcesOf = grouped(graph.edges, "to"), targetsOf = grouped(graph.edges, "from");
// A resource's card has a name that no tool has to have: it is joined by the wires drawn from and to it.
const drawn = wires.map(wire => ({ wire, from: wire.dataset.from, to: wire.dataset.to,
  first: !wire.classList.contains("other") }));

function reach(start, section, step, to) {
  const here = drawn.filter(each => each.first && each.from !== each.to && section.contains(each.wire));
  const by = grouped(here, step), on = new Set([start]), left = [start], used = new Set();
  while (left.length) {
    for (const each of by.get(left.pop()) || []) {
      used.add(each.wire);
      if (!on.has(each[to])) { on.add(each[to]); left.push(each[to]); }
    }
  }
  return [on, used];
}

function light(key, section) {
  const [up, upWires] = reach(key, section, "to", "from"), [down, downWires] = reach(key, section, "from", "to");
  const beside = new Set([...up, ...down]);
  for (const { from, to } of drawn) {
    if (from === key) beside.add(to);
    if (to === key) beside.add(from);
  }
  section.classList.add("picked");
  for (const card of section.querySelectorAll(".card")) {
    card.classList.toggle("on", beside.has(card.dataset.key));
    card.classList.toggle("chosen", card.dataset.key === key);
  }
  for (const { wire, from, to } of drawn)
    wire.classList.toggle("on", upWires.has(wire) || downWires.has(wire) || from === key || to === key);
}

function dark() {
  sections.forEach(section => section.classList.remove("picked"));
  wires.forEach(wire => wire.classList.remove("on"));
}

function shown() {
  return [...sections].find(section => section.offsetParent !== null) || sections[0];
}

function relight() {
  dark();
  if (chosen && shown().querySelector(`[data-key="${CSS.escape(chosen)}"]`)) light(chosen, shown());
}

function element(kind, text, look) {
  const made = document.createElement(kind);
  if (text) made.textContent = text;
  if (look) made.className = look;
  return made;
}

function button(text, does, label) {
  const made = element("button", text);
  made.type = "button";
  if (label) made.setAttribute("aria-label", label);
  made.addEventListener("click", does);
  return made;
}

function toTool(name) {
  return button(name, () => go(name));
}

function heading(name) {
  const made = element("h3", about.dataset.tools ? "" : name);
  if (!about.dataset.tools) return made;
  const link = element("a", name);
  link.href = about.dataset.tools + encodeURIComponent(name);
  made.append(link);
  return made;
}

function told(words, edges, end) {
  const part = document.createDocumentFragment();
  if (!edges.length) return part;
  part.append(element("p", words, "faint"));
  const list = element("ul");
  for (const edge of edges.slice(0, MOST)) {
    const item = element("li"), field = edge.field ? ` ${edge.field}` : "";
    item.append(toTool(edge[end]), `${field} \\u2192 ${edge.argument} (${edge.entity})`);
    list.append(item);
  }
  if (edges.length > MOST) list.append(element("li", `and ${edges.length - MOST} more`));
  part.append(list);
  return part;
}

function tell(name) {
  const node = nodes.get(name);
  about.hidden = !node;
  if (!node) return;
  const close = button("close (Esc)", clear);
  about.replaceChildren(heading(name), element("p", `${node.method} ${node.path}`, "faint"),
    element("p", node.title), node.finds.length ? element("p", `Finds by ${node.finds.join(", ")}.`) : "",
    told("What it needs, and where that comes from", sourcesOf.get(name) || [], "from"),
    told("What it leads to", (targetsOf.get(name) || []).filter(edge => edge.rank === 1), "to"), close);
}

function choose(name) {
  chosen = name;
  relight();
  tell(name);
}

function clear() {
  choose("");
}

function go(name, stays) {
  const section = document.getElementById(`r${graph.resources[name]}`);
  if (section) location.hash = section.id;
  const card = cardIn(section || sections[0], name);
  choose(name);
  if (!card) return;
  card.scrollIntoView({ block: "center", inline: "center" });
  if (!stays) card.focus({ preventScroll: true });
}

// A tool that is not drawn by itself is found as what it is about.
function cardIn(section, name) {
  const card = key => section.querySelector(`[data-key="${CSS.escape(key)}"]`);
  return card(name) || card(graph.names[graph.resources[name]] ?? "");
}

function matching() {
  const words = find.value.toLowerCase().split(/\\s+/).filter(Boolean);
  if (!words.length) return [];
  return graph.nodes.filter(node => {
    const text = [node.tool, node.method, node.path, node.title, ...node.tags].join(" ").toLowerCase();
    return words.every(word => text.includes(word));
  });
}

function search() {
  const hits = matching(), names = new Set(hits.map(node => node.tool)), words = find.value.trim();
  for (const node of hits) names.add(graph.names[graph.resources[node.tool]]);
  cards.forEach(card => card.classList.toggle("match", names.has(card.dataset.key)));
  sections.forEach(section => section.classList.toggle("searching", hits.length > 0));
  at = -1;
  tally.textContent = words ? `${hits.length} of ${graph.nodes.length} tools` : "";
  const items = hits.slice(0, MOST).map(node => {
    const item = element("li");
    item.append(toTool(node.tool));
    return item;
  });
  if (hits.length > MOST) items.push(element("li", `and ${hits.length - MOST} more`, "faint"));
  if (words && !hits.length) items.push(element("li", "no tool has these words", "faint"));
  found.replaceChildren(...items);
}

// What is zoomed is the size that the picture is drawn in; its frame scrolls. The point at (x, y) of the frame stays.
function zooming(picture) {
  const svg = picture.querySelector("svg"), { width, height } = svg.viewBox.baseVal, said = element("output", "100 %");
  let scale = 1;
  const to = (wanted, x = picture.clientWidth / 2, y = picture.clientHeight / 2) => {
    const next = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, wanted)), by = next / scale;
    const left = (picture.scrollLeft + x) * by - x, top = (picture.scrollTop + y) * by - y;
    scale = next;
    svg.setAttribute("width", width * scale);
    svg.setAttribute("height", height * scale);
    picture.scrollTo(left, top);
    said.textContent = `${Math.round(scale * 100)} %`;
  };
  const fit = () => to(Math.min(picture.clientWidth / width, picture.clientHeight / height, 1));
  const nearer = () => to(scale * STEP), farther = () => to(scale / STEP), original = () => to(1);
  const keys = { "+": nearer, "=": nearer, "-": farther, "0": original,
    ArrowLeft: () => picture.scrollBy(-ARROW, 0), ArrowRight: () => picture.scrollBy(ARROW, 0),
    ArrowUp: () => picture.scrollBy(0, -ARROW), ArrowDown: () => picture.scrollBy(0, ARROW) };
  const buttons = element("div", "", "zoom");
  buttons.setAttribute("role", "group");
  buttons.setAttribute("aria-label", "Zoom");
  buttons.append(button("\u2212", farther, "zoom out"), said, button("+", nearer, "zoom in"),
    button("100 %", original, "100 %, its own size"), button("fit", fit, "fit into the frame"));
  picture.before(buttons);
  picture.tabIndex = 0;
  picture.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
  picture.addEventListener("wheel", event => {
    if (!event.ctrlKey && !event.metaKey && !picture.classList.contains("framed")) return;
    event.preventDefault();
    const corner = picture.getBoundingClientRect();
    to(scale * Math.exp(-event.deltaY / 400), event.clientX - corner.left, event.clientY - corner.top);
  }, { passive: false });
  dragging(picture);
}

// A card can be dragged too; only what has not moved is a click.
function dragging(picture) {
  let from = null, moved = false;
  picture.addEventListener("pointerdown", event => {
    moved = false;
    if (event.button !== 0 || event.pointerType === "touch") return;
    from = { x: event.clientX + picture.scrollLeft, y: event.clientY + picture.scrollTop };
  });
  picture.addEventListener("pointermove", event => {
    if (!from) return;
    const left = from.x - event.clientX, top = from.y - event.clientY;
    if (!moved && Math.hypot(left - picture.scrollLeft, top - picture.scrollTop) < SLACK) return;
    if (!moved) picture.setPointerCapture(event.pointerId);
    moved = true;
    picture.classList.add("dragged");
    picture.scrollTo(left, top);
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"])
    picture.addEventListener(name, () => { from = null; picture.classList.remove("dragged"); });
  picture.addEventListener("dragstart", event => event.preventDefault());
  picture.addEventListener("click", event => {
    if (moved) { event.preventDefault(); event.stopPropagation(); }
  }, { capture: true });
}

pictures.forEach(zooming);
for (const card of cards) {
  if (!card.hasAttribute("href")) {
    card.setAttribute("tabindex", "0");
    card.setAttribute("role", "button");
    card.addEventListener("click", () => choose(chosen === card.dataset.key ? "" : card.dataset.key));
    card.addEventListener("keydown", event => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(card.dataset.key); }
    });
  } else if (nodes.has(card.dataset.key)) {
    card.addEventListener("click", event => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (card.classList.contains("foreign")) go(card.dataset.key);
      else choose(chosen === card.dataset.key ? "" : card.dataset.key);
    });
  }
  const over = () => { if (!chosen) light(card.dataset.key, card.closest("section")); };
  const out = () => { if (!chosen) dark(); };
  for (const name of ["mouseenter", "focus"]) card.addEventListener(name, over);
  for (const name of ["mouseleave", "blur"]) card.addEventListener(name, out);
}
find.addEventListener("input", search);
find.addEventListener("keydown", event => {
  const hits = matching();
  if (event.key !== "Enter" || !hits.length) return;
  event.preventDefault();
  at = (at + (event.shiftKey ? hits.length + (at < 0 ? 0 : -1) : 1)) % hits.length;
  tally.textContent = `${at + 1} of ${hits.length}: ${hits[at].tool}`;
  go(hits[at].tool, true);
});
document.addEventListener("keydown", event => { if (event.key === "Escape") clear(); });
const others = document.getElementById("others");
const sift = () => document.body.classList.toggle("plain", !others.checked);
others.addEventListener("change", sift);
sift();
window.addEventListener("hashchange", relight);
})();
"""
