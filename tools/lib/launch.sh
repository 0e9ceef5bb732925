# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by sluice: what makes a Windows program meet Sluice, or Wine's own ws2_32.

# launch_select sluice|stock DIRECTORY: for the programs started from here.  DIRECTORY holds ARCH-windows and ARCH-unix
# of each processor.  What the user has set stays; ours comes first, for Wine takes the first that names a module.
launch_select() {
    if [ "$1" = stock ]; then launch_order=b; else launch_order=n,b; fi
    WINEDLLOVERRIDES="ws2_32=$launch_order${WINEDLLOVERRIDES:+;$WINEDLLOVERRIDES}"
    case ":${WINEDLLPATH:-}:" in
    *":$2:"*) ;;
    *) WINEDLLPATH="$2${WINEDLLPATH:+:$WINEDLLPATH}" ;;
    esac
    export WINEDLLOVERRIDES WINEDLLPATH
}

# launch_loader WINE PROGRAM: prints the loader that runs the program in its own process, WINE or the one beside it for
# the other kind of program: by the wrong one it would run in a second process, which no signal reaches.
# A PE file says at 0x3c where its header is, and there, behind four letters, its processor (i386: 4c 01, x86_64: 64 86).
launch_loader() {
    launch_found=$(command -v "$1") || launch_found=$1
    launch_other=''
    if [ -f "$2" ]; then
        launch_at=$(od -An -tu4 -j60 -N4 -- "$2" 2>/dev/null | tr -d ' ')
        launch_machine=$(od -An -tx1 -j"${launch_at:-0}" -N6 -- "$2" 2>/dev/null | tr -d ' ')
        case "$launch_machine ${launch_found##*/}" in
        '504500004c01 wine64') launch_other=${launch_found%/*}/wine ;;
        '504500006486 wine') launch_other=${launch_found%/*}/wine64 ;;
        esac
    fi
    if [ -n "$launch_other" ] && [ -x "$launch_other" ]; then echo "$launch_other"; else echo "$1"; fi
}
