# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by sluice: values in a prefix's user.reg, which is text and which nobody else writes while no wineserver of
# the prefix runs.  Edited in place of `wine reg`, so that what is taken out leaves the file as it was byte for byte.
#
# A section is given as it stands in the file, with doubled backslashes; a value as its whole line.

override_line='"ws2_32"="native,builtin"'
exempt_line='"ws2_32"="builtin"'

# Wine writes characters beyond ASCII as \x and hexadecimal digits: four where another such digit would follow.
registry_name() { # NAME in UTF-8
    printf '%s' "$1" | iconv -f UTF-8 -t UTF-16BE | od -An -v -tx1 | tr -d ' \n' | awk '
        function digit(c) { return index("0123456789abcdef", c) - 1 }
        function number(h,  i, n) { for (i = 1; i <= 4; i++) n = n * 16 + digit(substr(h, i, 1)); return n }
        {
            for (at = 1; at <= length($0); at += 4) {
                hex = substr($0, at, 4)
                n = number(hex)
                if (n < 128) { printf "%c", n; continue }
                following = at + 4 <= length($0) ? number(substr($0, at + 4, 4)) : 0
                if (!(following < 128 && sprintf("%c", following) ~ /[0-9a-fA-F]/)) sub(/^0+/, "", hex)
                printf "\\x%s", hex
            }
        }'
}

registry_section() { # APP or "*"
    if [ "$1" = "*" ]; then
        printf '%s' 'Software\\Wine\\DllOverrides'
    else
        printf '%s%s%s' 'Software\\Wine\\AppDefaults\\' "$(registry_name "$1")" '\\DllOverrides'
    fi
}

# Names in the registry are the same in either case.
registry_awk='
    function section(line) { return match(line, /\][^]]*$/) ? tolower(substr(line, 2, RSTART - 2)) : "" }
    BEGIN {
        wanted = tolower(ENVIRON["registry_wanted"])
        line = ENVIRON["registry_line"]
        name = tolower(substr(line, 1, index(line, "=")))
    }
    function is_it(text) { return index(tolower(text), name) == 1 }'

registry_run() { # SECTION LINE AWK-PROGRAM [VARIABLE=VALUE...]
    registry_wanted=$1 registry_line=$2 registry_program=$3
    shift 3
    registry_wanted=$registry_wanted registry_line=$registry_line LC_ALL=C \
        awk "$registry_awk $registry_program" "$@" -
}

# Prints no-section, no-value, or "value " and the line.
registry_look() { # SECTION LINE <user.reg
    registry_run "$1" "$2" '
        /^\[/ { inside = section($0) == wanted; if (inside) found = 1; next }
        inside && !got && is_it($0) { got = $0 }
        END { print got ? "value " got : found ? "no-value" : "no-section" }'
}

# The value of the line's name becomes the line; the section is made where there is none.
registry_set() { # SECTION LINE <user.reg
    registry_run "$1" "$2" '
        { text[++n] = $0 }
        /^\[/ { inside = section($0) == wanted; if (inside) head = n }
        inside && is_it($0) { place = n }
        END {
            if (!place && head) for (after = head; text[after + 1] ~ /^#/;) after++
            for (i = 1; i <= n; i++) {
                print i == place ? line : text[i]
                if (i == after) print line
            }
            if (!head) {
                cut = ENVIRON["registry_wanted"]
                printf "\n[%s] %s\n%s\n", cut, now, line
            }
        }' now="$(date +%s)"
}

# Where the value is still LINE it becomes what it was: STATE is what registry_look said.  A section that was not
# there goes when nothing else is in it.
registry_reset() { # SECTION LINE STATE <user.reg
    registry_state=$3 registry_run "$1" "$2" '
        { text[++n] = $0 }
        /^\[/ { inside = section($0) == wanted; if (inside) head = n; else if (head && !end) end = n - 1 }
        inside && tolower($0) == tolower(line) { place = n }
        END {
            before = ENVIRON["registry_state"]
            if (head && !end) end = n
            if (place && before ~ /^value /) text[place] = substr(before, 7)
            else if (place) gone[place] = 1
            if (place && before == "no-section") {
                others = 0
                for (i = head + 1; i <= end; i++) if (i != place && text[i] !~ /^(#.*)?$/) others++
                if (!others) {
                    for (i = head; i <= end; i++) gone[i] = 1
                    if (end == n && text[head - 1] == "") gone[head - 1] = 1
                }
            }
            for (i = 1; i <= n; i++) if (!(i in gone)) print text[i]
        }'
}
