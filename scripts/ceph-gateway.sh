#!/usr/bin/env bash
# A throw-away Ceph RADOS Gateway, a real S3 store, on this machine's loopback: one monitor, one storage daemon, one
# gateway, in a folder of their own. For tests; keep nothing in it.
#
#   ceph-gateway.sh install      install the Debian packages (as root)
#   ceph-gateway.sh start        make the cluster where there is none and start what is not running
#   ceph-gateway.sh stop [rgw]   end what was started, or only the gateway; the data stay
#   ceph-gateway.sh status       say what runs; status 0 if all does and S3 answers, 3 otherwise
#   ceph-gateway.sh env          print what clients need: eval "$(ceph-gateway.sh env)"
#   ceph-gateway.sh reset        stop, and remove the folder
#
# FC_CEPH_DIR    the folder (default: fc-ceph-UID in the folder for temporary files)
# FC_CEPH_PORT   the first of 40 ports, counted from here (default: free ones, chosen when the cluster is made)
# FC_CEPH_DISK   the most it can hold (default: 8G; takes only as much as is in it)
# FC_CEPH_OWNER  with start: the PID of a process at whose end everything is reset
set -euo pipefail
umask 077
export LC_ALL=C.UTF-8
PATH="$PATH:/usr/sbin:/sbin"

DIR="$(realpath -m -- "${FC_CEPH_DIR:-${TMPDIR:-/tmp}/fc-ceph-$UID}")"
DISK="${FC_CEPH_DISK:-8G}"
HOST=127.0.0.1
PACKAGES=(ceph-common ceph-mon ceph-osd radosgw openssl curl)
PROGRAMS=(ceph ceph-authtool monmaptool ceph-mon ceph-osd radosgw radosgw-admin openssl curl)
# The owner of the tests' buckets, and somebody who has no right to them.
ACCESS_KEY=flowcam-access
SECRET_KEY=flowcam-secret
STRANGER_ACCESS_KEY=stranger-access
STRANGER_SECRET_KEY=stranger-secret

CONF="$DIR/ceph.conf"
RUN="$DIR/run"
LOG="$DIR/log"
OURS="$DIR/.fc-ceph"    # only a folder that has this is ever removed
MADE="$DIR/.made"       # the cluster has been made; holds its first port
USERS="$DIR/.users"     # the users have been made

