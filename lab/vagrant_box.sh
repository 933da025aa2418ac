#!/bin/sh
# Make a box for Vagrant's provider libvirt from the image of `make vm`, for machines under emulation (docs/vagrant.md):
#   lab/vagrant_box.sh IMAGE-DIRECTORY podnet.box
# The box fits machines with this one's time stamp counter. Root mounts the disk to write the user of Vagrant onto it. The public key is that which each installation of Vagrant has.
set -eu

[ $# = 2 ] || { echo "usage: $0 IMAGE-DIRECTORY BOX" >&2; exit 2; }
image=$(realpath "$1")
box=$(realpath --canonicalize-missing "$2")
key=$(find /usr/share/rubygems-integration /opt/vagrant -path '*/vagrant-*/keys/vagrant.pub' 2>/dev/null | head -n 1)
[ -n "$key" ] || { echo "Vagrant is not installed: no keys/vagrant.pub below /usr/share or /opt" >&2; exit 1; }
# The kernel counts two bogomips for each MHz of the counter; "cpu MHz" is that of the moment.
khz=$(awk '/^bogomips/ { printf "%d", $3 * 500; exit }' /proc/cpuinfo)

work=$(mktemp --directory)
# Before the mount, and after its end, there is nothing to unmount.
trap 'umount "$work/root" 2>/dev/null || true; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"
cp --sparse=always "$image/disk" disk
cp "$image/vmlinuz" "$image/initrd.img" .
mkdir root
mount -o loop disk root
chroot root useradd --create-home --shell /bin/bash vagrant
install -d -m 0700 root/home/vagrant/.ssh
install -m 0600 "$key" root/home/vagrant/.ssh/authorized_keys
chroot root chown -R vagrant: /home/vagrant/.ssh
echo 'vagrant ALL=(ALL) NOPASSWD: ALL' > root/etc/sudoers.d/vagrant
chmod 0440 root/etc/sudoers.d/vagrant
ssh-keygen -q -t ed25519 -N '' -f root/etc/ssh/ssh_host_ed25519_key
echo machine > root/etc/hostname
echo '127.0.0.1 localhost' > root/etc/hosts
printf '[Match]\nType=ether\n\n[Network]\nDHCP=ipv4\n' > root/etc/systemd/network/90-dhcp.network
umount root
qemu-img convert -O qcow2 disk box.img
echo '{"provider": "libvirt", "format": "qcow2", "virtual_size": 10}' > metadata.json

# The kernel's words are those of the machines of `make vm`, whose reasons are in docs/vm.md.
cat > Vagrantfile << END
Vagrant.configure("2") do |config|
  config.vm.boot_timeout = 1800
  config.vm.provider :libvirt do |libvirt|
    libvirt.driver = "qemu"
    libvirt.cpu_mode = "custom"
    libvirt.cpu_model = "qemu64"
    libvirt.graphics_type = "none"
    libvirt.video_type = "none"
    libvirt.kernel = File.join(__dir__, "vmlinuz")
    libvirt.initrd = File.join(__dir__, "initrd.img")
    libvirt.cmd_line = "root=/dev/vda rw console=ttyS0 panic=10 mitigations=off nokaslr no_timer_check " \\
      "systemd.default_timeout_start_sec=15min tsc=reliable clocksource=tsc tsc_early_khz=$khz"
  end
end
END
tar --sparse -czf "$box" metadata.json Vagrantfile box.img vmlinuz initrd.img
