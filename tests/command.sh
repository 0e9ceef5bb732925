# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by tests/command: a Wine of its own and prefixes, without anything that ./check has set for other suites.
# shellcheck disable=SC2034

real_wine=$(found WINE)
real_libdir=$(found WINE_LIBDIR)
unset WINEPREFIX WINEARCH WINEDLLPATH WINEDLLOVERRIDES DISPLAY WAYLAND_DISPLAY SLUICE_STOP_AT
export WINEDEBUG=-all
no_extras="mscoree,mshtml=;winemenubuilder.exe=d"

# private_wine DIR: the installed Wine under another directory: its loader and ntdll.so are copies, for they decide where
# modules are looked for; all else is links.  The user's Wine stays as it is.
private_wine() {
    wine_bin=$1/lib/wine
    wine_lib=$1/lib/x86_64-linux-gnu/wine
    mkdir -p "$wine_bin" "$wine_lib/x86_64-unix" "$wine_lib/x86_64-windows" "$1/share"
    loader=$(readlink -f "$real_wine")
    cp "$loader" "$wine_bin/wine64"
    ln -s "$(dirname "$loader")/wineserver" "$wine_bin/wineserver"
    ln -s /usr/share/wine "$1/share/wine"
    for half in x86_64-unix x86_64-windows; do ln -s "$real_libdir/$half"/* "$wine_lib/$half/"; done
    rm -f "$wine_lib"/x86_64-*/sluice.*
    rm "$wine_lib/x86_64-unix/ntdll.so"
    cp "$real_libdir/x86_64-unix/ntdll.so" "$wine_lib/x86_64-unix/"
}

# For 32-bit programs too.
private_wine32() { # DIR, made by private_wine
    wine_lib=$1/lib/i386-linux-gnu/wine
    mkdir -p "$wine_lib/i386-unix" "$wine_lib/i386-windows"
    cp "$(readlink -f "$(found WINE32)")" "$1/lib/wine/wine"
    for half in i386-unix i386-windows; do ln -s "$(found WINE32_LIBDIR)/$half"/* "$wine_lib/$half/"; done
    rm -f "$wine_lib"/i386-*/sluice.*
    rm "$wine_lib/i386-unix/ntdll.so"
    cp "$(found WINE32_LIBDIR)/i386-unix/ntdll.so" "$wine_lib/i386-unix/"
}

# give_unix_half DIR [ARCH]: what a package does.
give_unix_half() {
    unix_arch=${2:-x86_64}
    ln -s "$build/lib/sluice/$unix_arch-windows/sluice.dll" "$1/lib/$unix_arch-linux-gnu/wine/$unix_arch-windows/"
    ln -s "$build/lib/sluice/$unix_arch-unix/sluice.so" "$1/lib/$unix_arch-linux-gnu/wine/$unix_arch-unix/"
}

# The suite's prefix without what ./run has put there, and without the place for 32-bit DLLs.  Windows' files are shared by hard links: never written into.
new_prefix() { # DIR
    clone_prefix "$1"
    rm -f "$1/drive_c/windows/system32/sluice.dll" "$1/drive_c/windows/system32/ws2_32.dll"
    cp "$real_libdir/x86_64-windows/ws2_32.dll" "$1/drive_c/windows/system32/"
    rm -f "$1/drive_c/windows/syswow64/sluice.dll" "$1/drive_c/windows/syswow64/ws2_32.dll"
}

# One with both.
new_prefix32() { # DIR
    new_prefix "$1"
    cp "$(found WINE32_LIBDIR)/i386-windows/ws2_32.dll" "$1/drive_c/windows/syswow64/"
}

end_server() { # PREFIX
    WINEPREFIX=$1 "$WINESERVER" -k 2>/dev/null || true
    WINEPREFIX=$1 timeout 20 "$WINESERVER" -w 2>/dev/null || true
}

# Every file with all that is known of it, and the registry byte for byte.
snapshot() { # PREFIX
    (
        cd "$1" || exit
        find . ! -name '*.reg' ! -type d -printf '%P %y %m %U %s %i %T@ %l\n' | sort
        find . -type d -printf '%P %m %U\n' | sort
        for registry in *.reg; do echo "$registry $(cksum <"$registry") $(stat -c '%a %u' "$registry")"; done
    )
}

# is_as_before PREFIX SNAPSHOT-FILE
is_as_before() {
    snapshot "$1" >"$work/now"
    diff "$2" "$work/now"
}

sluice() { timeout -k 5 120 "$top/tools/sluice" "$@"; }

# The last words of each failure: step and remedy, and the status.
fails_with() { # STATUS PATTERN COMMAND...
    wanted=$1 pattern=$2 code=0
    shift 2
    "$@" >"$work/out" 2>"$work/err" || code=$?
    cat "$work/out" "$work/err"
    [ "$code" -eq "$wanted" ] || { echo "status $code" && return 1; }
    grep -qE "$pattern" "$work/err" || { echo "no \"$pattern\"" && return 1; }
    [ "$wanted" -ne 1 ] || { grep -q 'step "' "$work/err" && grep -q '^sluice: what to do: ' "$work/err"; }
}

# Which ws2_32 a program of that name meets in the prefix, with nothing but HOME and PATH: wine, sluice or other.
met_by() { # PREFIX NAME
    mkdir -p "$work/programs"
    cp "$build/lib/sluice/x86_64-windows/sluice-selftest.exe" "$work/programs/$2"
    (cd "$work/programs" && env -i HOME="$work/home" PATH="$PATH" LC_ALL=C.UTF-8 WINEPREFIX="$1" WINEDEBUG=-all \
        timeout -k 5 60 "$WINE" "./$2") 2>/dev/null | tr -d '\r' | sed -n 's/^ws2_32: \([a-z]*\).*/\1/p'
    end_server "$1"
}
meets() { # PREFIX NAME WANTED
    met=$(met_by "$1" "$2")
    [ "$met" = "$3" ] || { echo "$2 meets \"$met\", not \"$3\"" && return 1; }
}

passes() { # PREFIX [ARGUMENTS]
    sluice verify --prefix "$@" >"$work/verify" || { cat "$work/verify" && return 1; }
    grep -q '^  active: sluice ' "$work/verify" && grep -qx '  lanes: send and recv direct, overlapped host' "$work/verify" &&
        grep -qx '  watch: on' "$work/verify" && [ "$(tail -n 1 "$work/verify")" = PASS ]
}
does_not_pass() { # PREFIX PATTERN
    code=0
    sluice verify --prefix "$1" >"$work/verify" 2>&1 || code=$?
    cat "$work/verify"
    [ "$code" -eq 1 ] && grep -q '^FAIL$' "$work/verify" && grep -qE "$2" "$work/verify" &&
        grep -q '^what to do: ' "$work/verify"
}
says() { # PREFIX LINE: status does
    sluice status --prefix "$1" >"$work/status"
    grep -qxF -- "$2" "$work/status" || { cat "$work/status" && return 1; }
}
