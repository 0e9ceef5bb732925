# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by sluice and build-aux/setup.sh: what makes a Windows program meet Sluice, or Wine's own ws2_32.

# launch_select sluice|stock DIRECTORY: for the programs started from here.  DIRECTORY holds x86_64-windows and
# x86_64-unix.  What the user has set stays; ours comes first, for Wine takes the first that names a module.
launch_select() {
    if [ "$1" = stock ]; then launch_order=b; else launch_order=n,b; fi
    WINEDLLOVERRIDES="ws2_32=$launch_order${WINEDLLOVERRIDES:+;$WINEDLLOVERRIDES}"
    case ":${WINEDLLPATH:-}:" in
    *":$2:"*) ;;
    *) WINEDLLPATH="$2${WINEDLLPATH:+:$WINEDLLPATH}" ;;
    esac
    export WINEDLLOVERRIDES WINEDLLPATH
}
