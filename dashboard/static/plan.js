/* What one job would do: asked of a worker by a button, and waited for. */
(function () {
  "use strict";

  var us = window.perkhook;
  var make = us.make;
  var POLL_MS = 500;
  var WAITS = { asked: "Waiting for a worker…", working: "A worker reads it…" };

  function list(lines) {
    return make("ul", { "class": "mb-0" }, lines.map(function (line) { return make("li", {}, line); }));
  }

  function described(plan) {
    var parts = [];
    if (plan.steps.length) { parts.push(list(plan.steps)); }
    if (plan.unresolved.length) {
      parts.push(make("p", {}, "Left to a person:"), list(plan.unresolved));
    }
    parts.push(make("p", {}, plan.possible ? plan.reason : "No plan: " + plan.reason + "."));
    if (plan.read.length) {
      parts.push(make("p", { "class": "perkhook-small" }, "Based on: " + plan.read.join("; ")));
    }
    return parts;
  }

  /* A button, and below it the plan of this task's job. */
  us.plan = function (task) {
    var job = task.split(":").slice(0, 2).join(":");
    var answer = make("div", { id: "perkhook-plan", "aria-live": "polite" });
    var button = make("button", { type: "button", "class": "btn btn-outline-secondary", onclick: ask },
      "What it would do");

    function show(parts) { answer.replaceChildren.apply(answer, parts); }

    function say(words) { show([make("p", {}, words)]); }

    function follow(found) {
      if (WAITS[found.state]) {
        if (answer.textContent !== WAITS[found.state]) { say(WAITS[found.state]); }
        window.setTimeout(function () {
          if (answer.isConnected) { us.ask("plan/" + job).then(follow).catch(fail); }
        }, POLL_MS);
        return;
      }
      button.disabled = false;
      if (found.plan) { show(described(found.plan)); } else { say("No worker answers. Does one run?"); }
    }

    function fail(error) { button.disabled = false; say(error.message); }

    function ask() {
      button.disabled = true;
      us.ask("plan", { job: job }).then(follow).catch(fail);
    }

    return make("div", { "class": "perkhook-how" }, [make("div", {}, button), answer]);
  };
}());
