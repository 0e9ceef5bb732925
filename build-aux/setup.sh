# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by run and check: brings the machine from nothing to a built Sluice with a prefix of its own.
# Each step is skipped when its result is there; a failing step names itself, its command and the log.
# All output goes to standard error: standard output belongs to the program that is run.

top=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
build=${SLUICE_BUILD:-$top/build}
prefix=$build/prefix
logs=$build/logs

# gcc-multilib: 32-bit Unix libraries, and the libc that 32-bit Wine runs with.
run_packages="gcc gcc-multilib make autoconf automake pkg-config cmake gcc-mingw-w64-x86-64 gcc-mingw-w64-i686
    mingw-w64-x86-64-dev mingw-w64-i686-dev binutils-mingw-w64-x86-64 binutils-mingw-w64-i686 clang check wine wine64 wine64-tools libwine"
# chromium-headless-shell (63 MB) and a font: the suite report looks at its pages in a real browser.  debootstrap: the
# root with another Wine (other-wine.sh).
# shellcheck disable=SC2034 # for ./check
check_packages="$run_packages git g++-mingw-w64-x86-64 dpkg-dev libc6-dev cppcheck clang-tidy libclang-rt-14-dev shellcheck iperf iproute2
    g++ util-linux procps xauth xvfb xz-utils bzip2 chromium-headless-shell fonts-dejavu-core debootstrap
    build-essential debhelper lintian man-db groff-base mandoc"

# Whether $build stands for a build directory, with another Wine (other-wine.sh).
in_view() { [ "${SLUICE_VIEW:-}" = "$build" ]; }

# For a script that has built: goes on in its own next start, with the Wine that SLUICE_WINE names.
with_chosen_wine() { # COMMAND...
    if [ -z "${SLUICE_WINE:-}" ] || in_view; then return 0; fi
    . "$top/build-aux/other-wine.sh"
    enter_other_wine "$@"
}

say() { echo "sluice: $*" >&2; }

# progress LABEL [RESULTS]: on a terminal, a line that says what is at work and for how long, with the number of results
# so far in the file RESULTS, until progress_end.  Elsewhere nothing.
progress_pid=''
progress() {
    [ -t 2 ] || return 0
    (
        seconds=0
        while kill -0 $$ 2>/dev/null; do
            results=''
            if [ -n "${2:-}" ]; then results=", $(grep -cE '^(not )?ok ' "$2" 2>/dev/null || true) results"; fi
            printf '\r\033[Ksluice: %s%s, %d s ...' "$1" "$results" "$seconds"
            sleep 1
            seconds=$((seconds + 1))
        done
    ) </dev/null >&2 &
    progress_pid=$!
}
progress_end() {
    [ -n "$progress_pid" ] || return 0
    kill "$progress_pid" 2>/dev/null || true
    wait "$progress_pid" 2>/dev/null || true
    progress_pid=''
    printf '\r\033[K' >&2
}

# What to do when a step has failed: a line each.
remedies() {
    cat <<T
directory    choose another one: SLUICE_BUILD=DIR
packages     see that the network is there and no other apt is at work, or install them yourself; then call again
wine32       see that the network is there and apt's mirrors answer; then call again
autoreconf   install autoconf, automake and pkg-config; then call again
configure    install what its last line names; $build/config.log has the details; then call again
make         mend what the first error names; if nothing was changed, rm -rf $build and call again
wine-prefix  see that there is room on the disk and that Wine works by itself (wine wineboot); then call again
T
}
step_failed() { # NAME COMMAND...
    failed_step=$1
    shift
    say "step \"$failed_step\" failed: $*"
    remedy=$(remedies | sed -n "s/^$failed_step  *//p")
    say "what to do: ${remedy:-mend what the lines above say; then call again}"
    exit 1
}

