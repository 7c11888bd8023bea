#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cluster.sh - ese sweep --cluster: what its scripts compute, under GNU parallel and under a Slurm
# of this machine alone, is what one process computes.
. "$(dirname "$0")/../lib.sh"

axes=(--axis pes=2,3,6 --axis weight_bits=8,12 --axis channels=1,4,16 --axis memory=rom,stream)
more=(--where 'dsp < 90 && pes > 0' --column 'work=dsp * us_per_frame')

sweep() { # DIR ARGUMENT...
    "$ese" sweep tiny "${axes[@]}" "${more[@]}" "${@:2}" -o "$1"
}

is_whole() { # NAME DIR
    local file
    must "$1: put together" sweep "$2"
    for file in points.csv points.jsonl pareto.csv sweep.svg columns.md; do
        must "$1: $file" cmp "$work/whole/$file" "$2/$file"
    done
}

export ESE=$ese PATH=$PATH:/usr/sbin # where Debian has daemons
must "whole" sweep "$work/whole"

# ---- GNU parallel ----

must "parallel: the script" sweep "$work/parallel" --cluster parallel:3
same "parallel: nothing is computed yet" "$(wc -l <"$work/parallel/points.csv")" 1
must "parallel: the parts" bash "$work/parallel/sweep.sh"
same "parallel: parts" "$(ls "$work/parallel/parts")" "$(seq 3)"
# A part that was lost is computed, not missed.
rm -r "$work/parallel/parts/2"
is_whole "parallel" "$work/parallel"
must "parallel: parts of another sweep" sweep "$work/other" --cluster parallel:1
"$ese" sweep tiny --axis pes=2 -o "$work/other/parts/1" >"$work/log"
same "parallel: parts of another sweep are refused" \
    "$(sweep "$work/other" 2>&1 | sed 's/.*parts/parts/')" \
    "parts/1: holds another sweep, of other axes (sweep.json); give another folder"

# ---- Slurm ----

ports() { # two that nobody listens at
    local port=$((20000 + RANDOM % 10000)) found=()
    while [ ${#found[@]} -lt 2 ]; do
        port=$((port + 1))
        (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || found+=("$port")
    done
    echo "${found[@]}"
}

end_slurm() {
    local daemon
    for daemon in slurmd slurmctld; do
        kill "$(cat "$work/$daemon.pid")" 2>/dev/null || true
    done
    munged --stop --socket="$work/munge/socket" >/dev/null 2>&1 || true
}

# Daemons of its own: keys, sockets, ports and files are not the machine's.
start_slurm() {
    local control node host
    read -r control node < <(ports)
    host=$(hostname -s)
    mkdir -p "$work/munge" "$work/state" "$work/spool"
    chmod 755 "$work" "$work/munge"
    head -c 128 /dev/urandom >"$work/munge/key"
    chmod 600 "$work/munge/key"
    cat >"$work/slurm.conf" <<END
ClusterName=one
SlurmctldHost=$host
SlurmctldPort=$control
SlurmdPort=$node
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket
CredType=cred/munge
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ReturnToService=2
NodeName=$host CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
    munged --force --key-file="$work/munge/key" --socket="$work/munge/socket" \
        --pid-file="$work/munge/pid" --log-file="$work/munge/log" --seed-file="$work/munge/seed" &&
        slurmctld && slurmd
}

export SLURM_CONF=$work/slurm.conf
trap 'end_slurm; rm -rf "$work"' EXIT
must "slurm: starts" start_slurm
must "slurm: the script" sweep "$work/slurm" --cluster slurm:3
must "slurm: the parts" sbatch --wait "$work/slurm/sweep.sbatch"
same "slurm: parts" "$(ls "$work/slurm/parts" | grep -v log)" "$(seq 3)"
is_whole "slurm" "$work/slurm"

# ---- what it does not take ----

refused() { # WANTED HOW DIR [ARGUMENT...]
    same "$2" "$(sweep "$3" --cluster "$2" "${@:4}" 2>&1)" "ese: --cluster: $1"
    same "$2: nothing was made" "$(ls -d "$3" 2>/dev/null || :)" ''
}
refused "'slurm' is not slurm:N or parallel:N, N in 1..10000" slurm "$work/no"
refused "'slurm:0' is not slurm:N or parallel:N, N in 1..10000" slurm:0 "$work/no"
refused "'pbs:3' is not slurm:N or parallel:N, N in 1..10000" pbs:3 "$work/no"
refused "slurm: the folder's name must be without blanks, quotes, '%' and '\\'" slurm:2 "$work/a b"
refused "parallel: names and options must be without '{'" parallel:2 "$work/a{}"
refused "is a script of all parts, and --shard asks for one" parallel:2 "$work/no" --shard 1/2

# The line that it prints does it, whatever the folder's name; and so does a condition of two lines.
name="$work/a 'b\\"
more=(--where $'dsp < 90 &&\npes > 0' --column 'work=dsp * us_per_frame')
sweep "$name" --cluster parallel:2 >"$work/told"
must "parallel: a folder with a blank and quotes" bash -c "$(tail -n 1 "$work/told")"
same "parallel: its parts" "$(wc -l <"$name/parts/2/points.csv")" 19
is_whole "parallel: a folder with a blank and quotes" "$name"
finish
