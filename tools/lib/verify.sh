# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by sluice: the self-test in a prefix, and what is installed there.
#
# The self-test runs with the prefix's files and copies of its registry: it leaves nothing there and does not disturb
# programs that run.  Of the environment it gets HOME and PATH only, as the least that any program of the prefix gets,
# and a locale in which Wine can read every file name; of menus (XDG_...) none, which would be the user's.

stage=''
drop_stage() {
    [ -n "$stage" ] || return 0
    # Debian's server has its directory in TMPDIR, which the self-test did not get
    env -u TMPDIR WINEPREFIX="$stage/prefix" "$wineserver" -k >/dev/null 2>&1 9<&- || true
    env -u TMPDIR WINEPREFIX="$stage/prefix" timeout 10 "$wineserver" -w >/dev/null 2>&1 9<&- || true
    # Wine's programs end a moment after their server
    drop_tries=30
    until rm -rf "$stage" 2>/dev/null || [ $drop_tries -eq 0 ]; do
        drop_tries=$((drop_tries - 1))
        sleep 0.1
    done
    stage=''
}

make_stage() {
    stage=$(mktemp -d "${TMPDIR:-/tmp}/sluice.XXXXXX") || return
    trap drop_stage EXIT
    mkdir "$stage/prefix" "$stage/run" &&
        cp -- "$prefix"/*.reg "$stage/prefix/" &&
        ln -s -- "$prefix/drive_c" "$stage/prefix/drive_c" || return
    if [ -f "$prefix/.update-timestamp" ]; then cp -p -- "$prefix/.update-timestamp" "$stage/prefix/" || return; fi
    if [ -d "$prefix/dosdevices" ]; then cp -RP -- "$prefix/dosdevices" "$stage/prefix/"; fi
}

# In this shell, not one of a pipe: its end takes the stage away.
prepare_test() { attempt "prepare the self-test in ${TMPDIR:-/tmp}" make_stage; }

# run_self_test MACHINE APP: its lines go to $stage/out and $stage/err.
run_self_test() {
    test_program=$dlls/$1-windows/sluice-selftest.exe
    test_name=sluice-selftest.exe
    if [ "$2" != "*" ]; then test_name=$2; fi
    test_loader=$(launch_loader "$wine" "$test_program")
    cp -- "$test_program" "$stage/run/$test_name" || return
    test_code=0
    (
        cd "$stage/run" && exec timeout -k 5 120 env -i HOME="${HOME:-$stage}" PATH="$PATH" LC_ALL=C.UTF-8 \
            WINEPREFIX="$stage/prefix" WINEDEBUG=-all XDG_DATA_HOME=/dev/null XDG_CONFIG_HOME=/dev/null "$test_loader" "./$test_name"
    ) >"$stage/raw" 2>"$stage/err" </dev/null 9<&- || test_code=$?
    tr -d '\r' <"$stage/raw" >"$stage/out"
}

tested() { sed -n "s/^$1: //p" "$stage/out" | head -n 1; } # KEY

# Where Wine looks for the two halves of a module without being told, out of its own mouth.
wine_directory() {
    tested dlldir | sed -E 's,^\\\\\?\?\\([A-Za-z]:|unix),,; s,^\\\?\?\\([A-Za-z]:|unix),,' | tr '\\' /
}

unix_half_remedy() { # MACHINE
    there=$(wine_directory)
    cat <<T
Wine has to find Sluice's provider in its own directory, where every program looks; install Sluice's Debian package (make deb), or as root:
  install -m 644 '$dlls/$1-windows/sluice.dll' '$there/$1-windows/'
  install -m 644 '$dlls/$1-unix/sluice.so' '$there/$1-unix/'
T
}

# self_test MACHINE APP: true when Sluice works there; otherwise test_wrong and test_remedy say what is wrong and what
# to do.
self_test() {
    test_wrong='' test_remedy="call sluice install again"
    run_self_test "$1" "$2" || {
        test_wrong="the self-test ($dlls/$1-windows/sluice-selftest.exe) could not be prepared"
        test_remedy="see the message above"
        return 1
    }
    test_startup=$(tested startup)
    case $(tested ws2_32) in
    sluice*) ;;
    wine*) test_wrong="Wine's own ws2_32.dll is active$([ "$2" = "*" ] || echo " for $2")" test_remedy="sluice install --prefix '$prefix'" ;;
    other*) test_wrong="a ws2_32.dll is active that is neither Wine's nor Sluice's" ;;
    *) test_wrong="the self-test ended with status $test_code and said nothing of ws2_32.dll: $(tail -n 1 "$stage/err")"
        test_remedy="see whether Wine works in this prefix: WINEPREFIX='$prefix' '$wine' winver" ;;
    esac
    [ -z "$test_wrong" ] || return 1
    if [ "$test_startup" != 0 ]; then
        test_wrong="Winsock does not start without WINEDLLPATH (error $test_startup): $(grep '^sluice: ' "$stage/err" | head -n 1)"
        test_remedy=$(unix_half_remedy "$1")
        return 1
    fi
    for test_key in pair plain overlapped; do
        case $(tested $test_key) in
        failed*) test_wrong="no data passes ($test_key $(tested $test_key))" test_remedy="report this with the output of: \
sluice run --trace '$dlls/$1-windows/sluice-selftest.exe'" ;;
        esac
    done
    if [ -z "$test_wrong" ] && [ "$test_code" -ne 0 ]; then test_wrong="the self-test ended with status $test_code"; fi
    [ -z "$test_wrong" ]
}

lane() { # KEY
    case $(tested "$1") in
    "ok 0") echo direct ;;
    "ok uncounted") echo "not known" ;;
    ok*) echo host ;;
    "") echo "not tried" ;;
    *) tested "$1" ;;
    esac
}

print_test() { # MACHINE APP
    echo "self-test: $1, $(if [ "$2" = "*" ]; then echo "any program"; else echo "$2"; fi)"
    echo "  active: $(tested ws2_32)"
    echo "  wine: $(tested wine)"
    echo "  lanes: send and recv $(lane plain), overlapped $(lane overlapped)"
    echo "  watch: $(w=$(tested watch) && echo "${w:-not tried}")"
}

command_verify() {
    check_prefix
    find_wine
    check_dlls
    load_phase
    verdict=PASS remedy=''
    names=$app
    prepare_test
    [ -n "$names" ] || names=$(installed_apps)
    echo "prefix: $prefix"
    echo "state: $(state_word)"
    if [ "$phase" != installed ]; then remedy="sluice install --prefix '$prefix'"; fi
    for pair in $(places | tr ' ' :); do
        while read -r name; do
            wrong=''
            self_test "${pair#*:}" "$name" || wrong=$test_wrong
            print_test "${pair#*:}" "$name"
            if [ -z "$wrong" ]; then
                echo "  result: PASS"
            else
                echo "  result: FAIL: $wrong"
                verdict=FAIL remedy=${remedy:-$test_remedy}
            fi
        done <<T
${names:-*}
T
    done
    if [ -n "$(stale_files)" ]; then
        verdict=FAIL remedy=${remedy:-"sluice install --prefix '$prefix'"}
    fi
    if [ "$phase" != installed ]; then verdict=FAIL; fi
    echo "$verdict"
    [ "$verdict" = PASS ] && return
    echo "what to do: $remedy"
    exit 1
}

state_word() {
    case $phase in
    none) echo "not installed" ;;
    installed) echo "installed" ;;
    running) echo "not installed (in use by sluice run)" ;;
    *) echo "interrupted ($phase): sluice install completes it, sluice uninstall undoes it" ;;
    esac
}

# file_word PLACE MACHINE NAME: what the file in the prefix is, compared with this Sluice's.
file_word() {
    mode=${stored_mode:-copy}
    target=$windows/$1/$3
    if ! is_ours "$1" "$3"; then
        if [ -e "$target" ]; then echo "replaced by another program"; else echo missing; fi
    elif [ -L "$target" ] && [ ! -e "$target" ]; then
        echo "missing (a link to nothing)"
    elif cmp -s -- "$target" "$dlls/$2-windows/$3"; then
        echo current
    else
        echo stale
    fi
}

# The files that are not what this Sluice would install.
stale_files() {
    [ "$phase" = installed ] || return 0
    places | while read -r place machine; do
        for dll in ws2_32.dll sluice.dll; do
            word=$(file_word "$place" "$machine" $dll)
            [ "$word" = current ] || echo "$place/$dll: $word"
        done
    done
}

command_status() {
    check_prefix
    find_wine
    load_phase
    echo "prefix: $prefix"
    echo "arch: $arch"
    echo "wine: $(wine_version)"
    echo "sluice: $(our_version)"
    echo "state: $(state_word)"
    [ "$phase" = installed ] || return 0
    echo "installed: $stored_version"
    echo "installed-with-wine: $(state_get wine)"
    echo "mode: $stored_mode"
    places | while read -r place machine; do
        for dll in ws2_32.dll sluice.dll; do
            echo "$place/$dll: $(file_word "$place" "$machine" $dll)"
        done
    done
    installed_apps | sort | while read -r name; do
        section=$(registry_section "$name")
        if [ "$(registry_look "$section" "$override_line" <"$user_reg")" = "value $override_line" ]; then
            word="set"
        else
            word="not set any more"
        fi
        echo "program $(if [ "$name" = "*" ]; then echo "(all)"; else echo "$name"; fi): $word"
    done
    if [ "$stored_version" = "$(our_version)" ] && [ -z "$(stale_files)" ]; then
        echo "up-to-date: yes"
    else
        echo "up-to-date: no; sluice install --prefix '$prefix' renews it"
    fi
}
