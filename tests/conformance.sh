# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced after lib.sh by the suites that run conformance.exe.
. "$top/tests/unsteady.sh"

peer_pid=''
stop_peer() { [ -z "$peer_pid" ] || kill "$peer_pid" 2>/dev/null || true; }
trap stop_peer EXIT

start_peer() {
    stop_peer
    : >"$build/results/peer.port" # before the peer has come as far
    "$build/native/peer" >"$build/results/peer.port" &
    peer_pid=$!
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        SLUICE_PEER=$(sed -n 's/^PORT //p' "$build/results/peer.port")
        [ -z "$SLUICE_PEER" ] || break
        sleep 0.2
    done
    export SLUICE_PEER
}

run_cases() { # OUTPUT SECONDS [PATTERN...]
    cases_output=$1 cases_limit=$2
    shift 2
    start_peer
    timeout "$cases_limit" "$RUN" "$build/${win:-win}/conformance.exe" --all "$@" >"$cases_output.raw" 2>&1 || true
    tr -d '\r' <"$cases_output.raw" >"$cases_output"
    rm -f "$cases_output.raw"
}

# Turns the failures that lists of conformance/ (not-yet) name into skips, and their successes into failures.
judge() { # OUTPUT LIST...
    judged=$1
    shift
    (
        cd "$top/conformance" || exit
        awk -F '\t' -v judged="$judged" '
            FILENAME != judged { if ($0 !~ /^#/) { why[$1] = $2; list[$1] = FILENAME } next }
            match($0, /^(not )?ok [0-9]+ - /) {
                name = substr($0, RLENGTH + 1); sub(/ .*/, "", name)
                if (name in why) {
                    number = $0; sub(/^(not )?ok /, "", number); sub(/ .*/, "", number)
                    if ($0 ~ /^not /) print "ok " number " - " name " # SKIP " list[name] ": " why[name]
                    else print "not ok " number " - " name " passes, yet conformance/" list[name] " lists it"
                    quiet = ($0 ~ /^not /)
                    next
                }
                quiet = 0
            }
            !(quiet && /^#/)' "$@" "$judged"
    )
}
