package io.ashlar.replication.network;

import io.ashlar.core.base.Check;
import io.ashlar.replication.network.frame.FrameHeader;

/// What a storage network may hold, and how long it waits.
///
/// @param sendBytesMax what may wait to be sent to one peer in one class; the longest message fits
/// @param receiveBytesMax what may wait to be polled from one peer in one class before nothing more
///   is read; the longest message fits
/// @param greetingsMax how many connections may be there that have not yet said who they are
/// @param greetingNs how long one may take for that
/// @param silenceNs a peer that was not heard for so long is down; a sign of life is sent four
///   times in it
/// @param stuckNs a connection on which nothing was acknowledged for so long is over, where the
///   kernel tells (epoll); longer than a silence, because a peer may be busy
/// @param redialNsMin how long to wait before a peer is dialed again, at first
/// @param redialNsMax and after many times in vain
public record NetworkLimits(
    int sendBytesMax,
    int receiveBytesMax,
    int greetingsMax,
    long greetingNs,
    long silenceNs,
    long stuckNs,
    long redialNsMin,
    long redialNsMax) {
  /// How many signs of life are sent in [#silenceNs].
  static final int KEEP_ALIVES_PER_SILENCE = 4;

  private static final long MILLISECOND_NS = 1_000_000L;
  private static final int SEND_BYTES_MAX = 4 << 20;
  private static final int RECEIVE_BYTES_MAX = 4 << 20;
  private static final int GREETINGS_MAX = 64;
  private static final long GREETING_NS = 3_000 * MILLISECOND_NS;
  private static final long SILENCE_NS = 400 * MILLISECOND_NS;
  private static final long STUCK_NS = 5_000 * MILLISECOND_NS;
  private static final long REDIAL_NS_MIN = 50 * MILLISECOND_NS;
  private static final long REDIAL_NS_MAX = 1_000 * MILLISECOND_NS;

  public static final NetworkLimits DEFAULT =
      new NetworkLimits(
          SEND_BYTES_MAX,
          RECEIVE_BYTES_MAX,
          GREETINGS_MAX,
          GREETING_NS,
          SILENCE_NS,
          STUCK_NS,
          REDIAL_NS_MIN,
          REDIAL_NS_MAX);

  public NetworkLimits {
    Check.that(sendBytesMax >= FrameHeader.FRAME_BYTES_MAX, "the longest is sent", sendBytesMax);
    Check.that(
        receiveBytesMax >= FrameHeader.FRAME_BYTES_MAX, "the longest is received", receiveBytesMax);
    Check.that(greetingsMax > 0, "somebody may introduce himself", greetingsMax);
    Check.that(greetingNs > 0, "time for a greeting", greetingNs);
    Check.that(silenceNs >= MILLISECOND_NS, "time for a sign of life", silenceNs);
    Check.that(stuckNs >= silenceNs, "who is busy is not dead", stuckNs, silenceNs);
    Check.that(
        redialNsMin > 0 && redialNsMin <= redialNsMax, "redialing", redialNsMin, redialNsMax);
  }

  long keepAliveNs() {
    return silenceNs / KEEP_ALIVES_PER_SILENCE;
  }
}
