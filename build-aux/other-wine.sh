# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by setup.sh when SLUICE_WINE names another Wine than this system's: that of a Debian root, which is made
# once and kept.  The programs of Wine run in it, all the rest of run and check here, with what the build directory
# has.  A "view" of the build directory stands for it: links to what was built, a prefix and results of its own, and
# a Makefile that says where this Wine is and hands everything else on.

# VERSION RELEASE DEBIAN.  The second column of a version is also what debootstrap calls it.
other_wines() {
    cat <<'T'
10 trixie 13
T
}

# Of the root: 32-bit programs need a Wine of their own.
other_packages="wine wine64 wine32:i386"
# What tests/package builds the tarball with there.
# shellcheck disable=SC2034
other_build_packages="gcc gcc-multilib make pkg-config cmake clang check wine64-tools gcc-mingw-w64-x86-64 gcc-mingw-w64-i686
    mingw-w64-x86-64-dev mingw-w64-i686-dev binutils-mingw-w64-x86-64 binutils-mingw-w64-i686"

other_wine() { # FIELD: of $SLUICE_WINE
    other_wines | awk -v version="$SLUICE_WINE" -v field="$1" '$1 == version { print $field }'
}

root=${XDG_CACHE_HOME:-${HOME:-$build}/.cache}/sluice/debian-$(other_wine 3)
view=$build/wine-$SLUICE_WINE
debian_root=$top/build-aux/debian-root

other_program() { # NAME: a program of Wine's as this system can start it
    printf '#!/bin/sh\nexec "%s" in "%s" "/usr/lib/wine/%s" "$@"\n' "$debian_root" "$root" "$2" >"$view/bin/$1.new"
    chmod +x "$view/bin/$1.new"
    mv -f "$view/bin/$1.new" "$view/bin/$1"
}

# What tests/lib.sh and setup.sh look up in a Makefile, and a rule that knows no target.  Not in parallel: two makes
# in one directory would build the same things.
view_makefile() {
    printf 'WINE = %s\nWINESERVER = %s\n' "$view/bin/wine64" "$view/bin/wineserver"
    printf 'WINE32 = %s\nWINE32_LIBDIR = %s\n' "$view/bin/wine" /usr/lib/i386-linux-gnu/wine
    echo "WINE_ROOT = $root"
    printf 'WINE_VERSION = %s\n' "$("$debian_root" enter "$root" -- "$view/bin/wine64" --version | sed 's/^wine-\([0-9.]*\).*/\1/')"
    grep -E "^(ARCHS|CC|CLANG|MINGW_CC|MINGW_NM|WINE_LIBDIR) = " "$build/Makefile"
    printf '.NOTPARALLEL:\nview: ;\nMakefile: ;\n.DEFAULT:\n\t@+$(MAKE) -s -C "%s" $@\n' "$build"
}

make_view() {
    mkdir -p "$view/bin" "$build/wine-tests"
    for name in bench examples lib native pe so unit variants wine-tests win win32; do
        ln -sfn "../$name" "$view/$name"
    done
    other_program wine64 wine64
    other_program wine wine
    other_program wineserver wineserver64
    view_makefile >"$view/Makefile.new" && mv -f "$view/Makefile.new" "$view/Makefile"
}

# Starts the command that sources this again, where the other Wine can be started.
enter_other_wine() { # COMMAND...
    [ -n "$(other_wine 1)" ] || {
        say "no Wine $SLUICE_WINE is known to build-aux/other-wine.sh (known: $(other_wines | awk '{print $1}' | paste -s -d ' '))"
        exit 2
    }
    # shellcheck disable=SC2086
    step "debian-$(other_wine 3)" "$debian_root" make "$(other_wine 2)" "$root" $other_packages
    step "wine-$SLUICE_WINE" make_view
    start_in_view "$@"
}

# The same for a command that comes later.
start_in_view() { # COMMAND...
    # 32-bit libraries that belong to this system's Wine
    LD_LIBRARY_PATH=$(printf '%s\n' "${LD_LIBRARY_PATH-}" | tr : '\n' | grep -vF "$wine32_tree/" | paste -s -d :)
    export LD_LIBRARY_PATH
    build=$view
    SLUICE_BUILD=$view
    SLUICE_VIEW=$view
    export SLUICE_BUILD SLUICE_VIEW
    exec "$debian_root" enter "$root" "$top" "$(cd "$view/.." && pwd -P)" -- "$@"
}
