# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by sluice: messages, failures, and the points at which a test stops it.

say() { echo "sluice: $*" >&2; }

# On a terminal only.
progress() { if [ -t 2 ]; then say "$command: $* ..."; fi; }

wrong_usage() {
    say "$*"
    usage >&2
    exit 2
}

# fail STEP WHAT REMEDY: says all three and ends, after undoing what this call has begun (undo_on_failure).
undo_on_failure=''
fail() {
    trap '' INT TERM HUP
    say "$command: step \"$1\" failed: $2"
    say "what to do: $3"
    if [ -n "$undo_on_failure" ]; then
        undo_now=$undo_on_failure
        undo_on_failure=''
        if $undo_now; then say "$prefix is as it was before Sluice was installed in it"; fi
    fi
    exit 1
}

# attempt STEP COMMAND...: runs the command; where it fails, the step and the command are named.
attempt() {
    attempt_step=$1
    shift
    "$@" || fail "$attempt_step" "$*" "mend what is said above, then call sluice $command again"
    stop_point
}

# With SLUICE_STOP_AT=N the N-th of these points is where the command is killed, as by a failing machine: after every
# change to a prefix and before the first.
stop_points=0
stop_point() {
    [ -n "${SLUICE_STOP_AT:-}" ] || return 0
    stop_points=$((stop_points + 1))
    if [ "$stop_points" -eq "$SLUICE_STOP_AT" ]; then kill -s KILL $$; fi
}

our_version() {
    if [ -f "$dlls/version" ]; then cat "$dlls/version"; else echo unknown; fi
}

# Sets wine and wineserver.
find_wine() {
    wine=${WINE:-$(command -v wine || command -v wine64 || true)}
    [ -n "$wine" ] && command -v "$wine" >/dev/null ||
        fail "find Wine" "there is no program ${wine:-wine}" "install Wine (Debian: apt-get install wine), or set WINE to its path"
    wineserver=${WINESERVER:-}
    if [ -z "$wineserver" ]; then
        wine_there=$(readlink -f -- "$(command -v "$wine")")
        for wineserver in "${wine_there%/*}/wineserver" "${wine%/*}/wineserver" wineserver /usr/lib/wine/wineserver; do
            if command -v "$wineserver" >/dev/null; then break; fi
        done
    fi
    command -v "$wineserver" >/dev/null ||
        fail "find Wine" "there is no program $wineserver" "install Wine whole, or set WINESERVER to its path"
}

wine_version() { # without a prefix being made; Debian's script has other things to say on standard error
    "$wine" --version 2>/dev/null | sed -n 's/^wine-\([0-9][^ ]*\).*/\1/p'
}
