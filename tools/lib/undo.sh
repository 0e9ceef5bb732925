# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by sluice: taking out what was put in.  Each step may be repeated, in whatever state a killed call left it.

# What an interrupted call left beside the files it was about to replace.
remove_temporary() {
    for place in system32 syswow64; do
        for dll in ws2_32.dll sluice.dll; do rm -f "$windows/$place/.$dll.sluice-new"; done
    done
    rm -f "$state/user.reg.1" "$state/user.reg.2" "$state/state.new" "$state/registry.new"
}

restore_file() { # PLACE NAME kept|absent
    file=$windows/$1/$2
    kept=$state/kept/$1/$2
    if [ "$3" = absent ]; then
        if is_ours "$1" "$2"; then rm -f -- "$file"; fi
        return
    fi
    # it went back before this call
    [ -e "$kept" ] || [ -L "$kept" ] || return 0
    if [ "$file" -ef "$kept" ] && [ ! -L "$file" ]; then
        rm -f -- "$kept"
    elif is_ours "$1" "$2" || { [ ! -e "$file" ] && [ ! -L "$file" ]; }; then
        mv -f -- "$kept" "$file"
    else
        # another program (an update of Wine) has put its own there: that stays
        rm -f -- "$kept"
    fi
}

# Everything that the state names.  The caller has the lock, and no server runs.
undo_all() {
    progress "taking Sluice out of the prefix"
    write_phase removing || return
    stop_point
    if [ -s "$state/registry" ]; then
        change_registry registry_reset "$state/registry" || return
        stop_point
    fi
    sed -n 's/^file //p' "$state/state" >"$state/files"
    while read -r place dll before _; do
        restore_file "$place" "$dll" "$before" || return
        stop_point
    done <"$state/files"
    forget
}

# The state goes last of what a later call needs.
forget() {
    remove_temporary
    rm -rf "$state/kept" "$state/runs" "$state/files"
    stop_point
    rm -f "$state/state" "$state/registry"
    stop_point
    rmdir "$state"
}

# Undoes what other calls left half done, but not an installation that install can complete: FOR is the command.
recover() { # FOR
    load_phase
    case $phase in
    none) [ ! -d "$state" ] || attempt "clear up after an interrupted call" forget ;;
    removing) attempt "complete the interrupted uninstall" undo_all ;;
    running) attempt "take out what sluice run had put in" undo_all ;;
    installing) [ "$1" = install ] || attempt "undo the interrupted install" undo_all ;;
    esac
    load_phase
}

command_uninstall() {
    check_prefix
    find_wine
    lock_prefix
    [ -d "$state" ] || {
        say "uninstall: Sluice is not installed in $prefix; nothing to do"
        return
    }
    wait_until_idle
    stop_point
    recover uninstall
    if [ "$phase" = installed ]; then
        if [ -z "$app" ]; then
            attempt "take Sluice out" undo_all
        else
            uninstall_app
        fi
    fi
    progress "done"
}

uninstall_app() {
    has_app "$app" || fail "look for $app" "Sluice is not installed for $app in $prefix" \
        "sluice status --prefix '$prefix' prints what it is installed for"
    if [ "$(installed_apps | grep -c .)" -eq 1 ]; then
        attempt "take Sluice out" undo_all
        return
    fi
    awk -F '\t' -v name="$app" 'tolower($1) == tolower(name)' "$state/registry" >"$state/files"
    attempt "take the override of $app out" change_registry registry_reset "$state/files"
    awk -F '\t' -v name="$app" 'tolower($1) != tolower(name)' "$state/registry" >"$state/registry.new"
    attempt "note that $app has no override" mv -f "$state/registry.new" "$state/registry"
    rm -f "$state/files"
}

# Run in the background by `sluice run`: when no program of the prefix runs any more, what it had put in goes.
command_settle() {
    check_prefix
    find_wine
    while [ -d "$state" ]; do
        "$wineserver" -w || true
        lock_prefix 600
        load_phase
        [ "$phase" = running ] || return 0
        rm -f "$state/runs/.none"
        for run in "$state"/runs/*; do
            [ ! -e "$run" ] || run_lives "$run" || rm -f "$run"
        done
        if ! server_runs && rmdir "$state/runs" 2>/dev/null; then
            undo_all
            return
        fi
        exec 9<&-
        sleep 0.2
    done
}

# A run's file is named by its process and holds when that began, so that a number used again is seen.
process_began() { # PID
    sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20
}
run_lives() { # FILE
    run_began=$(process_began "${1##*/}")
    [ -n "$run_began" ] && [ "$run_began" = "$(cat "$1")" ]
}
