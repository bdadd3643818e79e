#!/bin/sh
# boot.sh WORK INSTALLATION CLOCK: systemd as the first process of namespaces of its own, over a copy of this machine's root
# that vanishes with WORK. It sees INSTALLATION as /etc/connector and CLOCK as /run/clock, and can change nothing of the
# machine itself: no device, no kernel setting, no network interface, no clock.
#   unshare --mount --pid --fork --uts --ipc --cgroup boot.sh …
set -eu
work=$1 installation=$2 clock=$3
root=$work/root
mkdir -p "$work/upper" "$work/work" "$root"
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" "$root"

mount -t proc proc "$root/proc"
for part in sys sysrq-trigger; do
    [ -e "$root/proc/$part" ] || continue
    mount --bind "$root/proc/$part" "$root/proc/$part"
    mount -o remount,bind,ro "$root/proc/$part"
done
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for node in null zero full random urandom tty; do
    : > "$root/dev/$node"
    mount --bind "/dev/$node" "$root/dev/$node"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mkdir -p "$root/run/lock" "$root/run/clock" "$root/etc/connector"
mount --bind "$installation" "$root/etc/connector"
mount --bind "$clock" "$root/run/clock"

# Nothing of this machine's own services: neither what it mounts, nor what it does by the clock or when it is online.
: > "$root/etc/fstab"
rm -rf "$root/etc/systemd/system/network-online.target.wants"
ln -sf /dev/null "$root/etc/systemd/system/timers.target"
ln -sf /dev/null "$root/etc/systemd/system/systemd-udevd.service"

hostname unit
cd "$root"
mkdir -p .before
pivot_root . .before
umount -l /.before
export container=other
exec setpriv --bounding-set=-net_admin,-sys_module,-sys_time,-sys_boot,-sys_rawio /lib/systemd/systemd --system --unit=basic.target
