# SPDX-License-Identifier: LGPL-2.1-or-later
# The rest of tests/command: odd places, other versions, interruptions, programs.

# ---- odd places ----------------------------------------------------------------------------------------------------
works_in_odd_place() {
    odd="$work/a b ü"
    new_prefix "$odd"
    snapshot "$odd" >"$work/odd"
    mkdir -p "$work/t m p ß"
    TMPDIR="$work/t m p ß" sluice install --prefix "$odd" && passes "$odd" && sluice uninstall --prefix "$odd" &&
        is_as_before "$odd" "$work/odd" && [ -z "$(find "$work/t m p ß" -name "sluice.*" | tee /dev/stderr)" ]
}
without_network() {
    isolate="unshare -n"
    $isolate true 2>/dev/null || isolate="unshare -rn"
    $isolate true 2>/dev/null || return 77
    # shellcheck disable=SC2016
    $isolate sh -ec 'ip link set lo up
        "$1" install --prefix "$2"
        "$1" verify --prefix "$2"
        "$1" uninstall --prefix "$2"' - "$top/tools/sluice" "$p" >"$work/verify" || { cat "$work/verify" && return 1; }
    [ "$(tail -n 1 "$work/verify")" = PASS ] && is_as_before "$p" "$work/before"
}
with_read_only_home() {
    isolate="unshare -m"
    $isolate true 2>/dev/null || isolate="unshare -rm"
    $isolate mount --bind "$HOME" "$HOME" 2>/dev/null || return 77
    # shellcheck disable=SC2016
    $isolate sh -ec 'mount --bind "$HOME" "$HOME"
        mount -o remount,ro,bind "$HOME"
        if touch "$HOME/x" 2>/dev/null; then exit 1; fi
        "$1" install --prefix "$2"
        "$1" verify --prefix "$2"
        "$1" uninstall --prefix "$2"' - "$top/tools/sluice" "$p" >"$work/verify" || { cat "$work/verify" && return 1; }
    [ "$(tail -n 1 "$work/verify")" = PASS ] && is_as_before "$p" "$work/before"
}
from_installed_place() {
    make -s -C "$build" install-exec prefix=/usr libdir=/usr/lib/any DESTDIR="$work/installed-here" >&2 || return 1
    cp -a "$work/installed-here" "$work/moved ü"
    moved="$work/moved ü/usr/bin/sluice"
    ln -s "$moved" "$work/home/link"
    [ "$("$work/home/link" --version)" = "sluice $(cat "$build/lib/sluice/version")" ] || return 1
    "$work/home/link" install --prefix "$p" --symlink &&
        [ "$(readlink "$p/drive_c/windows/system32/ws2_32.dll")" = "$work/moved ü/usr/lib/any/sluice/x86_64-windows/ws2_32.dll" ] &&
        passes "$p" && "$moved" uninstall --prefix "$p" && is_as_before "$p" "$work/before"
}
try "command: spaces and other letters in paths" works_in_odd_place
try_or_skip "command: without a network" "no network namespaces here" without_network
try_or_skip "command: with a home that cannot be written" "no mount namespaces here" with_read_only_home
try "command: installed, moved and called through a link it finds its files" from_installed_place

