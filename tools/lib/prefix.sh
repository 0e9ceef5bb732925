# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by sluice: the prefix a command works on.

app='' mode=copy

parse_options() {
    prefix=${WINEPREFIX:-${HOME:-}/.wine}
    while [ $# -gt 0 ]; do
        case $1 in
        --prefix) [ $# -gt 1 ] || wrong_usage "--prefix wants a directory"; prefix=$2; shift ;;
        --prefix=*) prefix=${1#*=} ;;
        --app) [ $# -gt 1 ] || wrong_usage "--app wants the name of a program"; app=$2; shift ;;
        --app=*) app=${1#*=} ;;
        --symlink) mode=symlink ;;
        *) wrong_usage "$command: what is \"$1\"?" ;;
        esac
        shift
    done
    [ "$mode" = copy ] || [ "$command" = install ] || wrong_usage "--symlink belongs to install"
    [ -z "$app" ] || [ "$command" != status ] || wrong_usage "status prints all programs: --app does not belong to it"
    case $app in
    "") ;;
    *[/\\]* | *\[* | *\]* | *\"*) wrong_usage "--app wants the program's file name, without a directory: $app" ;;
    ?*.[eE][xX][eE]) ;;
    *) wrong_usage "--app wants a name that ends in .exe: $app" ;;
    esac
    # Wine's key for a program whose override would go to wineboot is ours
    [ "$(echo "$app" | tr '[:upper:]' '[:lower:]')" != wineboot.exe ] ||
        wrong_usage "wineboot.exe needs Wine's own ws2_32.dll"
}

# Refuses what is not a prefix and a prefix of another user.  Sets prefix (absolute), windows, arch, user_reg.
check_prefix() {
    prefix_step="look at the prefix"
    [ -d "$prefix" ] || fail "$prefix_step" "there is no directory $prefix" \
        "give an existing prefix with --prefix, or make one: WINEPREFIX=$prefix wineboot"
    prefix=$(CDPATH='' cd -- "$prefix" && pwd -P) || fail "$prefix_step" "cd $prefix" "give a directory you may enter"
    for part in system.reg user.reg drive_c/windows/system32; do
        [ -e "$prefix/$part" ] || fail "$prefix_step" "$prefix is not a Wine prefix: it has no $part" \
            "give a prefix with --prefix, or make one: WINEPREFIX=DIRECTORY wineboot"
    done
    owner=$(stat -L -c %u -- "$prefix")
    [ "$owner" = "$(id -u)" ] || fail "$prefix_step" "$prefix belongs to another user ($(stat -L -c %U -- "$prefix"))" \
        "call sluice as that user: sudo -u $(stat -L -c %U -- "$prefix") sluice $command --prefix $prefix"
    windows=$prefix/drive_c/windows
    user_reg=$(readlink -f -- "$prefix/user.reg")
    arch=$(sed -n '/^#arch=/{s/^#arch=//p;q;}' "$prefix/system.reg" | tr -d '\r')
    arch=${arch:-win32}
    state=$prefix/.sluice
    WINEPREFIX=$prefix
    export WINEPREFIX
}

# One sluice at a time.  The lock is the prefix's directory, so that nothing stays where one is killed.
lock_prefix() {
    command -v flock >/dev/null || return 0
    exec 9<"$prefix"
    flock -w "${1:-5}" 9 || fail "lock the prefix" "another sluice is at work in $prefix" "wait until it has ended"
}

# Debian's server has its directory in TMPDIR, so programs may have been started with another than ours.
server_runs() {
    "$wineserver" -k0 >/dev/null 2>&1 9<&- || { [ -n "${TMPDIR:-}" ] && env -u TMPDIR "$wineserver" -k0 >/dev/null 2>&1 9<&-; }
}

# The registry is ours only while no wineserver has it in memory, and a DLL in use is not to be replaced.
wait_until_idle() {
    idle_tries=40
    server_runs || return 0
    progress "waiting for the programs in the prefix to end"
    while server_runs; do
        idle_tries=$((idle_tries - 1))
        [ $idle_tries -gt 0 ] || fail "wait for programs in the prefix" "programs run in $prefix" \
            "end them, or all at once: WINEPREFIX='$prefix' wineserver -k"
        sleep 0.2
    done
}

# Prints "DIRECTORY ARCHITECTURE" for each directory of Windows' that gets DLLs: 32-bit ones where Wine has put
# its own 32-bit ws2_32.dll.
places() {
    case $arch in
    win32) echo system32 i386 ;;
    *)
        echo system32 x86_64
        if [ -e "$windows/syswow64/ws2_32.dll" ] && [ -f "$dlls/i386-windows/ws2_32.dll" ]; then
            echo syswow64 i386
        fi
        ;;
    esac
}

check_dlls() {
    places | while read -r place machine; do
        for dll in ws2_32.dll sluice.dll sluice-selftest.exe; do
            [ -f "$dlls/$machine-windows/$dll" ] ||
                fail "find the DLLs" "no $dlls/$machine-windows/$dll for $place of this prefix ($arch)" \
                    "${build:+build Sluice (./run), or }install a Sluice that has $machine DLLs"
        done
    done || exit 1
}
