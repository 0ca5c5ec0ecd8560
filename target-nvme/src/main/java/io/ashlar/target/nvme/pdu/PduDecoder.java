package io.ashlar.target.nvme.pdu;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.ashlar.core.base.Crc32c;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// Finds the PDUs that a host sends in a stream of bytes cut anywhere. Headers are read where they
/// lie if they came whole; else they are gathered in a small stash. Data is handed on in the pieces
/// in which it came. Nothing is allocated, and every length is checked before it is used.
public final class PduDecoder {
  /// What the next byte is part of.
  private enum State {
    /// A header, common and specific, with its digest.
    HEADER,
    /// Nothing yet: the header is whole, and its owner has no room for what follows.
    HELD,
    /// Bytes between header and data.
    PADDING,
    /// Data.
    DATA,
    /// The data's digest.
    DATA_DIGEST,
    /// Nothing that matters: the stream broke a rule.
    STOPPED
  }

  private static final int STASH_BYTES = InitializePdu.LENGTH_BYTES + PduHeader.DIGEST_BYTES;

  private final PduSink sink;
  private final int capsuleDataBytesMax;
  private final int hostDataBytesMax;
  private final MutableDirectBuffer stash = new UnsafeBuffer(new byte[STASH_BYTES]);
  private final Crc32c digest = new Crc32c();

  private State state = State.HEADER;
  private boolean initialized;
  private boolean headerDigests;
  private boolean dataDigests;

  private int stashed;
  private int headBytes;
  private int type;
  private int headerLength;
  private int paddingLeft;
  private int dataLength;
  private int dataLeft;
  private boolean dataDigestFollows;
  private int digestLeft;
  private int digestSeen;

  /// @param capsuleDataBytesMax the most data that a command capsule may carry
  /// @param hostDataBytesMax the most data that an H2CData PDU may carry
  public PduDecoder(PduSink sink, int capsuleDataBytesMax, int hostDataBytesMax) {
    this.sink = sink;
    this.capsuleDataBytesMax = capsuleDataBytesMax;
    this.hostDataBytesMax = hostDataBytesMax;
  }

  /// From here on PDUs other than ICReq are expected, with these digests.
  public void initialized(boolean withHeaderDigests, boolean withDataDigests) {
    initialized = true;
    headerDigests = withHeaderDigests;
    dataDigests = withDataDigests;
  }

  /// Whether the sink declined a header: call [#decode] again, with no bytes if there are none,
  /// once it has room.
  public boolean isHeld() {
    return state == State.HELD;
  }

  /// How many bytes of data come next; 0 if it is something else that comes.
  public int dataLeft() {
    return state == State.DATA ? dataLeft : 0;
  }

  /// Whether the stream broke a rule; what comes is ignored.
  public boolean isStopped() {
    return state == State.STOPPED;
  }

  /// Stops for good; bytes that still come are swallowed.
  public void stop() {
    state = State.STOPPED;
  }

  /// Takes in `wire[offset, limit)`.
  ///
  /// @return how far it came: `limit`, unless it [#isHeld]
  public int decode(DirectBuffer wire, int offset, int limit) {
    int at = offset;
    if (state == State.HELD) {
      offer(stash, 0);
    }
    while (at < limit && state != State.HELD) {
      at =
          switch (state) {
            case HEADER -> decodeHeader(wire, at, limit);
            case PADDING -> skipPadding(at, limit);
            case DATA -> decodeData(wire, at, limit);
            case DATA_DIGEST -> decodeDataDigest(wire, at, limit);
            case HELD -> at;
            case STOPPED -> limit;
          };
    }
    return at;
  }

