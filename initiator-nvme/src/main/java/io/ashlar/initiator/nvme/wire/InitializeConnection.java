package io.ashlar.initiator.nvme.wire;

import java.nio.ByteBuffer;

/// ICReq and ICResp, the first PDU of each side (TCP Transport Specification §3.6.2.2 and
/// §3.6.2.3). Both have one shape:
///
/// ```
/// 0               8      10     11     12                16           128
/// +---------------+------+------+------+-----------------+-----------+
/// | common header | pfv  | xpda | dgst | maxr2t (ICReq)  | reserved  |
/// |               |      |      |      | maxh2cdata (Rsp)|           |
/// +---------------+------+------+------+-----------------+-----------+
/// ```
///
/// `xpda` is the alignment the sender wants of data it receives, in dwords, 0's based: HPDA in
/// ICReq, CPDA in ICResp.
public final class InitializeConnection {
  public static final int FORMAT_VERSION_OFFSET = PduHeader.LENGTH;
  public static final int ALIGNMENT_OFFSET = FORMAT_VERSION_OFFSET + Short.BYTES;
  public static final int DIGESTS_OFFSET = ALIGNMENT_OFFSET + Byte.BYTES;
  public static final int LIMIT_OFFSET = DIGESTS_OFFSET + Byte.BYTES;
  public static final int RESERVED_OFFSET = LIMIT_OFFSET + Integer.BYTES;
  public static final int LENGTH = 128;

  /// The only PDU format version there is.
  public static final int FORMAT_VERSION = 0;

  public static final int DIGEST_HEADER = 1;
  public static final int DIGEST_DATA = 1 << 1;

  /// The largest value of HPDA and CPDA: data starts at a multiple of 128 bytes.
  public static final int ALIGNMENT_MAX = 31;

  /// What a controller must at least take in one H2CData PDU.
  public static final int MAXH2CDATA_MIN = 4096;

  private InitializeConnection() {}

  /// Writes an ICReq at `at`.
  ///
  /// @param hpda the alignment wanted of C2HData, in dwords, 0's based
  /// @param digests [#DIGEST_HEADER] and [#DIGEST_DATA] as wanted
  /// @param readyToTransferMax how many R2Ts per command may be outstanding, from 1
  public static int putRequest(
      ByteBuffer to, int at, int hpda, int digests, int readyToTransferMax) {
    PduHeader.put(to, at, PduHeader.typeAndFlags(PduType.IC_REQ, 0), LENGTH, 0, LENGTH);
    to.putShort(at + FORMAT_VERSION_OFFSET, (short) FORMAT_VERSION);
    to.put(at + ALIGNMENT_OFFSET, (byte) hpda);
    to.put(at + DIGESTS_OFFSET, (byte) digests);
    to.putInt(at + LIMIT_OFFSET, readyToTransferMax - 1);
    for (int i = RESERVED_OFFSET; i < LENGTH; i += Long.BYTES) {
      to.putLong(at + i, 0);
    }
    return LENGTH;
  }

  public static int formatVersion(ByteBuffer from, int at) {
    return from.getShort(at + FORMAT_VERSION_OFFSET) & 0xFFFF;
  }

  /// CPDA of an ICResp: dwords, 0's based.
  public static int alignment(ByteBuffer from, int at) {
    return from.get(at + ALIGNMENT_OFFSET) & 0xFF;
  }

  public static int digests(ByteBuffer from, int at) {
    return from.get(at + DIGESTS_OFFSET) & 0xFF;
  }

  /// MAXH2CDATA of an ICResp, in bytes.
  public static int maxH2cDataBytes(ByteBuffer from, int at) {
    return from.getInt(at + LIMIT_OFFSET);
  }
}
