package io.ashlar.replication.network.frame;

import org.jspecify.annotations.Nullable;

/// What a frame is.
public enum FrameKind {
  /// Says who is there and which versions it speaks; the first frame of each direction.
  HELLO(1),
  /// A message of the transport.
  MESSAGE(2),
  /// Nothing but a sign of life.
  KEEP_ALIVE(3),
  /// Says in a sentence why the connection ends; the last frame.
  BYE(4);

  private final byte code;

  FrameKind(int code) {
    this.code = (byte) code;
  }

  byte code() {
    return code;
  }

  static @Nullable FrameKind of(byte code) {
    return switch (code) {
      case 1 -> HELLO;
      case 2 -> MESSAGE;
      case 3 -> KEEP_ALIVE;
      case 4 -> BYE;
      default -> null;
    };
  }

  /// Hello and goodbye are understood by every version, whatever the two ends agree on.
  boolean isOfEveryVersion() {
    return this == HELLO || this == BYE;
  }

  /// The longest payload.
  int payloadBytesMax() {
    return switch (this) {
      case HELLO -> Hello.BYTES_MAX;
      case MESSAGE -> FrameHeader.MESSAGE_BYTES_MAX;
      case KEEP_ALIVE -> 0;
      case BYE -> Goodbye.BYTES_MAX;
    };
  }
}
