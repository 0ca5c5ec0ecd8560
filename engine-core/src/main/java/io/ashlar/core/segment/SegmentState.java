package io.ashlar.core.segment;

/// The life of a segment.
public enum SegmentState {
  /// Holds nothing; may be opened by any lane of the device.
  FREE,
  /// A stream of this lane appends to it.
  OPEN,
  /// Full and immutable.
  SEALED,
  /// Nothing refers into it; FREE once the checkpoint that says so is durable and no read has it
  /// pinned.
  RELEASED;

  private static final SegmentState[] BY_CODE = values();

  /// Whether `next` may follow this state.
  public boolean mayBecome(SegmentState next) {
    return switch (this) {
      case FREE -> next == OPEN;
      case OPEN -> next == SEALED;
      case SEALED -> next == RELEASED;
      case RELEASED -> next == FREE;
    };
  }

  /// The number that stands for this on the device.
  @SuppressWarnings("EnumOrdinal") // the order above is part of the format
  public int code() {
    return ordinal();
  }

  /// The state that a checkpoint means by `code`, its ordinal.
  public static SegmentState ofCode(int code) {
    return BY_CODE[code];
  }
}
