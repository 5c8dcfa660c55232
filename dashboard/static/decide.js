/* The dialog before every decision: how many, which, and what it would do. */
(function () {
  "use strict";

  var us = window.perkhook;
  var make = us.make;
  var VERBS = { retry: "Retry", discard: "Discard", release: "Release" };
  var FEW = 3;

  function row(name, value) {
    return [make("dt", {}, name), make("dd", {}, value)];
  }

  function facts(found) {
    var list = make("dl", { "class": "perkhook-facts" });
    list.append.apply(list, [].concat(
      row("Jobs", us.tally(found.by_handler)),
      row("Why", us.tally(found.by_reason)),
      row("Since", found.oldest ? found.oldest.replace("T", " ").replace("+00:00", " UTC") : "—"),
      row("Effects", found.effects_begun ?
        "noted already for " + found.effects_begun + " of these assignments" : "none noted for these assignments")
    ));
    return list;
  }

  function notice(words) {
    show(make("p", { role: "alert" }, words), "Not possible", []);
  }

  function show(content, title, buttons) {
    var dialog = make("dialog", { "class": "perkhook-dialog", "aria-labelledby": "perkhook-title" });
    var form = make("form", { method: "dialog" });
    form.append(make("h2", { id: "perkhook-title", "class": "h5" }, title), content);
    form.append(make("div", { "class": "perkhook-buttons" }, buttons.concat([
      make("button", { type: "button", "class": "btn btn-outline-secondary", onclick: function () {
        dialog.close();
      } }, buttons.length ? "Cancel" : "Close")
    ])));
    dialog.append(form);
    dialog.addEventListener("close", function () { dialog.remove(); });
    document.body.append(dialog);
    dialog.showModal();
    return dialog;
  }

  /* Preview, then ask. `chosen` is {tasks} or {filter} or {search}. */
  us.decide = function (action, chosen) {
    us.ask("preview", Object.assign({ action: action }, chosen)).then(function (found) {
      if (!found.jobs) {
        notice("None of these jobs is in that state any more.");
        return;
      }
      open(action, chosen, found);
    }).catch(function (error) { notice(error.message); });
  };

  function open(action, chosen, found) {
    var content = document.createDocumentFragment();
    var many = found.jobs > 1;
    var first = make("input", { type: "number", min: 1, max: found.jobs, id: "perkhook-first-number",
      value: Math.min(FEW, found.jobs), "class": "form-control", "aria-label": "How many first" });
    var all = make("input", { type: "radio", name: "how", id: "perkhook-all", checked: true, "class": "form-check-input" });
    var few = make("input", { type: "radio", name: "how", id: "perkhook-few", "class": "form-check-input" });
    var why = make("input", { type: "text", id: "perkhook-why", maxlength: 500, "class": "form-control",
      required: action === "discard", autocomplete: "off" });
    var problem = make("p", { role: "alert", "class": "text-danger mb-0" });
    var go = make("button", { type: "submit",
      "class": "btn " + (action === "discard" ? "btn-danger" : "btn-primary") });

    function number() {
      return few.checked ? Math.max(1, Math.min(found.jobs, parseInt(first.value, 10) || 1)) : found.jobs;
    }
    function label() { us.say(go, VERBS[action] + " " + us.jobs(number())); }

    content.append(make("p", {}, found.would), facts(found));
    if (us.plan && chosen.tasks && chosen.tasks.length === 1 && action !== "discard") {
      content.append(us.plan(chosen.tasks[0]));
    }
    if (many && action !== "discard") {
      content.append(make("fieldset", { "class": "perkhook-how" }, [
        make("legend", { "class": "visually-hidden" }, "How many"),
        make("div", {}, [all, make("label", { "for": "perkhook-all" }, "All " + us.jobs(found.jobs))]),
        make("div", {}, [few, make("label", { "for": "perkhook-few" }, "The first"), first,
          make("label", { "for": "perkhook-few" }, "and watch what becomes of them")])
      ]));
    }
    content.append(make("label", { "for": "perkhook-why", "class": "form-label" },
      action === "discard" ? "Why (required, stands on record)" : "Why (stands on record)"), why, problem);
    label();
    [all, few].forEach(function (each) { each.addEventListener("change", label); });
    first.addEventListener("input", function () { few.checked = true; label(); });

    var dialog = show(content, VERBS[action] + " " + us.jobs(found.jobs) + "?", [go]);
    (many && action !== "discard" ? all : why).focus();
    dialog.querySelector("form").addEventListener("submit", function (event) {
      var limited = few.checked && number() < found.jobs;
      var again = found.filter ? { filter: found.filter } : chosen;
      var sent = Object.assign({ action: action, why: why.value }, again);
      event.preventDefault();
      if (limited) { sent.limit = number(); }
      go.disabled = true;
      us.ask("decide", sent).then(function (begun) {
        dialog.close();
        us.begun(begun.batch, limited ? function () { us.decide(action, again); } : null);
        if (us.onDecided) { us.onDecided(); }
      }).catch(function (error) {
        go.disabled = false;
        us.say(problem, error.message);
      });
    });
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("button[data-action]");
    var page = us.page;
    if (!button || !page) { return; }
    if (button.dataset.task) {
      us.decide(button.dataset.action, { tasks: [button.dataset.task] });
    } else if (button.dataset.selected) {
      us.decide(button.dataset.action, { tasks: us.selected() });
    } else {
      var filter = JSON.parse(page.dataset.filter);
      if (button.dataset.group) { filter.group = button.dataset.group; }
      us.decide(button.dataset.action, { filter: filter });
    }
  });
}());
