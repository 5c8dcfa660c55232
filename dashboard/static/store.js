/* Talking to perkhook's API, and the count in the bar. Texts are only ever set as text. */
(function () {
  "use strict";

  var SECONDS = 1000;

  function prefix() {
    var field = document.getElementById("url_prefix");
    var words = field ? field.value.replace(/^\/+|\/+$/g, "") : "";
    return words ? "/" + words : "";
  }

  function cookie(name) {
    var found = document.cookie.match("(?:^|;)\\s*" + name + "\\s*=\\s*([^;]+)");
    return found ? decodeURIComponent(found[1]) : "";
  }

  /* Ask; gives what was answered, or fails with a sentence that can be shown. */
  function ask(path, sent) {
    var options = { headers: { Accept: "application/json" }, credentials: "same-origin" };
    if (sent !== undefined) {
      options.method = "POST";
      options.body = JSON.stringify(sent);
      options.headers["Content-Type"] = "application/json";
      options.headers["X-XSRFToken"] = cookie("_xsrf");
    }
    return fetch(prefix() + "/failed/api/" + path, options)
      .catch(function () { throw new Error("Flower does not answer."); })
      .then(function (answer) {
        return answer.json().catch(function () {
          throw new Error("Flower wants you to log in again: reload the page.");
        }).then(function (found) {
          if (!answer.ok) { throw new Error(found.error ? found.error.message : "Not done."); }
          return found;
        });
      });
  }

  /* Make an element; children are elements or texts. */
  function make(tag, attributes, children) {
    var made = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) {
      if (name.slice(0, 2) === "on") {
        made.addEventListener(name.slice(2), attributes[name]);
      } else if (attributes[name] !== null && attributes[name] !== false) {
        made.setAttribute(name, attributes[name] === true ? "" : attributes[name]);
      }
    });
    [].concat(children || []).forEach(function (child) {
      made.append(child);
    });
    return made;
  }

  function say(element, text) {
    if (element && element.textContent !== text) { element.textContent = text; }
  }

  function jobs(number) { return number.toLocaleString("en") + (number === 1 ? " job" : " jobs"); }

  /* "3 succeeded, 1 running" */
  function tally(found) {
    return Object.keys(found).map(function (word) {
      return found[word].toLocaleString("en") + " " + word;
    }).join(", ");
  }

  /* Tabs of a browser say which brand they show. */
  var brand = document.getElementById("perkhook-brand");
  if (brand) { document.title = brand.textContent + " · " + document.title; }

  var listeners = [];
  var last = null;

  function showCounts(found) {
    var badge = document.getElementById("perkhook-count");
    if (badge) {
      say(badge, String(found.failed));
      badge.classList.toggle("d-none", !found.failed);
      badge.setAttribute("title", found.failed + " failed");
    }
    document.querySelectorAll("[data-count]").forEach(function (each) {
      say(each, String(found[each.dataset.count]));
    });
  }

  function live(isLive, words) {
    var dot = document.getElementById("perkhook-dot");
    if (dot) {
      dot.classList.toggle("status-dot-live", isLive);
      dot.classList.toggle("status-dot-error", !isLive);
    }
    say(document.getElementById("perkhook-live"), words);
  }

  function count() {
    return ask("counts").then(function (found) {
      showCounts(found);
      live(true, "Live");
      var now = [found.failed, found.waiting, found.held, found.oldest_failed].join();
      var changed = last !== null && last !== now;
      last = now;
      listeners.forEach(function (listener) { listener(changed); });
    }).catch(function (error) {
      live(false, error.message);
    });
  }

  function poll() {
    (document.hidden ? Promise.resolve() : count()).then(function () {
      window.setTimeout(poll, 3 * SECONDS);
    });
  }

  window.perkhook = {
    ask: ask, count: count, jobs: jobs, make: make, prefix: prefix, say: say, tally: tally,
    page: document.getElementById("perkhook-page"),
    onCount: function (listener) { listeners.push(listener); },
    start: poll
  };
}());