  private int decodeHeader(DirectBuffer wire, int at, int limit) {
    int available = limit - at;
    if (stashed == 0 && available >= PduHeader.LENGTH_BYTES) {
      if (!checkCommonHeader(wire, at)) {
        return limit;
      }
      if (available >= headBytes) {
        headerIsWhole(wire, at);
        return at + headBytes;
      }
    }
    int wanted = stashed < PduHeader.LENGTH_BYTES ? PduHeader.LENGTH_BYTES : headBytes;
    int taken = Math.min(wanted - stashed, available);
    stash.putBytes(stashed, wire, at, taken);
    stashed += taken;
    if (stashed == PduHeader.LENGTH_BYTES && wanted == PduHeader.LENGTH_BYTES) {
      checkCommonHeader(stash, 0);
    } else if (stashed == headBytes && wanted == headBytes) {
      headerIsWhole(stash, 0);
    }
    return at + taken;
  }

  /// Checks the first eight bytes, and sets from them how long the header is and what follows it.
  private boolean checkCommonHeader(DirectBuffer header, int at) {
    type = PduHeader.type(header, at);
    headerLength = PduHeader.headerLength(header, at);
    int expected = expectedHeaderLength(type);
    if (expected < 0) {
      return violation(TermReason.INVALID_HEADER_FIELD, PduHeader.TYPE_OFFSET, header, at);
    }
    if (initialized == (type == PduHeader.IC_REQUEST) && type != PduHeader.H2C_TERMINATE) {
      return violation(TermReason.SEQUENCE_ERROR, 0, header, at);
    }
    if (headerLength != expected) {
      return violation(TermReason.INVALID_HEADER_FIELD, PduHeader.HEADER_LENGTH_OFFSET, header, at);
    }
    return switch (type) {
      case PduHeader.IC_REQUEST -> checkBareLength(header, at, InitializePdu.LENGTH_BYTES);
      case PduHeader.H2C_TERMINATE ->
          checkBareLength(header, at, TerminatePdu.LENGTH_BYTES + TerminatePdu.OFFENDER_BYTES_MAX);
      default -> checkLayout(header, at);
    };
  }

  private static int expectedHeaderLength(int type) {
    return switch (type) {
      case PduHeader.IC_REQUEST -> InitializePdu.LENGTH_BYTES;
      case PduHeader.H2C_TERMINATE -> TerminatePdu.LENGTH_BYTES;
      case PduHeader.COMMAND -> CapsulePdu.COMMAND_BYTES;
      case PduHeader.H2C_DATA -> DataPdu.LENGTH_BYTES;
      default -> -1;
    };
  }

  /// ICReq and H2CTermReq have no digests and no data offset; what follows a TermReq's header is
  /// skipped as data.
  private boolean checkBareLength(DirectBuffer header, int at, int lengthMax) {
    long length = PduHeader.pduLength(header, at);
    if (length < headerLength || length > lengthMax) {
      return violation(TermReason.INVALID_HEADER_FIELD, PduHeader.PDU_LENGTH_OFFSET, header, at);
    }
    headBytes = headerLength;
    paddingLeft = 0;
    dataLength = (int) length - headerLength;
    dataDigestFollows = false;
    return true;
  }

  private boolean checkLayout(DirectBuffer header, int at) {
    int flags = PduHeader.flags(header, at);
    if ((flags & PduHeader.FLAG_HEADER_DIGEST) != 0 != headerDigests) {
      return violation(TermReason.INVALID_HEADER_FIELD, PduHeader.FLAGS_OFFSET, header, at);
    }
    headBytes = headerLength + (headerDigests ? PduHeader.DIGEST_BYTES : 0);
    long length = PduHeader.pduLength(header, at);
    dataDigestFollows = (flags & PduHeader.FLAG_DATA_DIGEST) != 0;
    if (length == headBytes && !dataDigestFollows) {
      paddingLeft = 0;
      dataLength = 0;
      return true;
    }
    if (dataDigestFollows != dataDigests) {
      return violation(TermReason.INVALID_HEADER_FIELD, PduHeader.FLAGS_OFFSET, header, at);
    }
    int start = PduHeader.dataOffset(header, at);
    if (start < headBytes || start % Integer.BYTES != 0) {
      return violation(TermReason.INVALID_HEADER_FIELD, PduHeader.DATA_OFFSET_OFFSET, header, at);
    }
    long data = length - start - (dataDigests ? PduHeader.DIGEST_BYTES : 0);
    if (data <= 0) {
      return violation(TermReason.INVALID_HEADER_FIELD, PduHeader.PDU_LENGTH_OFFSET, header, at);
    }
    if (data > (type == PduHeader.COMMAND ? capsuleDataBytesMax : hostDataBytesMax)) {
      return violation(TermReason.TRANSFER_LIMIT_EXCEEDED, 0, header, at);
    }
    paddingLeft = start - headBytes;
    dataLength = (int) data;
    return true;
  }

