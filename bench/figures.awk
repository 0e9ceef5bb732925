# SPDX-License-Identifier: LGPL-2.1-or-later
# figures.awk: reads bench/workloads, then what was measured; what the tables and the plot are made of.

FILENAME == ARGV[1] {
    if (/^#/ || NF < 7) next
    rows++
    row[rows] = $1
    figure[$1] = $6
    goal[$1] = $7
    text = $0
    for (i = 1; i <= 7; i++) sub(/^[^ ]+ +/, "", text)
    what[$1] = text
    next
}

/^# / {
    key = $2
    sub(/:$/, "", key)
    about[key] = substr($0, length($1 $2) + 3)
    next
}

NF == 5 {
    count[$1, $3]++
    time[$1, $3, count[$1, $3]] = $4
    if ($5 != "-") server[$1, $3, count[$1, $3]] = $5
    round_time[$1, $3, $2] = $4
    if ($2 > rounds) rounds = $2
    measured[$1] = 1
}

# The median of what[name, kind, 1 .. count]; "" where there is none.
function median_of(values, name, kind,    n, i, j, list, swap) {
    n = 0
    for (i = 1; i <= count[name, kind]; i++)
        if ((name, kind, i) in values) list[++n] = values[name, kind, i] + 0
    if (!n) return ""
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && list[j] < list[j - 1]; j--) {
            swap = list[j]; list[j] = list[j - 1]; list[j - 1] = swap
        }
    return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}

function is_rate(name) {
    return figure[name] != "time"
}

# How many times native's time a kind takes: the medians' ratio, and the least and the greatest of the
# rounds, in which both were measured one after the other.  Sets slower, least and most.
function compare(name, kind,    mine, theirs, i, r) {
    slower = least = most = ""
    mine = median_of(time, name, kind)
    theirs = median_of(time, name, "native")
    if (mine == "" || theirs == "") return 0
    slower = mine / theirs
    for (i = 1; i <= rounds; i++)
        if (((name, kind, i) in round_time) && ((name, "native", i) in round_time)) {
            r = round_time[name, kind, i] / round_time[name, "native", i]
            if (least == "" || r < least) least = r
            if (most == "" || r > most) most = r
        }
    return 1
}

# The goal as a limit on `slower`; 0 where there is none.
function limit(name) {
    if (goal[name] == "-") return 0
    return is_rate(name) ? 1 / goal[name] : goal[name]
}

function verdict(name) {
    if (!limit(name) || !compare(name, "sluice")) return "-"
    if (slower <= limit(name)) return "met"
    return slower <= 2 * limit(name) ? "missed" : "over twice"
}

# Three figures.
function three(value) {
    if (value >= 100) return sprintf("%.0f", value)
    return sprintf(value >= 10 ? "%.1f" : "%.2f", value)
}

function show_ns(ns) {
    if (ns == "") return "-"
    if (ns < 1000) return sprintf("%.0f ns", ns)
    return ns < 1e6 ? three(ns / 1e3) " µs" : three(ns / 1e6) " ms"
}

function show(name, kind,    ns) {
    ns = median_of(time, name, kind)
    if (ns == "") return "-"
    if (figure[name] == "time") return show_ns(ns)
    if (figure[name] == "rate") return three(1e6 / ns) " k/s"
    return three(figure[name] * 1e3 / ns) " MB/s"
}

# As the goals put it: time over native's, or rate over native's; the spread of the rounds after it.
function show_ratio(name, kind) {
    if (!compare(name, kind)) return "-"
    if (is_rate(name)) return sprintf("%s (%s-%s)", three(1 / slower), three(1 / most), three(1 / least))
    return sprintf("%s (%s-%s)", three(slower), three(least), three(most))
}

function show_goal(name) {
    if (goal[name] == "-") return "-"
    return (is_rate(name) ? "≥ " : "≤ ") goal[name]
}
