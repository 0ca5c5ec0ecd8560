package io.ashlar.replication.network.frame;

import static java.util.Objects.requireNonNull;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Crc32c;
import io.ashlar.replication.transport.TrafficClass;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/// Finds the frames in what one end of a connection sent, cut anywhere. A length is checked before
/// anybody waits for so many bytes, and the checksum before anybody believes one. Allocates nothing
/// but the sentence that ends it.
public final class FrameDecoder {
  /// Not all of the frame is there.
  public static final int MORE = 0;

  /// What is there is no frame; [#refusal] says why. The connection is over.
  public static final int REFUSED = -1;

  private static final int ANY_CLASS = -1;

  private final Crc32c crc = new Crc32c();
  private int version = FrameHeader.GREETING_VERSION;
  private int traffic = ANY_CLASS;
  private boolean isGreeted;
  private @Nullable FrameKind kind;
  private int frameTraffic;
  private @Nullable String refusal;

  /// From here on there are messages, of this class and in this version.
  public void greeted(int agreedVersion, TrafficClass agreedTraffic) {
    isGreeted = true;
    version = agreedVersion;
    traffic = agreedTraffic.code();
  }

  /// Looks at the frame that begins at `from`, of which there are bytes up to `to`.
  ///
  /// @return how long it is if it is whole and sound, [#MORE] or [#REFUSED]
  public int next(DirectBuffer memory, int from, int to) {
    int available = to - from;
    if (refusal != null) {
      return REFUSED;
    }
    if (available < FrameHeader.BYTES) {
      // Four bytes of anything else end it now, not when a sixteenth comes.
      return available >= Integer.BYTES && !hasMagic(memory, from) ? REFUSED : MORE;
    }
    if (!hasMagic(memory, from) || !isSoundHeader(memory, from)) {
      return REFUSED;
    }
    int length = FrameHeader.length(memory, from);
    if (available - FrameHeader.BYTES < length) {
      return MORE;
    }
    int expected = FrameHeader.checksum(memory, from);
    int actual = FrameHeader.checksum(memory, from, length, crc);
    if (expected != actual) {
      refuse(
          "a frame of "
              + length
              + " bytes has the checksum "
              + hex(actual)
              + " and not "
              + hex(expected)
              + ", as its header says");
      return REFUSED;
    }
    return FrameHeader.BYTES + length;
  }

  /// What the frame is that [#next] found last.
  public FrameKind kind() {
    return Check.present(kind, "a frame was found");
  }

  /// The class in the header of the frame that [#next] found last.
  public int traffic() {
    return frameTraffic;
  }

  /// Why the stream is no row of frames: half a sentence about it.
  public String refusal() {
    return requireNonNull(refusal, "was refused");
  }

  private boolean hasMagic(DirectBuffer memory, int at) {
    int magic = FrameHeader.magic(memory, at);
    if (magic == FrameHeader.MAGIC) {
      return true;
    }
    return refuse("bytes that are no frame, beginning with " + hex(magic));
  }

  private boolean isSoundHeader(DirectBuffer memory, int at) {
    FrameKind found = FrameKind.of(FrameHeader.kind(memory, at));
    if (found == null || FrameHeader.reserved(memory, at) != 0) {
      return refuse("a frame of an unknown kind, " + FrameHeader.kind(memory, at));
    }
    kind = found;
    int foundVersion = FrameHeader.version(memory, at);
    int expectedVersion = found.isOfEveryVersion() ? FrameHeader.GREETING_VERSION : version;
    if (foundVersion != expectedVersion) {
      return refuse("a frame of version " + foundVersion + " and not " + expectedVersion);
    }
    if (isGreeted == (found == FrameKind.HELLO) && found != FrameKind.BYE) {
      return refuse("a " + found + " where none is expected");
    }
    frameTraffic = FrameHeader.traffic(memory, at);
    if (frameTraffic >= TrafficClass.COUNT || (isGreeted && frameTraffic != traffic)) {
      return refuse("a frame of class " + frameTraffic + " on another's connection");
    }
    int length = FrameHeader.length(memory, at);
    int lengthMin = found == FrameKind.MESSAGE ? 1 : 0;
    if (length < lengthMin || length > found.payloadBytesMax()) {
      return refuse("a " + found + " of " + Integer.toUnsignedString(length) + " bytes");
    }
    return true;
  }

  private boolean refuse(String why) {
    refusal = why;
    return false;
  }

  private static String hex(int value) {
    return String.format("%08x", value);
  }
}
