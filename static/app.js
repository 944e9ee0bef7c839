/* Behaviour by attribute. Nothing here is needed to use a page; it only saves steps. */
(function () {
  "use strict";

  var root = document.documentElement;
  root.classList.add("js");

  function closest(element, selector) { return element && element.closest ? element.closest(selector) : null; }
  function all(selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); }
  function typing(target) { return !!closest(target, "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]"); }

  /* --- confirm: one question, then the same click again */
  var asked = null;
  function ask(element, proceed) {
    var dialog = document.getElementById("confirm");
    var question = element.getAttribute("data-confirm");
    if (!dialog || !dialog.showModal) {
      if (window.confirm(question)) { proceed(); }
      return;
    }
    var yes = document.getElementById("confirm-yes");
    document.getElementById("confirm-question").textContent = question;
    yes.textContent = element.getAttribute("data-confirm-label") || yes.getAttribute("data-default") || yes.textContent;
    yes.className = "btn " + (element.getAttribute("data-confirm-tone") === "danger" ? "btn-danger" : "btn-primary");
    asked = proceed;
    dialog.returnValue = "";
    dialog.showModal();
  }
  document.addEventListener("close", function (event) {
    if (event.target.id !== "confirm") { return; }
    var proceed = asked;
    asked = null;
    if (event.target.returnValue === "yes" && proceed) { proceed(); }
  }, true);
  document.addEventListener("click", function (event) {
    var element = closest(event.target, "button[data-confirm], a[data-confirm], input[data-confirm]");
    if (!element || element.hasAttribute("aria-disabled")) { return; }
    if (element.confirmed) { element.confirmed = false; return; }
    var form = element.form;
    if (form && form.reportValidity && !form.noValidate && !form.reportValidity()) { event.preventDefault(); return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(element, function () { element.confirmed = true; element.click(); });
  }, true);
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.hasAttribute("data-confirm")) { return; }
    if (form.confirmed) { form.confirmed = false; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(form, function () {
      form.confirmed = true;
      if (form.requestSubmit) { form.requestSubmit(); } else { form.submit(); }
    });
  }, true);

  /* --- a button that is refused says why and does nothing; one that was sent is not sent twice */
  document.addEventListener("click", function (event) {
    var refused = closest(event.target, "[aria-disabled='true']");
    if (refused) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, true);
  document.addEventListener("submit", function (event) {
    if (event.defaultPrevented) { return; }
    var form = event.target;
    if (form.method === "dialog" || form.method === "get") { return; }
    if (form.sent && Date.now() - form.sent < 4000) { event.preventDefault(); return; }
    form.sent = Date.now();
    form.removeAttribute("data-dirty");
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var form = closest(event.target, "form");
    if (form) { form.sent = 0; }
  });

  /* --- menus: one open at a time, Escape closes */
  function closeMenus(except) {
    all("details.menu[open], details.phone-menu[open]").forEach(function (menu) {
      if (menu !== except && !(except && menu.contains(except))) { menu.open = false; }
    });
  }
  document.addEventListener("click", function (event) { closeMenus(closest(event.target, "details.menu, details.phone-menu")); });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    var menu = closest(document.activeElement, "details.menu[open], details.phone-menu[open]");
    closeMenus(null);
    if (menu) { menu.querySelector("summary").focus(); }
  });

  /* --- selection and the bulk bar */
  function scope(element) { return closest(element, "[data-bulk]") || closest(element, "form") || document; }
  function refreshSelection(area) {
    var boxes = all("[data-select-row]", area);
    var chosen = boxes.filter(function (box) { return box.checked; });
    boxes.forEach(function (box) {
      var row = closest(box, "tr, .person, .need");
      if (row) { row.classList.toggle("is-selected", box.checked); }
    });
    all("[data-select-all]", area).forEach(function (box) {
      box.checked = chosen.length > 0 && chosen.length === boxes.length;
      box.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
    });
    all("[data-bulk-bar]", area).forEach(function (bar) { bar.classList.toggle("is-shown", chosen.length > 0); });
    all("[data-bulk-count]", area).forEach(function (place) { place.textContent = chosen.length; });
    all("[data-bulk-clear]", area).forEach(function (button) { button.hidden = false; });
    all("[data-bulk-says]", area).forEach(function (button) {
      var words = button.getAttribute("data-bulk-says").replace("{n}", chosen.length);
      button.title = words;
      if (button.hasAttribute("data-bulk-confirm")) { button.setAttribute("data-confirm", button.getAttribute("data-bulk-confirm").replace("{n}", chosen.length)); }
    });
  }
  var lastBox = null;
  document.addEventListener("click", function (event) {
    var box = event.target;
    if (!box.matches || !box.matches("[data-select-row]")) { return; }
    if (event.shiftKey && lastBox) {
      var boxes = all("[data-select-row]", scope(box));
      var from = boxes.indexOf(lastBox), to = boxes.indexOf(box);
      if (from >= 0 && to >= 0) {
        boxes.slice(Math.min(from, to), Math.max(from, to) + 1).forEach(function (one) { one.checked = box.checked; });
      }
    }
    lastBox = box;
  });
  document.addEventListener("change", function (event) {
    var box = event.target;
    if (box.matches("[data-select-all]")) {
      all("[data-select-row]", scope(box)).forEach(function (one) { one.checked = box.checked; });
      refreshSelection(scope(box));
    } else if (box.matches("[data-select-row]")) {
      refreshSelection(scope(box));
    }
  });
  document.addEventListener("click", function (event) {
    var clear = closest(event.target, "[data-bulk-clear]");
    if (!clear) { return; }
    all("[data-select-row]", scope(clear)).forEach(function (box) { box.checked = false; });
    refreshSelection(scope(clear));
  });
  function sayEffect(event) {
    var button = closest(event.target, "[data-bulk-says]");
    var bar = closest(event.target, "[data-bulk-bar]");
    if (!bar) { return; }
    var place = bar.querySelector("[data-bulk-effect]");
    if (button && place) { place.textContent = button.title; }
  }
  document.addEventListener("mouseover", sayEffect);
  document.addEventListener("focusin", sayEffect);

  /* --- leaving the search box is no second search: the rows just ticked would be drawn anew */
  document.addEventListener("change", function (event) {
    if (closest(event.target, ".filter-search")) { event.stopPropagation(); }
  }, true);

  /* --- a menu of several choices says what is chosen */
  document.addEventListener("change", function (event) {
    var menu = closest(event.target, "[data-multi]");
    if (!menu) { return; }
    var names = all("input:checked", menu).map(function (box) { return box.parentNode.textContent.trim(); });
    menu.querySelector("[data-multi-words]").textContent = names.length > 1
      ? menu.getAttribute("data-many").replace("{n}", names.length)
      : names[0] || menu.getAttribute("data-none");
  });

  /* --- rows open by a click anywhere on them; a middle click opens a tab */
  function openRow(event) {
    if (event.defaultPrevented || (event.type === "auxclick" && event.button !== 1)) { return; }
    if (closest(event.target, "a, button, input, select, textarea, label, summary, .check-cell")) { return; }
    var row = closest(event.target, ".data-table tbody tr");
    var link = row && row.querySelector(".row-link");
    if (!link || String(window.getSelection())) { return; }
    if (event.ctrlKey || event.metaKey || event.button === 1) { window.open(link.href, "_blank", "noopener"); } else { link.click(); }
  }
  document.addEventListener("click", openRow);
  document.addEventListener("auxclick", openRow);

  /* --- keys: Ctrl K searches; j and k move, Enter opens, space selects, a letter presses [data-key] */
  function rowsOf(list) { return all("[data-keys-row], tbody > tr, .person", list).filter(function (row) { return row.offsetParent !== null; }); }
  function move(list, step) {
    var rows = rowsOf(list);
    var now = rows.indexOf(list.querySelector(".is-current-row, .is-current-item"));
    var next = rows[Math.max(0, Math.min(rows.length - 1, now + step))] || rows[0];
    if (!next) { return; }
    rows.forEach(function (row) { row.classList.remove("is-current-row", "is-current-item"); });
    next.classList.add(next.tagName === "TR" ? "is-current-row" : "is-current-item");
    next.scrollIntoView({ block: "nearest" });
    var target = next.querySelector(".row-link, a, button");
    if (target) { target.focus({ preventScroll: true }); }
  }
  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      var search = document.getElementById("site-search");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) { return; }
    var list = closest(document.activeElement, "[data-keys]") || document.querySelector("[data-keys]");
    if (!list) { return; }
    var row = list.querySelector(".is-current-row, .is-current-item");
    if (event.key === "j" || event.key === "k") { event.preventDefault(); move(list, event.key === "j" ? 1 : -1); return; }
    if (!row) { return; }
    if (event.key === " " && !closest(event.target, "button, summary, input")) {
      var box = row.querySelector("[data-select-row], [data-key=' ']");
      if (box) { event.preventDefault(); box.click(); }
      return;
    }
    if (/^[a-z]$/.test(event.key)) {
      var button = row.querySelector("[data-key='" + event.key + "']");
      if (button) { event.preventDefault(); button.click(); }
    }
  });

  /* --- linked marks in two texts */
  function light(event) {
    var mark = closest(event.target, "mark[data-link]");
    all("mark.is-linked").forEach(function (one) { one.classList.remove("is-linked"); });
    if (!mark) { return; }
    var number = mark.getAttribute("data-link");
    all("mark[data-link]").forEach(function (one) { one.classList.toggle("is-linked", one.getAttribute("data-link") === number); });
  }
  document.addEventListener("mouseover", function (event) { if (event.target.tagName === "MARK" || document.querySelector("mark.is-linked")) { light(event); } });

  /* --- copy, dismiss */
  document.addEventListener("click", function (event) {
    var copy = closest(event.target, "[data-copy]");
    if (copy && navigator.clipboard) {
      navigator.clipboard.writeText(copy.getAttribute("data-copy")).then(function () {
        copy.classList.add("is-done");
        window.setTimeout(function () { copy.classList.remove("is-done"); }, 1500);
      });
    }
    var dismiss = closest(event.target, "[data-dismiss]");
    if (dismiss) { dismiss.parentNode.parentNode.removeChild(dismiss.parentNode); }
  });

  /* --- counters */
  function count(field) {
    var place = field.id && document.querySelector("[data-counter-for='" + field.id + "']");
    if (!place) { return; }
    var limit = Number(place.textContent.split("/")[1]), used = Array.from(field.value).length;
    place.firstElementChild.textContent = used;
    place.classList.toggle("is-near", used > limit * 0.9 && used <= limit);
    place.classList.toggle("is-over", used > limit);
  }
  document.addEventListener("input", function (event) { if (event.target.tagName === "TEXTAREA") { count(event.target); } });

  /* --- rows of a formset */
  document.addEventListener("click", function (event) {
    var add = closest(event.target, "[data-formset-add]");
    if (!add) { return; }
    var set = closest(add, "[data-formset]"), total = set.querySelector("input[name$='-TOTAL_FORMS']");
    var holder = document.createElement("div");
    holder.innerHTML = set.querySelector("template[data-formset-blank]").innerHTML.replace(/__prefix__/g, total.value);
    var row = holder.firstElementChild;
    set.querySelector("[data-formset-rows]").appendChild(row);
    total.value = Number(total.value) + 1;
    var first = row.querySelector("input:not([type=hidden]), select, textarea");
    if (first) { first.focus(); }
    changed(total);
  });
  document.addEventListener("change", function (event) {
    var row = /-DELETE$/.test(event.target.name || "") && closest(event.target, "[data-formset-row]");
    if (row) { row.classList.toggle("is-gone", event.target.checked); }
  });

  /* --- drafts save themselves; leaving with unsaved changes asks */
  function changed(field) {
    var form = field.form || closest(field, "form");
    if (!form) { return; }
    if (form.hasAttribute("data-guard")) { form.setAttribute("data-dirty", ""); }
    if (!form.hasAttribute("data-autosave")) { return; }
    window.clearTimeout(form.autosave);
    form.autosave = window.setTimeout(function () { save(form); }, 2000);
  }
  function save(form) {
    var state = form.querySelector("[data-autosave-state]");
    var say = function (key) { if (state) { state.textContent = words(key); } };
    say("saving");
    fetch(form.getAttribute("data-autosave"), { method: "POST", body: new FormData(form), headers: { "X-Autosave": "1" }, credentials: "same-origin" })
      .then(function (response) {
        if (!response.ok || response.redirected) { throw new Error(response.status); }
        form.removeAttribute("data-dirty");
        var now = new Date();
        if (state) { state.textContent = words("saved") + " " + ("0" + now.getHours()).slice(-2) + ":" + ("0" + now.getMinutes()).slice(-2); }
      })
      .catch(function () { say("unsaved"); });
  }
  function words(key) {
    var place = document.getElementById("words");
    return (place && place.getAttribute("data-" + key)) || "";
  }
  document.addEventListener("input", function (event) { changed(event.target); });
  document.addEventListener("change", function (event) { changed(event.target); });
  window.addEventListener("beforeunload", function (event) {
    if (document.querySelector("form[data-guard][data-dirty]")) { event.preventDefault(); event.returnValue = ""; }
  });

  /* --- htmx: focus after a swap, failures in words, no connection */
  function dress(within) {
    all("[data-formset-add]", within).forEach(function (button) { button.hidden = false; });
    all("textarea", within).forEach(count);
    all("[data-select-row]", within).slice(0, 1).forEach(function (box) { refreshSelection(scope(box)); });
  }
  document.addEventListener("htmx:afterSwap", function (event) {
    var within = event.detail.target && event.detail.target.isConnected ? event.detail.target : document;
    dress(document);
    var target = within.matches && within.matches("[data-autofocus]") ? within : (within.querySelector ? within.querySelector("[data-autofocus]") : null);
    if (target) { target.focus(); }
  });
  function tell(text) {
    var place = document.getElementById("messages");
    if (!place || !text) { return; }
    var box = document.createElement("div"), line = document.createElement("p");
    box.className = "message message-error";
    box.setAttribute("role", "alert");
    line.textContent = text;
    box.appendChild(line);
    place.textContent = "";
    place.appendChild(box);
  }
  document.addEventListener("htmx:configRequest", function (event) {
    var asked = event.detail;
    if (asked.verb !== "get" || !closest(asked.elt, ".filter-bar")) { return; }
    Object.keys(asked.parameters).forEach(function (name) {
      if (asked.parameters[name] === "") { delete asked.parameters[name]; } /* a short address is one people can share */
    });
  });
  document.addEventListener("htmx:responseError", function (event) {
    var status = event.detail.xhr.status;
    if (status === 401) { window.location.reload(); return; }
    tell(words(status === 403 ? "forbidden" : status === 404 ? "missing" : status === 429 ? "busy" : "failed"));
  });
  document.addEventListener("htmx:sendError", function () { tell(words("offline")); });
  function connection() {
    var place = document.getElementById("offline-notice");
    if (place) { place.hidden = navigator.onLine; }
  }
  window.addEventListener("online", connection);
  window.addEventListener("offline", connection);

  function start() {
    dress(document);
    connection();
    var target = document.querySelector("[data-autofocus]");
    if (target) { target.focus(); }
    var yes = document.getElementById("confirm-yes");
    if (yes) { yes.setAttribute("data-default", yes.textContent); }
  }
  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", start); } else { start(); }
})();
