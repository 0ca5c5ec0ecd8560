package io.ashlar.nvme.posix;

import java.nio.charset.StandardCharsets;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/// Error numbers in the system's own words.
public final class SystemErrors {
  private static final int CAPACITY = 256;

  private SystemErrors() {}

  /// "Permission denied (errno 13)".
  ///
  /// @param errno positive, or negative as natives answer it
  public static String text(int errno) {
    int number = Math.abs(errno);
    UnsafeBuffer buffer = new UnsafeBuffer(BufferUtil.allocateDirectAligned(CAPACITY, Long.BYTES));
    byte[] bytes = new byte[PosixNative.errorText(number, buffer.addressOffset(), CAPACITY)];
    buffer.getBytes(0, bytes);
    return new String(bytes, StandardCharsets.UTF_8) + " (errno " + number + ")";
  }
}
