package io.ashlar.initiator.nvme.wire;

import io.ashlar.core.base.Check;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// Where a sent PDU's parts lie, and its digests. One per connection and reused for each PDU: call
/// [#arrange], write the header by its class, then [#finish].
///
/// ```
/// | header (hlen) | hdgst ? | pad to the peer's alignment | data | ddgst ? |
/// ```
///
/// Digests are CRC32C, little-endian (TCP Transport Specification §3.3.1).
public final class PduLayout {
  public static final int DIGEST_LENGTH = 4;

  private final CRC32C crc = new CRC32C();
  private int digestFlags;
  private int alignmentBytes = Integer.BYTES;

  private int headerLength;
  private int dataOffset;
  private int dataLength;
  private int length;

  /// Sets what the connection agreed on.
  ///
  /// @param digestFlags [PduHeader#FLAG_HEADER_DIGEST] and [PduHeader#FLAG_DATA_DIGEST]
  /// @param alignmentBytes data starts at a multiple of this
  public void agree(int digestFlags, int alignmentBytes) {
    Check.that(Integer.bitCount(digestFlags & ~3) == 0, "only digest flags", digestFlags);
    this.digestFlags = digestFlags;
    this.alignmentBytes = alignmentBytes;
  }

  /// Computes the places of a PDU's parts.
  public void arrange(int headerLength, int dataLength) {
    this.headerLength = headerLength;
    this.dataLength = dataLength;
    int headerEnd = headerLength + (hasHeaderDigest() ? DIGEST_LENGTH : 0);
    if (dataLength == 0) {
      dataOffset = 0;
      length = headerEnd;
      return;
    }
    dataOffset = (headerEnd + alignmentBytes - 1) / alignmentBytes * alignmentBytes;
    length = dataOffset + dataLength + (hasDataDigest() ? DIGEST_LENGTH : 0);
  }

  /// Fills in what follows the header at `at`: its digest, padding, and the data with its digest.
  ///
  /// @return how much of `to` the PDU takes
  public int finish(ByteBuffer to, int at, ByteBuffer data, int from) {
    finishHead(to, at);
    if (dataLength > 0) {
      to.put(at + dataOffset, data, from, dataLength);
      finishTail(to, at + dataOffset + dataLength, data, from);
    }
    return length;
  }

  /// Fills in the digest of the header at `at`, and the padding, if any, up to the data.
  ///
  /// @return how much of `to` lies before the data
  public int finishHead(ByteBuffer to, int at) {
    if (hasHeaderDigest()) {
      to.putInt(at + headerLength, digest(to, at, headerLength));
    }
    int headerEnd = headerLength + (hasHeaderDigest() ? DIGEST_LENGTH : 0);
    for (int i = headerEnd; i < dataOffset; i++) {
      to.put(at + i, (byte) 0);
    }
    return Math.max(headerEnd, dataOffset);
  }

  /// Fills in at `at` what follows the data: its digest, if any.
  ///
  /// @return how much of `to` that takes
  public int finishTail(ByteBuffer to, int at, ByteBuffer data, int from) {
    if (!hasDataDigest()) {
      return 0;
    }
    to.putInt(at, digest(data, from, dataLength));
    return DIGEST_LENGTH;
  }

  /// The CRC32C of `length` bytes from `at`; leaves the buffer's position and limit as they were.
  public int digest(ByteBuffer of, int at, int length) {
    int position = of.position();
    int limit = of.limit();
    of.limit(at + length).position(at);
    crc.reset();
    crc.update(of);
    of.limit(limit).position(position);
    return (int) crc.getValue();
  }

  public boolean hasHeaderDigest() {
    return (digestFlags & PduHeader.FLAG_HEADER_DIGEST) != 0;
  }

  public boolean hasDataDigest() {
    return (digestFlags & PduHeader.FLAG_DATA_DIGEST) != 0;
  }

  /// The digest flags of the PDU that is arranged: a PDU without data has no data digest.
  int flags() {
    return dataLength == 0 ? digestFlags & ~PduHeader.FLAG_DATA_DIGEST : digestFlags;
  }

  int dataOffset() {
    return dataOffset;
  }

  int dataLength() {
    return dataLength;
  }

  /// The whole PDU's length.
  public int length() {
    return length;
  }
}