say() { printf 'ceph-gateway: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# ---- Processes. $RUN/NAME.pid holds PID and start time, so that nobody who got an old PID is ever signalled.

start_time() { # PID
    local stat
    stat="$(cat "/proc/$1/stat" 2>/dev/null)" || return 1
    # The fields after the program's name, which may hold spaces; the start time is the 20th of them.
    read -ra stat <<<"${stat##*) }"
    [ "${stat[0]}" != Z ] && echo "${stat[19]}"
}

alive() { # NAME: prints the PID where the process runs
    local pid started
    read -r pid started 2>/dev/null <"$RUN/$1.pid" || return 1
    [ "$(start_time "$pid")" = "$started" ] && echo "$pid"
}

launch() { # NAME COMMAND...
    local name="$1" pid; shift
    if alive "$name" >/dev/null; then return 0; fi
    # The lock is ours, not the daemon's.
    setsid "$@" </dev/null >>"$LOG/$name.out" 2>&1 9>&- &
    pid=$!
    echo "$pid $(start_time "$pid" || echo 0)" >"$RUN/$name.pid"
}

end() { # NAME
    local pid tries
    if pid="$(alive "$1")"; then
        kill -TERM "$pid" 2>/dev/null || true
        for ((tries = 0; tries < 150; tries++)); do alive "$1" >/dev/null || break; sleep 0.1; done
        if alive "$1" >/dev/null; then
            say "$1 ($pid) did not end in 15 s: killing it"
            kill -KILL "$pid" 2>/dev/null || true
        fi
    fi
    rm -f "$RUN/$1.pid"
}

need() { # NAME
    alive "$1" >/dev/null && return 0
    tail -n 15 "$LOG/$1.out" "$LOG/$1.log" >&2 2>/dev/null || true
    die "$1 ended early, see $LOG/$1.log"
}

lock() { exec 9>"$DIR/.lock"; flock -w 900 9 || die "another start or stop is under way"; }

# ---- Packages

missing_programs() {
    local program
    for program in "${PROGRAMS[@]}"; do command -v "$program" >/dev/null || echo "$program"; done
}

install_packages() {
    [ -n "$(missing_programs)" ] || return 0
    [ "$(id -u)" = 0 ] || die "not installed: $(missing_programs | xargs). As root: apt-get install ${PACKAGES[*]}"
    say "installing ${PACKAGES[*]}"
    local log apt=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600)
    log="$(mktemp)"
    (
        umask 022
        "${apt[@]}" install -y --no-install-recommends "${PACKAGES[@]}" ||
            { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${PACKAGES[@]}"; }
    ) >"$log" 2>&1 9>&- || { tail -n 20 "$log" >&2; die "apt-get failed, see $log"; }
    rm -f "$log"
}

# ---- The cluster

is_free() { # PORT
    ! (exec 8<>"/dev/tcp/$HOST/$1") 2>/dev/null
}

first_port() {
    local port tries
    if [ -n "${FC_CEPH_PORT:-}" ]; then echo "$FC_CEPH_PORT"; return 0; fi
    # Below the ports that Linux gives to clients, which could take ours between a stop and a start.
    # Counted from the PID, so that two starts at the same moment do not choose the same.
    for ((tries = 0; tries < 300; tries++)); do
        port=$((20000 + ($$ + tries) % 300 * 40))
        if is_free "$port" && is_free $((port + 1)) && is_free $((port + 2)); then echo "$port"; return 0; fi
    done
    die "found no free ports"
}

write_conf() { # PORT
    local rgw="$1" tls=$(($1 + 1)) mon=$(($1 + 2)) osd=$(($1 + 10))
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=localhost \
        -addext "subjectAltName=IP:127.0.0.1,DNS:localhost" \
        -keyout "$DIR/tls.key" -out "$DIR/tls.pem" >"$LOG/openssl.out" 2>&1 ||
        { cat "$LOG/openssl.out" >&2; die "openssl failed"; }
    cat >"$CONF" <<CONF
[global]
fsid = $(cat /proc/sys/kernel/random/uuid)
mon_initial_members = a
mon_host = v1:$HOST:$mon
public_addr = $HOST
cluster_addr = $HOST
ms_bind_ipv4 = true
ms_bind_ipv6 = false
ms_bind_msgr1 = true
ms_bind_msgr2 = false
ms_bind_port_min = $osd
ms_bind_port_max = $((osd + 29))
ms_async_op_threads = 2
# Without authentication, daemons of 16.2 now and then ask before they know the cluster, and are refused.
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
keyring = $DIR/keyring
run_dir = $RUN
admin_socket = $RUN/\$name.\$pid.asok
pid_file =
log_to_stderr = false
err_to_stderr = true
log_to_syslog = false
log_max_recent = 500
crash_dir = $DIR/crash
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pgp_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0

[mon]
log_file = $LOG/mon.log
mon_data = $DIR/mon
mon_cluster_log_file = $LOG/cluster.log
mon_allow_pool_size_one = true
mon_allow_pool_delete = true
mon_warn_on_pool_no_redundancy = false
mon_max_pg_per_osd = 2000
mon_data_avail_warn = 1
mon_data_avail_crit = 0
auth_allow_insecure_global_id_reclaim = false
mon_memory_autotune = false
paxos_propose_interval = 0.1
paxos_min_wait = 0.02

[osd]
log_file = $LOG/osd.log
osd_data = $DIR/osd
osd_objectstore = bluestore
osd_class_update_on_start = false
osd_crush_initial_weight = 1
bluestore_block_create = true
bluestore_block_size = $(numfmt --from=iec "$DISK")
bluestore_cache_autotune = false
bluestore_cache_size = 134217728
bluestore_fsck_on_mount = false
osd_op_num_shards = 2
osd_op_num_threads_per_shard = 1
osd_mclock_skip_benchmark = true

[client]
log_file = $LOG/client.log

[client.rgw.fc]
log_file = $LOG/rgw.log
rgw_data = $DIR/rgw
rgw_frontends = beast endpoint=$HOST:$rgw ssl_endpoint=$HOST:$tls ssl_certificate=$DIR/tls.pem ssl_private_key=$DIR/tls.key
rgw_thread_pool_size = 64
rgw_num_rados_handles = 1
rgw_enable_usage_log = false
rgw_enable_ops_log = false
CONF
}

quietly() { # NAME COMMAND...: its output goes to a log, which is shown where it fails
    local name="$1"; shift
    "$@" >"$LOG/$name.out" 2>&1 9>&- || { tail -n 20 "$LOG/$name.out" >&2; die "$name failed, see $LOG/$name.out"; }
}

make_keys() {
    ceph-authtool --create-keyring "$DIR/keyring" --gen-key -n mon. --cap mon 'allow *'
    ceph-authtool "$DIR/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
    ceph-authtool "$DIR/keyring" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' --cap mgr 'allow profile osd'
    ceph-authtool "$DIR/keyring" --gen-key -n client.rgw.fc --cap mon 'allow rw' --cap osd 'allow rwx'
}

launch_mon() { launch mon ceph-mon -f -c "$CONF" -i a; }
launch_osd() { launch osd ceph-osd -f -c "$CONF" -i 0; }

make_cluster() { # leaves the monitor running
    local port osd_uuid
    say "making a new cluster in $DIR"
    rm -rf -- "$DIR"/{mon,osd,rgw,crash}
    mkdir -p "$DIR"/{mon,osd,rgw,crash}
    port="$(first_port)"
    osd_uuid="$(cat /proc/sys/kernel/random/uuid)"
    write_conf "$port"
    quietly authtool make_keys
    quietly monmaptool monmaptool --create --clobber --fsid "$(sed -n 's/^fsid = //p' "$CONF")" \
        --addv a "[v1:$HOST:$((port + 2))]" "$DIR/monmap"
    quietly mon-mkfs ceph-mon -c "$CONF" --mkfs -i a --monmap "$DIR/monmap" --keyring "$DIR/keyring"
    launch_mon
    quietly osd-new timeout 60 ceph -c "$CONF" --connect-timeout 30 osd new "$osd_uuid"
    quietly osd-mkfs ceph-osd -c "$CONF" -i 0 --mkfs --osd-uuid "$osd_uuid"
    echo "$port" >"$MADE"
}

wait_for_osd() { # asks the daemon itself: right after a crash the monitor may still take the dead one for up
    local pid status='' restarts=0 tries
    for ((tries = 0; tries < 240; tries++)); do
        need mon
        if pid="$(alive osd)"; then
            status="$(timeout 20 ceph --admin-daemon "$RUN/osd.0.$pid.asok" status 2>/dev/null 9>&- || true)"
            case "$status" in *'"state": "active"'*) return 0 ;; esac
            sleep 0.25
        else
            restarts=$((restarts + 1))
            [ "$restarts" -le 3 ] || need osd
            sleep 0.5
            launch_osd
        fi
    done
    die "the storage daemon did not come up: $status"
}

