# SPDX-License-Identifier: Apache-2.0
#
# Turns what the guest wrote (results.log) into TAP lines of the host.
#
#   awk -v list='load get_param ... unload' -f results.awk results.log
#
# The guest marks its programs: "@begin NAME", "@end STATUS".  Each program's test lines come out as "ok - NAME: ...".  A program fails
# as a whole when it is missing, did not come to its end, met no plan or an empty one, or ended with another status than 0; what is skipped
# did not run, so it fails, too.  The caller numbers the lines.

function say(good, text) { print (good ? "ok" : "not ok") " - " text }

function finish(status) {
	seen[name] = 1
	if (name == "load" || name == "unload") {
		say(status == 0, name == "load" ? "the module loads and makes its device node" : "the module unloads and leaves nothing behind")
	} else if (status != 0 || !planned || !plan || run != plan) {
		why = status == 124 || status == 143 || status == 137 ? "stopped by its time-out" : "exit status " status
		say(0, name ": " why ", " (planned ? plan : "no") " tests planned, " run + 0 " run")
	}
	name = ""
}

{ sub(/\r$/, "") }

/^@begin / {
	if (name != "")
		finish("unknown")
	name = $2
	plan = run = planned = 0
	next
}
/^@end / { if (name != "") finish($2); next }
/^@finished/ { finished = 1; next }
/^@/ { next }

name == "" { next }

/^1\.\.[0-9]+/ {
	plan = substr($1, 4) + 0
	planned = 1
	if (/# SKIP/)
		say(0, name ": did not run: " $0)
	next
}
/^(not )?ok [0-9]+/ {
	good = /^ok/
	text = $0
	sub(/^(not )?ok [0-9]+ *(- *)?/, "", text)
	run++
	if (text ~ /# *SKIP/)
		say(0, name ": did not run: " text)
	else
		say(good, name ": " text)
	next
}
{ print "# " name ": " $0 }

END {
	if (name != "")
		say(0, name ": did not come to its end: the guest died or was stopped")
	n = split(list, want, " ")
	for (i = 1; i <= n; i++)
		if (!(want[i] in seen) && want[i] != name)
			say(0, want[i] ": did not run")
	say(finished, "the guest comes to its end")
}
