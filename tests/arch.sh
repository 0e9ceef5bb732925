# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced after lib.sh by the suites that run for both processors, with the argument i386 for the second one.
# Where 32-bit programs are not served there is nothing to test, and that is said.

arch=${1:-x86_64}
case $arch in
x86_64)
    win=win suite_suffix='' arch_system=system32 arch_wine=$(found WINE)
    arch_libdir=$(found WINE_LIBDIR) arch_implib=$(found WS2_32_IMPLIB)
    ;;
i386)
    win=win32 suite_suffix=-i386 arch_system=syswow64 arch_wine=$(found WINE32)
    arch_libdir=$(found WINE32_LIBDIR) arch_implib=$(found WS2_32_IMPLIB32)
    ;;
*) echo "unknown processor $arch" >&2 && exit 2 ;;
esac
case " $(found ARCHS) " in
*" $arch "*) ;;
*)
    echo "ok $(basename "$0")$suite_suffix # SKIP this build or this Wine serves no 32-bit programs"
    exit 0
    ;;
esac
