package io.ashlar.target.nvme.pdu;

import org.agrona.DirectBuffer;

/// What a [PduDecoder] tells its owner, in the order of the stream. Buffers are valid during the
/// call only.
public interface PduSink {
  /// A header is whole, its digest right and its lengths sane.
  ///
  /// @param dataLengthBytes how much data follows; it comes through [#onData], then [#onEnd]
  /// @return false if there is no room for the data now: the decoder stops before it and offers the
  ///   same header again at its next call
  boolean onHeader(int type, DirectBuffer header, int offset, int dataLengthBytes);

  /// A piece of the PDU's data.
  void onData(DirectBuffer source, int offset, int length);

  /// The PDU is over.
  ///
  /// @param intact false if its data digest is wrong
  void onEnd(boolean intact);

  /// The stream is not NVMe/TCP, or not in order. The decoder has stopped for good.
  ///
  /// @param information see [TermReason]
  /// @param length how much of the offending header is at `offset`
  void onViolation(TermReason reason, int information, DirectBuffer header, int offset, int length);
}
