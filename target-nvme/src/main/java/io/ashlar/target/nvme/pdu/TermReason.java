package io.ashlar.target.nvme.pdu;

/// Why a target ends a connection: the fatal error status of C2HTermReq (TCP 1.0, figure 32).
public enum TermReason {
  /// A field of a header holds what it must not; the information is the field's offset.
  INVALID_HEADER_FIELD(0x01),
  /// The PDU may not come at this point.
  SEQUENCE_ERROR(0x02),
  /// The header is damaged; the information is the digest that came.
  HEADER_DIGEST_ERROR(0x03),
  /// Data was sent for a place that was not asked for.
  TRANSFER_OUT_OF_RANGE(0x04),
  /// More data was sent than was asked for, or than a PDU may carry.
  TRANSFER_LIMIT_EXCEEDED(0x05),
  /// A parameter of ICReq is not known here; the information is its offset.
  UNSUPPORTED_PARAMETER(0x06);

  public final int code;

  TermReason(int code) {
    this.code = code;
  }
}
