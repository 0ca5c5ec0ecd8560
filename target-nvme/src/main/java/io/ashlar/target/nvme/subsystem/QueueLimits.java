package io.ashlar.target.nvme.subsystem;

import io.ashlar.core.base.Check;
import io.ashlar.core.volume.VolumeGeometry;

/// What one controller's queues may hold.
///
/// @param ioQueuesMax I/O queues per controller
/// @param queueEntriesMax entries of an I/O queue; one less can be under way
/// @param inCapsuleBytesMax data that a command capsule may carry
/// @param transferBytesMax data of one command; a power of two times 4 KiB
/// @param asyncEventRequestsMax how many event requests a host may leave pending
/// @param payloadBytesPerShard memory for data under way on one shard
public record QueueLimits(
    int ioQueuesMax,
    int queueEntriesMax,
    int inCapsuleBytesMax,
    int transferBytesMax,
    int asyncEventRequestsMax,
    long payloadBytesPerShard) {
  public static final QueueLimits DEFAULT =
      new QueueLimits(16, 128, 16 * 1024, VolumeGeometry.TRANSFER_BYTES_MAX, 4, 64L << 20);

  /// The admin queue's entries, and the least that the specification lets a host ask for.
  public static final int ADMIN_ENTRIES_MAX = 64;

  /// The most data of an admin command: log pages beyond are read in parts.
  public static final int ADMIN_TRANSFER_BYTES_MAX = 128 * 1024;

  private static final int PAGE_BYTES = 4096;

  /// Payload memory of a shard holds at least this many of the largest transfers.
  private static final int TRANSFERS_MIN = 4;

  public QueueLimits {
    Check.that(ioQueuesMax >= 1 && ioQueuesMax <= 1024, "1 to 1024 I/O queues", ioQueuesMax);
    Check.that(
        queueEntriesMax >= 2 && queueEntriesMax <= 4096, "2 to 4096 entries", queueEntriesMax);
    Check.that(
        inCapsuleBytesMax >= PAGE_BYTES
            && inCapsuleBytesMax <= 64 * 1024
            && inCapsuleBytesMax % 16 == 0,
        "capsule data of 4 to 64 KiB in units of 16 bytes",
        inCapsuleBytesMax);
    Check.that(
        transferBytesMax >= inCapsuleBytesMax
            && transferBytesMax <= VolumeGeometry.TRANSFER_BYTES_MAX
            && Integer.bitCount(transferBytesMax) == 1,
        "a transfer is a power of two from the capsule's data to 1 MiB",
        transferBytesMax);
    Check.that(
        asyncEventRequestsMax >= 1 && asyncEventRequestsMax <= 16,
        "1 to 16 event requests",
        asyncEventRequestsMax);
    Check.that(
        payloadBytesPerShard >= 2L * TRANSFERS_MIN * transferBytesMax,
        "payload memory holds eight of the largest transfers",
        payloadBytesPerShard,
        transferBytesMax);
  }

  /// MDTS: the largest transfer as a power of two of 4 KiB pages.
  public int transferPagesLog2() {
    return Integer.numberOfTrailingZeros(transferBytesMax / PAGE_BYTES);
  }
}
