/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page of cases: a search through names, rules, sources and messages. */
const cases = [...document.querySelectorAll("tr.case")].map((row) => ({ row, text: row.textContent.toLowerCase() }));

function filterCases() {
    const words = byId("case-find").value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const { row, text } of cases) {
        row.hidden = !words.every((word) => text.includes(word));
        found += !row.hidden;
    }
    for (const section of document.querySelectorAll("section"))
        section.hidden = !section.querySelector("tr.case:not([hidden])");
    byId("case-found").textContent = `${found} of ${cases.length} cases`;
}
onInput(byId("case-find"), filterCases);
/* #find=listen: for a link to what one has found. */
byId("case-find").value = new URLSearchParams(location.hash.slice(1)).get("find") ?? "";
filterCases();
