package io.ashlar.target.iscsi.pdu;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/// Turns a connection's bytes into PDUs, wherever the bytes were cut. Holds one header; data go
/// straight to where the listener wants them. Every length is checked before it is believed.
public final class PduDecoder {
  /// What the decoder waits for.
  private enum Awaiting {
    /// The 48 bytes that every PDU has.
    BASIC_HEADER,
    /// Additional header segments, and the header digest.
    REST_OF_HEADER,
    /// The data segment.
    DATA,
    /// Padding, and the data digest.
    REST_OF_DATA,
    /// Nothing any more: a protocol error happened or the owner closed.
    STOPPED
  }

  /// `TotalAHSLength` is one byte that counts words.
  private static final int ADDITIONAL_HEADER_BYTES_MAX = 255 * Integer.BYTES;

  private static final int HEADER_BYTES_MAX =
      BasicHeader.BYTES + ADDITIONAL_HEADER_BYTES_MAX + Digest.BYTES;

  private final PduListener listener;
  private final Digest digest = new Digest();
  private final ByteBuf header =
      Unpooled.directBuffer(BasicHeader.BYTES + Digest.BYTES, HEADER_BYTES_MAX);
  private final ByteBuf trailer = Unpooled.directBuffer(3 + Digest.BYTES);

  private Awaiting awaiting = Awaiting.BASIC_HEADER;
  private boolean headerDigest;
  private boolean dataDigest;
  private int dataBytesMax;

  private @Nullable ByteBuf sink;
  private int sinkIndex;
  private int dataBytes;
  private int dataReceived;

  /// @param dataBytesMax the longest data segment taken; [#limitDataBytes] changes it
  public PduDecoder(PduListener listener, int dataBytesMax) {
    this.listener = listener;
    this.dataBytesMax = dataBytesMax;
  }

  /// The MaxRecvDataSegmentLength that this side declared.
  public void limitDataBytes(int bytes) {
    dataBytesMax = bytes;
  }

  /// Switches digests on or off from the next PDU on.
  public void expectDigests(boolean ofHeader, boolean ofData) {
    headerDigest = ofHeader;
    dataDigest = ofData;
  }

  /// Called by the listener within `onHeader`: data go to `sink` from `index` on. There must be
  /// room for all of them.
  public void receiveInto(ByteBuf sink, int index) {
    this.sink = sink;
    this.sinkIndex = index;
  }

  /// Drops the rest of the data that were to go to `sink`: its memory is wanted back.
  @SuppressWarnings("ReferenceEquality") // that very memory, whatever it holds
  public void forget(ByteBuf sink) {
    if (this.sink == sink) {
      this.sink = null;
    }
  }

  /// Takes no more bytes.
  public void stop() {
    awaiting = Awaiting.STOPPED;
  }

  public boolean isStopped() {
    return awaiting == Awaiting.STOPPED;
  }

  /// Gives the memory back; the decoder is dead then.
  public void release() {
    stop();
    header.release();
    trailer.release();
  }

  /// Consumes what it can of `in`; what remains is the beginning of nothing only if the decoder
  /// stopped.
  public void decode(ByteBuf in) {
    boolean progress = true;
    while (progress) {
      progress =
          switch (awaiting) {
            case BASIC_HEADER -> takeHeader(in, BasicHeader.BYTES) && onBasicHeader();
            case REST_OF_HEADER -> takeHeader(in, headerBytes()) && onWholeHeader();
            case DATA -> takeData(in);
            case REST_OF_DATA -> takeTrailer(in) && onWholeData();
            case STOPPED -> false;
          };
    }
  }

  private int headerBytes() {
    return BasicHeader.BYTES
        + BasicHeader.additionalHeaderBytes(header)
        + (headerDigest ? Digest.BYTES : 0);
  }

  private int trailerBytes() {
    return dataBytes == 0 ? 0 : BasicHeader.padding(dataBytes) + (dataDigest ? Digest.BYTES : 0);
  }

  private boolean takeHeader(ByteBuf in, int untilBytes) {
    int missing = untilBytes - header.writerIndex();
    int taken = Math.min(missing, in.readableBytes());
    header.writeBytes(in, taken);
    return taken == missing;
  }

  private boolean onBasicHeader() {
    awaiting = Awaiting.REST_OF_HEADER;
    return true;
  }

  private boolean onWholeHeader() {
    if (headerDigest && !headerDigestMatches()) {
      // no field can be believed, the length included: the stream is lost (RFC 7143 §7.9)
      return fail(RejectPdu.PROTOCOL_ERROR, "header digest does not match");
    }
    dataBytes = BasicHeader.dataBytes(header);
    dataReceived = 0;
    sink = null;
    if (dataBytes > dataBytesMax) {
      return fail(RejectPdu.PROTOCOL_ERROR, "data segment longer than declared");
    }
    listener.onHeader(header);
    if (awaiting == Awaiting.REST_OF_HEADER) {
      awaiting = Awaiting.DATA;
    }
    return true;
  }

  private boolean headerDigestMatches() {
    int covered = headerBytes() - Digest.BYTES;
    return digest.of(header, 0, covered) == header.getIntLE(covered);
  }

  private boolean takeData(ByteBuf in) {
    int taken = Math.min(dataBytes - dataReceived, in.readableBytes());
    if (sink == null) {
      in.skipBytes(taken);
    } else if (taken > 0) {
      in.readBytes(sink, sinkIndex + dataReceived, taken);
    }
    dataReceived += taken;
    if (dataReceived < dataBytes) {
      return false;
    }
    awaiting = Awaiting.REST_OF_DATA;
    return true;
  }

  private boolean takeTrailer(ByteBuf in) {
    int missing = trailerBytes() - trailer.writerIndex();
    int taken = Math.min(missing, in.readableBytes());
    trailer.writeBytes(in, taken);
    return taken == missing;
  }

  private boolean onWholeData() {
    // dropped data are not kept, so there is nothing to check them against or to harm
    if (dataDigest && dataBytes > 0 && sink != null && !dataDigestMatches(sink)) {
      return fail(RejectPdu.DATA_DIGEST_ERROR, "data digest does not match");
    }
    awaiting = Awaiting.BASIC_HEADER;
    listener.onPdu(header);
    header.clear();
    trailer.clear();
    return true;
  }

  private boolean dataDigestMatches(ByteBuf data) {
    int padding = BasicHeader.padding(dataBytes);
    digest.reset();
    digest.add(data, sinkIndex, dataBytes);
    if (padding > 0) {
      digest.add(trailer, 0, padding);
    }
    return digest.value() == trailer.getIntLE(padding);
  }

  private boolean fail(int reason, String sentence) {
    stop();
    listener.onProtocolError(header, reason, sentence);
    return false;
  }
}
