package io.ashlar.target.iscsi.pdu;

import io.netty.buffer.ByteBuf;

/// Where [PduDecoder] delivers to. The header is valid until the call returns.
public interface PduListener {
  /// A header has arrived and its digest is good. If it announces data, the listener says with
  /// [PduDecoder#receiveInto] where they shall go; else they are dropped.
  void onHeader(ByteBuf header);

  /// The PDU is whole and its data are where [#onHeader] wanted them.
  void onPdu(ByteBuf header);

  /// What arrived is no PDU, or not one that can be received here; the decoder has stopped.
  ///
  /// @param reason one of [RejectPdu]'s
  /// @param sentence what is wrong, for people
  void onProtocolError(ByteBuf header, int reason, String sentence);
}
