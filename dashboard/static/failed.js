/* The list: selecting, and keeping it as it is in the inbox without losing one's place. */
(function () {
  "use strict";

  var us = window.perkhook;
  var page = us.page;

  function boxes() {
    return Array.prototype.slice.call(document.querySelectorAll("#perkhook-list td input[type=checkbox]"));
  }

  us.selected = function () {
    return boxes().filter(function (box) { return box.checked; }).map(function (box) { return box.value; });
  };

  function showSelected() {
    var number = us.selected().length;
    var every = document.getElementById("perkhook-every");
    document.querySelectorAll("button[data-selected]").forEach(function (button) {
      var verb = button.dataset.action.charAt(0).toUpperCase() + button.dataset.action.slice(1);
      button.disabled = !number;
      us.say(button, verb + " selected" + (number ? " (" + number + ")" : ""));
    });
    if (every) {
      every.checked = number > 0 && number === boxes().length;
      every.indeterminate = number > 0 && number < boxes().length;
    }
  }

  function mark(element) {
    var data = element.dataset;
    return [element.tagName, element.id, element.getAttribute("href"), element.value, data.action,
      data.group, data.selected, data.all].join("|");
  }

  function swap(id, fresh) {
    var old = document.getElementById(id);
    var made = fresh.getElementById(id);
    var focused = old && old.contains(document.activeElement) ? mark(document.activeElement) : null;
    if (!old || !made || old.innerHTML === made.innerHTML) { return; }
    old.replaceWith(made);
    if (focused !== null) {
      var again = Array.prototype.slice.call(made.querySelectorAll("a, button, input, select, summary"))
        .find(function (element) { return mark(element) === focused; });
      if (!again || again.disabled) {
        made.setAttribute("tabindex", "-1");
        again = made;
      }
      again.focus({ preventScroll: true });
    }
  }

  var drawing = false;

  function redraw() {
    var open = document.querySelector(".perkhook-filter[open] :focus");
    if (drawing || open || document.querySelector("dialog[open]")) { return; }
    drawing = true;
    fetch(window.location.href, { credentials: "same-origin" }).then(function (answer) {
      return answer.text();
    }).then(function (text) {
      var fresh = new DOMParser().parseFromString(text, "text/html");
      var made = fresh.getElementById("perkhook-page");
      var selected = us.selected();
      if (!made || document.querySelector("dialog[open]")) { return; }
      if (page.dataset.unavailable || made.dataset.unavailable) {
        if (page.dataset.unavailable !== made.dataset.unavailable) { window.location.reload(); }
        return;
      }
      var details = document.querySelector(".perkhook-filter");
      var wasOpen = details && details.open;
      swap("perkhook-cards", fresh);
      swap("perkhook-list", fresh);
      page.dataset.total = made.dataset.total;
      details = document.querySelector(".perkhook-filter");
      if (details) { details.open = wasOpen; }
      boxes().forEach(function (box) { box.checked = selected.indexOf(box.value) >= 0; });
      showSelected();
    }).finally(function () { drawing = false; });
  }

  if (page && (document.getElementById("perkhook-list") || page.dataset.unavailable)) {
    document.addEventListener("change", function (event) {
      if (event.target.id === "perkhook-every") {
        boxes().forEach(function (box) { box.checked = event.target.checked; });
      }
      if (event.target.matches("input[type=checkbox]")) { showSelected(); }
    });
    us.onCount(function (changed) {
      if (changed || page.dataset.unavailable) { redraw(); }
    });
    us.onDecided = function () { window.setTimeout(us.count, 500); };
    // A quick user, or a browser that restores a page, may have checked it before this ran.
    if ((document.getElementById("perkhook-every") || {}).checked) {
      boxes().forEach(function (box) { box.checked = true; });
    }
    showSelected();
  }
  us.start();
}());
