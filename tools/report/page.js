/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What both pages' scripts use.  Data reaches the page as text only, never as markup. */
"use strict";
const byId = (id) => document.getElementById(id);

/* An element: its class, its text or its children. */
function element(name, className, ...children) {
    const e = document.createElement(name);
    if (className) e.className = className;
    e.append(...children);
    return e;
}

/* "101-200 of 1234" with buttons, below a list that shows `size` of `total` from `first` on. */
function pager(place, total, first, size, go) {
    const last = Math.min(first + size, total);
    place.replaceChildren(total ? `${first + 1}\u2013${last} of ${total}` : "none");
    if (total <= size) return;
    for (const [label, target] of [["Previous", first - size], ["Next", first + size]]) {
        const button = element("button", "", label);
        button.type = "button";
        button.disabled = target < 0 || target >= total;
        button.addEventListener("click", () => go(target));
        place.append(button);
    }
}

/* Runs `act` when the field's value has been still for a moment; Enter does not send the form away. */
function onInput(field, act) {
    let timer = 0;
    field.addEventListener("input", () => {
        clearTimeout(timer);
        timer = setTimeout(act, 120);
    });
    if (field.form) field.form.addEventListener("submit", (event) => event.preventDefault());
}
