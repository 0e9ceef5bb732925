# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by run and check: brings the machine from nothing to a built Sluice with a prefix of its own.
# Each step is skipped when its result is there; a failing step names itself, its command and the log.
# All output goes to standard error: standard output belongs to the program that is run.

top=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
build=${SLUICE_BUILD:-$top/build}
prefix=$build/prefix
logs=$build/logs

run_packages="gcc make autoconf automake pkg-config cmake gcc-mingw-w64-x86-64 gcc-mingw-w64-i686
    mingw-w64-x86-64-dev mingw-w64-i686-dev binutils-mingw-w64-x86-64 clang check wine wine64 wine64-tools libwine"
# shellcheck disable=SC2034 # for ./check
check_packages="$run_packages git g++-mingw-w64-x86-64 dpkg-dev libc6-dev cppcheck clang-tidy libclang-rt-14-dev shellcheck iperf iproute2
    g++ util-linux procps xauth xvfb xz-utils bzip2"

say() { echo "sluice: $*" >&2; }

# step NAME COMMAND...: runs it with its output in a log, which is shown when it fails.
step() {
    step_name=$1
    shift
    mkdir -p "$logs"
    if [ -t 2 ]; then say "$step_name ..."; fi
    if ! "$@" </dev/null >"$logs/$step_name.log" 2>&1; then
        tail -n 30 "$logs/$step_name.log" >&2
        say "step \"$step_name\" failed: $*"
        say "its whole output is in $logs/$step_name.log"
        exit 1
    fi
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

missing_packages() {
    # shellcheck disable=SC2016
    installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null | sed -n 's/ installed$//p')
    for package in "$@"; do
        echo "$installed" | grep -qx "$package" || echo "$package"
    done
}

install_packages() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

setup_packages() {
    command -v dpkg-query >/dev/null 2>&1 || {
        say "this is not Debian; install what configure asks for and run it yourself (README, Build)"
        return
    }
    # shellcheck disable=SC2046,SC2086
    set -- $(missing_packages $1)
    [ $# -eq 0 ] || step packages install_packages "$@"
}

generate_configure() { (cd "$top" && autoreconf -i); }
configure_build() { (cd "$build" && "$top/configure" --prefix="$build/installed"); }
jobs() { nproc 2>/dev/null || echo 2; }
make_target() { make -s -C "$build" -j"$(jobs)" "$@"; }

setup_build() {
    mkdir -p "$build"
    if [ ! -f "$top/configure" ] || [ "$top/configure.ac" -nt "$top/configure" ] ||
        [ ! -f "$top/Makefile.in" ]; then
        step autoreconf generate_configure
    fi
    if [ ! -f "$build/Makefile" ] || [ "$top/configure" -nt "$build/Makefile" ]; then
        step configure configure_build
    fi
    step make make_target "$@"
}

# What configure found, out of the generated Makefile.
found() { sed -n "s/^$1 = //p" "$build/Makefile" | head -n 1; }

# Nothing else may decide what a program of ours meets.
wine_environment() {
    wine=$(found WINE)
    wineserver=$(found WINESERVER)
    WINEPREFIX=$prefix
    WINEARCH=win64
    WINEDLLPATH=$build/lib/sluice
    WINEDEBUG=${WINEDEBUG--all}
    export WINEPREFIX WINEARCH WINEDLLPATH WINEDEBUG
}

# Optional parts of Wine that would ask for downloads or write menus.
no_extras="mscoree,mshtml=;winemenubuilder.exe=d"

boot_prefix() {
    WINEDLLOVERRIDES="ws2_32=b;$no_extras" "$wine" wineboot -u && "$wineserver" -w
}

# A prefix is booted with Wine's own ws2_32: wineboot needs one that works before the Unix half is in place.
setup_prefix() {
    wine_environment
    if [ ! -f "$prefix/.booted" ]; then
        rm -rf "$prefix"
        step wine-prefix boot_prefix
        touch "$prefix/.booted"
    fi
    for dll in ws2_32.dll sluice.dll; do
        if ! cmp -s "$build/lib/sluice/x86_64-windows/$dll" "$prefix/drive_c/windows/system32/$dll"; then
            cp "$build/lib/sluice/x86_64-windows/$dll" "$prefix/drive_c/windows/system32/.$dll.new"
            mv -f "$prefix/drive_c/windows/system32/.$dll.new" "$prefix/drive_c/windows/system32/$dll"
        fi
    done
}

# One server for one program after the other: it and Wine's services stay for some seconds after the last, so that
# a further program starts in a fraction of a second.
keep_server() { # SECONDS
    WINEDLLOVERRIDES="ws2_32=b;$no_extras" "$wineserver" -p"$1" >/dev/null 2>&1 || true
}

# Wine's services start with the first program and keep its standard error: in a pipe, its reader
# would wait for them.  So the first program is one without a pipe.
start_services() {
    WINEDLLOVERRIDES="ws2_32=b;$no_extras" "$wine" wineboot --init </dev/null >/dev/null 2>&1
}

# Optional parts off for the programs started from here; what the user has set counts too.
without_extras() {
    WINEDLLOVERRIDES="$no_extras${WINEDLLOVERRIDES:+;$WINEDLLOVERRIDES}"
    export WINEDLLOVERRIDES
}
