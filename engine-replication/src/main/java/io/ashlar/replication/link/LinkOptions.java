package io.ashlar.replication.link;

import io.ashlar.core.base.Check;
import io.ashlar.replication.transport.Transport;

/// How a link behaves.
///
/// @param windowBytes what may wait for its acknowledgement; the longest message fits
/// @param windowMessages how many messages may, a power of two
/// @param resendNs after so long without an acknowledgement everything is sent again
public record LinkOptions(int windowBytes, int windowMessages, long resendNs) {
  private static final int WINDOW_BYTES = 8 << 20;
  private static final int WINDOW_MESSAGES = 4096;
  private static final long RESEND_NS = 50_000_000L;

  public static final LinkOptions DEFAULT =
      new LinkOptions(WINDOW_BYTES, WINDOW_MESSAGES, RESEND_NS);

  public LinkOptions {
    Check.that(windowBytes >= Transport.MESSAGE_BYTES_MAX, "the longest fits", windowBytes);
    Check.that(resendNs > 0, "time for an answer", resendNs);
  }
}