  private void headerIsWhole(DirectBuffer header, int at) {
    if (headBytes > headerLength) {
      int came = header.getInt(at + headerLength, LITTLE_ENDIAN);
      if (digest.of(header, at, headerLength) != came) {
        violation(TermReason.HEADER_DIGEST_ERROR, came, header, at);
        return;
      }
    }
    if (type == PduHeader.H2C_DATA && DataPdu.dataLength(header, at) != dataLength) {
      violation(TermReason.INVALID_HEADER_FIELD, DataPdu.DATA_LENGTH_OFFSET, header, at);
      return;
    }
    offer(header, at);
  }

  /// Shows the header to the sink, and keeps a copy of it if the sink has no room.
  private void offer(DirectBuffer header, int at) {
    boolean taken = sink.onHeader(type, header, at, dataLength);
    if (state == State.STOPPED) {
      return;
    }
    if (!taken) {
      stash.putBytes(0, header, at, headerLength);
      state = State.HELD;
      return;
    }
    stashed = 0;
    dataLeft = dataLength;
    if (dataLength == 0) {
      state = State.HEADER;
      sink.onEnd(true);
    } else {
      digest.begin();
      digestLeft = PduHeader.DIGEST_BYTES;
      digestSeen = 0;
      state = paddingLeft > 0 ? State.PADDING : State.DATA;
    }
  }

  private int skipPadding(int at, int limit) {
    int skipped = Math.min(paddingLeft, limit - at);
    paddingLeft -= skipped;
    if (paddingLeft == 0) {
      state = State.DATA;
    }
    return at + skipped;
  }

  private int decodeData(DirectBuffer wire, int at, int limit) {
    int length = Math.min(dataLeft, limit - at);
    if (dataDigestFollows) {
      digest.update(wire, at, length);
    }
    sink.onData(wire, at, length);
    dataLeft -= length;
    if (dataLeft == 0) {
      if (dataDigestFollows) {
        state = State.DATA_DIGEST;
      } else {
        state = State.HEADER;
        sink.onEnd(true);
      }
    }
    return at + length;
  }

  private int decodeDataDigest(DirectBuffer wire, int at, int limit) {
    int end = Math.min(at + digestLeft, limit);
    for (int i = at; i < end; i++) {
      int shift = (PduHeader.DIGEST_BYTES - digestLeft) * Byte.SIZE;
      digestSeen |= (wire.getByte(i) & 0xFF) << shift;
      digestLeft--;
    }
    if (digestLeft == 0) {
      state = State.HEADER;
      sink.onEnd(digestSeen == digest.value());
    }
    return end;
  }

  private boolean violation(TermReason reason, int information, DirectBuffer header, int at) {
    state = State.STOPPED;
    int known = stashed > 0 ? stashed : Math.min(headerLength, header.capacity() - at);
    int length = Math.clamp(known, PduHeader.LENGTH_BYTES, TerminatePdu.OFFENDER_BYTES_MAX);
    sink.onViolation(reason, information, header, at, Math.min(length, header.capacity() - at));
    return false;
  }
}
