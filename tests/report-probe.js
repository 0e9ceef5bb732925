/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Put at the end of a page by tests/report: does what a reader does, and writes what came of it to attributes of body. */
const probe = document.body.dataset;
const rows = (id) => byId(id).tBodies[0].rows;
const background = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
probe.overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
probe.dark = background[0] + background[1] + background[2] < 200;
probe.foreign = performance.getEntriesByType("resource").length;
probe.images = document.images.length;
const sockets = document.querySelectorAll(".socket");
if (sockets.length > 1) {
    const track = (row) => row.querySelector(".track").getBoundingClientRect();
    const bars = [...sockets].map((row) => row.querySelector(".bar").getBoundingClientRect());
    /* A bar is to be seen, and lies within its track. */
    probe.bars = [...sockets].filter((row, i) => bars[i].width >= 3 && bars[i].height > 5 &&
        bars[i].left >= track(row).left - 1 && bars[i].right <= track(row).right + 4).length;
    probe.barLeft = bars.map((b, i) => Math.round(100 * (b.left - track(sockets[i]).left) / track(sockets[i]).width));
    probe.barWidth = bars.map((b, i) => Math.round(100 * b.width / track(sockets[i]).width));
    sockets[0].focus();
    sockets[0].dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true, cancelable: true }));
    probe.focused = document.activeElement.dataset.socket;
    document.activeElement.click();
    probe.chosen = byId("chosen").textContent;
    probe.chosenCalls = rows("calls").length;
    byId("call-all").click();
    probe.allCalls = byId("call-pager").textContent;
    document.querySelector("[data-line]")?.click();
    probe.errorCall = document.querySelector("[aria-current] .said")?.textContent ?? "";
    byId("call-all").click();
    byId("call-find").value = "CLOSESOCKET(";
    byId("call-find").dispatchEvent(new Event("input"));
    byId("socket-find").value = "40112";
    byId("socket-find").dispatchEvent(new Event("input"));
    setTimeout(() => {
        probe.found = byId("call-pager").textContent;
        probe.foundSockets = document.querySelectorAll(".socket").length;
        probe.end = "yes";
    }, 300);
}
