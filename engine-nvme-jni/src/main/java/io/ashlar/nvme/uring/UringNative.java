package io.ashlar.nvme.uring;

import io.ashlar.nvme.posix.NativeLibrary;

/// io_uring's three system calls. A negative answer is a negative errno.
final class UringNative {
  static {
    NativeLibrary.require();
  }

  private UringNative() {}

  /// @param params address of [RingParameters]
  /// @return the ring's descriptor
  static native int setup(int entries, long params);

  /// Hands over `submit` entries, and with [UringConstants#ENTER_GETEVENTS] runs what completions
  /// wait for the submitter's thread.
  ///
  /// @return how many entries the kernel took
  static native int enter(int ring, int submit, int complete, int flags);

  static native int register(int ring, int opcode, long argument, int count);
}
