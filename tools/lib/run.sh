# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by sluice: `sluice run`.  The program takes this process's place, so that its exit code, streams, current
# directory and signals are those of any program.

run_here() { # KIND PROGRAM...
    launch_select "$1" "$dlls"
    shift
    exec "$(launch_loader "$wine" "$1")" "$@"
}

command_run() {
    kind=sluice
    while [ $# -gt 0 ]; do
        case $1 in
        --stock) kind=stock ;;
        --trace) SLUICE_TRACE=1 && export SLUICE_TRACE ;;
        --trace=*) SLUICE_TRACE=${1#*=} && export SLUICE_TRACE ;;
        --stats) SLUICE_STATS=1 && export SLUICE_STATS ;;
        --)
            shift
            break
            ;;
        -*) wrong_usage "run: what is \"$1\"?" ;;
        *) break ;;
        esac
        shift
    done
    [ $# -gt 0 ] || wrong_usage "run wants a program"
    find_wine
    if [ "$kind" = sluice ]; then settle_in; fi
    run_here $kind "$@"
}

# Wine takes a native ws2_32.dll from system32, or from the program's directory, only.  Where the prefix has none of
# ours it is put there for as long as programs run; no override in the registry asks for it.
settle_in() {
    prefix=${WINEPREFIX:-${HOME:-}/.wine}
    windows=$prefix/drive_c/windows
    if [ ! -d "$prefix/.sluice" ] && has_ours system32 x86_64 &&
        { [ ! -e "$windows/syswow64/ws2_32.dll" ] || [ ! -f "$dlls/i386-windows/ws2_32.dll" ] || has_ours syswow64 i386; }; then
        return
    fi
    . "$library/registry.sh"
    . "$library/prefix.sh"
    . "$library/state.sh"
    . "$library/undo.sh"
    . "$library/install.sh"
    make_prefix
    check_prefix
    load_phase
    if [ "$phase" = installed ]; then return; fi
    check_dlls
    lock_prefix 60
    load_phase
    case $phase in
    running) ;;
    *)
        # other programs may run meanwhile: they go on with Wine's own, which is not the file in system32
        [ "$phase" = none ] || wait_until_idle
        recover run
        begin running ''
        undo_on_failure=undo_all
        place_files
        undo_on_failure=''
        ;;
    esac
    mkdir -p "$state/runs" && process_began $$ >"$state/runs/$$" || fail "note this run" "$state/runs/$$" "mend that"
    exec 9<&-
    # of its own session: what ends the program must not end it
    setsid "$self" settle --prefix "$prefix" </dev/null >/dev/null 2>&1 &
}

has_ours() { # PLACE ARCHITECTURE
    cmp -s -- "$dlls/$2-windows/ws2_32.dll" "$windows/$1/ws2_32.dll" &&
        cmp -s -- "$dlls/$2-windows/sluice.dll" "$windows/$1/sluice.dll"
}

# As wine does it: a prefix that is not there is made; with Wine's own ws2_32, for wineboot.
make_prefix() {
    if [ -e "$prefix/system.reg" ]; then return; fi
    if [ -d "$prefix" ] && [ -n "$(ls -A "$prefix")" ]; then return; fi
    progress "making a Wine prefix in $prefix"
    WINEPREFIX=$prefix WINEDLLOVERRIDES="ws2_32=b${WINEDLLOVERRIDES:+;$WINEDLLOVERRIDES}" "$wine" wineboot -i >&2 &&
        WINEPREFIX=$prefix "$wineserver" -w ||
        fail "make a prefix" "WINEPREFIX='$prefix' $wine wineboot -i" "call that and see what it says"
}
