/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The trace page: time line, throughput, calls.  trace_data.c says what the arrays hold. */
const data = JSON.parse(byId("data").textContent);
const [HANDLE, PROCESS, MADE, LOCAL, REMOTE, ACCEPTED, SEEN, CREATED, BOUND, LISTENING, CONNECTED, SHUT, CLOSED, LAST,
    IN, OUT, CALLS, ERRORS, OPEN_ENDS, BYTES] = Array(20).keys();
const [LINE, CALL_PROCESS, START, TOOK, THREAD, SOCKET, FAILED, SAID, ALSO] = Array(9).keys();
const PAGE = 100, CALL_PAGE = 200, CHARTS = 20;
const span = Math.max(data.span, 1);
const chosen = { socket: -1, line: -1, process: 0 };
const first = { sockets: 0, throughput: 0, calls: 0 };

const seconds = (us) => (us / 1e6).toFixed(6);
function bytes(n) {
    for (const unit of ["bytes", "KiB", "MiB", "GiB"]) {
        if (n < 1024) return unit === "bytes" ? `${Math.round(n)} bytes` : `${n.toFixed(1)} ${unit}`;
        n /= 1024;
    }
    return `${n.toFixed(1)} TiB`;
}

/* {AF_INET, 127.0.0.1:80} without what is the same everywhere. */
const address = (text) => text.replace(/^\{AF_INET6?, (.*)\}$/, "$1");
function addresses(s) {
    const local = address(s[LOCAL]), remote = address(s[REMOTE]);
    if (s[LISTENING] !== null) return `listens at ${local || "?"}`;
    if (remote) return `${local || "?"} ${s[ACCEPTED] ? "\u2190" : "\u2192"} ${remote}`;
    return local ? `at ${local}` : "no address";
}
const processName = (index) => data.processes.length > 1 ? `${data.processes[index]}: ` : "";
const title = (s) => `${processName(s[PROCESS])}${s[HANDLE]} ${addresses(s)}`;

/* The phases of a socket's life that were seen, in order of time: [class, from, to]. */
function phases(s) {
    const end = s[CLOSED] !== null ? s[CLOSED] : span;
    const starts = [["open", s[SEEN]], ["bound", s[BOUND]], ["listening", s[LISTENING]], ["connected", s[CONNECTED]],
        ["shut", s[SHUT]]].filter(([, at]) => at !== null && at <= end).sort((a, b) => a[1] - b[1]);
    return starts.map(([name, at], i) => [name, at, i + 1 < starts.length ? starts[i + 1][1] : end]);
}

function bar(s) {
    const end = s[CLOSED] !== null ? s[CLOSED] : span;
    const b = element("span", s[CLOSED] !== null ? "bar" : "bar running");
    b.style.left = `${Math.min(100 * s[SEEN] / span, 99.7)}%`;
    b.style.width = `${100 * (end - s[SEEN]) / span}%`;
    for (const [name, from, to] of phases(s)) {
        const part = element("span", name);
        part.style.flex = `${Math.max(to - from, 0.001)} 0 0`;
        part.title = `${name} from ${seconds(from)} to ${seconds(to)} s`;
        b.append(part);
    }
    return b;
}

function states(s) {
    const told = [["created", CREATED], ["bound", BOUND], ["listening", LISTENING], ["connected", CONNECTED],
        ["shut down", SHUT], ["closed", CLOSED]].filter(([, at]) => s[at] !== null)
        .map(([name, at]) => `${name} ${seconds(s[at])}`);
    if (s[CREATED] === null) told.unshift("made before the trace");
    if (s[CLOSED] === null) told.push("not closed");
    return told.join(", ");
}

function socketRow(index) {
    const s = data.sockets[index], row = element("button", "socket");
    const name = element("span", "name", title(s));
    const errors = s[ERRORS] ? element("span", "bad", ` ${s[ERRORS]} failed`) : "";
    name.append(element("small", "", `\u25be ${bytes(s[IN])} \u25b4 ${bytes(s[OUT])}, ${s[CALLS]} calls`, errors));
    row.type = "button";
    row.dataset.socket = index;
    row.title = states(s);
    row.setAttribute("aria-pressed", index === chosen.socket);
    row.append(name, element("span", "track", bar(s)));
    row.addEventListener("click", () => choose(index, -1, 0));
    return element("li", "", row);
}

function shownSockets() {
    const words = byId("socket-find").value.toLowerCase(), failed = byId("socket-failed").checked;
    const order = byId("socket-order").value, list = [];
    data.sockets.forEach((s, i) => {
        if (failed && !s[ERRORS]) return;
        if (words && !`${title(s)} ${s[MADE]}`.toLowerCase().includes(words)) return;
        list.push(i);
    });
    const key = { time: (s) => s[SEEN], bytes: (s) => -s[IN] - s[OUT], errors: (s) => -s[ERRORS] }[order];
    return list.sort((a, b) => key(data.sockets[a]) - key(data.sockets[b]) || a - b);
}

function drawSockets(from) {
    const list = shownSockets();
    first.sockets = from < list.length ? from : 0;
    byId("sockets").replaceChildren(...list.slice(first.sockets, first.sockets + PAGE).map(socketRow));
    pager(byId("socket-pager"), list.length, first.sockets, PAGE, drawSockets);
}

function drawAxis() {
    const axis = element("div");
    for (let i = 0; i <= 4; i++) {
        const mark = element("span", "", `${(data.span * i / 4e6).toFixed(data.span < 1e6 ? 4 : 2)} s`);
        mark.style.left = `${25 * i}%`;
        axis.append(mark);
    }
    byId("axis").replaceChildren(axis);
}

