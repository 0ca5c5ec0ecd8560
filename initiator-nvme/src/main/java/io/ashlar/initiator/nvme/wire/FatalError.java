package io.ashlar.initiator.nvme.wire;

/// Why a side ends the connection: the Fatal Error Status of a TermReq (TCP Transport Specification
/// §3.6.2.4).
public enum FatalError {
  /// A header's field has a value it may not have; the information is the field's offset.
  INVALID_HEADER_FIELD(1, "a header field is invalid"),
  /// A PDU came that the protocol does not allow at this point.
  PDU_SEQUENCE_ERROR(2, "a PDU came out of sequence"),
  /// The header's digest does not match the header.
  HEADER_DIGEST_ERROR(3, "a header digest does not match"),
  /// Data for a range outside the command's or the R2T's.
  DATA_OUT_OF_RANGE(4, "data lies outside the transfer's range"),
  /// More data in one PDU, or more R2Ts, than was agreed on.
  LIMIT_EXCEEDED(5, "a transfer or R2T limit is exceeded"),
  /// A parameter that this side does not support.
  UNSUPPORTED_PARAMETER(6, "a parameter is not supported");

  private final int code;
  private final String sentence;

  FatalError(int code, String sentence) {
    this.code = code;
    this.sentence = sentence;
  }

  public int code() {
    return code;
  }

  /// The words for a code as received; unknown codes included.
  public static String describe(int code) {
    for (FatalError each : values()) {
      if (each.code == code) {
        return each.sentence;
      }
    }
    return "unknown fatal error status " + code;
  }
}
