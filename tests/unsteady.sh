# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by check and, through conformance.sh, by the suites that run conformance.exe: cases that fail once.

most_unsteady=5 # more failures than that are no accident

# The cases that have failed, one a line; not those that pass although a list of conformance/ names them.
failed_cases() { # JUDGED
    sed -nE 's/^not ok [0-9]+ - ([^ ]+)$/\1/p' "$1"
}

# Twice, each time in a run of its own.  A skip is no success.
succeeds_twice() { # NAME
    for time in first second; do
        timeout -k 5 120 "$RUN" "$build/${win:-win}/conformance.exe" --all "$1" </dev/null >"$again_log" 2>&1 || return 1
        tr -d '\r' <"$again_log" | grep -qx "ok 1 - $1" || return 1
        echo "$1: succeeds the $time time that it is run again"
    done
}

# TAP of a whole run from standard input, with the failures that do not come again as "ok NAME # unsteady: TEXT", where
# TEXT is the failure's; what was said of it stays behind the line.
again() {
    judged_all=$(mktemp) again_log=$(mktemp) steady=''
    cat >"$judged_all"
    if [ "$(failed_cases "$judged_all" | wc -l)" -le $most_unsteady ]; then
        for name in $(failed_cases "$judged_all"); do
            if succeeds_twice "$name" >&2; then steady="$steady $name"; else sed "s/^/$name, again: /" "$again_log" >&2; fi
        done
    fi
    awk -v names="$steady" '
        BEGIN { n = split(names, name, " "); for (i = 1; i <= n; i++) steady[name[i]] = 1 }
        function finish() { if (number != "") printf "ok %s - %s # unsteady: %s\n%s", number, held, text, said; number = "" }
        number != "" && /^#/ {
            line = substr($0, 3)
            if (sub(/.*:selected_case:0: /, "", line) || text == "") text = line # behind the place, which Check names
            said = said $0 "\n"
            next
        }
        { finish() }
        /^not ok [0-9]+ - [^ ]+$/ && $5 in steady { number = $3; held = $5; text = said = ""; next }
        { print }
        END { finish() }' "$judged_all"
    rm -f "$judged_all" "$again_log"
}

# What ./check says of them before its totals, from the files of its suites and what another ./check has said.
unsteady_lines() { # SUITE TAP
    sed -nE "s/^ok [0-9]+ - (.*) # unsteady: (.*)/  $1: \1: \2/p" "$2"
}
unsteady_said() { # LOG
    sed -n '/^unsteady: [0-9]*$/,/^[^ ]/{/^  /p;}' "$1"
}
without_unsteady() { # LOG: all else
    sed '/^unsteady: [0-9]*$/,/^[^ ]/{/^unsteady: /d;/^  /d;}' "$1"
}
say_unsteady() { # LINES
    [ ! -s "$1" ] || { echo "unsteady: $(wc -l <"$1")" && cat "$1"; }
}
