# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced after lib.sh by the suites that start programs of their own.

programs=$build/${win:-win}/tests/programs
natives=$build/native/tests/programs
children='' # ids of what a suite started in the background and has to stop

# wait_until SECONDS COMMAND...
wait_until() {
    tries=$(($1 * 20))
    shift
    while ! "$@"; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.05
    done
}

# A child that has ended stays a zombie until it is waited for.
has_ended() { # PID
    state=$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null) || true
    [ -z "$state" ] || [ "$state" = Z ]
}

stop() { # PID...
    for pid in "$@"; do
        has_ended "$pid" || kill "$pid" 2>/dev/null || continue
        wait_until 5 has_ended "$pid" || kill -9 "$pid" 2>/dev/null || true
    done
}

stop_children() {
    # shellcheck disable=SC2086
    stop $children
    children=''
}

# The number after "PORT " in a program's output.
port_in() { tr -d '\r' <"$1" | sed -n 's/^PORT \([0-9][0-9]*\)$/\1/p'; }
has_port() { [ -n "$(port_in "$1")" ]; }

# clone_prefix DIR: a prefix that may be damaged.  Files of Windows' directory are shared with the suite's own
# prefix by hard links, so remove or replace them, but never write into them.
clone_prefix() {
    cp -al "$build/prefix" "$1" 2>/dev/null || cp -a "$build/prefix" "$1"
    for registry in "$1"/*.reg; do
        cp "$registry" "$registry.own" && mv -f "$registry.own" "$registry"
    done
}

drop_prefix() { # DIR
    WINEPREFIX=$1 "$(found WINESERVER)" -k 2>/dev/null || true
    WINEPREFIX=$1 timeout 20 "$(found WINESERVER)" -w 2>/dev/null || true
    rm -rf "$1"
}

# wine_with PREFIX DLLPATH PROGRAM...: what ./run does, with another prefix and WINEDLLPATH ("": unset).
wine_with() (
    export WINEPREFIX="$1" WINEARCH=win64 WINEDEBUG=-all WINEDLLPATH="$2"
    [ -n "$2" ] || unset WINEDLLPATH
    export WINEDLLOVERRIDES="ws2_32=n,b;mscoree,mshtml=;winemenubuilder.exe=d"
    shift 2
    exec "${arch_wine:-$(found WINE)}" "$@"
)
