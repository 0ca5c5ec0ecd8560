package io.ashlar.initiator.nvme.queue;

import java.net.InetSocketAddress;
import java.time.Duration;

/// How one queue pair connects and what it takes at start.
///
/// @param address where the controller listens
/// @param depth how many commands may be under way, 1 to 1024
/// @param transferBytesMax the longest data of one command; each slot has a buffer of this size
/// @param inCapsuleBytesMax writes up to this length travel in their capsule, at most 256 KiB
/// @param readyToTransferMax how many R2Ts of one command the controller may have outstanding
/// @param alignmentDwords the alignment wanted of received data (HPDA + 1), 1 to 32
/// @param digests which digests to ask for
/// @param timeout for the connection, and for each command
public record QueueOptions(
    InetSocketAddress address,
    int depth,
    int transferBytesMax,
    int inCapsuleBytesMax,
    int readyToTransferMax,
    int alignmentDwords,
    Digests digests,
    Duration timeout) {
  static final int DEPTH_MAX = 1024;

  /// A command with more data waits until it is asked for it, whatever the controller would take.
  public static final int IN_CAPSULE_BYTES_MAX = 256 * 1024;

  private static final int TRANSFER_BYTES_MAX = 64 * 1024 * 1024;
  private static final int READY_TO_TRANSFER_MAX = 64;

  public QueueOptions {
    require(depth >= 1 && depth <= DEPTH_MAX, "the depth must be 1 to 1024", depth);
    require(
        transferBytesMax >= 4096 && transferBytesMax <= TRANSFER_BYTES_MAX,
        "the longest transfer must be 4 KiB to 64 MiB",
        transferBytesMax);
    require(
        inCapsuleBytesMax >= 0 && inCapsuleBytesMax <= IN_CAPSULE_BYTES_MAX,
        "data in a capsule must be at most 256 KiB",
        inCapsuleBytesMax);
    require(
        readyToTransferMax >= 1 && readyToTransferMax <= READY_TO_TRANSFER_MAX,
        "outstanding R2Ts must be 1 to 64",
        readyToTransferMax);
    require(
        alignmentDwords >= 1 && alignmentDwords <= 32,
        "the data alignment must be 1 to 32 dwords",
        alignmentDwords);
    require(timeout.isPositive(), "the timeout must be positive, in ms", timeout.toMillis());
  }

  private static void require(boolean fact, String sentence, long figure) {
    if (!fact) {
      throw new IllegalArgumentException("NVMe/TCP queue: " + sentence + ", not " + figure + ".");
    }
  }
}
