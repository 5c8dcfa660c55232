/* How far each batch is, and what became of its jobs. */
(function () {
  "use strict";

  var us = window.perkhook;
  var make = us.make;
  var UNDER_WAY = ["queued", "running", "waiting"];
  var VERBS = { retry: "Retry", discard: "Discard", release: "Release" };

  function place() {
    var found = document.getElementById("perkhook-batches");
    if (!found) {
      found = make("div", { id: "perkhook-batches", "aria-live": "polite" });
      document.querySelector(".page-section").prepend(found);
    }
    return found;
  }

  function underWay(batch) {
    return batch.state === "running" || UNDER_WAY.some(function (word) {
      return batch.became[word];
    });
  }

  function sentence(batch) {
    var dealt = batch.dealt.toLocaleString("en") + " of " + us.jobs(batch.total) + " dealt with";
    var words = [us.tally(batch.done)];
    Object.keys(batch.refused).forEach(function (state) {
      words.push(batch.refused[state] + " left alone: " +
        (state === "changed" ? "failed again meanwhile" : state));
    });
    if (batch.state === "stopped") { dealt += ", then stopped"; }
    return dealt + (words.filter(Boolean).length ? ": " + words.filter(Boolean).join(", ") : "") + ".";
  }

  /* Show a batch and follow it. `rest` opens the preview of what was left for later. */
  function follow(id, box, rest) {
    var title = box.querySelector("p") || box.appendChild(make("p", { "class": "mb-0" }));
    var bar = make("progress", { max: 1, value: 0, "aria-label": "Progress" });
    var done = make("p", { "class": "perkhook-small mb-0" });
    var now = make("p", { "class": "perkhook-small mb-0", "data-became": "" });
    var stop = make("button", { type: "button", "class": "btn btn-sm btn-outline-secondary", onclick: function () {
      us.ask("batch/" + id + "/stop", {}).catch(function (error) { us.say(done, error.message); });
    } }, "Stop");
    var buttons = make("div", { "class": "perkhook-buttons" });
    var patience = 400;
    box.append(bar, done, now, buttons);
    title.classList.add("perkhook-batch-title");

    function poll() {
      us.ask("batch/" + id).then(function (batch) {
        us.say(title, batch.who + ": " + batch.action + " " + batch.what +
          (batch.why ? " (" + batch.why + ")" : ""));
        bar.max = batch.total;
        bar.value = batch.dealt;
        bar.hidden = batch.state !== "running";
        us.say(done, sentence(batch));
        us.say(now, Object.keys(batch.became).length ? "Now: " + us.tally(batch.became) + "." : "");
        box.dataset.state = batch.state;
        if (batch.state === "running" && us.page && us.page.dataset.mayWrite) {
          if (!stop.isConnected) { buttons.append(stop); }
        } else {
          stop.remove();
        }
        if (batch.state !== "running" && rest && !buttons.querySelector("[data-rest]")) {
          buttons.append(make("button", { type: "button", "data-rest": "",
            "class": "btn btn-sm btn-primary", onclick: rest }, VERBS[batch.action] + " the rest"));
        }
        if (underWay(batch) && patience > 0) {
          patience -= 1;
          window.setTimeout(poll, patience > 300 ? 1000 : 3000);
        }
      }).catch(function (error) {
        us.say(now, error.message);
        if (patience > 0) {
          patience -= 1;
          window.setTimeout(poll, 3000);
        }
      });
    }
    poll();
  }

  us.begun = function (id, rest) {
    var box = make("div", { "class": "perkhook-batch", "data-batch": id });
    place().prepend(box);
    follow(id, box, rest);
    us.count();
  };

  document.querySelectorAll(".perkhook-batch[data-batch]").forEach(function (box) {
    follow(box.dataset.batch, box, null);
  });
}());
