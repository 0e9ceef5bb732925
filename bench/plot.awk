# SPDX-License-Identifier: LGPL-2.1-or-later
# plot.awk: the plot, after figures.awk: a bar for each workload and kind on a logarithmic axis, with
# the spread of the rounds as a thin line and the goal as a mark.

function x_of(value) {
    if (value < lowest) value = lowest
    if (value > highest) value = highest
    return left + (log(value) - log(lowest)) / (log(highest) - log(lowest)) * (right - left)
}

function bar(name, kind, y, colour) {
    if (!compare(name, kind)) return
    printf "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"8\" fill=\"%s\"/>\n",
        (slower < 1 ? x_of(slower) : x_of(1)), y,
        (slower < 1 ? x_of(1) - x_of(slower) : x_of(slower) - x_of(1)) + 0.5, colour
    printf "<path d=\"M%.1f %.1fH%.1f\" stroke=\"#222\"/>\n", x_of(least), y + 4, x_of(most)
    printf "<text x=\"%.1f\" y=\"%d\" class=\"v\">%s</text>\n",
        (x_of(most) > x_of(1) ? x_of(most) : x_of(1)) + 4, y + 8, three(slower)
}

function axis(height,    ticks, n, i, tick) {
    n = split("0.5 1 2 5 10 20 50 100 200", tick, " ")
    for (i = 1; i <= n; i++) {
        if (tick[i] < lowest || tick[i] > highest) continue
        printf "<path d=\"M%.1f 44V%d\" stroke=\"%s\"/>\n", x_of(tick[i]), height - 8,
            tick[i] == 1 ? "#222" : "#ddd"
        printf "<text x=\"%.1f\" y=\"40\" text-anchor=\"middle\">%s</text>\n", x_of(tick[i]), tick[i]
    }
}

function legend() {
    printf "<text x=\"8\" y=\"18\">Time of an operation, as a multiple of native's</text>\n"
    printf "<rect x=\"340\" y=\"10\" width=\"12\" height=\"8\" fill=\"%s\"/>", sluice_colour
    printf "<text x=\"356\" y=\"18\">Sluice</text>"
    printf "<rect x=\"410\" y=\"10\" width=\"12\" height=\"8\" fill=\"%s\"/>", wine_colour
    printf "<text x=\"426\" y=\"18\">Wine's own</text>"
    printf "<path d=\"M514 8V20\" stroke=\"%s\" stroke-width=\"2\"/>", goal_colour
    printf "<text x=\"520\" y=\"18\">goal for Sluice</text>\n"
}

function print_svg(    i, y, name, height, shown) {
    left = 92; right = 700; lowest = 0.5; highest = 200
    sluice_colour = "#1b7fbd"; wine_colour = "#c9a37a"; goal_colour = "#c0392b"
    for (i = 1; i <= rows; i++) if (row[i] in measured) shown++
    height = 60 + 24 * shown
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 %d\" font-family=\"sans-serif\"", height
    printf " font-size=\"12\">\n<style>.v{font-size:9px}</style>\n"
    printf "<rect width=\"760\" height=\"%d\" fill=\"#fff\"/>\n", height
    legend()
    axis(height)
    y = 50
    for (i = 1; i <= rows; i++) {
        name = row[i]
        if (!(name in measured)) continue
        printf "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", left - 8, y + 13, name
        bar(name, "sluice", y, sluice_colour)
        bar(name, "wine", y + 9, wine_colour)
        if (limit(name))
            printf "<path d=\"M%.1f %dv12\" stroke=\"%s\" stroke-width=\"2\"/>\n", x_of(limit(name)),
                y - 2, goal_colour
        y += 24
    }
    print "</svg>"
}