# ---- other versions --------------------------------------------------------------------------------------------------
is_renewed() {
    other="$work/moved ü"
    printf 'x' >>"$other/usr/lib/any/sluice/x86_64-windows/ws2_32.dll"
    echo 0.0.9 >"$other/usr/lib/any/sluice/version"
    "$other/usr/bin/sluice" install --prefix "$p" && passes_partly && sluice install --prefix "$p" && says "$p" "installed: $(cat "$build/lib/sluice/version")" &&
        passes "$p" && sluice uninstall --prefix "$p" && is_as_before "$p" "$work/before"
}
passes_partly() {
    says "$p" "installed: 0.0.9" && says "$p" "system32/ws2_32.dll: stale" && says "$p" "system32/sluice.dll: current" &&
        does_not_pass "$p" 'do: sluice install'
}
is_repaired() {
    sluice install --prefix "$p" || return 1
    rm -f "$p/drive_c/windows/system32/ws2_32.dll"
    cp "$real_libdir/x86_64-windows/version.dll" "$p/drive_c/windows/system32/ws2_32.dll"
    says "$p" "system32/ws2_32.dll: replaced by another program" && does_not_pass "$p" 'do: sluice install' &&
        sluice install --prefix "$p" && passes "$p" && sluice uninstall --prefix "$p" &&
        cmp "$real_libdir/x86_64-windows/version.dll" "$p/drive_c/windows/system32/ws2_32.dll"
}
# Wine's update of a prefix writes every DLL of its own anew.
survives_an_update() {
    cp -a "$build/prefix" "$work/p4"
    rm -f "$work/p4/drive_c/windows/system32/sluice.dll" "$work/p4/drive_c/windows/syswow64/sluice.dll" \
        "$work/p4/drive_c/windows/syswow64/ws2_32.dll"
    cp "$real_libdir/x86_64-windows/ws2_32.dll" "$work/p4/drive_c/windows/system32/"
    rm -f "$work/p4/drive_c/windows/system32/acledit.dll"
    sluice install --prefix "$work/p4" || return 1
    echo 1 >"$work/p4/.update-timestamp"
    WINEPREFIX=$work/p4 WINEDLLOVERRIDES=$no_extras timeout 120 "$WINE" wineboot -u || return 1
    end_server "$work/p4"
    cmp "$real_libdir/x86_64-windows/acledit.dll" "$work/p4/drive_c/windows/system32/acledit.dll" || return 1
    sed -i 's/^wine .*/wine 7.0/' "$work/p4/.sluice/state"
    says "$work/p4" "installed-with-wine: 7.0" && says "$work/p4" "system32/ws2_32.dll: current" && passes "$work/p4" &&
        sluice uninstall --prefix "$work/p4" && meets "$work/p4" any.exe wine
    code=$?
    drop_prefix "$work/p4"
    return $code
}
try "command: an older Sluice in the prefix is called stale, and renewed" is_renewed
try "command: a DLL that another program replaced is noticed, mended, and given back" is_repaired
drop_prefix "$p"
new_prefix "$p"
snapshot "$p" >"$work/before"
try "command: a prefix whose Wine was upgraded" survives_an_update

# ---- interrupted -------------------------------------------------------------------------------------------------------
mkdir "$work/tmp" # what a killed self-test leaves
# Killed at point N; false when the command came to its end.
killed_at() { # N COMMAND
    code=0
    TMPDIR=$work/tmp SLUICE_STOP_AT=$1 "$top/tools/sluice" "$2" --prefix "$p" 2>"$work/err" || code=$?
    [ "$code" -eq 137 ] && return
    [ "$code" -eq 0 ] || { cat "$work/err" && problem="status $code at $1"; }
    return 1
}
is_whole() { # installed, with nothing left over
    says "$p" "state: installed" && says "$p" "system32/ws2_32.dll: current" && says "$p" "system32/sluice.dll: current" &&
        [ "$(grep -c '^"ws2_32"=' "$p/user.reg")" -eq 2 ] &&
        [ -z "$(find "$p" -name '*.sluice-new' -o -name '*.new' -o -name 'user.reg.*' | grep -v '\.own$')" ]
}
# COMMAND is killed at every point in turn, after PREPARE; THEN mends it, so that CHECK is true.
survives() { # PREPARE COMMAND THEN CHECK...
    prepare=$1 killed=$2 then=$3
    shift 3
    at=1 problem=''
    $prepare || return 1
    while killed_at $at "$killed"; do
        echo "killed at $at: $(sed -n 's/^phase //p' "$p/.sluice/state" 2>/dev/null)"
        sluice "$then" --prefix "$p" || { echo "$then after $killed was killed at $at" && return 1; }
        "$@" || { echo "killed at $at" && return 1; }
        $prepare || return 1
        at=$((at + 1))
    done
    [ -z "$problem" ] || { echo "$problem" && return 1; }
    echo "$killed has $((at - 1)) points"
    [ $at -gt 8 ] && "$killed"_is_done
}
install_is_done() { is_whole; }
uninstall_is_done() { is_as_before "$p" "$work/before"; }
be_out() { sluice uninstall --prefix "$p" && is_as_before "$p" "$work/before"; }
be_in() { sluice install --prefix "$p" && is_whole; }
try "command: install killed at every point: uninstall undoes it" survives be_out install uninstall is_as_before "$p" "$work/before"
try "command: install killed at every point: install completes it" survives be_out install install is_whole
be_out >&2
try "command: uninstall killed at every point: uninstall completes it" survives be_in uninstall uninstall is_as_before "$p" "$work/before"
try "command: uninstall killed at every point: install undoes it" survives be_in uninstall install is_whole
be_out >&2
two_at_once() {
    sluice install --prefix "$p" &
    first=$!
    sluice install --prefix "$p" && wait "$first" && is_whole && be_out
}
try "command: two installs at once" two_at_once

