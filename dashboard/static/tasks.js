/* Retry on Flower's own pages: on a task's, and for selected or found rows on the list of tasks. */
(function () {
  "use strict";

  var us = window.perkhook;
  var make = us.make;
  var TASK = /^[0-9a-f]{32}:[a-z][a-z0-9_]*:[0-9]+$/;

  function button(words, primary, act) {
    return make("button", { type: "button",
      "class": "btn " + (primary ? "btn-primary" : "btn-outline-secondary perkhook-quiet"), onclick: act }, words);
  }

  function onTask(id, actions) {
    us.ask("job/" + id).then(function (found) {
      actions.append(make("a", { "class": "btn btn-outline-secondary perkhook-quiet",
        href: us.prefix() + "/failed/job/" + id }, "All about this job"));
      if (found.may_write && found.job && found.job.state === "failed" && found.task === id) {
        actions.append(button("Retry", true, function () { us.decide("retry", { tasks: [id] }); }));
      }
    }).catch(function () {
      // The inbox has forgotten the job, or is away: Flower's own page stays as it is.
    });
  }

  function onTasks(table, mayWrite) {
    var selected = new Set();
    var retry = button("Retry selected", true, function () {
      us.decide("retry", { tasks: Array.from(selected) });
    });
    var found = button("Retry all failed in this search", false, function () {
      us.decide("retry", { search: window.jQuery(table).DataTable().search() });
    });
    var bar = make("div", { "class": "perkhook-buttons mb-3" }, [retry, found]);

    function showSelected() {
      retry.disabled = !selected.size;
      us.say(retry, "Retry selected" + (selected.size ? " (" + selected.size + ")" : ""));
    }

    function draw() {
      table.querySelectorAll("tbody tr[id]").forEach(function (row) {
        var badge = row.querySelector(".badge");
        if (!TASK.test(row.id) || !badge || badge.textContent !== "FAILURE" || row.querySelector(".perkhook-pick")) {
          return;
        }
        var box = make("input", { type: "checkbox", "class": "form-check-input me-2 perkhook-pick",
          "aria-label": "Select " + row.id, onchange: function () {
            selected[box.checked ? "add" : "delete"](row.id);
            showSelected();
          } });
        box.checked = selected.has(row.id);
        row.cells[0].classList.add("text-nowrap");
        row.cells[0].prepend(box);
      });
      window.jQuery(table).DataTable().columns.adjust();
    }

    if (!mayWrite) { return; }
    document.querySelector(".task-state-filters").after(bar);
    window.jQuery(table).on("draw.dt", draw);
    draw();
    showSelected();
  }

  var task = document.getElementById("taskid");
  var actions = document.querySelector("#task-page .detail-actions");
  var table = document.getElementById("tasks-table");
  if (task && actions && TASK.test(task.textContent.trim())) {
    onTask(task.textContent.trim(), actions);
  }
  if (table && window.jQuery) {
    us.ask("me").then(function (me) { onTasks(table, me.may_write); }).catch(function () {
      // Without the inbox there is nothing to retry.
    });
  }
}());
