#!/bin/sh
# The README's two lines on a Debian 12 with nothing on it: a new debootstrap root, a clean clone
# of this repository inside, ./cabine called there. What a used machine hides shows here.
#
#   tests/setup/fresh_root.sh [--base DIR] [--keep] [--out DIR] [LINE…]
#
# LINE: a shell line to run in the clone; default: the README's two, the demo unattended.
# --base DIR  copy this debootstrap root instead of making one    --keep  leave the root to look at
# --out DIR   copy the clone's out/ folder here at the end
#
# Needs root, debootstrap, git and about 6 GB in $TMPDIR (or /var/tmp). Packages come from where this
# machine takes its own: its apt, pip and npm configuration is copied in.
set -eu

# With --inside ROOT: this script again, in a mount and process namespace of its own.
if [ "${1-}" = --inside ]; then
    root=$2
    shift 2
    mount -t proc proc /proc
    mount -t proc proc "$root/proc"
    mount --bind /dev "$root/dev"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$root/dev/pts"
    mount --bind "$root/dev/pts/ptmx" "$root/dev/ptmx"
    mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
    mount -t tmpfs -o mode=0755 tmpfs "$root/run"
    for folder in $FRESH_ROOT_FOLDERS; do
        [ -d "$folder" ] || continue
        mkdir -p "$root$folder"
        mount --bind -o ro "$folder" "$root$folder"
    done
    failed=0
    for line in "$@"; do
        echo "fresh_root: \$ $line"
        begin=$(date +%s)
        status=0
        # shellcheck disable=SC2086  # a setting a word
        env -i $FRESH_ROOT_SETTINGS HOME=/root CI=true \
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin nice -n 10 \
            chroot "$root" /bin/sh -c "cd /root/telecabine && $line" </dev/null || status=$?
        echo "fresh_root: status $status after $(($(date +%s) - begin)) s: $line"
        [ "$status" = 0 ] || failed=1
        # A command that has ended has left nothing: only this script is in the namespace.
        for process in /proc/[0-9]*; do
            what=$(tr '\0' ' ' <"$process/cmdline" 2>/dev/null) || continue
            case $what in
            '' | *"--inside $root "* | 'tr '*) ;;
            *) echo "fresh_root: still running: $what" && failed=1 ;;
            esac
        done
    done
    exit $failed
fi

repository=$(dirname -- "$(readlink -f -- "$0")")/../..
base='' keep=no out=''
while [ $# -gt 0 ]; do
    case $1 in
    --base) base=$2 && shift 2 ;;
    --keep) keep=yes && shift ;;
    --out) out=$2 && shift 2 ;;
    *) break ;;
    esac
done
[ $# -gt 0 ] || set -- './cabine demo --auto --out out' './cabine test'

[ "$(id -u)" = 0 ] || { echo "fresh_root: root is needed (chroot, mounts)" >&2 && exit 1; }
for tool in debootstrap git unshare chroot; do
    command -v $tool >/dev/null || { echo "fresh_root: $tool is missing" >&2 && exit 1; }
done

root=$(mktemp -d "${TMPDIR:-/var/tmp}/fresh-root.XXXXXX")
chmod 755 "$root"  # as the root of a Debian is
# The mounts live in a namespace that ends before this: nothing of the machine is under root then.
trap '[ $keep = yes ] && echo "fresh_root: kept $root" || rm -rf --one-file-system -- "$root"' EXIT
trap 'exit 130' INT TERM

if [ -n "$base" ]; then
    cp -a -- "$base/." "$root"
else
    echo "fresh_root: debootstrap"
    debootstrap --variant=minbase bookworm "$root" >/dev/null
fi

# This machine's way to the packages: apt's sources and download settings, pip's, npm's, its CAs.
copy() {
    for path in "$@"; do
        [ -e "$path" ] || continue
        mkdir -p "$root$(dirname "$path")"
        cp -aL -- "$path" "$root$(dirname "$path")"
    done
}
if grep -q '^VERSION_CODENAME=bookworm' /etc/os-release; then
    rm -f "$root/etc/apt/sources.list"
    copy /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/auth.conf.d \
        /etc/apt/trusted.gpg.d /etc/apt/keyrings
fi
apt-config dump Acquire >"$root/etc/apt/apt.conf.d/90machine"
copy /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/xdg/pip /root/.config/pip /root/.pip /root/.npmrc
if [ -f /etc/ssl/certs/ca-certificates.crt ]; then # whole, also after ca-certificates is installed
    copy /etc/ssl/certs/ca-certificates.crt
    mkdir -p "$root/usr/local/share/ca-certificates"
    awk -v to="$root/usr/local/share/ca-certificates/machine" \
        '/BEGIN CERTIFICATE/ { n++ } n { print >(to n ".crt") }' /etc/ssl/certs/ca-certificates.crt
fi
# Folders of packages on this machine that pip's configuration names.
folders=$(cat /etc/pip.conf /etc/xdg/pip/pip.conf /root/.config/pip/pip.conf 2>/dev/null |
    grep -oE '(file://)?/[A-Za-z0-9/_.-]+' | sed -e 's,^file://,,' -e 's,/simple$,,' | sort -u)

git clone -q --no-local -- "$repository" "$root/root/telecabine"
echo "fresh_root: $(git -C "$root/root/telecabine" log -1 --format='commit %h, %s')"

settings=$(env | grep -iE '^(PIP_|SSL_CERT_|NODE_EXTRA_CA_CERTS=|https?_proxy=|no_proxy=)') || true

FRESH_ROOT_FOLDERS=$folders
FRESH_ROOT_SETTINGS=$settings
export FRESH_ROOT_FOLDERS FRESH_ROOT_SETTINGS
status=0
unshare --mount --pid --fork --kill-child --propagation private "$0" --inside "$root" "$@" ||
    status=$?
if [ -n "$out" ] && [ -d "$root/root/telecabine/out" ]; then cp -a "$root/root/telecabine/out/." "$out"; fi
exit $status