# ---- run -----------------------------------------------------------------------------------------------------------
is_left_alone() { # after programs: what Wine itself writes apart
    wines_own='^[a-z]*\.reg |^dosdevices/'
    snapshot "$p" | grep -vE "$wines_own" >"$work/now"
    grep -vE "$wines_own" "$work/before" | cmp -s - "$work/now" && ! grep -q '"ws2_32"=' "$p/user.reg"
}
run_in() { WINEPREFIX=$p WINEDLLOVERRIDES=$no_extras timeout -k 5 60 "$top/tools/sluice" run "$@"; }
ends_as_program() {
    code=0
    echo "in" | (cd "$work/home" && run_in "$programs/streams.exe" exit 57) || code=$?
    [ "$code" -eq 57 ] || { echo "status $code" && return 1; }
    head -c 100000 /dev/urandom >"$work/bytes"
    run_in "$programs/streams.exe" copy <"$work/bytes" | cmp - "$work/bytes" || return 1
    (cd "$work/home" && run_in "$programs/streams.exe" cwd) | tr -d '\r' | grep -qixF "$(echo "Z:$work/home" | tr / '\\')"
}
run_meets() { # WANTED ARGUMENTS...
    wanted=$1
    shift
    run_in "$@" "$build/lib/sluice/x86_64-windows/sluice-selftest.exe" >"$work/out" || true
    grep -q "^ws2_32: $wanted" "$work/out" || { cat "$work/out" && return 1; }
}
goes_when_done() {
    wait_until 30 is_left_alone && return
    snapshot "$p" | diff "$work/before" -
    return 1
}
runs_two() {
    run_in "$programs/streams.exe" wait >"$work/waiting" 2>/dev/null &
    waiter=$!
    children="$children $waiter"
    wait_until 30 grep -q ready "$work/waiting" && run_meets sluice && sleep 1 && run_meets sluice || return 1
    stop "$waiter"
    end_server "$p"
    goes_when_done
}
passes_options() {
    # shellcheck disable=SC2016
    run_in --trace=send,recv --stats cmd /c 'echo %SLUICE_TRACE% %SLUICE_STATS% %WINEDLLOVERRIDES%' >"$work/out" 2>/dev/null || return 1
    tr -d '\r' <"$work/out" | grep -qx "send,recv 1 ws2_32=n,b;$no_extras" || { cat "$work/out" && return 1; }
}
settlers() { pgrep -f -- "settle --prefix $p\$"; }
killed_run() {
    run_in "$programs/streams.exe" wait >"$work/waiting" 2>/dev/null &
    waiter=$!
    children="$children $waiter"
    wait_until 30 grep -q ready "$work/waiting" && wait_until 10 settlers >&2 || { echo "it does not run" && return 1; }
    # all of it: what would take the DLLs out as well
    for pid in $(settlers); do kill -9 "$pid"; done
    stop "$waiter"
    end_server "$p"
    [ -d "$p/.sluice" ] || { echo "nothing was left to undo" && return 1; }
    says "$p" "state: not installed (in use by sluice run)" && sluice uninstall --prefix "$p" || return 1
    [ ! -e "$p/.sluice" ] && is_left_alone && return
    snapshot "$p" | diff "$work/before" -
    return 1
}
makes_a_prefix() {
    rm -rf "$work/p5"
    WINEPREFIX=$work/p5 WINEDLLOVERRIDES=$no_extras timeout -k 5 120 "$top/tools/sluice" run \
        "$build/lib/sluice/x86_64-windows/sluice-selftest.exe" >"$work/out" 2>/dev/null || { cat "$work/out" && return 1; }
    grep -q '^ws2_32: sluice' "$work/out" && end_server "$work/p5" && wait_until 30 test ! -e "$work/p5/.sluice" &&
        cmp "$work/p5/drive_c/windows/system32/ws2_32.dll" "$real_libdir/x86_64-windows/ws2_32.dll"
}
try "command: run: exit code, streams and directory are the program's" ends_as_program
try "command: run: with Sluice" run_meets sluice
try "command: run: --stock is Wine's own" run_meets wine --stock
try "command: run: the prefix is as it was when the programs have ended" goes_when_done
try "command: run: two at once, and after them the prefix is as it was" runs_two
try "command: run: --trace and --stats reach the program" passes_options
goes_when_done >&2
# its registry has what Wine's programs wrote
snapshot "$p" >"$work/before"
try "command: run: killed with all that belongs to it: uninstall undoes it" killed_run
try "command: run: makes a prefix where there is none, with Wine's own ws2_32" makes_a_prefix

