#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Runs in a guest: rounds of the ioctl fuzzer beside two loops of networks through libaccel, each with checked results, and counts after each round,
# when all clients are gone.  Prints TAP, and lines "@count TIME ..." for tests/soak/judge.c.
#
#   SOAK_SECONDS  how long;  SOAK_SEED  of the first round;  SOAK_FAULTS=1: jobs may fail with an error, results may not be wrong
cd "$(dirname "$0")" || exit 1
seconds=${SOAK_SECONDS:-120}
seed=${SOAK_SEED:-1}
round=30
tolerate=
[ -z "${SOAK_FAULTS-}" ] || tolerate=--tolerate
echo "TAP version 13"

uptime_s() { cut -d. -f1 /proc/uptime; }

count() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1
	awk -v t="$(uptime_s)" -v files="$(cut -f1 /proc/sys/fs/file-nr)" \
		-v bufs="$(sed -n 's/^Total \([0-9]*\) objects.*/\1/p' /sys/kernel/debug/dma_buf/bufinfo)" \
		-v clients="$(cat /sys/kernel/debug/accel/*/clients | wc -l)" '
		/^MemTotal:/ { total = $2 } /^MemAvailable:/ { free = $2 } /^SUnreclaim:/ { slab = $2 }
		END { print "@count", t, total - free, slab, files, bufs + 0, clients }' /proc/meminfo
}

# Networks in a loop; what is wrong goes to a file.
networks() { # NAME END
	n=0
	while [ "$(uptime_s)" -lt "$2" ]; do
		for model in models/*.onnx; do
			accelctl verify "$model" --devices drm:,host: --seed $((seed * 100 + n)) >"/tmp/$1.out" 2>&1 || {
				if [ -z "$tolerate" ] || grep -q DIFFERENT "/tmp/$1.out"; then
					{ echo "$model:"; cat "/tmp/$1.out"; } >>/tmp/wrong
				else
					echo x >>"/tmp/$1.failed"
				fi
			}
			n=$((n + 1))
			[ "$(uptime_s)" -lt "$2" ] || break
		done
	done
	echo "$n" >>"/tmp/$1.runs"
}

sum() { cat "$@" 2>/dev/null | awk '{ s += $1 } END { print s + 0 }'; }

end=$(($(uptime_s) + seconds))
rounds=0
: >/tmp/wrong
: >/tmp/fuzz.bad
count
while [ "$(uptime_s)" -lt "$end" ]; do
	until=$(($(uptime_s) + round))
	networks one "$until" &
	first=$!
	networks two "$until" &
	second=$!
	./fuzz_ioctl --seconds "$round" --seed "$seed" --workers 2 --seeds seeds $tolerate >/tmp/fuzz.out 2>&1 || cat /tmp/fuzz.out >>/tmp/fuzz.bad
	wait "$first" "$second"
	sed -n 's/.* \([0-9]*\) sequences, .* \([0-9]*\) jobs of.*/\1 \2/p' /tmp/fuzz.out | tail -n 1 >>/tmp/fuzz.sum
	count
	seed=$((seed + 1))
	rounds=$((rounds + 1))
	if [ -s /tmp/wrong ] || [ -s /tmp/fuzz.bad ]; then
		break
	fi
done
echo "# $rounds rounds, $(sum /tmp/one.runs /tmp/two.runs) networks, $(cat /tmp/one.failed /tmp/two.failed 2>/dev/null | wc -l) of them ended by an error, $(awk '{ a += $1; b += $2 } END { print a " sequences of calls, " b " jobs of the checked client" }' /tmp/fuzz.sum)"
sed 's/^/# /' /tmp/wrong /tmp/fuzz.bad
[ ! -s /tmp/wrong ] && echo "ok 1 networks give what the host gives" || echo "not ok 1 networks give what the host gives"
[ ! -s /tmp/fuzz.bad ] && echo "ok 2 the fuzzer found nothing" || echo "not ok 2 the fuzzer found nothing"
cat /sys/kernel/debug/accel/*/state | sed 's/^/# /'
echo "1..2"
[ ! -s /tmp/wrong ] && [ ! -s /tmp/fuzz.bad ]
