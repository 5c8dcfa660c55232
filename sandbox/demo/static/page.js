"use strict";

const live = document.getElementById("live");
const said = document.getElementById("said");
let shown = "";

// Redraws only what changed, and leaves the keyboard where it was.
function draw(html) {
  if (html === shown) return;
  const focused = document.activeElement?.id ?? "";
  live.innerHTML = html;
  shown = html;
  const again =
    document.getElementById(focused) ??
    document.getElementById(focused.replace("button-", "row-"));
  again?.focus({ preventScroll: true });
}

function say(text) {
  if (said.textContent !== text) said.textContent = text;
}

function statuses() {
  return [...live.querySelectorAll("tbody tr")].map((row) => {
    const name = row.querySelector("th").textContent;
    return `${name}: ${row.querySelector(".status").textContent.trim()}`;
  });
}

async function poll() {
  try {
    const before = statuses();
    const answer = await fetch("/sandbox/page", { signal: AbortSignal.timeout(5000) });
    draw((await answer.json()).html);
    const changed = statuses().filter((status) => !before.includes(status));
    if (changed.length > 0) say(changed.join(". "));
  } catch {
    say("The sandbox does not answer; trying again.");
  }
}

live.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-holder]");
  if (!button) return;
  button.disabled = true;
  try {
    await fetch("/sandbox/unassign", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ holder: button.dataset.holder }),
    });
  } finally {
    await poll();
  }
});

async function repeat() {
  await poll();
  setTimeout(repeat, 1000);
}

repeat();