function svg(name, attributes) {
    const e = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const key in attributes) e.setAttribute(key, attributes[key]);
    return e;
}

function chart(index) {
    const s = data.sockets[index], most = Math.max(...s[BYTES].map((b) => Math.max(b[1], b[2])));
    const part = span / data.parts / 1e6, image = svg("svg",
        { viewBox: `0 0 ${data.parts} 80`, preserveAspectRatio: "none", role: "img" });
    image.setAttribute("aria-label", `${title(s)}: ${bytes(s[IN])} received, ${bytes(s[OUT])} sent`);
    for (const [at, received, sent] of s[BYTES]) {
        const up = 38 * received / most, down = 38 * sent / most;
        if (up) image.append(svg("rect", { class: "in", x: at, y: 40 - up, width: 1, height: up }));
        if (down) image.append(svg("rect", { class: "out", x: at, y: 40, width: 1, height: down }));
    }
    image.append(svg("line", { x1: 0, x2: data.parts, y1: 40, y2: 40, "stroke-width": 0.5 }));
    const name = element("button", "link", title(s));
    name.type = "button";
    name.addEventListener("click", () => choose(index, -1, 0));
    return element("div", "chart", name, " ", element("span", "swatch-in", `\u25be ${bytes(s[IN])}`), " ",
        element("span", "swatch-out", `\u25b4 ${bytes(s[OUT])}`),
        element("span", "faint", `, at most ${bytes(most / part)}/s`), image);
}

function drawThroughput(from) {
    const list = [...data.sockets.keys()].filter((i) => data.sockets[i][BYTES].length)
        .sort((a, b) => data.sockets[b][IN] + data.sockets[b][OUT] - data.sockets[a][IN] - data.sockets[a][OUT]);
    first.throughput = from;
    byId("throughput").replaceChildren(...list.slice(from, from + CHARTS).map(chart));
    pager(byId("throughput-pager"), list.length, from, CHARTS, drawThroughput);
    const unknown = data.sockets.reduce((sum, s) => sum + s[OPEN_ENDS], 0);
    byId("unknown-bytes").textContent = unknown ?
        `${unknown} overlapped operations ended where the trace does not see it: their bytes are not in here.` : "";
}

function callRow(call) {
    const row = element("tr", call[FAILED] === 1 ? "failed" : call[FAILED] === 2 ? "expected" : "");
    for (const text of [call[LINE], seconds(call[START]), seconds(call[TOOK])])
        row.append(element("td", "number", String(text)));
    row.append(element("td", "", call[THREAD]), element("td", "said", processName(call[CALL_PROCESS]) + call[SAID]));
    if (call[LINE] === chosen.line && call[CALL_PROCESS] === chosen.process) row.setAttribute("aria-current", "true");
    return row;
}

function shownCalls() {
    const words = byId("call-find").value.toLowerCase(), failed = byId("call-failed").checked, s = chosen.socket;
    return data.calls.filter((call) => (s < 0 || call[SOCKET] === s || (call[ALSO] && call[ALSO].includes(s))) &&
        (!failed || call[FAILED] === 1) && (!words || call[SAID].toLowerCase().includes(words)));
}

function drawCalls(from) {
    const list = shownCalls();
    first.calls = from < list.length ? from : 0;
    byId("calls").tBodies[0].replaceChildren(...list.slice(first.calls, first.calls + CALL_PAGE).map(callRow));
    pager(byId("call-pager"), list.length, first.calls, CALL_PAGE, drawCalls);
}

function choose(index, line, process) {
    Object.assign(chosen, { socket: index, line, process });
    const s = data.sockets[index];
    byId("chosen").textContent = (s ? `${title(s)}: ${states(s)}.` : "All calls.") + (data.left_out ?
        ` The first ${data.left_out} calls of the trace are counted, but not listed here.` : "");
    for (const row of document.querySelectorAll(".socket"))
        row.setAttribute("aria-pressed", Number(row.dataset.socket) === index);
    drawCalls(0);
    if (line < 0) return;
    const at = shownCalls().findIndex((call) => call[LINE] === line && call[CALL_PROCESS] === process);
    if (at >= CALL_PAGE) drawCalls(at - at % CALL_PAGE);
}

byId("call-all").addEventListener("click", () => choose(-1, -1, 0));
for (const button of document.querySelectorAll("[data-line]"))
    button.addEventListener("click", () => {
        choose(Number(button.dataset.socket), Number(button.dataset.line), Number(button.dataset.process));
        byId("h-calls").focus();
    });
/* Up and down go along the sockets, as in a list. */
byId("sockets").addEventListener("keydown", (event) => {
    const row = event.target.closest("li");
    const next = row && { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
    if (!next) return;
    event.preventDefault();
    next.firstElementChild.focus();
});
for (const id of ["socket-find", "socket-order", "socket-failed"]) onInput(byId(id), () => drawSockets(0));
for (const id of ["call-find", "call-failed"]) onInput(byId(id), () => drawCalls(0));
drawAxis();
drawSockets(0);
drawThroughput(0);
choose(-1, -1, 0);
/* #socket=3&find=send: for a link to what one has found. */
const wanted = new URLSearchParams(location.hash.slice(1));
if (wanted.has("find")) byId("call-find").value = wanted.get("find");
if (wanted.has("socket") || wanted.has("find")) choose(Number(wanted.get("socket") ?? -1), -1, 0);
