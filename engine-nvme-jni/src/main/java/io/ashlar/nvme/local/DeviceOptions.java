package io.ashlar.nvme.local;

import io.ashlar.core.base.Check;

/// How to open a device.
///
/// @param engine which way to drive it
/// @param queueDepth how many requests may be in flight, 1 to [#MAX_QUEUE_DEPTH]
/// @param createBytes size of the pool file to create where nothing is at the path; 0 creates
///   nothing
/// @param preallocation how a created file gets its blocks
/// @param completion how the kernel's completions are found
/// @param slowAfterNs requests that take longer are counted as slow
public record DeviceOptions(
    Engine engine,
    int queueDepth,
    long createBytes,
    Preallocation preallocation,
    CompletionMode completion,
    long slowAfterNs) {
  public static final int MAX_QUEUE_DEPTH = 4096;

  /// io_uring where it is allowed, 256 requests, nothing created, one second is slow.
  public static final DeviceOptions DEFAULT =
      new DeviceOptions(
          Engine.BEST, 256, 0, Preallocation.SPARSE, CompletionMode.INTERRUPT, 1_000_000_000L);

  /// Which way to drive a device.
  public enum Engine {
    /// io_uring if the machine allows it, else [#FILE].
    BEST,
    /// io_uring or an exception.
    URING,
    /// Positional reads and writes on a pool of threads.
    FILE
  }

  /// How a created pool file gets its blocks.
  public enum Preallocation {
    /// None until they are written; the file system may run out of room later.
    SPARSE,
    /// All reserved at creation, so that the pool cannot run out of room.
    RESERVED
  }

  /// How the kernel's completions are found.
  public enum CompletionMode {
    /// The device interrupts; the loop may sleep.
    INTERRUPT,
    /// As [#INTERRUPT], and a kernel thread takes submissions, so that most batches need no system
    /// call. Costs a core while busy.
    SUBMISSION_THREAD,
    /// The loop polls the device's own queue for reads and writes (IOPOLL), and does not sleep
    /// while there are any. Where the driver has no poll queues, as [#INTERRUPT].
    DEVICE_POLL
  }

  public DeviceOptions {
    Check.that(
        queueDepth >= 1 && queueDepth <= MAX_QUEUE_DEPTH, "queue depth in bounds", queueDepth);
    Check.that(createBytes >= 0, "created size in bounds", createBytes);
    Check.that(slowAfterNs > 0, "slow is after some time", slowAfterNs);
  }

  public DeviceOptions withEngine(Engine other) {
    return new DeviceOptions(
        other, queueDepth, createBytes, preallocation, completion, slowAfterNs);
  }

  public DeviceOptions withQueueDepth(int other) {
    return new DeviceOptions(engine, other, createBytes, preallocation, completion, slowAfterNs);
  }

  /// Creates a file of this size where nothing is at the path.
  public DeviceOptions creating(long bytes, Preallocation how) {
    return new DeviceOptions(engine, queueDepth, bytes, how, completion, slowAfterNs);
  }

  public DeviceOptions withCompletion(CompletionMode other) {
    return new DeviceOptions(engine, queueDepth, createBytes, preallocation, other, slowAfterNs);
  }
}
