package io.ashlar.control;

import java.util.Arrays;
import java.util.Locale;

/// Everything that may be said of a node's health, as a stable machine-readable code. Codes are
/// never renamed: alerts match on them.
public enum HealthCode {
  /// A shard found itself broken and stopped; the process ends and recovers at its next start.
  NODE_FAILED("node-failed", Severity.CRITICAL),
  /// The pool takes no more writes until its device is opened again.
  POOL_FAILED("pool-failed", Severity.CRITICAL),
  /// The device is missing: pulled, or its driver gave up.
  DEVICE_GONE("device-gone", Severity.CRITICAL),
  /// Live data fills the pool; writes are refused.
  POOL_FULL("pool-full", Severity.CRITICAL),
  /// At least 90 % of the pool is used.
  POOL_NEARLY_FULL("pool-nearly-full", Severity.CRITICAL),
  /// The file system below the pool's sparse file has less than a GiB left, and the file may grow
  /// by more.
  FILE_SYSTEM_FULL("file-system-full", Severity.CRITICAL),
  /// Nobody leads the cluster's metadata: nothing can be changed, and no failure is mended.
  CLUSTER_NO_QUORUM("cluster-no-quorum", Severity.CRITICAL),
  /// A node of the cluster cannot be reached.
  CLUSTER_NODE_DOWN("cluster-node-down", Severity.WARNING),
  /// A node was let in and never started since.
  CLUSTER_NODE_JOINING("cluster-node-joining", Severity.WARNING),
  /// The node's certificate is good for a short time only, and no connection is made after it.
  CERTIFICATE_EXPIRES("certificate-expires", Severity.WARNING),
  /// At least 80 % of the pool is used.
  POOL_FILLING("pool-filling", Severity.WARNING),
  /// The device's own log warns, or says that it is worn out.
  DEVICE_WORN("device-worn", Severity.WARNING),
  /// The device failed reads or writes since the node started.
  DEVICE_ERRORS("device-errors", Severity.WARNING),
  /// Blocks or index pages are not what was written.
  BLOCKS_DAMAGED("blocks-damaged", Severity.WARNING),
  /// Index pages, checkpoints or superblocks were not what was written, and are written anew.
  DAMAGE_REPAIRED("damage-repaired", Severity.WARNING),
  /// What the start found out of order: volumes that are not served, or came back without a record.
  VOLUMES_AMISS("volumes-amiss", Severity.WARNING),
  /// The file system below the pool's sparse file has less room than the file may still take.
  FILE_SYSTEM_SHORT("file-system-short", Severity.NOTICE),
  /// The cluster has so few nodes that it cannot lose one.
  CLUSTER_FEW_NODES("cluster-few-nodes", Severity.NOTICE),
  /// Somebody was turned away from the storage network a while ago.
  CLUSTER_PEER_REFUSED("cluster-peer-refused", Severity.NOTICE),
  /// The volumes' sizes come to more than the pool holds. Usual for thin volumes.
  OVERCOMMITTED("overcommitted", Severity.NOTICE);

  /// How much it matters.
  public enum Severity {
    /// Good to know.
    NOTICE,
    /// To be looked at soon.
    WARNING,
    /// To be looked at now: data is not served, or will not be soon.
    CRITICAL;

    /// As it travels.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final String code;
  private final Severity severity;

  HealthCode(String code, Severity severity) {
    this.code = code;
    this.severity = severity;
  }

  /// The code as it travels and as alerts match it.
  public String code() {
    return code;
  }

  public Severity severity() {
    return severity;
  }

  /// Whether nothing, or no writes, are served.
  public boolean isFailure() {
    return this == NODE_FAILED || this == POOL_FAILED || this == DEVICE_GONE;
  }

  /// An entry that says this.
  public HealthEntry says(String sentence) {
    return new HealthEntry(code, severity.word(), sentence);
  }

  /// Whether an entry among these says that nothing, or no writes, are served.
  public static boolean isFailed(Iterable<HealthEntry> entries) {
    for (HealthEntry entry : entries) {
      if (Arrays.stream(values())
          .anyMatch(each -> each.isFailure() && each.code.equals(entry.code()))) {
        return true;
      }
    }
    return false;
  }
}