make_user() { # NAME ACCESS_KEY SECRET_KEY
    local admin=(timeout 120 radosgw-admin -c "$CONF" -n client.rgw.fc)
    "${admin[@]}" user info --uid="$1" >/dev/null 2>&1 9>&- ||
        quietly "user-$1" "${admin[@]}" user create --uid="$1" --display-name="$1" --access-key="$2" --secret-key="$3"
}

url() { echo "http://$HOST:$(cat "$MADE")"; }
tls_url() { echo "https://$HOST:$(($(cat "$MADE") + 1))"; }

answers() { # an anonymous GET / is answered with 200
    [ "$(curl --noproxy '*' -s -o /dev/null -m 3 -w '%{http_code}' "$(url)/" 2>/dev/null)" = 200 ]
}

# ---- Commands

start() {
    local tries began=$SECONDS
    if [ -d "$DIR" ] && [ ! -e "$OURS" ] && [ -n "$(ls -A "$DIR")" ]; then die "$DIR holds something else"; fi
    # The daemons' sockets lie in $RUN, and such paths hold 107 bytes.
    [ ${#RUN} -le 70 ] || die "the path of FC_CEPH_DIR is too long for sockets (more than 66 characters)"
    mkdir -p "$DIR" "$RUN" "$LOG"
    : >"$OURS"
    lock
    install_packages
    if [ ! -e "$MADE" ]; then
        end mon
        make_cluster
    fi
    launch_mon
    launch_osd
    wait_for_osd
    if [ ! -e "$USERS" ]; then
        make_user flowcam "$ACCESS_KEY" "$SECRET_KEY"
        make_user stranger "$STRANGER_ACCESS_KEY" "$STRANGER_SECRET_KEY"
        : >"$USERS"
    fi
    launch rgw radosgw -f -c "$CONF" -n client.rgw.fc
    for ((tries = 0; tries < 600; tries++)); do
        need rgw
        answers && break
        sleep 0.2
    done
    answers || die "the gateway does not answer on $(url), see $LOG/rgw.log"
    if [ -n "${FC_CEPH_OWNER:-}" ]; then launch watch "${BASH_SOURCE[0]}" reset-after "$FC_CEPH_OWNER"; fi
    say "$(url) and $(tls_url) answer after $((SECONDS - began)) s"
}

stop() { # [rgw]
    [ -e "$OURS" ] || { say "nothing of ours in $DIR"; return 0; }
    lock
    case "${1:-all}" in
        rgw) end rgw ;;
        all) end watch; end rgw; end osd; end mon ;;
        *) usage ;;
    esac
}

