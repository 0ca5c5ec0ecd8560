package io.ashlar.daemon.node;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.ashlar.control.ByteSize;
import io.ashlar.daemon.config.DaemonOptions;
import java.lang.management.ManagementFactory;

/// What the node takes outside the heap, held against what the Java machine may take there. Without
/// this, a larger index would end the process when it is made, or worse, under load.
final class MemoryNeed {
  /// The log's groups, read buffers, and what the targets take for each connection.
  private static final long REST_BYTES = 32L << 20;

  private MemoryNeed() {}

  /// All of it, when every buffer is in use.
  static long bytes(DaemonOptions options) {
    long bytes = options.engine().indexBudgetBytes() + REST_BYTES;
    if (!options.nvme().listen().isEmpty()) {
      bytes += options.nvme().target().limits().queues().payloadBytesPerShard();
    }
    if (!options.iscsi().listen().isEmpty()) {
      bytes += options.iscsi().target().bufferBytesPerShard();
    }
    return bytes;
  }

  /// What the Java machine may take outside the heap.
  static long allowedBytes() {
    long set =
        Long.parseLong(
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .getVMOption("MaxDirectMemorySize")
                .getValue());
    return set == 0 ? Runtime.getRuntime().maxMemory() : set;
  }

  /// @throws StartException that names the options and the way out
  static void check(DaemonOptions options, long allowedBytes) throws StartException {
    long need = bytes(options);
    if (need > allowedBytes) {
      throw new StartException(
          "memory-short",
          "engine.index-budget, nvme.buffer-size and iscsi.buffer-size come to %s with the rest, and the Java machine may take %s outside its heap: lower them, or raise it (ASHLAR_JAVA_OPTIONS=-XX:MaxDirectMemorySize=%dm)."
              .formatted(ByteSize.format(need), ByteSize.format(allowedBytes), (need >> 20) + 1));
    }
  }
}