# step NAME COMMAND...: runs it with its output in a log, the end of which is shown when it fails.
step() {
    step_name=$1
    shift
    mkdir -p "$logs" || step_failed directory mkdir -p "$logs"
    progress "$step_name"
    step_code=0
    "$@" </dev/null >"$logs/$step_name.log" 2>&1 || step_code=$?
    progress_end
    [ "$step_code" -ne 0 ] || return 0
    tail -n 30 "$logs/$step_name.log" >&2
    say "its whole output is in $logs/$step_name.log"
    step_failed "$step_name" "$@"
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
    ! in_view || return 0
    command -v dpkg-query >/dev/null 2>&1 || {
        say "this is not Debian; install what configure asks for and run it yourself (README, Build)"
        return
    }
    # shellcheck disable=SC2046,SC2086
    set -- $(missing_packages $1)
    [ $# -eq 0 ] || step packages install_packages "$@"
}

# Wine for 32-bit programs: the system's, or one of our own beside its wine64.
wine32_tree=$build/wine32
make_wine32() { "$top/build-aux/debian-wine32" "$wine32_tree"; }
setup_wine32() {
    [ ! -x /usr/lib/wine/wine ] || [ ! -f /usr/lib/i386-linux-gnu/wine/i386-unix/ntdll.so ] || return 0
    command -v dpkg-query >/dev/null 2>&1 || return 0
    [ -f "$wine32_tree/.version" ] || step wine32 make_wine32
}

generate_configure() { (cd "$top" && autoreconf -i); }
configure_build() (
    set -- --prefix="$build/installed"
    [ ! -f "$wine32_tree/.version" ] ||
        set -- "$@" "WINE=$wine32_tree/usr/lib/wine/wine64" "WINESERVER=$wine32_tree/usr/lib/wine/wineserver64" \
            "--with-wine32-libdir=$wine32_tree/usr/lib/i386-linux-gnu/wine"
    cd "$build" && "$top/configure" "$@"
)
jobs() { nproc 2>/dev/null || echo 2; }
make_target() { make -s -C "$build" -j"$(jobs)" "$@"; }

setup_build() {
    ! in_view || return 0
    mkdir -p "$build" || step_failed directory mkdir -p "$build"
    setup_wine32
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
    case $(found WINE32_LIBDIR) in
    "$wine32_tree"/*)
        wine32_libraries=$wine32_tree/usr/lib/i386-linux-gnu:$wine32_tree/lib/i386-linux-gnu
        LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$wine32_libraries
        export LD_LIBRARY_PATH
        ;;
    esac
    export WINEPREFIX WINEARCH WINEDLLPATH WINEDEBUG
}

# Optional parts of Wine that would ask for downloads or write menus.
no_extras="mscoree,mshtml=;winemenubuilder.exe=d"

boot_prefix() {
    WINEDLLOVERRIDES="ws2_32=b;$no_extras" "$wine" wineboot -u && "$wineserver" -w
}

# Where a processor's DLLs are in a 64-bit prefix.
system_directory() { # ARCH
    case $1 in i386) echo syswow64 ;; *) echo system32 ;; esac
}

# A prefix is booted with Wine's own ws2_32: wineboot needs one that works before the Unix half is in place.  One that
# another Wine has made, as one without 32-bit programs, is made anew.
setup_prefix() {
    wine_environment
    archs=$(found ARCHS)
    booted="$wine $archs"
    if [ "$(cat "$prefix/.booted" 2>/dev/null)" != "$booted" ]; then
        if [ -d "$prefix" ]; then "$wineserver" -k >/dev/null 2>&1 || true; fi
        rm -rf "$prefix"
        step wine-prefix boot_prefix
        echo "$booted" >"$prefix/.booted"
    fi
    for arch in $archs; do
        for dll in ws2_32.dll sluice.dll; do
            copy_if_other "$build/lib/sluice/$arch-windows/$dll" \
                "$prefix/drive_c/windows/$(system_directory "$arch")" $dll
        done
    done
}

copy_if_other() { # FILE DIRECTORY NAME
    if cmp -s "$1" "$2/$3"; then return; fi
    cp "$1" "$2/.$3.new"
    mv -f "$2/.$3.new" "$2/$3"
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