reset_after() { # PID
    while [ -e "/proc/$1" ]; do sleep 2; done
    rm -f "$RUN/watch.pid" # which is us, not to be ended
    reset
}

status() {
    local name all=0
    for name in mon osd rgw; do
        if alive "$name" >/dev/null; then echo "$name: runs"; else echo "$name: does not run"; all=3; fi
    done
    if [ "$all" = 0 ] && answers; then echo "S3: $(url) $(tls_url)"; else echo "S3: does not answer"; all=3; fi
    return "$all"
}

environment() {
    [ -e "$MADE" ] || die "no cluster in $DIR; start it first"
    printf 'export %s=%q\n' \
        AWS_ACCESS_KEY_ID "$ACCESS_KEY" \
        AWS_SECRET_ACCESS_KEY "$SECRET_KEY" \
        AWS_ENDPOINT_URL_S3 "$(url)" \
        AWS_REGION us-east-1 \
        AWS_EC2_METADATA_DISABLED true \
        FC_CEPH_TLS_URL "$(tls_url)" \
        FC_CEPH_CA "$DIR/tls.pem" \
        FC_CEPH_STRANGER_ACCESS_KEY_ID "$STRANGER_ACCESS_KEY" \
        FC_CEPH_STRANGER_SECRET_ACCESS_KEY "$STRANGER_SECRET_KEY"
    echo 'unset AWS_SESSION_TOKEN AWS_PROFILE'
}

reset() {
    [ -e "$OURS" ] || { say "nothing of ours in $DIR"; return 0; }
    stop
    rm -rf -- "$DIR"
}

usage() { sed -n '2,16p' "$0" >&2; exit 2; }

case "${1:-}" in
    install) install_packages ;;
    start) start ;;
    stop) stop "${2:-all}" ;;
    reset-after) reset_after "$2" ;;
    status) status ;;
    env) environment ;;
    reset) reset ;;
    *) usage ;;
esac
