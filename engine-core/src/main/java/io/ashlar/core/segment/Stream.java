package io.ashlar.core.segment;

/// The three sequences of segments that a lane writes. Data that dies at different rates is kept
/// apart, so that whole segments die together.
public enum Stream {
  /// What hosts write: hot.
  USER,
  /// What the cleaner moved: it survived once, so it is cold.
  COLD,
  /// Index pages and checkpoints: short-lived.
  META;

  private static final Stream[] BY_CODE = values();

  public static final int COUNT = BY_CODE.length;

  /// The number that stands for this on the device.
  @SuppressWarnings("EnumOrdinal") // the order above is part of the format
  public int code() {
    return ordinal();
  }

  /// The stream that a group header means by `code`, its ordinal.
  public static Stream ofCode(int code) {
    return BY_CODE[code];
  }
}
