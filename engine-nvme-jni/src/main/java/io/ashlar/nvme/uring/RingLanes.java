package io.ashlar.nvme.uring;

import io.ashlar.nvme.local.DeviceOpenException;
import io.ashlar.nvme.local.DeviceOpenException.Reason;
import io.ashlar.nvme.local.DeviceOptions;
import io.ashlar.nvme.local.DeviceOptions.CompletionMode;
import io.ashlar.nvme.posix.DeviceFacts;
import io.ashlar.nvme.posix.DeviceFile;
import io.ashlar.nvme.posix.SystemErrors;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The rings of one device.
///
/// @param interrupting takes everything
/// @param polled takes what can be polled; null where polling was not asked for, or cannot be had
/// @param pollingNote why it cannot be had, for people; empty where it can or is not wanted
record RingLanes(RingLane interrupting, @Nullable RingLane polled, String pollingNote) {
  private static final String NO_QUEUES =
      "not polled: its driver has no poll queues (nvme.poll_queues=1 on the kernel's command line"
          + " gives NVMe disks one)";

  /// @param canPoll whether the driver of such a device has poll queues
  /// @param extraFlags of the rings, beside those of their modes
  /// @param speaker makes what speaks through a ring
  static RingLanes open(
      DeviceFile file,
      DeviceOptions options,
      Predicate<DeviceFacts> canPoll,
      int extraFlags,
      Function<SubmissionRing, RingCommands> speaker)
      throws DeviceOpenException {
    CompletionMode wanted = options.completion();
    boolean poll = wanted == CompletionMode.DEVICE_POLL;
    CompletionMode first = poll ? CompletionMode.INTERRUPT : wanted;
    RingLane interrupting = lane(file, options.queueDepth(), first, extraFlags, speaker);
    if (!poll) {
      return new RingLanes(interrupting, null, "");
    }
    if (!canPoll.test(file.facts())) {
      return new RingLanes(interrupting, null, NO_QUEUES);
    }
    try {
      RingLane polled = lane(file, options.queueDepth(), wanted, extraFlags, speaker);
      return new RingLanes(interrupting, polled, "not polled: the kernel refused a request");
    } catch (DeviceOpenException noSecond) {
      return new RingLanes(interrupting, null, "not polled: " + noSecond.sentence());
    }
  }

  private static RingLane lane(
      DeviceFile file,
      int queueDepth,
      CompletionMode mode,
      int extraFlags,
      Function<SubmissionRing, RingCommands> speaker)
      throws DeviceOpenException {
    Ring ring = RingSetup.create(queueDepth, mode, extraFlags);
    int result = ring.register(file.fd());
    if (result < 0) {
      ring.close();
      throw new DeviceOpenException(
          Reason.ENGINE_UNAVAILABLE,
          "io_uring refused " + file.path() + ": " + SystemErrors.text(result) + ".");
    }
    return new RingLane(ring, speaker.apply(ring.submission));
  }
}
