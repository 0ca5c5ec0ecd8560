package io.ashlar.target.iscsi.session;

/// What a session's two sides agreed on (RFC 7143 §13), beginning with the defaults.
final class SessionParameters {
  /// The default of MaxRecvDataSegmentLength, and what holds while logging in.
  static final int LOGIN_DATA_SEGMENT_BYTES = 8192;

  boolean headerDigest;
  boolean dataDigest;
  boolean initialR2t = true;
  boolean immediateData = true;
  int maxBurstBytes = 262_144;
  int firstBurstBytes = 65_536;

  /// The longest data segment that the initiator takes.
  int sendDataSegmentBytes = LOGIN_DATA_SEGMENT_BYTES;

  /// The longest data segment that this target takes.
  int receiveDataSegmentBytes = LOGIN_DATA_SEGMENT_BYTES;
}
