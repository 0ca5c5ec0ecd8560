package io.ashlar.target.iscsi.session;

import io.ashlar.core.base.Check;

/// What a target allows its initiators.
///
/// @param queueDepth numbered commands that one session may have under way
/// @param dataSegmentBytesMax the MaxRecvDataSegmentLength that the target declares
/// @param burstBytesMax the longest MaxBurstLength agreed to
/// @param firstBurstBytesMax the longest FirstBurstLength agreed to
/// @param loginNs a login that takes longer is cut off
/// @param idleNs a session that sends nothing for so long is asked whether it is there, and cut off
///   when it does not answer for as long again
public record SessionLimits(
    int queueDepth,
    int dataSegmentBytesMax,
    int burstBytesMax,
    int firstBurstBytesMax,
    long loginNs,
    long idleNs) {
  public static final SessionLimits DEFAULT =
      new SessionLimits(128, 256 * 1024, 1024 * 1024, 256 * 1024, 10_000_000_000L, 30_000_000_000L);

  /// The least and most that the keys may say: RFC 7143 §13.12.
  static final int SEGMENT_BYTES_MIN = 512;

  static final int SEGMENT_BYTES_MAX = (1 << 24) - 1;

  public SessionLimits {
    Check.that(queueDepth >= 1 && queueDepth <= 4096, "queue depth 1 to 4096", queueDepth);
    Check.that(
        dataSegmentBytesMax >= SEGMENT_BYTES_MIN && dataSegmentBytesMax <= SEGMENT_BYTES_MAX,
        "data segment length as RFC 7143 allows it",
        dataSegmentBytesMax);
    Check.that(
        burstBytesMax >= SEGMENT_BYTES_MIN && burstBytesMax <= SEGMENT_BYTES_MAX,
        "burst length as RFC 7143 allows it",
        burstBytesMax);
    Check.that(
        firstBurstBytesMax >= SEGMENT_BYTES_MIN && firstBurstBytesMax <= burstBytesMax,
        "a first burst is no longer than a burst",
        firstBurstBytesMax,
        burstBytesMax);
    Check.that(
        firstBurstBytesMax <= 1024 * 1024, "a first burst fits a buffer", firstBurstBytesMax);
    Check.that(loginNs > 0 && idleNs > 0, "times are positive", loginNs, idleNs);
  }
}
