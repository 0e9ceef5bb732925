# SPDX-License-Identifier: LGPL-2.1-or-later
# What Tcl's shell does in the suite `models`:
#     tclsh exchange.tcl echo                serves on a free port ("PORT n") by events: what comes is sent back
#     tclsh exchange.tcl client PORT COUNT   sends COUNT messages of growing size, each compared with what comes
#                                            back before the next, and 4 MiB at one go; "exchanged COUNT"
proc accepted {s address port} {
    fconfigure $s -blocking 0 -translation binary -buffering none
    fileevent $s readable [list arrived $s]
}

proc arrived {s} {
    puts -nonewline $s [read $s]
    if {[eof $s]} {
        fconfigure $s -blocking 1
        close $s
    }
}

# Bytes that differ from message to message.
proc message {size i} {
    return [string range [string repeat "$i, " [expr {$size / [string length "$i, "] + 1}]] 0 $size-1]
}

proc fail {what} {
    puts "exchange.tcl: $what"
    exit 1
}

proc got {s} {
    append ::got [read $s]
    if {[string length $::got] >= $::wanted || [eof $s]} {
        set ::arrived 1
    }
}

proc exchange {s i size} {
    set sent [message $size $i]
    set ::got ""
    set ::wanted $size
    puts -nonewline $s $sent
    flush $s
    vwait ::arrived
    if {$::got ne $sent} {
        fail "message $i: [string length $::got] bytes came back for $size, or others"
    }
}

switch [lindex $argv 0] {
    echo {
        set s [socket -server accepted -myaddr 127.0.0.1 0]
        puts "PORT [lindex [fconfigure $s -sockname] 2]"
        flush stdout
        vwait forever
    }
    client {
        lassign $argv - port count
        after 60000 {fail "time is up"}
        set s [socket 127.0.0.1 $port]
        fconfigure $s -blocking 0 -translation binary
        fileevent $s readable [list got $s]
        for {set i 0} {$i < $count} {incr i} {
            exchange $s $i [expr {1 + $i * 40000 / $count}]
        }
        exchange $s $i 4194304
        close $s
        puts "exchanged $count"
        exit 0
    }
}
