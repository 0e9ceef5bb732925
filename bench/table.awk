# SPDX-License-Identifier: LGPL-2.1-or-later
# table.awk: the tables, after figures.awk.

# printf counts bytes, some of the signs have more than one.
function pad(text, width,    length_shown, plain) {
    plain = text
    gsub(/µ|≤|≥/, "x", plain)
    length_shown = length(plain)
    while (length_shown++ < width) text = text " "
    return text
}

function line_of(name,    line) {
    line[1] = name
    line[2] = show(name, "native")
    line[3] = show(name, "sluice")
    line[4] = show(name, "wine")
    line[5] = show_ratio(name, "sluice")
    line[6] = show_ratio(name, "wine")
    line[7] = show_goal(name)
    line[8] = verdict(name)
    line[9] = show_ns(median_of(server, name, "sluice"))
    line[10] = show_ns(median_of(server, name, "wine"))
    for (column = 1; column <= 10; column++) cell[column] = line[column]
}

function set_heads() {
    split("workload|native|Sluice|Wine's own|Sluice : native|Wine's : native|goal|is|server, Sluice|server, Wine's", head, "|")
    split("10|9|9|10|19|19|7|9|14|14", width, "|")
}

function print_text(    i, c, text) {
    set_heads()
    for (c = 1; c <= 10; c++) text = text pad(head[c], width[c]) " "
    print text
    for (i = 1; i <= rows; i++) {
        if (!(row[i] in measured)) continue
        line_of(row[i])
        text = ""
        for (c = 1; c <= 10; c++) text = text pad(cell[c], width[c]) " "
        sub(/ +$/, "", text)
        print text
    }
    print ""
    print "Medians of " rounds " rounds; ratios with the least and the greatest of a round; wineserver:"
    print "processor time per operation.  The goal is for Sluice : native."
}

function print_markdown(    i, c, text) {
    set_heads()
    print "# How fast it is\n"
    print "Made by `bench/report` from `doc/bench.tsv`, which a whole `bench/run` writes; change those."
    print "Measured on " about["date"] " with " about["wine"] " on " about["machine"] "."
    print "Medians of several rounds (" about["rounds"] "), in each of which all three ran in turn."
    print "The load average of the machine was " about["load"] " before it began."
    print "Idle processors were " (about["idle"] == "awake" ? "kept from sleeping, for all three." : "allowed to sleep.") "\n"
    print "![The time of an operation, as a multiple of native's](bench.svg)\n"
    print "The ratio of two medians is followed by the least and the greatest ratio of a round. Rates and"
    print "throughputs are compared as such: more is better. The last columns are processor time of"
    print "wineserver per operation.\n"
    for (c = 1; c <= 10; c++) text = text "| " head[c] " "
    print text "|\n|---|---|---|---|---|---|---|---|---|---|"
    for (i = 1; i <= rows; i++) {
        if (!(row[i] in measured)) continue
        line_of(row[i])
        text = ""
        for (c = 1; c <= 10; c++) text = text "| " cell[c] " "
        print text "|"
    }
    print "\n## What an operation is\n\n| workload | operation |\n|---|---|"
    for (i = 1; i <= rows; i++)
        if (row[i] in measured) print "| " row[i] " | " what[row[i]] " |"
}

function print_short(    i, name) {
    print "\nMeasured with " about["wine"] " on " about["machine"] ": time of an operation (≤) or rate (≥)"
    print "compared with the same program on Linux; [doc/bench.md](doc/bench.md) has the figures.\n"
    print "![The time of an operation, as a multiple of native's](doc/bench.svg)\n"
    print "| one operation | goal | Sluice : native | Wine's own : native |\n|---|---|---|---|"
    for (i = 1; i <= rows; i++) {
        name = row[i]
        if (!(name in measured) || goal[name] == "-") continue
        print "| " what[name] " | " show_goal(name) " | " show_ratio(name, "sluice") " | " \
            show_ratio(name, "wine") " |"
    }
    print ""
}

END {
    if (form == "text") print_text()
    if (form == "markdown") print_markdown()
    if (form == "short") print_short()
    if (form == "svg") print_svg()
}
