package io.ashlar.simulation.history;

import io.ashlar.core.base.Check;

/// What a client did to one block, and saw.
///
/// @param isWrite or else a read
/// @param value what was written or read; 0 for a block of zeroes
/// @param startNs when it was submitted
/// @param finishNs when its answer came; [#UNKNOWN] for a write of which nothing was heard, which
///   may take effect whenever after its start, if at all
public record Operation(boolean isWrite, long value, long startNs, long finishNs) {
  public static final long UNKNOWN = Long.MAX_VALUE;

  /// Before the first operation every block is zero.
  static final Operation INITIAL = write(0, Long.MIN_VALUE, Long.MIN_VALUE);

  public Operation {
    Check.that(startNs <= finishNs, "an operation ends after it began", startNs, finishNs);
    Check.that(isWrite || finishNs != UNKNOWN, "a read that was not answered tells nothing");
  }

  public static Operation write(long value, long startNs, long finishNs) {
    return new Operation(true, value, startNs, finishNs);
  }

  public static Operation read(long value, long startNs, long finishNs) {
    return new Operation(false, value, startNs, finishNs);
  }

  boolean isKnown() {
    return finishNs != UNKNOWN;
  }

  @Override
  public String toString() {
    return (isWrite ? "write " : "read ")
        + Long.toUnsignedString(value)
        + " from "
        + startNs
        + (isKnown() ? " to " + finishNs : ", never answered");
  }
}
