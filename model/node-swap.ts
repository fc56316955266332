/** What a sensitive node is told at its first boot, by Karpenter and by EKS alike: to swap, under a key nobody knows (R43). */

const BOUNDARY = "==TENANTRY==";

/** User data of Amazon Linux 2023: settings that nodeadm gives to the kubelet, and a script that cloud-init runs. */
export function swapUserData(gib: number): string {
  return [
    "MIME-Version: 1.0",
    `Content-Type: multipart/mixed; boundary="${BOUNDARY}"`,
    "",
    `--${BOUNDARY}`,
    "Content-Type: application/node.eks.aws",
    "",
    KUBELET,
    `--${BOUNDARY}`,
    'Content-Type: text/x-shellscript; charset="us-ascii"',
    "",
    swapScript(gib),
    `--${BOUNDARY}--`,
    "",
  ].join("\n");
}

/** Only Burstable pods swap, each in proportion to its memory request. A node whose swap failed still starts. */
const KUBELET = `---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    config:
      failSwapOn: false
      memorySwap:
        swapBehavior: LimitedSwap
`;

/**
 * Runs once, before nodeadm starts the kubelet, so that no volume of a tenant can be attached yet. What it writes makes
 * systemd open the swap volume at every boot with a new key from the kernel's random source; the key lies nowhere
 * else. Where a step fails there is no swap, and never one in the clear.
 */
export function swapScript(gib: number): string {
  return `#!/bin/bash
set -euo pipefail

is_empty() {
  local found=0
  blkid --probe "$1" >/dev/null || found=$?
  [[ "$found" -eq 2 ]]
}

find_volume() {
  local disk
  for disk in /dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol*; do
    [[ "$disk" != *-part* ]] || continue
    if [[ "$(blockdev --getsize64 "$disk")" == ${gib * 1024 ** 3} ]] && is_empty "$disk"; then
      echo "$disk"
      return
    fi
  done
  echo "no encrypted swap: no empty volume of ${gib} GiB" >&2
  return 1
}

if [[ ! -x /usr/lib/systemd/systemd-cryptsetup ]]; then
  echo "no encrypted swap: this image has no systemd-cryptsetup" >&2
  exit 1
fi
if ! grep --quiet --no-messages '^swap ' /etc/crypttab; then
  volume=$(find_volume)
  echo "swap $volume /dev/urandom plain,swap,cipher=aes-xts-plain64,size=512" >>/etc/crypttab
  echo "/dev/mapper/swap none swap defaults 0 0" >>/etc/fstab
fi
systemctl daemon-reload
systemctl start systemd-cryptsetup@swap.service
systemctl start dev-mapper-swap.swap
`;
}
