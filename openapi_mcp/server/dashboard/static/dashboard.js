"use strict";

/* Every page works without this: it copies, and lets new calls come by themselves. */

const LIVE_EVERY = 2000; // milliseconds

function copies(button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy).textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      window.getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
      button.textContent = "Press Ctrl+C";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}

function follows(part) {
  const said = part.querySelector("[data-live-said]");
  const pause = part.querySelector("[data-live-pause]");
  const empty = part.querySelector(".empty");
  let isPaused = false;
  let arrived = 0;

  part.querySelector("[data-live-without]").hidden = true;
  pause.hidden = false;
  pause.addEventListener("click", () => {
    isPaused = !isPaused;
    pause.setAttribute("aria-pressed", String(isPaused));
    pause.textContent = isPaused ? "Go on" : "Pause";
    say(isPaused ? "Paused" : "Live");
    if (!isPaused) look();
  });

  function say(text) {
    if (said.textContent !== text) said.textContent = text; // a screen reader reads what changes
  }

  async function look() {
    if (isPaused || document.hidden) return;
    try {
      const answer = await fetch(part.dataset.live, { headers: { Accept: "text/html" } });
      if (answer.redirected) {
        say("Signed out: reload the page");
        isPaused = true;
      } else if (!answer.ok) {
        say("The records cannot be read now");
      } else {
        show(await answer.text());
      }
    } catch {
      say("Not connected: trying again");
    }
  }

  function show(text) {
    const now = part.querySelector("[data-rows]");
    const next = new DOMParser().parseFromString(`<table>${text}</table>`, "text/html").querySelector("[data-rows]");
    if (!next || isPaused) return;
    const known = new Map([...now.rows].map((row) => [row.dataset.id, row]));
    const rows = [...next.rows].map((row) => known.get(row.dataset.id) ?? fresh(row));
    arrived += rows.filter((row) => !known.has(row.dataset.id)).length;
    const kept = new Set(rows);
    for (const row of known.values()) if (!kept.has(row) && !row.contains(document.activeElement)) row.remove();
    rows.forEach((row, at) => { if (now.rows[at] !== row) now.insertBefore(row, now.rows[at] ?? null); });
    empty.hidden = now.rows.length > 0;
    say(arrived ? `Live: ${arrived} new ${arrived === 1 ? "call" : "calls"}` : "Live");
  }

  function fresh(row) {
    row.classList.add("fresh");
    return document.importNode(row, true);
  }

  say("Live");
  setInterval(look, LIVE_EVERY);
  document.addEventListener("visibilitychange", look);
}

document.querySelectorAll("[data-copy]").forEach(copies);
document.querySelectorAll("[data-live]").forEach(follows);