# ---- 32-bit programs -------------------------------------------------------------------------------------------------
with_both() (
    export WINE="$work/both/lib/wine/wine64" WINESERVER="$work/both/lib/wine/wineserver"
    "$@"
)
serves_both() {
    sluice install --prefix "$p" && passes "$p" && [ "$(grep -c '^  result: PASS' "$work/verify")" -eq 2 ] &&
        grep -q '^self-test: i386,' "$work/verify" && says "$p" "syswow64/ws2_32.dll: current" || return 1
    sluice uninstall --prefix "$p" && is_as_before "$p" "$work/before"
}
programs32=$build/win32/tests/programs
# The loader of its own kind: else it runs in a second process, and the signal does not reach it.
runs_32_bits() {
    code=0
    run_in "$programs32/streams.exe" exit 57 || code=$?
    [ "$code" -eq 57 ] || { echo "status $code" && return 1; }
    WINEPREFIX=$p WINEDLLOVERRIDES=$no_extras "$top/tools/sluice" run "$programs32/streams.exe" wait >"$work/waiting" 2>/dev/null &
    waiter=$!
    children="$children $waiter"
    wait_until 30 grep -q ready "$work/waiting" && grep -qF "$programs32/streams.exe" "/proc/$waiter/maps" || return 1
    kill "$waiter"
    wait_until 10 has_ended "$waiter" || return 1
    run_in "$build/lib/sluice/i386-windows/sluice-selftest.exe" >"$work/out" || true
    grep -q '^ws2_32: sluice' "$work/out" || { cat "$work/out" && return 1; }
}
case " $(found ARCHS) " in
*" i386 "*)
    private_wine "$work/both"
    private_wine32 "$work/both"
    give_unix_half "$work/both"
    give_unix_half "$work/both" i386
    end_server "$p"
    drop_prefix "$p"
    new_prefix32 "$p"
    snapshot "$p" >"$work/before"
    try "command: a prefix for 32-bit programs too: in, verified and out" with_both serves_both
    try "command: run: a 32-bit program" with_both runs_32_bits
    ;;
*) echo "ok command: a prefix for 32-bit programs too # SKIP this build serves no 32-bit programs" ;;
esac
