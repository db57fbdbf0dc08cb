# SPDX-License-Identifier: MIT
#
# Counts what fcn-vfio's log says of the jobs that were measured.
#
#   awk -v cases='NAME:BEFORE:JOBS ...' -f hil_log.awk LOG
#
# Jobs are numbered by the writes that start them (SLOT0.SEQNO, SLOT1.SEQNO), through all cases in their order: of a case BEFORE jobs
# do not count, and the next JOBS do.  An access belongs to the case whose start of a job follows it, so that the last access of
# the last job is replaced by that of the job before the first.  Prints, of each case,
#
#   reg NAME read|write REGISTER COUNT
#   gap NAME FROM COUNT MEAN MOST        cycles between two jobs of which the second was in its slot before the first had ended
#
# FROM: record, from the completion record's request to the next job's first request; results, from the acknowledgement of the
# last results to the next job's first request for operands.  Then `jobs TOTAL`, all that the log has.

function case_of(job,    i) {
	for (i = 1; i <= n_cases; i++)
		if (job > first[i] && job <= last[i])
			return i
	return 0
}

function take(i, what, from, to) {
	pairs[i, what]++
	sum[i, what] += to - from
	if (to - from > most[i, what])
		most[i, what] = to - from
}

BEGIN {
	n_cases = split(cases, list, " ")
	for (i = 1; i <= n_cases; i++) {
		split(list[i], part, ":")
		name[i] = part[1]
		first[i] = total + part[2]
		last[i] = first[i] + part[3]
		total = last[i]
	}
	record = "none"
}

$2 == "read" || $2 == "write" {
	if ($4 == "SEQNO_ADDR_LO") {
		# Two records of 16 bytes.
		record = substr($5, 3)
		record = substr(record, 1, length(record) - 2)
	}
	pending[$2 " " $4]++
	if ($2 == "write" && $4 ~ /^SLOT[01]\.SEQNO$/) {
		started++
		i = case_of(started)
		for (access in pending)
			if (i)
				seen[i, access] += pending[access]
		delete pending
	}
	next
}

# Writes are answered in their order.  Behind a job's results come its measurements, and then its record.
$2 == "aw" {
	asked++
	if ($4 ~ (record "[01]0$")) {
		ended++
		at_record = $1
		results = asked - 2
		queued = started > ended
		wait_first = wait_load = queued && case_of(ended) && case_of(ended) == case_of(ended + 1)
	}
	next
}

$2 == "b" {
	answered++
	acknowledged[answered % 64] = $1
	next
}

$2 == "ar" {
	if (wait_first) {
		take(case_of(ended), "record", at_record, $1)
		wait_first = 0
	}
	if (wait_load && $3 == "id=0") {
		take(case_of(ended), "results", acknowledged[results % 64], $1)
		wait_load = 0
	}
}

END {
	for (key in seen) {
		split(key, part, SUBSEP)
		print "reg", name[part[1]], part[2], seen[key]
	}
	for (key in pairs) {
		split(key, part, SUBSEP)
		printf "gap %s %s %d %.1f %d\n", name[part[1]], part[2], pairs[key], sum[key] / pairs[key], most[key]
	}
	print "jobs", started + 0
}
