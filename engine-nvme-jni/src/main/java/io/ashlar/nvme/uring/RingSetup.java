package io.ashlar.nvme.uring;

import io.ashlar.nvme.local.DeviceOpenException;
import io.ashlar.nvme.local.DeviceOpenException.Reason;
import io.ashlar.nvme.local.DeviceOptions.CompletionMode;
import io.ashlar.nvme.local.Errno;
import io.ashlar.nvme.posix.NativeLibrary;
import io.ashlar.nvme.posix.PosixNative;
import io.ashlar.nvme.posix.SystemErrors;
import org.jspecify.annotations.Nullable;

/// Makes a ring with the best flags that this kernel knows: newest first, one step down for each
/// refusal.
///
/// | step | flags | since | what they give |
/// |---|---|---|---|
/// | 1 | SINGLE_ISSUER, DEFER_TASKRUN, TASKRUN_FLAG | 6.1 | completions run when we ask, no locks |
/// | 2 | COOP_TASKRUN, TASKRUN_FLAG | 5.19 | completions do not interrupt a running loop |
/// | 3 | none | 5.6 | |
final class RingSetup {
  private static final int THREAD_IDLE_MS = 50;

  private static final int[] INTERRUPT_STEPS = {
    UringConstants.SETUP_SUBMIT_ALL
        | UringConstants.SETUP_SINGLE_ISSUER
        | UringConstants.SETUP_DEFER_TASKRUN
        | UringConstants.SETUP_TASKRUN_FLAG
        | UringConstants.SETUP_R_DISABLED,
    UringConstants.SETUP_SUBMIT_ALL
        | UringConstants.SETUP_COOP_TASKRUN
        | UringConstants.SETUP_TASKRUN_FLAG,
    0
  };

  // The kernel refuses both TASKRUN flags with a submission thread: completions run on that thread.
  private static final int[] THREAD_STEPS = {
    UringConstants.SETUP_SQPOLL | UringConstants.SETUP_SUBMIT_ALL, UringConstants.SETUP_SQPOLL
  };

  private static final int[] POLL_STEPS = {
    UringConstants.SETUP_IOPOLL
        | UringConstants.SETUP_SUBMIT_ALL
        | UringConstants.SETUP_SINGLE_ISSUER
        | UringConstants.SETUP_DEFER_TASKRUN
        | UringConstants.SETUP_R_DISABLED,
    UringConstants.SETUP_IOPOLL
  };

  private RingSetup() {}

  /// Why io_uring cannot be used on this machine, as a sentence; null if it can.
  static @Nullable String problem() {
    if (NativeLibrary.problem() != null) {
      return NativeLibrary.problem();
    }
    RingParameters parameters = new RingParameters();
    int fd = UringNative.setup(1, parameters.ask(0, 0).address());
    if (fd < 0) {
      return refusal(-fd);
    }
    PosixNative.close(fd);
    int needed = UringConstants.FEATURE_SINGLE_MMAP | UringConstants.FEATURE_NODROP;
    return (parameters.features() & needed) == needed
        ? null
        : "This kernel's io_uring is too old; Ashlar needs Linux 5.6 or newer for it.";
  }

  /// @param extraFlags required beside the mode's own, such as SQE128
  /// @throws DeviceOpenException where io_uring is refused, or the mode is
  static Ring create(int entries, CompletionMode mode, int extraFlags) throws DeviceOpenException {
    String problem = problem();
    if (problem != null) {
      throw new DeviceOpenException(Reason.ENGINE_UNAVAILABLE, problem);
    }
    int[] steps =
        switch (mode) {
          case INTERRUPT -> INTERRUPT_STEPS;
          case SUBMISSION_THREAD -> THREAD_STEPS;
          case DEVICE_POLL -> POLL_STEPS;
        };
    RingParameters parameters = new RingParameters();
    int fd = -Errno.EINVAL;
    for (int i = 0; i < steps.length && fd == -Errno.EINVAL; i++) {
      parameters.ask(steps[i] | extraFlags, THREAD_IDLE_MS);
      fd = UringNative.setup(entries, parameters.address());
    }
    if (fd < 0) {
      throw new DeviceOpenException(Reason.ENGINE_UNAVAILABLE, refusal(-fd));
    }
    return Ring.map(fd, parameters);
  }

  private static String refusal(int errno) {
    return switch (errno) {
      case Errno.ENOSYS -> "This kernel has no io_uring, or a seccomp profile hides it.";
      case Errno.EPERM, Errno.EACCES ->
          "io_uring is forbidden here, by a seccomp profile (containers) or by"
              + " kernel.io_uring_disabled; allow it to be several times faster.";
      case Errno.ENOMEM ->
          "io_uring may not lock enough memory; raise the limit (ulimit -l, LimitMEMLOCK=).";
      default -> "io_uring could not be set up: " + SystemErrors.text(errno) + ".";
    };
  }
}
